/* SPDX-License-Identifier: MIT */
#include "sink/load_file.h"

#include "core/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

static void closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* Up to size bytes; fewer only at the end of the file. */
static ssize_t read_up_to(int fd, char *buffer, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t n = read(fd, buffer + used, size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		used += (size_t)n;
	}
	return (ssize_t)used;
}

int load_file(const char *path, size_t most, char **ret, size_t *ret_length)
{
	/* O_NONBLOCK: opening a FIFO must not hang. */
	CW_CLEANUP(closep) int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	CW_CLEANUP(freep) char *text = NULL;
	struct stat st;
	ssize_t length;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EBADMSG;
	if ((uint64_t)st.st_size > most)
		return -EFBIG;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	/* A file that grows meanwhile is not one of ours, which are replaced and never written to. What was read of it
	 * is cut short, and its readers see that. */
	length = read_up_to(fd, text, (size_t)st.st_size);
	if (length < 0)
		return (int)length;
	text[length] = '\0';
	*ret = CW_TAKE(text);
	*ret_length = (size_t)length;
	return 0;
}
