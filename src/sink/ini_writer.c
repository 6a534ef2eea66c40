/* SPDX-License-Identifier: MIT */
#include "sink/ini_writer.h"

#include "sink/ini_value.h"

#include <string.h>

/* inih cuts lines of more than 199 bytes; people read shorter ones. */
#define WIDTH 100
#define TAB_WIDTH 8

/* No line can be broken between two spaces, so that a run of them must be shorter than a line. */
#define SPACES_MAX 64

static bool begins_escape(const char *text)
{
	static const char hex_digits[] = "0123456789abcdef";

	return text[0] == '\\' && text[1] == 'x' && text[2] && strchr(hex_digits, text[2]) && text[3] &&
	       strchr(hex_digits, text[3]);
}

static char harmless(const char *text, size_t i, size_t spaces)
{
	unsigned char byte = (unsigned char)text[i];

	if (byte < 0x20 || byte > 0x7e)
		return '?';
	if (byte == ';') /* inih: a comment */
		return ',';
	if (byte == '#')
		return '_';
	if (byte == '\\' && !begins_escape(text + i))
		return '/';
	if (byte == ' ' && (i == 0 || text[i + 1] == '\0' || spaces >= SPACES_MAX))
		return '_';
	return (char)byte;
}

static void make_harmless(const char *text, char buffer[INI_VALUE_MAX])
{
	size_t spaces = 0, i;

	for (i = 0; text[i] && i < INI_VALUE_MAX - 1; i++) {
		buffer[i] = harmless(text, i, spaces);
		spaces = buffer[i] == ' ' ? spaces + 1 : 0;
	}
	/* A value this long is cut, which can leave spaces at its end. */
	if (i > 0 && buffer[i - 1] == ' ')
		buffer[i - 1] = '_';
	buffer[i] = '\0';
}

bool ini_is_harmless(const char *value)
{
	char text[INI_VALUE_MAX];

	make_harmless(value, text);
	return strcmp(value, text) == 0;
}

/* Where a line of at most room bytes can end so that the reader's one space makes it whole: at a single space.
 * 0: nowhere. */
static size_t soft_break(const char *text, size_t room)
{
	for (size_t i = room; i > 0; i--)
		if (text[i] == ' ' && text[i - 1] != ' ' && text[i + 1] != ' ')
			return i;
	return 0;
}

/* ... or in the middle of a word, whose line then ends in a backslash. The next line must not begin with a space. */
static size_t hard_break(const char *text, size_t room)
{
	size_t i = room - 1;

	while (text[i] == ' ')
		i--;
	return i;
}

void ini_write(FILE *out, const char *key, const char *value)
{
	size_t room = WIDTH - strlen(key) - strlen(" = ");
	char text[INI_VALUE_MAX];
	const char *rest = text;

	make_harmless(value, text);
	fprintf(out, "%s =%s", key, *rest ? " " : "");
	while (strlen(rest) > room) {
		size_t end = soft_break(rest, room);
		bool soft = end > 0;

		if (!soft)
			end = hard_break(rest, room);
		fprintf(out, "%.*s%s\n\t", (int)end, rest, soft ? "" : "\\");
		rest += soft ? end + 1 : end;
		room = WIDTH - TAB_WIDTH;
	}
	fprintf(out, "%s\n", rest);
}
