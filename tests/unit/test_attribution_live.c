/* SPDX-License-Identifier: MIT */
/* Real processes that hold real sockets of this test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/cleanup.h"
#include "kernel/attribution.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct live {
	int proc_fd;
	struct attribution *a;
};

static int setup(void **state)
{
	static struct live live;

	live.proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = &live;
	return attribution_new(live.proc_fd, &live.a);
}

static int teardown(void **state)
{
	struct live *live = *state;

	live->a = attribution_free(live->a);
	close(live->proc_fd);
	return 0;
}

static uint32_t inode_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return (uint32_t)st.st_ino;
}

static void search(struct live *live, uint32_t inode)
{
	struct attribution_want want = { .inode = inode, .uid = geteuid(), .port = 80, .urgent = true };

	assert_int_equal(attribution_update(live->a, &want, 1, UINT64_MAX), 0);
}

/* The socket is held by this one descriptor of this one process. */
static void assert_held_by(struct live *live, uint32_t inode, pid_t pid, int fd)
{
	const struct holder_book *book = attribution_book(live->a);
	size_t n;
	const struct hold *hold = holders_of(book, inode, &n);

	assert_int_equal(n, 1);
	assert_int_equal(book->processes[hold->process].pid, pid);
	assert_int_equal(hold->fd, fd);
	assert_int_equal(holders_state(book, inode), ATTRIBUTION_DONE);
}

static void assert_held_by_nobody(struct live *live, uint32_t inode)
{
	size_t n;

	assert_null(holders_of(attribution_book(live->a), inode, &n));
}

/* A connection over loopback; only its accepted end is kept. */
static int accepted(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), server;

	assert_int_equal(bind(listener, (struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	assert_int_equal(connect(client, (struct sockaddr *)&address, length), 0);
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(server >= 0);
	close(client);
	close(listener);
	return server;
}

/* A child that runs body() and never outlives the test. */
static pid_t start(void (*body)(void))
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		body();
		for (;;)
			pause();
	}
	return child;
}

static void stop(pid_t child)
{
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

/* Until a file of the process says so: no more than a moment. */
static void await(pid_t pid, const char *file, const char *what)
{
	struct timespec moment = { .tv_nsec = 1000000 };
	char path[32], text[1024] = "";

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	for (int i = 0; i < 10000 && !strstr(text, what); i++) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t n = read(fd, text, sizeof(text) - 1);

		assert_true(n > 0);
		text[n] = '\0';
		close(fd);
		nanosleep(&moment, NULL);
	}
	assert_non_null(strstr(text, what));
}

static void nothing(void)
{
}

static void a_child_that_inherited_the_socket_is_named_and_its_parent_is_not(void **state)
{
	struct live *live = *state;
	int server = accepted();
	uint32_t inode = inode_of(server);
	pid_t child = start(nothing);

	close(server);
	search(live, inode);
	assert_held_by(live, inode, child, server);
	stop(child);
	search(live, inode);
	assert_held_by_nobody(live, inode);
}

static void parent_and_child_are_both_named_until_the_parent_closes(void **state)
{
	struct live *live = *state;
	int server = accepted();
	uint32_t inode = inode_of(server);
	pid_t child = start(nothing);
	const struct process *processes;
	size_t n;

	search(live, inode);
	holders_of(attribution_book(live->a), inode, &n);
	processes = attribution_book(live->a)->processes;
	assert_int_equal(n, 2);
	assert_int_equal(attribution_book(live->a)->n_processes, 2);
	assert_true(processes[0].pid == getpid() || processes[1].pid == getpid());
	assert_true(processes[0].pid == child || processes[1].pid == child);
	close(server);
	search(live, inode);
	assert_held_by(live, inode, child, server);
	stop(child);
}

static void become_nobody(void)
{
	if (setresgid(65534, 65534, 65534) < 0 || setresuid(65534, 65534, 65534) < 0)
		_exit(1);
	/* The change has undone it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static bool can_become_nobody(void)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		become_nobody();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status == 0;
}

/* Sets or clears one of our effective capabilities. */
static bool change(cap_value_t capability, cap_flag_value_t value)
{
	cap_t ours = cap_get_proc();
	bool done = ours && cap_set_flag(ours, CAP_EFFECTIVE, 1, &capability, value) == 0 && cap_set_proc(ours) == 0;

	cap_free(ours);
	return done;
}

/* Without CAP_SYS_PTRACE the descriptors can be listed, but not what they are. */
static void another_users_process_needs_a_right_that_is_told_to_be_missing(void **state)
{
	struct live *live = *state;
	struct attribution_progress progress;
	uint32_t inode;
	pid_t child;
	int server;

	if (!can_become_nobody() || !change(CAP_SYS_PTRACE, CAP_SET)) {
		print_message("skipped: this test may not change its user, or has no CAP_SYS_PTRACE\n");
		skip();
	}
	server = accepted();
	inode = inode_of(server);
	child = start(become_nobody);
	close(server);
	await(child, "status", "\nUid:\t65534");
	assert_true(change(CAP_SYS_PTRACE, CAP_CLEAR));
	search(live, inode);
	assert_true(change(CAP_SYS_PTRACE, CAP_SET));
	assert_held_by_nobody(live, inode);
	assert_int_equal(holders_state(attribution_book(live->a), inode), ATTRIBUTION_DENIED);
	attribution_progress(live->a, &progress);
	assert_true(progress.denied > 0);
	search(live, inode);
	assert_held_by(live, inode, child, server);
	stop(child);
}

static void *hold_on(void *context)
{
	for (;;)
		pause();
	return context;
}

static void leave_a_thread_behind(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, hold_on, NULL) != 0)
		_exit(1);
	pthread_exit(NULL);
}

static void a_process_whose_leader_thread_has_exited_is_named(void **state)
{
	struct live *live = *state;
	int server = accepted();
	uint32_t inode = inode_of(server);
	pid_t child = start(leave_a_thread_behind);

	close(server);
	await(child, "stat", ") Z ");
	search(live, inode);
	assert_held_by(live, inode, child, server);
	assert_true(attribution_book(live->a)->processes[0].descriptors_open > 0);
	/* The check of the second call does not lose it. */
	search(live, inode);
	assert_held_by(live, inode, child, server);
	stop(child);
}

/* What a thread with a table of its own tells, and is told. */
struct apart {
	int server;
	uint32_t inode;
	int ready[2], end[2];
};

static void *accept_apart(void *context)
{
	struct apart *apart = context;
	char byte = 0;

	if (unshare(CLONE_FILES) == 0) {
		apart->server = accepted();
		apart->inode = inode_of(apart->server);
	}
	if (write(apart->ready[1], &byte, 1) == 1)
		while (read(apart->end[0], &byte, 1) < 0)
			;
	return NULL;
}

static void a_thread_with_a_table_of_its_own_is_found_at_the_second_try(void **state)
{
	struct live *live = *state;
	struct apart apart = { .server = -1 };
	pthread_t thread;
	struct stat st;
	char byte = 0;

	if (stat("/proc/self/fd", &st) < 0 || st.st_size == 0) {
		print_message("skipped: this kernel does not tell the number of descriptors (Linux 6.2 does)\n");
		skip();
	}
	assert_int_equal(pipe2(apart.ready, O_CLOEXEC), 0);
	assert_int_equal(pipe2(apart.end, O_CLOEXEC), 0);
	assert_int_equal(pthread_create(&thread, NULL, accept_apart, &apart), 0);
	assert_int_equal(read(apart.ready[0], &byte, 1), 1);
	assert_true(apart.server >= 0);
	search(live, apart.inode);
	assert_held_by_nobody(live, apart.inode);
	for (int i = 0; i < 2; i++) {
		search(live, apart.inode);
		assert_held_by(live, apart.inode, getpid(), apart.server);
	}
	assert_int_equal(write(apart.end[1], &byte, 1), 1);
	pthread_join(thread, NULL);
	for (int i = 0; i < 2; i++) {
		close(apart.ready[i]);
		close(apart.end[i]);
	}
}

static void send_descriptor(int channel, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(fd))] = { 0 };
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	assert_int_equal(sendmsg(channel, &message, 0), 1);
}

static int receive_descriptor(int channel)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int fd;

	assert_int_equal(recvmsg(channel, &message, MSG_CMSG_CLOEXEC), 1);
	assert_non_null(CMSG_FIRSTHDR(&message));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

static void a_socket_in_flight_has_no_holder_until_it_is_received(void **state)
{
	struct live *live = *state;
	int server = accepted(), channel[2], received;
	uint32_t inode = inode_of(server);

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel), 0);
	send_descriptor(channel[0], server);
	close(server);
	search(live, inode);
	assert_held_by_nobody(live, inode);
	assert_int_not_equal(holders_state(attribution_book(live->a), inode), ATTRIBUTION_PENDING);
	received = receive_descriptor(channel[1]);
	search(live, inode);
	assert_held_by(live, inode, getpid(), received);
	close(received);
	close(channel[0]);
	close(channel[1]);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_child_that_inherited_the_socket_is_named_and_its_parent_is_not),
		TEST(parent_and_child_are_both_named_until_the_parent_closes),
		TEST(another_users_process_needs_a_right_that_is_told_to_be_missing),
		TEST(a_process_whose_leader_thread_has_exited_is_named),
		TEST(a_thread_with_a_table_of_its_own_is_found_at_the_second_try),
		TEST(a_socket_in_flight_has_no_holder_until_it_is_received),
	};

	return cmocka_run_group_tests_name("attribution_live", tests, NULL, NULL);
}
