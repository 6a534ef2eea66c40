/* SPDX-License-Identifier: MIT */
#include "kernel/counters.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SOCKSTAT "self/net/sockstat"
#define SOCKSTAT6 "self/net/sockstat6"
#define NETSTAT "self/net/netstat"
#define SOMAXCONN_FILE "sys/net/core/somaxconn"

/* A small tree like /proc. */
static const char *const folders[] = { "self", "self/net", "sys", "sys/net", "sys/net/core" };
static const char *const files[] = { SOCKSTAT, SOCKSTAT6, NETSTAT, SOMAXCONN_FILE };

struct tree {
	char path[64];
	int fd;
};

static int tree_make(void **state)
{
	struct tree *tree = calloc(1, sizeof(*tree));

	strcpy(tree->path, "test_counters.XXXXXX");
	if (!mkdtemp(tree->path))
		return -1;
	tree->fd = open(tree->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (mkdirat(tree->fd, folders[i], 0700) < 0)
			return -1;
	*state = tree;
	return 0;
}

static int tree_remove(void **state)
{
	struct tree *tree = *state;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlinkat(tree->fd, files[i], 0);
	for (size_t i = sizeof(folders) / sizeof(folders[0]); i-- > 0;)
		unlinkat(tree->fd, folders[i], AT_REMOVEDIR);
	close(tree->fd);
	assert_int_equal(rmdir(tree->path), 0);
	free(tree);
	return 0;
}

static void write_bytes(const struct tree *tree, const char *path, const void *bytes, size_t length)
{
	int fd = openat(tree->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	close(fd);
}

static void write_text(const struct tree *tree, const char *path, const char *text)
{
	write_bytes(tree, path, text, strlen(text));
}

static void sockets_of_both_families_add_up(void **state)
{
	const struct tree *tree = *state;
	struct sockstat sockstat;

	write_text(tree, SOCKSTAT,
		   "sockets: used 37\nTCP: inuse 24 orphan 1 tw 3 alloc 32 mem 3121\nUDP: inuse 9 mem 0\n");
	write_text(tree, SOCKSTAT6, "TCP6: inuse 7\nUDP6: inuse 9\n");
	assert_int_equal(counters_read_sockstat(tree->fd, &sockstat), 0);
	assert_int_equal(sockstat.inuse, 31);
	assert_int_equal(sockstat.timewait, 3);
}

static void a_kernel_without_ipv6_is_fine(void **state)
{
	const struct tree *tree = *state;
	struct sockstat sockstat;

	write_text(tree, SOCKSTAT, "TCP: inuse 24 orphan 1 tw 3 alloc 32 mem 3121\n");
	assert_int_equal(counters_read_sockstat(tree->fd, &sockstat), 0);
	assert_int_equal(sockstat.inuse, 24);
}

static void a_missing_sockstat_is_an_error(void **state)
{
	const struct tree *tree = *state;
	struct sockstat sockstat = { 1, 2 };

	write_text(tree, SOCKSTAT6, "TCP6: inuse 7\n");
	assert_int_equal(counters_read_sockstat(tree->fd, &sockstat), -ENOENT);
	assert_int_equal(sockstat.inuse, 1);
}

static void an_odd_sockstat_is_refused(void **state)
{
	static const char *const odd[] = {
		"",
		"\n",
		"UDP: inuse 24 tw 3\n",
		"TCP: inuse 24 tw 3", /* cut */
		"TCP: inuse 24\n", /* no tw */
		"TCP: tw 3\n",
		"TCP: inuse 24 tw\n",
		"TCP: inuse tw 3\n",
		"TCP: inuse -1 tw 3\n",
		"TCP: inuse 0x1 tw 3\n",
		"TCP: inuse  24 tw 3\n",
		"TCP: inuse 24 tw 3x\n",
		"TCP: inuse 18446744073709551616 tw 3\n",
		"TCP: inuse 18446744073709551615 tw 3\n", /* 7 more in sockstat6 */
		"TCP: inuse 99999999999999999999999999 tw 3\n",
		" TCP: inuse 24 tw 3\n",
	};
	const struct tree *tree = *state;
	struct sockstat sockstat = { 1, 2 };

	write_text(tree, SOCKSTAT6, "TCP6: inuse 7\n");
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		write_text(tree, SOCKSTAT, odd[i]);
		assert_int_equal(counters_read_sockstat(tree->fd, &sockstat), -EBADMSG);
	}
	assert_int_equal(sockstat.inuse, 1);
	assert_int_equal(sockstat.timewait, 2);
}

static void an_odd_sockstat6_is_refused(void **state)
{
	static const char *const odd[] = { "", "TCP: inuse 7\n", "TCP6: used 7\n", "TCP6: inuse 7", "TCP6: inuse ?\n" };
	const struct tree *tree = *state;
	struct sockstat sockstat;

	write_text(tree, SOCKSTAT, "TCP: inuse 24 orphan 1 tw 3 alloc 32 mem 3121\n");
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		write_text(tree, SOCKSTAT6, odd[i]);
		assert_int_equal(counters_read_sockstat(tree->fd, &sockstat), -EBADMSG);
	}
}

static void counters_are_found_by_their_names(void **state)
{
	const struct tree *tree = *state;
	struct tcp_counters counters;

	write_text(tree, NETSTAT,
		   "TcpExt: SyncookiesSent ListenOverflows Between ListenDrops Last\n"
		   "TcpExt: 1 22 3 18446744073709551615 5\n"
		   "IpExt: ListenOverflows\nIpExt: 9\n");
	assert_int_equal(counters_read_netstat(tree->fd, &counters), 0);
	assert_int_equal(counters.listen_overflows, 22);
	assert_true(counters.listen_drops == UINT64_MAX);
	write_text(tree, NETSTAT, "IpExt: A\nIpExt: 9\nTcpExt: ListenDrops ListenOverflows\nTcpExt: 3 4\n");
	assert_int_equal(counters_read_netstat(tree->fd, &counters), 0);
	assert_int_equal(counters.listen_drops, 3);
	assert_int_equal(counters.listen_overflows, 4);
}

static void an_odd_netstat_is_refused(void **state)
{
	static const char *const odd[] = {
		"",
		"TcpExt: ListenOverflows ListenDrops\n",
		"TcpExt: ListenOverflows ListenDrops\nTcpExt: 1 2",
		"TcpExt: ListenOverflows ListenDrops\nIpExt: 1 2\n",
		"TcpExt: ListenOverflows ListenDrops\n\nTcpExt: 1 2\n",
		"TcpExt: ListenOverflows ListenDrops\nTcpExt: 1\n",
		"TcpExt: ListenOverflows ListenDrops\nTcpExt: 1 2 3\n",
		"TcpExt: ListenOverflows ListenDrops More\nTcpExt: 1 2\n",
		"TcpExt: ListenOverflows\nTcpExt: 1\n",
		"TcpExt: ListenDrops\nTcpExt: 1\n",
		"TcpExt: ListenOverflows ListenDrops\nTcpExt: 1 -2\n",
		"TcpExt: ListenOverflows ListenDrops\nTcpExt: 1 18446744073709551616\n",
		"TcpExt: ListenOverflows ListenDrops ListenDrops\nTcpExt: 1 2 3\n",
		"TcpExt: listenoverflows ListenDrops\nTcpExt: 1 2\n",
	};
	const struct tree *tree = *state;
	struct tcp_counters counters = { 7, 8 };

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		write_text(tree, NETSTAT, odd[i]);
		assert_int_equal(counters_read_netstat(tree->fd, &counters), -EBADMSG);
	}
	assert_int_equal(counters.listen_overflows, 7);
	assert_int_equal(counters.listen_drops, 8);
}

static void a_nul_byte_is_no_number(void **state)
{
	static const char netstat[] = "TcpExt: ListenOverflows ListenDrops\nTcpExt: 1 2\0"
				      "3\n";
	static const char number[] = "4\0\n";
	const struct tree *tree = *state;
	struct tcp_counters counters;
	uint32_t somaxconn;

	write_bytes(tree, NETSTAT, netstat, sizeof(netstat) - 1);
	assert_int_equal(counters_read_netstat(tree->fd, &counters), -EBADMSG);
	write_bytes(tree, SOMAXCONN_FILE, number, sizeof(number) - 1);
	assert_int_equal(counters_read_somaxconn(tree->fd, &somaxconn), -EBADMSG);
}

static void a_file_that_does_not_end_is_refused(void **state)
{
	static const char good[] = "TcpExt: ListenOverflows ListenDrops\nTcpExt: 1 2\n";
	static char bytes[256 * 1024];
	const struct tree *tree = *state;
	struct tcp_counters counters;

	memset(bytes, '\n', sizeof(bytes));
	memcpy(bytes, good, sizeof(good) - 1);
	write_bytes(tree, NETSTAT, bytes, sizeof(bytes));
	assert_int_equal(counters_read_netstat(tree->fd, &counters), -EBADMSG);
}

static void somaxconn_is_one_number_in_one_line(void **state)
{
	static const char *const odd[] = { "", "\n", "4096", "4096\n1\n", "4096 1\n", "-1\n", "4294967296\n", "x\n" };
	const struct tree *tree = *state;
	uint32_t somaxconn = 7;

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		write_text(tree, SOMAXCONN_FILE, odd[i]);
		assert_int_equal(counters_read_somaxconn(tree->fd, &somaxconn), -EBADMSG);
	}
	assert_int_equal(somaxconn, 7);
	write_text(tree, SOMAXCONN_FILE, "4096\n");
	assert_int_equal(counters_read_somaxconn(tree->fd, &somaxconn), 0);
	assert_int_equal(somaxconn, 4096);
}

static void the_kernel_s_own_files_can_be_read(void **state)
{
	int proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct sockstat sockstat;
	struct tcp_counters counters;
	uint32_t somaxconn;

	(void)state;
	assert_true(proc_fd >= 0);
	assert_int_equal(counters_read_sockstat(proc_fd, &sockstat), 0);
	assert_int_equal(counters_read_netstat(proc_fd, &counters), 0);
	assert_int_equal(counters_read_somaxconn(proc_fd, &somaxconn), 0);
	assert_true(somaxconn > 0);
	close(proc_fd);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sockets_of_both_families_add_up, tree_make, tree_remove),
		cmocka_unit_test_setup_teardown(a_kernel_without_ipv6_is_fine, tree_make, tree_remove),
		cmocka_unit_test_setup_teardown(a_missing_sockstat_is_an_error, tree_make, tree_remove),
		cmocka_unit_test_setup_teardown(an_odd_sockstat_is_refused, tree_make, tree_remove),
		cmocka_unit_test_setup_teardown(an_odd_sockstat6_is_refused, tree_make, tree_remove),
		cmocka_unit_test_setup_teardown(counters_are_found_by_their_names, tree_make, tree_remove),
		cmocka_unit_test_setup_teardown(an_odd_netstat_is_refused, tree_make, tree_remove),
		cmocka_unit_test_setup_teardown(a_nul_byte_is_no_number, tree_make, tree_remove),
		cmocka_unit_test_setup_teardown(a_file_that_does_not_end_is_refused, tree_make, tree_remove),
		cmocka_unit_test_setup_teardown(somaxconn_is_one_number_in_one_line, tree_make, tree_remove),
		cmocka_unit_test(the_kernel_s_own_files_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
