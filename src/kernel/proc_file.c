/* SPDX-License-Identifier: MIT */
#include "kernel/proc_file.h"

#include "core/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

void proc_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

int proc_file_read(int at_fd, const char *path, char *buffer, size_t size)
{
	CW_CLEANUP(proc_closep) int fd = openat(at_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	size_t length = 0;

	if (fd < 0)
		return -errno;
	while (length < size - 1) {
		ssize_t n = read(fd, buffer + length, size - 1 - length);

		if (n == 0)
			break;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			length += (size_t)n;
	}
	buffer[length] = '\0';
	return (int)length;
}

/* "[123]" to the end: an inode number, which has 32 bits in these links. */
static bool parse_bracketed(const char *text, const char *end, uint32_t *ret)
{
	uint64_t number = 0;

	if (end - text < 3 || *text != '[' || end[-1] != ']')
		return false;
	for (const char *p = text + 1; p < end - 1; p++) {
		if (*p < '0' || *p > '9')
			return false;
		number = number * 10 + (uint64_t)(*p - '0');
		if (number > UINT32_MAX)
			return false;
	}
	*ret = (uint32_t)number;
	return true;
}

int proc_link_number(int at_fd, const char *path, const char *what, uint32_t *ret)
{
	char target[64];
	size_t length = strlen(what);
	ssize_t n = readlinkat(at_fd, path, target, sizeof(target));

	if (n < 0)
		return -errno;
	/* A longer target was cut: it is a file's path, and a file may be called "socket:[5]" in a folder. */
	if ((size_t)n == sizeof(target) || (size_t)n <= length + 1)
		return 0;
	if (memcmp(target, what, length) != 0 || target[length] != ':')
		return 0;
	return parse_bracketed(target + length + 1, target + n, ret);
}
