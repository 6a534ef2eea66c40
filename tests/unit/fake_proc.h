/* SPDX-License-Identifier: MIT */
/* A tree that looks like /proc, in a temporary directory. For tests; include it after cmocka.h. */
#ifndef CW_TESTS_FAKE_PROC_H
#define CW_TESTS_FAKE_PROC_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fake_proc {
	char root[PATH_MAX];
	int fd;
};

static inline void fake_begin(struct fake_proc *fake)
{
	const char *folder = getenv("TMPDIR");

	snprintf(fake->root, sizeof(fake->root), "%s/closewatch-proc-XXXXXX", folder ? folder : "/tmp");
	assert_non_null(mkdtemp(fake->root));
	assert_int_equal(chmod(fake->root, 0755), 0);
	fake->fd = open(fake->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fake->fd >= 0);
}

static inline int fake_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void fake_end(struct fake_proc *fake)
{
	close(fake->fd);
	assert_int_equal(nftw(fake->root, fake_remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* Makes the folders above the path. */
static inline void fake_folders(struct fake_proc *fake, const char *path)
{
	char copy[256];

	assert_true(strlen(path) < sizeof(copy));
	strcpy(copy, path);
	for (char *slash = strchr(copy, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		assert_true(mkdirat(fake->fd, copy, 0755) == 0 || errno == EEXIST);
		*slash = '/';
	}
}

static inline void fake_bytes(struct fake_proc *fake, const char *path, const void *bytes, size_t length)
{
	int fd;

	fake_folders(fake, path);
	fd = openat(fake->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_true(write(fd, bytes, length) == (ssize_t)length);
	close(fd);
}

static inline void fake_file(struct fake_proc *fake, const char *path, const char *text)
{
	fake_bytes(fake, path, text, strlen(text));
}

static inline void fake_link(struct fake_proc *fake, const char *path, const char *target)
{
	fake_folders(fake, path);
	assert_true(unlinkat(fake->fd, path, 0) == 0 || errno == ENOENT);
	assert_int_equal(symlinkat(target, fake->fd, path), 0);
}

/* Makes PID/fd/FD the socket. */
static inline void fake_socket(struct fake_proc *fake, int32_t pid, int32_t fd, uint32_t inode)
{
	char path[64], target[64];

	snprintf(path, sizeof(path), "%d/fd/%d", pid, fd);
	snprintf(target, sizeof(target), "socket:[%u]", inode);
	fake_link(fake, path, target);
}

static inline void fake_close(struct fake_proc *fake, int32_t pid, int32_t fd)
{
	char path[64];

	snprintf(path, sizeof(path), "%d/fd/%d", pid, fd);
	assert_int_equal(unlinkat(fake->fd, path, 0), 0);
}

/* A process with no descriptors; one that is there already gets another name and start. */
static inline void fake_process(struct fake_proc *fake, int32_t pid, uint64_t start_ticks, const char *comm)
{
	char path[64], text[512];

	snprintf(path, sizeof(path), "%d/fd/", pid);
	fake_folders(fake, path);
	snprintf(path, sizeof(path), "%d/stat", pid);
	snprintf(text, sizeof(text),
		 "%d (%s) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 %llu 1000 200 18446744073709551615 1 1\n", pid,
		 comm, (unsigned long long)start_ticks);
	fake_file(fake, path, text);
	snprintf(path, sizeof(path), "%d/comm", pid);
	snprintf(text, sizeof(text), "%s\n", comm);
	fake_file(fake, path, text);
}

/* The process ends: its folder goes. */
static inline void fake_exit(struct fake_proc *fake, int32_t pid)
{
	char path[PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/%d", fake->root, pid);
	assert_int_equal(nftw(path, fake_remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

#endif
