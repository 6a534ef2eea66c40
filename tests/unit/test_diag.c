/* SPDX-License-Identifier: MIT */
/* Looks at real sockets, in a network namespace of our own. */
#include "kernel/diag.h"
#include "kernel/diag_link.h"
#include "kernel/machine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/tcp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define SKIP_ALL 77 /* to automake */
#define PATIENCE_USEC UINT64_C(10000000)

/* Sockets that a test keeps open, and what the tables should show of them. */
struct farm {
	int fds[128];
	size_t n;
	struct sock_tally expected;
};

static int keep(struct farm *farm, int fd)
{
	assert_true(fd >= 0);
	assert_true(farm->n < sizeof(farm->fds) / sizeof(farm->fds[0]));
	return farm->fds[farm->n++] = fd;
}

static void farm_close(struct farm *farm)
{
	const struct linger reset = { .l_onoff = 1 };

	for (size_t i = 0; i < farm->n; i++) {
		setsockopt(farm->fds[i], SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(farm->fds[i]);
	}
}

static void expect(struct farm *farm, enum sock_state state)
{
	farm->expected.count[state]++;
}

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static union address loopback(int family)
{
	union address address = { .any.sa_family = (sa_family_t)family };

	if (family == AF_INET)
		address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		address.v6.sin6_addr = in6addr_loopback;
	return address;
}

static socklen_t address_length(const union address *address)
{
	return address->any.sa_family == AF_INET ? sizeof(address->v4) : sizeof(address->v6);
}

static union address name_of(int fd)
{
	union address address = { 0 };
	socklen_t length = sizeof(address);

	assert_int_equal(getsockname(fd, &address.any, &length), 0);
	return address;
}

static uint16_t port_of(int fd)
{
	union address address = name_of(fd);

	return ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
}

static int listen_on(struct farm *farm, union address address, int backlog)
{
	int fd = keep(farm, socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));

	assert_int_equal(bind(fd, &address.any, address_length(&address)), 0);
	assert_int_equal(listen(fd, backlog), 0);
	expect(farm, SOCK_LISTEN);
	return fd;
}

static int connect_to(int listener)
{
	union address address = name_of(listener);
	int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, &address.any, address_length(&address)), 0);
	return fd;
}

struct pair {
	int client, server;
};

static struct pair connect_pair(int listener)
{
	struct pair pair = { .client = connect_to(listener) };

	pair.server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(pair.server >= 0);
	return pair;
}

/* Sends until nothing more goes out. */
static void fill(int fd)
{
	static const char bytes[65536];

	while (send(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		;
	assert_int_equal(errno, EAGAIN);
}

static int tcp_state(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t length = sizeof(info);

	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length), 0);
	return info.tcpi_state;
}

static void pause_shortly(uint64_t since_usec)
{
	nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
	assert_true(machine_monotonic_usec() - since_usec < PATIENCE_USEC);
}

/* Reads whatever comes until the socket is in the state. */
static void drain_until(int fd, int state)
{
	static char bytes[65536];
	uint64_t start = machine_monotonic_usec();

	while (tcp_state(fd) != state)
		if (recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) <= 0)
			pause_shortly(start);
}

static void make_established(struct farm *farm, int listener)
{
	struct pair pair = connect_pair(listener);

	keep(farm, pair.client);
	keep(farm, pair.server);
	expect(farm, SOCK_ESTABLISHED);
	expect(farm, SOCK_ESTABLISHED);
}

/* The client's end: still held; closed (a small timewait socket); closed, and kept as a full socket without owner. */
static void make_close_wait(struct farm *farm, int listener)
{
	struct pair held = connect_pair(listener), closed = connect_pair(listener), orphan = connect_pair(listener);
	const int long_timeout = 100;

	shutdown(held.client, SHUT_WR);
	keep(farm, held.client);
	close(closed.client);
	setsockopt(orphan.client, IPPROTO_TCP, TCP_LINGER2, &long_timeout, sizeof(long_timeout));
	close(orphan.client);
	keep(farm, held.server);
	keep(farm, closed.server);
	keep(farm, orphan.server);
	for (int i = 0; i < 3; i++) {
		expect(farm, SOCK_CLOSE_WAIT);
		expect(farm, SOCK_FIN_WAIT2);
	}
}

static void make_time_wait(struct farm *farm, int listener)
{
	struct pair pair = connect_pair(listener);
	char byte;

	shutdown(pair.client, SHUT_WR);
	assert_int_equal(read(pair.server, &byte, 1), 0);
	close(pair.server);
	assert_int_equal(read(pair.client, &byte, 1), 0);
	close(pair.client);
	expect(farm, SOCK_TIME_WAIT);
}

/* The FIN stands behind data that nobody reads; once with a holder, once without. */
static void make_fin_wait1(struct farm *farm, int listener)
{
	struct pair held = connect_pair(listener), orphan = connect_pair(listener);

	fill(held.client);
	shutdown(held.client, SHUT_WR);
	keep(farm, held.client);
	fill(orphan.client);
	close(orphan.client);
	keep(farm, held.server);
	keep(farm, orphan.server);
	for (int i = 0; i < 2; i++) {
		expect(farm, SOCK_FIN_WAIT1);
		expect(farm, SOCK_ESTABLISHED);
	}
}

static void make_last_ack(struct farm *farm, int listener)
{
	struct pair pair = connect_pair(listener);
	char byte;

	shutdown(pair.client, SHUT_WR);
	assert_int_equal(read(pair.server, &byte, 1), 0);
	fill(pair.server);
	close(pair.server);
	keep(farm, pair.client);
	expect(farm, SOCK_LAST_ACK);
	expect(farm, SOCK_FIN_WAIT2);
}

/* Both are full and have closed; then one reads and so gets the other's FIN before the answer to its own. */
static void make_closing(struct farm *farm, int listener)
{
	struct pair pair = connect_pair(listener);

	fill(pair.client);
	fill(pair.server);
	shutdown(pair.client, SHUT_WR);
	shutdown(pair.server, SHUT_WR);
	keep(farm, pair.client);
	keep(farm, pair.server);
	drain_until(pair.client, SOCK_CLOSING);
	expect(farm, SOCK_CLOSING);
	expect(farm, SOCK_FIN_WAIT2);
}

static void make_syn_recv(struct farm *farm, int family)
{
	const int seconds = 60;
	int listener = listen_on(farm, loopback(family), 8);

	setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof(seconds));
	keep(farm, connect_to(listener));
	expect(farm, SOCK_ESTABLISHED);
	expect(farm, SOCK_SYN_RECV);
}

/* An accept queue that is full: two wait, one of which has left again, a third does not get in. */
static int make_syn_sent(struct farm *farm, int family)
{
	int listener = listen_on(farm, loopback(family), 1);
	union address address = name_of(listener);
	int late = keep(farm, socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));

	keep(farm, connect_to(listener));
	close(connect_to(listener));
	expect(farm, SOCK_ESTABLISHED);
	expect(farm, SOCK_ESTABLISHED);
	expect(farm, SOCK_CLOSE_WAIT);
	expect(farm, SOCK_FIN_WAIT2);
	assert_int_equal(connect(late, &address.any, address_length(&address)), -1);
	assert_int_equal(errno, EINPROGRESS);
	expect(farm, SOCK_SYN_SENT);
	return listener;
}

/* None of these is in a table that counts: never bound, bound, and a connection that is over while its descriptors
 * are not. */
static void make_nothing(struct farm *farm, int listener)
{
	union address address = loopback(AF_INET);
	struct pair pair = connect_pair(listener);
	const struct linger reset = { .l_onoff = 1 };

	keep(farm, socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	bind(keep(farm, socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), &address.any, address_length(&address));
	setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(pair.client);
	keep(farm, pair.server);
}

static void make_all(struct farm *farm, int family)
{
	int listener = listen_on(farm, loopback(family), 8);

	make_established(farm, listener);
	make_close_wait(farm, listener);
	make_time_wait(farm, listener);
	make_fin_wait1(farm, listener);
	make_last_ack(farm, listener);
	make_closing(farm, listener);
	make_syn_recv(farm, family);
	make_syn_sent(farm, family);
	make_nothing(farm, listener);
}

/* An IPv6 listener with an IPv4 client. */
static void make_mapped(struct farm *farm)
{
	union address any = { .v6 = { .sin6_family = AF_INET6 } };
	int listener = listen_on(farm, any, 8);
	union address address = loopback(AF_INET);
	int client = keep(farm, socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));

	address.v4.sin_port = htons(port_of(listener));
	assert_int_equal(connect(client, &address.any, address_length(&address)), 0);
	keep(farm, accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	shutdown(client, SHUT_WR);
	expect(farm, SOCK_FIN_WAIT2);
	expect(farm, SOCK_CLOSE_WAIT);
}

static void print_tally(const char *who, const struct sock_tally *tally)
{
	print_message("%-9s", who);
	for (unsigned s = SOCK_ESTABLISHED; s < SOCK_STATES; s++)
		print_message(" %s %llu", sock_state_name(s), (unsigned long long)tally->count[s]);
	print_message("\n");
}

static bool same_tally(const struct sock_tally *a, const struct sock_tally *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static void assert_same_tally(const char *who, const struct sock_tally *tally, const struct sock_tally *expected)
{
	if (same_tally(tally, expected))
		return;
	print_tally(who, tally);
	print_tally("expected", expected);
	fail();
}

static void look_whole(struct diag *diag, bool listen_only, struct look *look)
{
	int r = diag_look(diag, listen_only, look);

	if (r < 0)
		fail_msg("%s", look->error);
	assert_true(look->complete);
}

/* Looks until what is on its way has arrived: acknowledgements can take 40 ms and more. */
static void look_until_as_expected(struct diag *diag, const struct farm *farm, struct look *look)
{
	uint64_t start = machine_monotonic_usec();

	do {
		nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
		look_whole(diag, false, look);
	} while (!same_tally(&look->tally, &farm->expected) && machine_monotonic_usec() - start < PATIENCE_USEC);
	assert_same_tally("look", &look->tally, &farm->expected);
}

/* /proc/net/tcp: another way to the same tables. */
static void count_proc(const char *path, struct sock_tally *tally)
{
	FILE *in = fopen(path, "re");
	char line[512];
	unsigned s;

	if (!in)
		return;
	while (fgets(line, sizeof(line), in))
		if (sscanf(line, " %*d: %*s %*s %x", &s) == 1 && s < SOCK_STATES)
			tally->count[s]++;
	fclose(in);
}

static const char *const ss_names[SOCK_STATES] = {
	[SOCK_ESTABLISHED] = "ESTAB",    [SOCK_SYN_SENT] = "SYN-SENT",     [SOCK_SYN_RECV] = "SYN-RECV",
	[SOCK_FIN_WAIT1] = "FIN-WAIT-1", [SOCK_FIN_WAIT2] = "FIN-WAIT-2",  [SOCK_TIME_WAIT] = "TIME-WAIT",
	[SOCK_CLOSE] = "UNCONN",         [SOCK_CLOSE_WAIT] = "CLOSE-WAIT", [SOCK_LAST_ACK] = "LAST-ACK",
	[SOCK_LISTEN] = "LISTEN",        [SOCK_CLOSING] = "CLOSING",
};

/* Returns whether there is an ss. */
static bool count_ss(struct sock_tally *tally)
{
	FILE *in = popen("ss -Htan 2>/dev/null", "re");
	char line[512], name[32];

	assert_non_null(in);
	while (fgets(line, sizeof(line), in))
		for (unsigned s = SOCK_ESTABLISHED; s < SOCK_STATES && sscanf(line, "%31s", name) == 1; s++)
			tally->count[s] += strcmp(name, ss_names[s]) == 0;
	return pclose(in) == 0;
}

static void every_state_is_counted_as_the_kernel_and_ss_count_it(void **state)
{
	struct farm farm = { .n = 0 };
	struct sock_tally proc = { 0 }, ss = { 0 };
	struct look look = { 0 };
	struct diag *diag = NULL;

	(void)state;
	make_all(&farm, AF_INET);
	make_all(&farm, AF_INET6);
	make_mapped(&farm);
	assert_int_equal(diag_open(&diag), 0);
	look_until_as_expected(diag, &farm, &look);
	count_proc("/proc/self/net/tcp", &proc);
	count_proc("/proc/self/net/tcp6", &proc);
	assert_same_tally("proc", &proc, &farm.expected);
	if (count_ss(&ss))
		assert_same_tally("ss", &ss, &farm.expected);
	else
		print_message("skipped: there is no ss to compare with\n");
	assert_int_equal(look.n_rows, look.tally.count[SOCK_LISTEN] + look.tally.count[SOCK_CLOSE_WAIT]);
	assert_true(look.has_counters);
	assert_true(look.somaxconn > 0);
	farm_close(&farm);
	diag_close(diag);
	look_done(&look);
}

static void a_look_at_listeners_counts_listeners_alone(void **state)
{
	struct farm farm = { .n = 0 };
	struct sock_tally expected = { 0 };
	struct look look = { 0 };
	struct diag *diag = NULL;

	(void)state;
	make_close_wait(&farm, listen_on(&farm, loopback(AF_INET), 8));
	listen_on(&farm, loopback(AF_INET6), 3);
	expected.count[SOCK_LISTEN] = 2;
	assert_int_equal(diag_open(&diag), 0);
	look_whole(diag, true, &look);
	assert_same_tally("look", &look.tally, &expected);
	assert_int_equal(look.n_rows, 2);
	assert_true(look.rows[0].flags & SOCK_HAS_DROPS);
	assert_true(look.has_counters);
	farm_close(&farm);
	diag_close(diag);
	look_done(&look);
}

static const struct sock_row *find_row(const struct look *look, enum sock_state state, uint16_t local_port)
{
	for (size_t i = 0; i < look->n_rows; i++)
		if (look->rows[i].state == state && look->rows[i].local_port == local_port)
			return &look->rows[i];
	fail_msg("no row of port %u", local_port);
	return NULL;
}

static void a_full_listener_shows_its_queue_its_limit_and_its_drops(void **state)
{
	struct farm farm = { .n = 0 };
	int listener = make_syn_sent(&farm, AF_INET);
	struct look look = { 0 };
	struct diag *diag = NULL;
	const struct sock_row *row;

	(void)state;
	assert_int_equal(diag_open(&diag), 0);
	look_until_as_expected(diag, &farm, &look);
	row = find_row(&look, SOCK_LISTEN, port_of(listener));
	assert_int_equal(row->rqueue, 2);
	assert_int_equal(row->limit, 1);
	assert_true(row->drops >= 1);
	assert_int_equal(look.counters.listen_overflows, row->drops);
	row = find_row(&look, SOCK_CLOSE_WAIT, port_of(listener));
	assert_false(sock_row_accepted(row));
	farm_close(&farm);
	diag_close(diag);
	look_done(&look);
}

static void a_leaked_socket_shows_what_is_unread_and_how_old_it_is(void **state)
{
	struct farm farm = { .n = 0 };
	int listener = listen_on(&farm, loopback(AF_INET6), 8);
	struct pair pair = connect_pair(listener);
	struct look look = { 0 };
	struct diag *diag = NULL;
	const struct sock_row *row;
	uint64_t start = machine_monotonic_usec();

	(void)state;
	keep(&farm, pair.client);
	keep(&farm, pair.server);
	assert_int_equal(send(pair.client, "fifteen bytes..", 15, 0), 15);
	shutdown(pair.client, SHUT_WR);
	assert_int_equal(diag_open(&diag), 0);
	do {
		pause_shortly(start);
		look_whole(diag, false, &look);
		row = find_row(&look, SOCK_CLOSE_WAIT, port_of(listener));
	} while (row->last_ack_recv_ms < 30);
	assert_int_equal(row->rqueue, 16);
	assert_true(sock_row_accepted(row));
	assert_int_equal(row->uid, getuid());
	assert_int_equal(row->remote_port, port_of(pair.client));
	assert_memory_equal(row->address, &in6addr_loopback, 16);
	assert_int_equal(row->flags, SOCK_HAS_INFO | SOCK_IPV6);
	/* The kernel counts in ticks of up to 10 ms. */
	assert_true(row->last_data_recv_ms * UINT64_C(1000) <= look.end_usec - start + 20000);
	farm_close(&farm);
	diag_close(diag);
	look_done(&look);
}

static void waiting_connections_are_told_from_accepted_ones(void **state)
{
	struct farm farm = { .n = 0 };
	int one = listen_on(&farm, loopback(AF_INET), 8), two = listen_on(&farm, loopback(AF_INET), 8);
	struct diag_waiting ports[] = {
		{ .port = port_of(one) },
		{ .port = port_of(two), .count = 77 },
		{ .port = 1 },
	};
	uint64_t start = machine_monotonic_usec();
	struct diag *diag = NULL;

	(void)state;
	make_established(&farm, one);
	make_close_wait(&farm, one);
	keep(&farm, connect_to(one));
	assert_int_equal(send(keep(&farm, connect_to(one)), "hello", 5, 0), 5);
	close(connect_to(one));
	assert_int_equal(diag_open(&diag), 0);
	do {
		pause_shortly(start);
		assert_int_equal(diag_waiting(diag, ports, 3), 0);
	} while (ports[0].oldest_usec < 30000);
	assert_int_equal(ports[0].count, 3);
	assert_true(ports[0].oldest_usec <= machine_monotonic_usec() - start + 20000);
	for (int i = 1; i < 3; i++) {
		assert_int_equal(ports[i].count, 0);
		assert_int_equal(ports[i].oldest_usec, 0);
	}
	assert_int_equal(diag_waiting(diag, NULL, 0), 0);
	farm_close(&farm);
	diag_close(diag);
}

struct range {
	uint16_t min, max;
	size_t n;
};

static int count_in_range(void *context, const struct sock_row *row)
{
	struct range *range = context;

	assert_in_range(row->local_port, range->min, range->max);
	range->n++;
	return 0;
}

static size_t rows_of(struct diag_link *link, uint8_t family, uint16_t min, uint16_t max)
{
	const struct diag_request request = { .states = 1u << SOCK_LISTEN, .port_min = min, .port_max = max };
	struct range range = { min, max ? max : UINT16_MAX, 0 };
	struct diag_stream stream = { .take = count_in_range, .context = &range };

	assert_int_equal(diag_link_dump(link, &request, family, &stream), 0);
	assert_int_equal(stream.rows, range.n);
	return range.n;
}

static void the_kernel_gives_the_ports_and_families_that_were_asked_for(void **state)
{
	struct farm farm = { .n = 0 };
	struct diag_link link;
	uint16_t port = 0, below, above;

	(void)state;
	for (int i = 0; i < 5; i++) /* ports of the two families may well be the same */
		port = port_of(listen_on(&farm, loopback(i < 2 ? AF_INET6 : AF_INET), 1));
	below = (uint16_t)(port - 1);
	above = (uint16_t)(port + 1);
	assert_int_equal(diag_link_open(&link), 0);
	assert_int_equal(rows_of(&link, AF_UNSPEC, 0, 0), 5);
	assert_int_equal(rows_of(&link, AF_INET, 0, 0), 3);
	assert_int_equal(rows_of(&link, AF_INET6, 0, 0), 2);
	assert_int_equal(rows_of(&link, AF_INET, port, port), 1);
	assert_int_equal(rows_of(&link, AF_UNSPEC, 1, UINT16_MAX), 5);
	assert_int_equal(rows_of(&link, AF_INET, 1, below) + rows_of(&link, AF_INET, above, UINT16_MAX), 2);
	assert_int_equal(rows_of(&link, AF_UNSPEC, 1, below) + rows_of(&link, AF_UNSPEC, port, port) +
				 rows_of(&link, AF_UNSPEC, above, UINT16_MAX),
			 5);
	diag_link_close(&link);
	farm_close(&farm);
}

/* A message to our socket that looks like the end of the answer it waits for, from a process that may send it. */
static void forge_end_of_answer(void)
{
	const struct sockaddr_nl to = { .nl_family = AF_NETLINK, .nl_pid = (uint32_t)getpid() };
	const struct {
		struct nlmsghdr header;
		int32_t error;
	} message = {
		{ .nlmsg_len = sizeof(message), .nlmsg_type = NLMSG_DONE, .nlmsg_seq = 1, .nlmsg_pid = to.nl_pid }, 0
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	assert_true(fd >= 0);
	assert_int_equal(sendto(fd, &message, sizeof(message), 0, (const struct sockaddr *)&to, sizeof(to)),
			 sizeof(message));
	close(fd);
}

static void a_forged_answer_is_not_believed(void **state)
{
	struct farm farm = { .n = 0 };
	struct look look = { 0 };
	struct diag *diag = NULL;

	(void)state;
	listen_on(&farm, loopback(AF_INET), 1);
	assert_int_equal(diag_open(&diag), 0); /* the first netlink socket of a process has its pid as port */
	forge_end_of_answer();
	look_whole(diag, false, &look);
	assert_int_equal(look.n_rows, 1);
	farm_close(&farm);
	diag_close(diag);
	look_done(&look);
}

/* Each test has its own namespace: TIME_WAIT sockets of one do not show up in the next. */
static int enter_namespace(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd, r;

	if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return -errno;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	r = fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0 ? -errno : 0;
	if (fd >= 0)
		close(fd);
	return r;
}

static bool has_ipv6(void)
{
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int set_up(void **state)
{
	(void)state;
	return enter_namespace();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_state_is_counted_as_the_kernel_and_ss_count_it, set_up),
		cmocka_unit_test_setup(a_look_at_listeners_counts_listeners_alone, set_up),
		cmocka_unit_test_setup(a_full_listener_shows_its_queue_its_limit_and_its_drops, set_up),
		cmocka_unit_test_setup(a_leaked_socket_shows_what_is_unread_and_how_old_it_is, set_up),
		cmocka_unit_test_setup(waiting_connections_are_told_from_accepted_ones, set_up),
		cmocka_unit_test_setup(the_kernel_gives_the_ports_and_families_that_were_asked_for, set_up),
		cmocka_unit_test_setup(a_forged_answer_is_not_believed, set_up),
	};
	int r = enter_namespace();

	if (r < 0) {
		print_message("skipped: no network namespace of our own: %s\n", strerror(-r));
		return SKIP_ALL;
	}
	if (!has_ipv6()) {
		print_message("skipped: this kernel has no IPv6\n");
		return SKIP_ALL;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
