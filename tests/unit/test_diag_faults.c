/* SPDX-License-Identifier: MIT */
/* A look when the kernel's answers go wrong. This program has its own sendto(), recvmsg() and openat(), which the code
 * under test calls instead of the kernel's: no socket of the machine is looked at. */
#include "kernel/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

enum fault {
	FAULT_NONE,
	FAULT_SEND, /* the request cannot be sent */
	FAULT_RECEIVE, /* recvmsg() fails with error */
	FAULT_INTERRUPTED, /* a signal, then the answer */
	FAULT_TRUNCATED, /* MSG_TRUNC */
	FAULT_STRANGER, /* from another process */
	FAULT_FAMILY, /* from no netlink address */
	FAULT_CUT, /* the last bytes are missing */
	FAULT_TRAILING,
	FAULT_DONE, /* NLMSG_DONE with error */
	FAULT_ERROR, /* NLMSG_ERROR with error */
	FAULT_SEQUENCE,
};

/* The kernel that these tests play. */
static struct kernel {
	enum fault fault;
	int error; /* of the fault, positive */
	int faults; /* how many answers go wrong; then they are right */
	uint16_t only; /* only answers to requests of this type go wrong; 0: all */
	int requests, receives;
	uint16_t types[8]; /* of the requests */
	uint8_t families[8];
	uint32_t sequences[8];
	uint32_t states; /* of the last request */
	uint8_t extensions;
	struct nlmsghdr request; /* the last one */
	int half; /* the answer comes in two parts: 0 or 1 */
	int no_sockstat; /* how often sockstat cannot be opened */
} kernel;

ssize_t sendto(int fd, const void *bytes, size_t length, int flags, const struct sockaddr *to, socklen_t to_length)
{
	const struct nlmsghdr *header = bytes;
	const uint8_t *family = (const uint8_t *)(header + 1);
	int n = kernel.requests++;

	(void)fd, (void)flags, (void)to, (void)to_length;
	kernel.request = *header;
	kernel.half = 0;
	assert_in_range(n, 0, 7);
	kernel.types[n] = header->nlmsg_type;
	kernel.families[n] = *family;
	kernel.sequences[n] = header->nlmsg_seq;
	if (header->nlmsg_type == TCPDIAG_GETSOCK) {
		kernel.states = ((const struct inet_diag_req *)(header + 1))->idiag_states;
		kernel.extensions = ((const struct inet_diag_req *)(header + 1))->idiag_ext;
	} else {
		kernel.states = ((const struct inet_diag_req_v2 *)(header + 1))->idiag_states;
		kernel.extensions = ((const struct inet_diag_req_v2 *)(header + 1))->idiag_ext;
	}
	if (kernel.fault == FAULT_SEND && kernel.faults > 0) {
		kernel.faults--;
		errno = kernel.error;
		return -1;
	}
	return (ssize_t)length;
}

static size_t put(char *buffer, uint16_t type, const void *payload, size_t length)
{
	const struct nlmsghdr header = { .nlmsg_len = (uint32_t)NLMSG_LENGTH(length),
					 .nlmsg_type = type,
					 .nlmsg_flags = NLM_F_MULTI,
					 .nlmsg_seq = kernel.request.nlmsg_seq,
					 .nlmsg_pid = 0 };

	memcpy(buffer, &header, sizeof(header));
	memcpy(buffer + sizeof(header), payload, length);
	return NLMSG_ALIGN(header.nlmsg_len);
}

/* The first part: a listener and two CLOSE_WAIT sockets, one of them IPv6. */
static size_t put_rows(char *buffer)
{
	static const struct inet_diag_msg rows[] = {
		{ .idiag_family = AF_INET, .idiag_state = SOCK_LISTEN },
		{ .idiag_family = AF_INET, .idiag_state = SOCK_CLOSE_WAIT },
		{ .idiag_family = AF_INET6, .idiag_state = SOCK_CLOSE_WAIT },
	};
	uint8_t family = kernel.families[kernel.requests - 1];
	size_t length = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (family == AF_UNSPEC || family == rows[i].idiag_family)
			length += put(buffer + length, kernel.request.nlmsg_type, &rows[i], sizeof(rows[i]));
	return length;
}

static size_t put_done(char *buffer, int error)
{
	const int32_t number = -error;

	return put(buffer, NLMSG_DONE, &number, sizeof(number));
}

static size_t put_error(char *buffer, int error)
{
	const struct nlmsgerr message = { .error = -error };

	return put(buffer, NLMSG_ERROR, &message, sizeof(message));
}

static void address_messages(int fd, char *buffer, size_t length)
{
	struct sockaddr_nl name;
	socklen_t name_length = sizeof(name);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &name_length), 0);
	for (size_t at = 0; at + sizeof(struct nlmsghdr) <= length;) {
		struct nlmsghdr *header = (struct nlmsghdr *)(buffer + at);

		header->nlmsg_pid = name.nl_pid;
		at += NLMSG_ALIGN(header->nlmsg_len);
	}
}

static void assert_never_waits_for_ever(int fd)
{
	struct timeval timeout = { 0 };
	socklen_t length = sizeof(timeout);

	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, &length), 0);
	assert_in_range(timeout.tv_sec, 1, 10);
}

static size_t put_answer(char *buffer, enum fault fault)
{
	if (fault == FAULT_ERROR)
		return put_error(buffer, kernel.error);
	if (kernel.half++ == 0)
		return put_rows(buffer);
	return put_done(buffer, fault == FAULT_DONE ? kernel.error : 0);
}

/* A fault shows up in the last part of an answer, save where it is the only one. */
static enum fault fault_now(void)
{
	bool due = kernel.faults > 0 && (kernel.half == 1 || kernel.fault == FAULT_ERROR) &&
		   (!kernel.only || kernel.only == kernel.request.nlmsg_type);

	if (!due)
		return FAULT_NONE;
	kernel.faults--;
	return kernel.fault;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	enum fault fault = fault_now();
	struct sockaddr_nl from = { .nl_family = AF_NETLINK };
	char *buffer = message->msg_iov->iov_base;
	size_t length;

	(void)flags;
	kernel.receives++;
	assert_never_waits_for_ever(fd);
	assert_in_range(message->msg_iov->iov_len, 32 * 1024, 1024 * 1024);
	if (fault == FAULT_RECEIVE || fault == FAULT_INTERRUPTED) {
		errno = fault == FAULT_RECEIVE ? kernel.error : EINTR;
		return -1;
	}
	length = put_answer(buffer, fault);
	address_messages(fd, buffer, length);
	if (fault == FAULT_SEQUENCE)
		((struct nlmsghdr *)buffer)->nlmsg_seq--;
	if (fault == FAULT_STRANGER)
		from.nl_pid = 4711;
	if (fault == FAULT_FAMILY)
		from.nl_family = AF_UNIX;
	memcpy(message->msg_name, &from, sizeof(from));
	message->msg_namelen = sizeof(from);
	message->msg_flags = fault == FAULT_TRUNCATED ? MSG_TRUNC : 0;
	memset(buffer + length, 0, 8);
	return (ssize_t)(length + (fault == FAULT_TRAILING ? 4 : 0) - (fault == FAULT_CUT ? 4 : 0));
}

int openat(int at_fd, const char *path, int flags, ...)
{
	if (kernel.no_sockstat > 0 && strstr(path, "sockstat")) {
		kernel.no_sockstat--;
		errno = EACCES;
		return -1;
	}
	return (int)syscall(SYS_openat, at_fd, path, flags, 0);
}

/* Takes one look at the kernel as it is set up. */
struct seen {
	int r;
	struct look look;
};

static struct seen look_at(struct kernel set_up, bool listen_only)
{
	struct seen seen = { 0 };
	struct diag *diag = NULL;

	kernel = set_up;
	assert_int_equal(diag_open(&diag), 0);
	seen.r = diag_look(diag, listen_only, &seen.look);
	diag_close(diag);
	assert_int_equal(seen.look.complete, seen.r == 0);
	assert_int_equal(seen.look.error[0] == 0, seen.r == 0);
	assert_true(seen.look.start_usec > 0 && seen.look.start_usec <= seen.look.end_usec);
	return seen;
}

static const struct {
	enum fault fault;
	int error, r;
	const char *text; /* in look->error */
} faults[] = {
	{ FAULT_SEND, EPERM, -EPERM, "not permitted" },
	{ FAULT_RECEIVE, EAGAIN, -ETIMEDOUT, "did not answer in time" },
	{ FAULT_RECEIVE, ENOBUFS, -ENOBUFS, "lost" },
	{ FAULT_RECEIVE, ENOMEM, -ENOMEM, "out of memory" },
	{ FAULT_TRUNCATED, 0, -EMSGSIZE, "larger pieces" },
	{ FAULT_STRANGER, 0, -EPROTO, "not the kernel's answer" },
	{ FAULT_FAMILY, 0, -EPROTO, "not the kernel's answer" },
	{ FAULT_SEQUENCE, 0, -EPROTO, "not the kernel's answer" },
	{ FAULT_CUT, 0, -EBADMSG, "damaged" },
	{ FAULT_TRAILING, 0, -EBADMSG, "damaged" },
	{ FAULT_DONE, ENOMEM, -ENOMEM, "out of memory" },
	{ FAULT_DONE, EINVAL, -EINVAL, "Invalid argument" },
	{ FAULT_ERROR, EPERM, -EPERM, "not permitted" },
	{ FAULT_ERROR, EBUSY, -EBUSY, "busy" },
	{ FAULT_ERROR, ENOENT, -ENOENT, "modprobe tcp_diag" },
	{ FAULT_ERROR, EOPNOTSUPP, -EOPNOTSUPP, "modprobe tcp_diag" },
	{ FAULT_DONE, ENOENT, -ENOENT, "modprobe tcp_diag" },
};

#define FAULTS (sizeof(faults) / sizeof(faults[0]))

static void assert_whole(const struct seen *seen)
{
	assert_int_equal(seen->r, 0);
	assert_int_equal(seen->look.n_rows, 3);
	assert_int_equal(seen->look.tally.count[SOCK_CLOSE_WAIT], 2);
	assert_int_equal(seen->look.tally.count[SOCK_LISTEN], 1);
}

static void an_answer_without_a_fault_is_a_complete_look(void **state)
{
	struct seen seen = look_at((struct kernel){ 0 }, false);

	(void)state;
	assert_whole(&seen);
	assert_int_equal(kernel.requests, 1);
	look_done(&seen.look);
}

static void a_fault_that_passes_is_made_good_by_a_second_try(void **state)
{
	(void)state;
	for (size_t i = 0; i < FAULTS; i++) {
		struct kernel set_up = { .fault = faults[i].fault, .error = faults[i].error, .faults = 1 };
		struct seen seen = look_at(set_up, false);

		assert_int_equal(kernel.faults, 0);
		assert_whole(&seen); /* the rows of the first try do not count twice */
		assert_true(kernel.requests > 2 || kernel.sequences[0] == kernel.sequences[1]); /* a new socket */
		look_done(&seen.look);
	}
}

static void a_fault_that_stays_makes_the_look_incomplete_and_says_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < FAULTS; i++) {
		struct kernel set_up = { .fault = faults[i].fault, .error = faults[i].error, .faults = 1000 };
		struct seen seen = look_at(set_up, false);

		assert_int_equal(seen.r, faults[i].r);
		if (!strstr(seen.look.error, faults[i].text))
			fail_msg("\"%s\" does not say \"%s\"", seen.look.error, faults[i].text);
		assert_true(kernel.requests <= 6);
		look_done(&seen.look);
	}
}

static void the_rows_that_came_before_a_fault_are_kept(void **state)
{
	struct seen seen = look_at((struct kernel){ .fault = FAULT_RECEIVE, .error = ENOBUFS, .faults = 1000 }, false);

	(void)state;
	assert_int_equal(seen.look.n_rows, 3);
	assert_int_equal(seen.look.rows[1].state, SOCK_CLOSE_WAIT);
	assert_int_equal(seen.look.tally.count[SOCK_CLOSE_WAIT], 2);
	look_done(&seen.look);
}

static void a_signal_does_no_harm(void **state)
{
	struct seen seen = look_at((struct kernel){ .fault = FAULT_INTERRUPTED, .faults = 1 }, false);

	(void)state;
	assert_whole(&seen);
	assert_int_equal(kernel.requests, 1);
	assert_int_equal(kernel.receives, 3);
	look_done(&seen.look);
}

static void one_walk_that_is_refused_becomes_one_dump_a_family(void **state)
{
	static const int refusals[] = { EINVAL, EOPNOTSUPP, ENOENT };

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct look look = { 0 };
		struct diag *diag = NULL;

		kernel = (struct kernel){
			.fault = FAULT_ERROR, .error = refusals[i], .faults = 1000, .only = TCPDIAG_GETSOCK
		};
		assert_int_equal(diag_open(&diag), 0);
		assert_int_equal(diag_look(diag, false, &look), 0);
		assert_true(look.complete);
		assert_int_equal(look.n_rows, 3);
		assert_int_equal(diag_look(diag, false, &look), 0); /* it is not asked for again */
		assert_int_equal(look.n_rows, 3);
		assert_int_equal(kernel.requests, 5);
		for (int k = 0; k < 5; k++) {
			assert_int_equal(kernel.types[k], k ? SOCK_DIAG_BY_FAMILY : TCPDIAG_GETSOCK);
			assert_int_equal(kernel.families[k], k ? k % 2 ? AF_INET : AF_INET6 : AF_UNSPEC);
		}
		diag_close(diag);
		look_done(&look);
	}
}

static void a_refusal_of_everything_is_not_remembered(void **state)
{
	struct look look = { 0 };
	struct diag *diag = NULL;

	(void)state;
	kernel = (struct kernel){ .fault = FAULT_ERROR, .error = ENOENT, .faults = 1000 };
	assert_int_equal(diag_open(&diag), 0);
	assert_int_equal(diag_look(diag, false, &look), -ENOENT);
	kernel = (struct kernel){ 0 }; /* somebody has loaded the module */
	assert_int_equal(diag_look(diag, false, &look), 0);
	assert_int_equal(kernel.types[0], TCPDIAG_GETSOCK);
	assert_int_equal(look.n_rows, 3);
	diag_close(diag);
	look_done(&look);
}

static void a_failure_on_the_way_is_no_refusal(void **state)
{
	struct kernel set_up = { .fault = FAULT_DONE, .error = EINVAL, .faults = 1000, .only = TCPDIAG_GETSOCK };
	struct seen seen = look_at(set_up, false);

	(void)state;
	assert_int_equal(seen.r, -EINVAL);
	assert_int_equal(kernel.requests, 2);
	look_done(&seen.look);
}

static void established_and_time_wait_sockets_are_never_asked_for(void **state)
{
	static const uint32_t never = 1u << SOCK_ESTABLISHED | 1u << SOCK_TIME_WAIT;
	static const uint32_t all = (1u << SOCK_STATES) - 2;
	struct seen seen = look_at((struct kernel){ 0 }, false);

	(void)state;
	assert_int_equal(kernel.states, all & ~never);
	assert_int_equal(kernel.extensions, 1 << (INET_DIAG_INFO - 1) | 1 << (INET_DIAG_SKMEMINFO - 1));
	look_done(&seen.look);
}

static void a_look_at_listeners_asks_for_nothing_else(void **state)
{
	struct seen seen = look_at((struct kernel){ 0 }, true);

	(void)state;
	assert_int_equal(kernel.states, 1u << SOCK_LISTEN);
	assert_int_equal(kernel.extensions, 1 << (INET_DIAG_SKMEMINFO - 1));
	assert_int_equal(seen.look.n_rows, 1); /* the others have left LISTEN since they were picked */
	assert_int_equal(seen.look.tally.count[SOCK_CLOSE_WAIT], 0);
	assert_true(seen.look.listen_only);
	look_done(&seen.look);
}

static void a_sockstat_that_cannot_be_read_makes_the_look_incomplete(void **state)
{
	struct seen seen = look_at((struct kernel){ .no_sockstat = 1 }, false);

	(void)state;
	assert_whole(&seen);
	assert_int_equal(kernel.requests, 2);
	look_done(&seen.look);
	seen = look_at((struct kernel){ .no_sockstat = 1000 }, false);
	assert_int_equal(seen.r, -EACCES);
	assert_non_null(strstr(seen.look.error, "/proc/self/net/sockstat: Permission denied"));
	assert_int_equal(seen.look.n_rows, 3);
	look_done(&seen.look);
}

static void rows_need_no_new_memory_in_the_next_look(void **state)
{
	struct look look = { 0 };
	struct diag *diag = NULL;
	struct sock_row *rows;

	(void)state;
	kernel = (struct kernel){ 0 };
	assert_int_equal(diag_open(&diag), 0);
	assert_int_equal(diag_look(diag, false, &look), 0);
	rows = look.rows;
	assert_int_equal(diag_look(diag, false, &look), 0);
	assert_int_equal(look.n_rows, 3);
	assert_ptr_equal(look.rows, rows);
	diag_close(diag);
	look_done(&look);
}

static void waiting_connections_are_counted_once_although_a_try_failed(void **state)
{
	struct diag_waiting port = { .port = 0, .count = 99, .oldest_usec = 99 };
	struct diag *diag = NULL;

	(void)state;
	kernel = (struct kernel){ .fault = FAULT_CUT, .faults = 1 };
	assert_int_equal(diag_open(&diag), 0);
	assert_int_equal(diag_waiting(diag, &port, 1), 0);
	assert_int_equal(port.count, 2);
	assert_int_equal(kernel.states, 1u << SOCK_ESTABLISHED | 1u << SOCK_CLOSE_WAIT);
	kernel.faults = 1000;
	assert_int_equal(diag_waiting(diag, &port, 1), -EBADMSG);
	diag_close(diag);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_without_a_fault_is_a_complete_look),
		cmocka_unit_test(a_fault_that_passes_is_made_good_by_a_second_try),
		cmocka_unit_test(a_fault_that_stays_makes_the_look_incomplete_and_says_why),
		cmocka_unit_test(the_rows_that_came_before_a_fault_are_kept),
		cmocka_unit_test(a_signal_does_no_harm),
		cmocka_unit_test(one_walk_that_is_refused_becomes_one_dump_a_family),
		cmocka_unit_test(a_refusal_of_everything_is_not_remembered),
		cmocka_unit_test(a_failure_on_the_way_is_no_refusal),
		cmocka_unit_test(established_and_time_wait_sockets_are_never_asked_for),
		cmocka_unit_test(a_look_at_listeners_asks_for_nothing_else),
		cmocka_unit_test(a_sockstat_that_cannot_be_read_makes_the_look_incomplete),
		cmocka_unit_test(rows_need_no_new_memory_in_the_next_look),
		cmocka_unit_test(waiting_connections_are_counted_once_although_a_try_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
