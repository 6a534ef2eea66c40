/* SPDX-License-Identifier: MIT */
#include "sink/replace_file.h"

#include "core/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int fd, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, data, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		length -= (size_t)n;
	}
	return 0;
}

/* Not open()'s mode: the umask would take bits away. */
static int fill(int fd, mode_t mode, bool sync, const void *data, size_t length)
{
	int r;

	if (fchmod(fd, mode) < 0)
		return -errno;
	r = write_all(fd, data, length);
	if (r == 0 && sync && fsync(fd) < 0)
		r = -errno;
	return r;
}

/* One fixed name, so that a daemon that is killed again and again leaves one file, not many. What stands there is left
 * over, or a trap: it is removed and never opened. */
static int write_temporary(const char *path, mode_t mode, bool sync, const void *data, size_t length)
{
	int fd, r;

	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = fill(fd, mode, sync, data, length);
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r < 0)
		unlink(path);
	return r;
}

/* The name itself is on disk. Nothing is to be done about a failure: the file has been replaced, and what a crash of
 * the machine can now bring back is the old one, whole. */
static void sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	CW_CLEANUP(freep) char *directory = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	int fd = directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

int replace_file(const char *path, mode_t mode, bool sync, const void *data, size_t length)
{
	CW_CLEANUP(freep) char *temporary = NULL;
	int r;

	if (asprintf(&temporary, "%s.new", path) < 0) {
		temporary = NULL;
		return -ENOMEM;
	}
	r = write_temporary(temporary, mode, sync, data, length);
	if (r < 0)
		return r;
	if (rename(temporary, path) < 0) {
		r = -errno;
		unlink(temporary);
		return r;
	}
	if (sync)
		sync_directory(path);
	return 0;
}
