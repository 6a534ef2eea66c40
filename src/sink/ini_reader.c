/* SPDX-License-Identifier: MIT */
#include "sink/ini_reader.h"

#include "sink/ini_value.h"

#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define KEY_MAX 50 /* as inih's own, for section names too */
#define WHY_MAX 160

struct reader {
	const char *next, *end;
	const struct ini_events *events;
	void *context;
	unsigned line;
	bool indented; /* the line continues the pending key */
	bool pending;
	unsigned key_line;
	char key[KEY_MAX];
	char value[INI_VALUE_MAX];
	size_t value_length;
	int error; /* negative: stop */
	char why[WHY_MAX];
};

static int fail(struct reader *r, unsigned line, const char *format, ...) __attribute__((format(printf, 3, 4)));

static int fail(struct reader *r, unsigned line, const char *format, ...)
{
	va_list arguments;
	int used;

	if (r->error < 0)
		return r->error;
	r->error = -EBADMSG;
	used = snprintf(r->why, sizeof(r->why), "line %u: ", line);
	va_start(arguments, format);
	vsnprintf(r->why + used, sizeof(r->why) - (size_t)used, format, arguments);
	va_end(arguments);
	return r->error;
}

/* Takes over what an event returned. */
static int note(struct reader *r, unsigned line, int result, const char *why)
{
	if (result >= 0)
		return 0;
	fail(r, line, "%s", why);
	r->error = result;
	return result;
}

static int finish_key(struct reader *r)
{
	char why[WHY_MAX / 2] = "";

	if (!r->pending)
		return 0;
	r->pending = false;
	return note(r, r->key_line, r->events->key(r->context, r->key, r->value, why, sizeof(why)), why);
}

static int begin_section(struct reader *r, const char *line, size_t length)
{
	char name[KEY_MAX], why[WHY_MAX / 2] = "";

	if (line[length - 1] != ']' || length - 2 >= sizeof(name) || length <= 2)
		return fail(r, r->line, "not a section");
	memcpy(name, line + 1, length - 2);
	name[length - 2] = '\0';
	if (strpbrk(name, "[]\\"))
		return fail(r, r->line, "not a section");
	if (finish_key(r) < 0)
		return r->error;
	return note(r, r->line, r->events->section(r->context, name, why, sizeof(why)), why);
}

static int check_bytes(struct reader *r, const char *line, size_t length)
{
	for (size_t i = line[0] == '\t'; i < length; i++) {
		unsigned char byte = (unsigned char)line[i];

		if (byte < 0x20 || byte > 0x7e || byte == ';' || byte == '#')
			return fail(r, r->line, "a byte that does not belong here (%u)", byte);
	}
	if (length > 0 && line[length - 1] == ' ')
		return fail(r, r->line, "a space at the end");
	return 0;
}

/* inih would take "a:b" for a key as well, cut long keys, and take an indented section for a section. */
static int check_line(struct reader *r, const char *line, size_t length)
{
	size_t key;

	if (check_bytes(r, line, length) < 0)
		return r->error;
	r->indented = length > 0 && (line[0] == '\t' || line[0] == ' ');
	if (r->indented)
		return r->pending ? 0 : fail(r, r->line, "it continues nothing");
	if (length == 0)
		return finish_key(r);
	if (line[0] == '[')
		return begin_section(r, line, length);

	key = strcspn(line, " =:[\n");
	if (key == 0 || key >= KEY_MAX || strncmp(line + key, " =", 2) != 0)
		return fail(r, r->line, "neither a section nor a key");
	return 0;
}

/* As fgets(). inih knows no line numbers, and cuts in two what is too long for it. */
static char *read_line(char *buffer, int size, void *stream)
{
	struct reader *r = stream;
	const char *line = r->next, *newline;
	size_t length;

	if (r->error < 0 || line == r->end)
		return NULL;
	r->line++;
	newline = memchr(line, '\n', (size_t)(r->end - line));
	if (!newline) {
		fail(r, r->line, "cut short");
		return NULL;
	}
	length = (size_t)(newline - line);
	if (length + 2 > (size_t)size) {
		fail(r, r->line, "too long");
		return NULL;
	}
	if (check_line(r, line, length) < 0)
		return NULL;
	memcpy(buffer, line, length + 1);
	buffer[length + 1] = '\0';
	r->next = newline + 1;
	return buffer;
}

static int begin_key(struct reader *r, const char *key)
{
	if (finish_key(r) < 0)
		return r->error;
	r->pending = true;
	r->key_line = r->line;
	snprintf(r->key, sizeof(r->key), "%s", key);
	r->value_length = 0;
	return 0;
}

static void join(struct reader *r)
{
	if (r->value_length > 0 && r->value[r->value_length - 1] == '\\')
		r->value_length--;
	else
		r->value[r->value_length++] = ' ';
}

static int take_key(void *context, const char *section, const char *key, const char *value)
{
	struct reader *r = context;
	size_t length = strlen(value);

	(void)section; /* begin_section() has seen it, also if it has no keys */
	if (r->error < 0 || (!r->indented && begin_key(r, key) < 0))
		return 0;
	if (r->value_length + length + 2 > sizeof(r->value)) {
		fail(r, r->key_line, "the value is too long");
		return 0;
	}
	if (r->indented)
		join(r);
	memcpy(r->value + r->value_length, value, length + 1);
	r->value_length += length;
	return 1;
}

int ini_read(const char *text, size_t length, const struct ini_events *events, void *context, char *ret_why,
	     size_t why_size)
{
	struct reader r = { .next = text, .end = text + length, .events = events, .context = context };
	int bad_line = ini_parse_stream(read_line, &r, take_key, &r);

	if (bad_line != 0)
		fail(&r, r.line, "neither a section nor a key");
	if (r.error == 0)
		finish_key(&r);
	if (r.error < 0)
		snprintf(ret_why, why_size, "%s", r.why);
	return r.error;
}

uint64_t ini_checksum(const char *text, size_t length)
{
	uint64_t sum = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < length; i++)
		sum = (sum ^ (unsigned char)text[i]) * 0x100000001b3ull;
	return sum;
}
