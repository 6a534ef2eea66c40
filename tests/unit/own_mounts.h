/* SPDX-License-Identifier: MIT */
/* Runs a piece of a test in a child that may mount what it likes: nobody else sees it. Include after cmocka.h's own
 * headers. */
#ifndef CW_TESTS_OWN_MOUNTS_H
#define CW_TESTS_OWN_MOUNTS_H

#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define OWN_MOUNTS_SKIPPED 77

static inline bool own_mounts_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return written;
}

/* Whoever is not root becomes it in a namespace of their own: a file system there takes files of known users only. */
static inline bool own_mounts_become_root(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char users[32], groups[32];

	snprintf(users, sizeof(users), "0 %u 1", uid);
	snprintf(groups, sizeof(groups), "0 %u 1", gid);
	return uid == 0 ||
	       (unshare(CLONE_NEWUSER) == 0 && own_mounts_write("/proc/self/setgroups", "deny") &&
		own_mounts_write("/proc/self/uid_map", users) && own_mounts_write("/proc/self/gid_map", groups));
}

static inline bool own_mounts_enter(void)
{
	return own_mounts_become_root() && unshare(CLONE_NEWNS) == 0 &&
	       mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0;
}

/* what returns the child's exit status: 0 is right, OWN_MOUNTS_SKIPPED: it cannot be tried here. */
static inline void run_in_own_mounts(int (*what)(void *context), void *context)
{
	pid_t child;
	int status;

	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(own_mounts_enter() ? what(context) : OWN_MOUNTS_SKIPPED);

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == OWN_MOUNTS_SKIPPED) {
		print_message("skipped: no mounts of our own can be made here\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

#endif
