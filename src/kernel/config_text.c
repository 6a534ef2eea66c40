/* SPDX-License-Identifier: MIT */
#include "kernel/config_text.h"

#include "core/cleanup.h"

#include <errno.h>
#include <ini.h>
#include <search.h>
#include <stdio.h>
#include <string.h>

#define WHY_SIZE 768
#define QUOTE_SIZE 64
#define SPACES " \t\v\f\r"

/* inih splits a line into key and value. It does not tell which line that was, cuts long lines in two, takes an
 * indented line for more of the value before, does not mention an empty section, and stops at a NUL. So it gets its
 * lines from us, one by one, without indentation, and only those it can read. */
struct reading {
	struct config *config;
	struct config_errors *errors;
	const char *path;
	const char *next, *end; /* the text not read yet */
	unsigned line; /* number of the last line read */
	bool unanswered; /* inih was given a KEY = VALUE line and did not call back (yet) */
	bool in_section;
	bool skip; /* the section is not known: its keys mean nothing */
	void *seen; /* tree of struct seen */
	int r;
};

/* A key that the file has set. */
struct seen {
	unsigned line;
	char name[]; /* "section\nkey" */
};

static int compare_seen(const void *a, const void *b)
{
	return strcmp(((const struct seen *)a)->name, ((const struct seen *)b)->name);
}

/* The line that set the key before in this file, 0: none did; or -ENOMEM. */
static int64_t remember(struct reading *reading, const char *section, const char *key)
{
	size_t size = strlen(section) + strlen(key) + 2;
	CW_CLEANUP(freep) struct seen *seen = malloc(sizeof(*seen) + size);
	struct seen **found;

	if (!seen)
		return -ENOMEM;
	seen->line = reading->line;
	snprintf(seen->name, size, "%s\n%s", section, key);

	found = tsearch(seen, &reading->seen, compare_seen);
	if (!found)
		return -ENOMEM;
	if (*found != seen)
		return (*found)->line;
	seen = NULL;
	return 0;
}

static void complain(struct reading *reading, const char *what, const char *quote, const char *expected)
{
	char quoted[QUOTE_SIZE];

	escape_quote(quote, quoted, sizeof(quoted));
	config_errors_add(reading->errors, reading->path, reading->line, "%s '%s', expected %s", what, quoted,
			  expected);
}

/* What the config said: keeps -ENOMEM, tells -EINVAL. */
static void take_result(struct reading *reading, int r, const char *why)
{
	if (r == -EINVAL)
		config_errors_add(reading->errors, reading->path, reading->line, "%s", why);
	else if (r < 0)
		reading->r = r;
}

/* inih's callback for a KEY = VALUE line. */
static int take_key(void *user, const char *section, const char *key, const char *value)
{
	struct reading *reading = user;
	char why[WHY_SIZE] = "", quoted[QUOTE_SIZE];
	int64_t before;

	reading->unanswered = false;
	if (reading->skip || reading->r < 0)
		return 1;
	if (!*key) {
		complain(reading, "no key before", value, "KEY = VALUE");
		return 1;
	}
	if (!reading->in_section) {
		complain(reading, "no section for the key", key, "a line such as [daemon] before it");
		return 1;
	}

	before = remember(reading, section, key);
	if (before > 0) {
		escape_quote(key, quoted, sizeof(quoted));
		config_errors_add(reading->errors, reading->path, reading->line,
				  "'%s' was already set in line %u, expected once in a file", quoted, (unsigned)before);
	} else if (before < 0) {
		reading->r = (int)before;
	} else {
		take_result(reading, config_set(reading->config, section, key, value, why, sizeof(why)), why);
	}
	return 1;
}

/* Returns whether inih may see the line. */
static bool take_section(struct reading *reading, char *line)
{
	char *end = strchr(line, ']'), *rest;
	char why[WHY_SIZE] = "";
	int r;

	if (!end) {
		complain(reading, "no ] in", line, "[SECTION]");
		return false;
	}
	rest = end + 1 + strspn(end + 1, SPACES);
	if (*rest && *rest != ';' && *rest != '#')
		complain(reading, "the section's line goes on with", rest, "nothing, or a comment, after the ]");

	*end = '\0';
	r = config_section(reading->config, line + 1, why, sizeof(why));
	*end = ']';
	take_result(reading, r, why);
	reading->skip = r < 0;
	return r == 0;
}

/* Cuts the next line off the text. Returns false at its end. */
static bool next_line(struct reading *reading, const char **ret_line, size_t *ret_length)
{
	const char *line = reading->next, *newline;

	if (line == reading->end)
		return false;
	newline = memchr(line, '\n', (size_t)(reading->end - line));
	*ret_line = line;
	*ret_length = (size_t)((newline ? newline : reading->end) - line);
	reading->next = newline ? newline + 1 : reading->end;
	reading->line++;
	return true;
}

static void strip(const char **line, size_t *length)
{
	while (*length > 0 && strchr(SPACES, **line) && **line) {
		(*line)++;
		(*length)--;
	}
	while (*length > 0 && strchr(SPACES, (*line)[*length - 1]) && (*line)[*length - 1])
		(*length)--;
}

/* Whether the line can be handed to inih as it is. */
static bool line_fits(struct reading *reading, const char *line, size_t length, size_t size)
{
	if (memchr(line, '\0', length)) {
		config_errors_add(reading->errors, reading->path, reading->line,
				  "a NUL byte in the line, expected plain text");
		return false;
	}
	if (length > CONFIG_LINE_MAX || length >= size) {
		config_errors_add(reading->errors, reading->path, reading->line,
				  "the line is too long: %zu characters, expected at most %d", length, CONFIG_LINE_MAX);
		return false;
	}
	return true;
}

static void tell_unanswered(struct reading *reading)
{
	if (!reading->unanswered)
		return;
	reading->unanswered = false;
	config_errors_add(reading->errors, reading->path, reading->line,
			  "not a setting, expected KEY = VALUE in one line, [SECTION], or a # comment");
}

/* inih's reader: the next line worth parsing, like fgets(). */
static char *read_line(char *buffer, int size, void *stream)
{
	struct reading *reading = stream;
	const char *line;
	size_t length;

	tell_unanswered(reading);
	while (reading->r == 0 && next_line(reading, &line, &length)) {
		strip(&line, &length);
		if (length == 0 || *line == '#' || *line == ';')
			continue;
		if (*line == '[') /* Unless it is known, its keys belong nowhere: not to the section before it. */
			reading->in_section = reading->skip = true;
		if (!line_fits(reading, line, length, (size_t)size))
			continue;
		memcpy(buffer, line, length);
		buffer[length] = '\0';

		if (*line == '[' && !take_section(reading, buffer))
			continue;
		reading->unanswered = *line != '[';
		return buffer;
	}
	return NULL;
}

int config_text_parse(struct config *config, const char *path, const char *text, size_t length,
		      struct config_errors *errors)
{
	struct reading reading = {
		.config = config, .errors = errors, .path = path, .next = text, .end = text + length
	};

	if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		reading.next += 3;
	/* Its result is the first line it could not read: told already, as all of them. */
	(void)ini_parse_stream(read_line, &reading, take_key, &reading);
	tdestroy(reading.seen, free);
	return reading.r;
}
