/* SPDX-License-Identifier: MIT */
#include "kernel/counters.h"

#include "kernel/proc_file.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* netstat has 4 KiB today and gains a few counters with each kernel. */
#define FILE_MAX (32 * 1024)

struct slice {
	const char *at, *end;
};

/* Reads the whole file into buffer. Its length, or -errno. */
static int file_read(int proc_fd, const char *path, char buffer[FILE_MAX])
{
	int length = proc_file_read(proc_fd, path, buffer, FILE_MAX);

	return length == FILE_MAX - 1 ? -EBADMSG : length; /* it was cut */
}

/* Cuts off the next line. It must end in a newline: one that does not was cut. */
static bool next_line(struct slice *text, struct slice *ret)
{
	const char *newline = memchr(text->at, '\n', (size_t)(text->end - text->at));

	if (!newline)
		return false;
	*ret = (struct slice){ text->at, newline };
	text->at = newline + 1;
	return true;
}

/* Cuts off the next word of a line; words stand one space apart. */
static bool next_word(struct slice *line, struct slice *ret)
{
	const char *space;

	if (line->at >= line->end)
		return false;
	space = memchr(line->at, ' ', (size_t)(line->end - line->at));
	*ret = (struct slice){ line->at, space ? space : line->end };
	line->at = space ? space + 1 : line->end;
	return true;
}

static bool word_is(struct slice word, const char *text)
{
	size_t length = (size_t)(word.end - word.at);

	return length == strlen(text) && memcmp(word.at, text, length) == 0;
}

/* Finds the next line that begins with the word and leaves the rest of it in *ret. */
static bool find_line(struct slice *text, const char *word, struct slice *ret)
{
	struct slice line, first;

	while (next_line(text, &line))
		if (next_word(&line, &first) && word_is(first, word)) {
			*ret = line;
			return true;
		}
	return false;
}

static int parse_number(struct slice word, uint64_t *ret)
{
	uint64_t value = 0;

	if (word.at == word.end)
		return -EBADMSG;
	for (; word.at < word.end; word.at++)
		if (*word.at < '0' || *word.at > '9' || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*word.at - '0'), &value))
			return -EBADMSG;
	*ret = value;
	return 0;
}

/* The number behind a name in "name number name number ...". */
static int find_pair(struct slice line, const char *name, uint64_t *ret)
{
	struct slice word, number;

	while (next_word(&line, &word)) {
		if (!next_word(&line, &number))
			return -EBADMSG;
		if (word_is(word, name))
			return parse_number(number, ret);
	}
	return -EBADMSG;
}

static int read_line_of(int proc_fd, const char *path, const char *word, char buffer[FILE_MAX], struct slice *ret)
{
	int length = file_read(proc_fd, path, buffer);

	if (length < 0)
		return length;
	return find_line(&(struct slice){ buffer, buffer + length }, word, ret) ? 0 : -EBADMSG;
}

int counters_read_sockstat(int proc_fd, struct sockstat *ret)
{
	char buffer[FILE_MAX];
	uint64_t inuse, inuse6 = 0, timewait;
	struct slice line;
	int r;

	r = read_line_of(proc_fd, "self/net/sockstat", "TCP:", buffer, &line);
	if (r >= 0)
		r = find_pair(line, "inuse", &inuse);
	if (r >= 0)
		r = find_pair(line, "tw", &timewait);
	if (r < 0)
		return r;
	r = read_line_of(proc_fd, "self/net/sockstat6", "TCP6:", buffer, &line);
	if (r >= 0)
		r = find_pair(line, "inuse", &inuse6);
	if (r < 0 && r != -ENOENT) /* a kernel without IPv6 has no such file */
		return r;
	if (__builtin_add_overflow(inuse, inuse6, &inuse))
		return -EBADMSG;
	*ret = (struct sockstat){ .inuse = inuse, .timewait = timewait };
	return 0;
}

/* One line of names, one of numbers: as many of the one as of the other. */
static int find_column(struct slice names, struct slice numbers, const char *name, uint64_t *ret)
{
	struct slice word, number;
	bool found = false;

	while (next_word(&names, &word)) {
		if (!next_word(&numbers, &number))
			return -EBADMSG;
		if (!word_is(word, name))
			continue;
		if (found || parse_number(number, ret) < 0)
			return -EBADMSG;
		found = true;
	}
	return found && numbers.at >= numbers.end ? 0 : -EBADMSG;
}

int counters_read_netstat(int proc_fd, struct tcp_counters *ret)
{
	char buffer[FILE_MAX];
	struct tcp_counters counters;
	struct slice text, names, numbers, first;
	int length = file_read(proc_fd, "self/net/netstat", buffer);

	if (length < 0)
		return length;
	text = (struct slice){ buffer, buffer + length };
	if (!find_line(&text, "TcpExt:", &names) || !next_line(&text, &numbers) || !next_word(&numbers, &first) ||
	    !word_is(first, "TcpExt:"))
		return -EBADMSG;
	if (find_column(names, numbers, "ListenOverflows", &counters.listen_overflows) < 0 ||
	    find_column(names, numbers, "ListenDrops", &counters.listen_drops) < 0)
		return -EBADMSG;
	*ret = counters;
	return 0;
}

int counters_read_somaxconn(int proc_fd, uint32_t *ret)
{
	char buffer[FILE_MAX];
	int length = file_read(proc_fd, "sys/net/core/somaxconn", buffer);
	struct slice text, line;
	uint64_t value;

	if (length < 0)
		return length;
	text = (struct slice){ buffer, buffer + length };
	if (!next_line(&text, &line) || text.at != text.end || parse_number(line, &value) < 0 || value > UINT32_MAX)
		return -EBADMSG;
	*ret = (uint32_t)value;
	return 0;
}
