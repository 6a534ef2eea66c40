/* SPDX-License-Identifier: MIT */
#include "kernel/diag_decode.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>

/* include/net/tcp_states.h: a connection request, which is not a full socket yet. It is shown as SYN_RECV, but a row
 * whose state is read twice could still bring it. */
#define KERNEL_NEW_SYN_RECV 12

/* A small timewait socket, which also stands for a closed FIN_WAIT2 one. */
#define KERNEL_TIMER_TIMEWAIT 3

/* struct tcp_info grows with the kernel (232 bytes in 6.1, 280 in 6.18), its beginning stays: read by offset. */
enum tcp_info_offset {
	INFO_LAST_DATA_SENT = 44,
	INFO_LAST_DATA_RECV = 52,
	INFO_LAST_ACK_RECV = 56,
	INFO_TIMES_END = 60,
	INFO_BYTES_SENT = 200,
	INFO_BYTES_SENT_END = 208,
};

struct bytes {
	const uint8_t *at; /* NULL: not there */
	size_t length;
};

/* The attributes that we read. */
struct attributes {
	struct bytes info, memory, cgroup;
};

static uint32_t read_u32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static uint64_t read_u64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static void attribute_keep(struct attributes *attributes, unsigned type, struct bytes value)
{
	if (type == INET_DIAG_INFO)
		attributes->info = value;
	else if (type == INET_DIAG_SKMEMINFO)
		attributes->memory = value;
	else if (type == INET_DIAG_CGROUP_ID)
		attributes->cgroup = value;
}

static int attributes_find(const uint8_t *at, size_t left, struct attributes *ret)
{
	while (left > 0) {
		struct nlattr header;
		size_t step;

		if (left < sizeof(header))
			return -EBADMSG;
		memcpy(&header, at, sizeof(header));
		step = NLA_ALIGN((size_t)header.nla_len);
		if (header.nla_len < sizeof(header) || step > left)
			return -EBADMSG;
		attribute_keep(ret, header.nla_type & NLA_TYPE_MASK,
			       (struct bytes){ at + sizeof(header), header.nla_len - sizeof(header) });
		at += step;
		left -= step;
	}
	return 0;
}

static int state_decode(uint8_t state)
{
	if (state == KERNEL_NEW_SYN_RECV)
		return SOCK_SYN_RECV;
	return state >= SOCK_ESTABLISHED && state < SOCK_STATES ? state : -EBADMSG;
}

static void address_decode(uint8_t family, const uint32_t from[4], uint8_t address[16])
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	if (family == AF_INET6) {
		memcpy(address, from, 16);
	} else {
		memcpy(address, mapped, sizeof(mapped));
		memcpy(address + sizeof(mapped), from, 4);
	}
}

static void listen_decode(const struct inet_diag_msg *msg, struct bytes memory, struct sock_row *row)
{
	size_t offset = SK_MEMINFO_DROPS * sizeof(uint32_t);

	row->limit = msg->idiag_wqueue;
	if (memory.length < offset + sizeof(uint32_t))
		return;
	row->drops = read_u32(memory.at + offset);
	row->flags |= SOCK_HAS_DROPS;
}

static void info_decode(struct bytes info, struct sock_row *row)
{
	if (info.length < INFO_TIMES_END)
		return;
	row->last_ack_recv_ms = read_u32(info.at + INFO_LAST_ACK_RECV);
	row->last_data_recv_ms = read_u32(info.at + INFO_LAST_DATA_RECV);
	row->last_data_sent_ms = read_u32(info.at + INFO_LAST_DATA_SENT);
	row->flags |= SOCK_HAS_INFO;
	if (info.length >= INFO_BYTES_SENT_END && read_u64(info.at + INFO_BYTES_SENT) > 0)
		row->flags |= SOCK_SENT_DATA;
}

int diag_decode(const void *payload, size_t length, struct sock_row *ret)
{
	struct attributes attributes = { 0 };
	struct inet_diag_msg msg;
	struct sock_row row = { 0 };
	int state, r;

	if (length < sizeof(msg))
		return -EBADMSG;
	memcpy(&msg, payload, sizeof(msg));
	state = state_decode(msg.idiag_state);
	if (state < 0 || (msg.idiag_family != AF_INET && msg.idiag_family != AF_INET6))
		return -EBADMSG;
	r = attributes_find((const uint8_t *)payload + sizeof(msg), length - sizeof(msg), &attributes);
	if (r < 0)
		return r;

	row.state = (uint8_t)state;
	row.cookie = (uint64_t)msg.id.idiag_cookie[1] << 32 | msg.id.idiag_cookie[0];
	row.inode = msg.idiag_inode;
	row.uid = msg.idiag_uid;
	row.rqueue = msg.idiag_rqueue;
	row.local_port = ntohs(msg.id.idiag_sport);
	row.remote_port = ntohs(msg.id.idiag_dport);
	address_decode(msg.idiag_family, state == SOCK_LISTEN ? msg.id.idiag_src : msg.id.idiag_dst, row.address);
	if (msg.idiag_family == AF_INET6)
		row.flags |= SOCK_IPV6;
	if (msg.idiag_timer == KERNEL_TIMER_TIMEWAIT)
		row.flags |= SOCK_TIMEWAIT;
	if (attributes.cgroup.length >= sizeof(uint64_t))
		row.cgroup_id = read_u64(attributes.cgroup.at);
	if (state == SOCK_LISTEN)
		listen_decode(&msg, attributes.memory, &row);
	else
		info_decode(attributes.info, &row);
	*ret = row;
	return 0;
}
