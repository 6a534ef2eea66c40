/* SPDX-License-Identifier: MIT */
#include "kernel/number_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

int number_dir_open(int at_fd, const char *path, struct number_dir *dir)
{
	int fd = openat(at_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	dir->fd = fd;
	dir->at = dir->end = 0;
	return 0;
}

/* What fits a pid_t or a descriptor. */
static bool parse_name(const char *name, int32_t *ret)
{
	int64_t number = 0;

	for (const char *p = name; *p; p++) {
		if (*p < '0' || *p > '9')
			return false;
		number = number * 10 + (*p - '0');
		if (number > INT32_MAX)
			return false;
	}
	*ret = (int32_t)number;
	return *name;
}

/* 1: the buffer has entries, 0: the end, -errno. */
static int fill(struct number_dir *dir)
{
	ssize_t n = getdents64(dir->fd, dir->buffer, sizeof(dir->buffer));

	if (n < 0)
		return -errno;
	dir->at = 0;
	dir->end = (uint32_t)n;
	return n > 0;
}

int number_dir_next(struct number_dir *dir, int32_t *ret_number)
{
	for (;;) {
		const struct dirent64 *entry;

		if (dir->at >= dir->end) {
			int r = fill(dir);

			if (r <= 0)
				return r;
		}
		entry = (const struct dirent64 *)(const void *)(dir->buffer + dir->at);
		dir->at += entry->d_reclen;
		if (parse_name(entry->d_name, ret_number))
			return 1;
	}
}

void number_dir_close(struct number_dir *dir)
{
	close(dir->fd);
	dir->fd = -1;
	dir->at = dir->end = 0;
}
