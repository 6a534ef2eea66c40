/* SPDX-License-Identifier: MIT */
#include "kernel/diag_request.h"

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>

/* The filter's program is a row of jumps: a condition that holds jumps by yes, another by no. Ending exactly behind
 * the program accepts the socket, 4 bytes further refuses it. A port stands in no of the operation that follows. */
struct port_program {
	struct inet_diag_bc_op at_least, port_min, at_most, port_max;
};

#define REJECT(op) (sizeof(struct port_program) - offsetof(struct port_program, op) + 4)

static void put_ports(struct nlmsghdr *header, const struct diag_request *request)
{
	const struct port_program program = {
		.at_least = { .code = INET_DIAG_BC_S_GE, .yes = 8, .no = REJECT(at_least) },
		.port_min = { .no = request->port_min },
		.at_most = { .code = INET_DIAG_BC_S_LE, .yes = 8, .no = REJECT(at_most) },
		.port_max = { .no = request->port_max },
	};

	if (request->port_min || request->port_max)
		mnl_attr_put(header, INET_DIAG_REQ_BYTECODE, sizeof(program), &program);
}

/* The cgroup id has no bit of its own here, nor could it have one in these 8 bits: the kernel sends it always. */
static uint8_t extensions(const struct diag_request *request)
{
	return (uint8_t)((request->info ? 1 << (INET_DIAG_INFO - 1) : 0) |
			 (request->memory ? 1 << (INET_DIAG_SKMEMINFO - 1) : 0));
}

/* The old request alone can leave the family open: one walk through the tables instead of two. */
static void put_both_families(struct nlmsghdr *header, const struct diag_request *request)
{
	struct inet_diag_req *body = mnl_nlmsg_put_extra_header(header, sizeof(*body));

	header->nlmsg_type = TCPDIAG_GETSOCK;
	body->idiag_family = AF_UNSPEC;
	body->idiag_ext = extensions(request);
	body->idiag_states = request->states;
}

static void put_family(struct nlmsghdr *header, const struct diag_request *request, uint8_t family)
{
	struct inet_diag_req_v2 *body = mnl_nlmsg_put_extra_header(header, sizeof(*body));

	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	body->sdiag_family = family;
	body->sdiag_protocol = IPPROTO_TCP;
	body->idiag_ext = extensions(request);
	body->idiag_states = request->states;
}

uint16_t diag_request_write(const struct diag_request *request, uint8_t family, uint32_t sequence, void *buffer)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);

	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header->nlmsg_seq = sequence;
	if (family == AF_UNSPEC)
		put_both_families(header, request);
	else
		put_family(header, request, family);
	put_ports(header, request);
	return header->nlmsg_type;
}
