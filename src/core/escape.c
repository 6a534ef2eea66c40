/* SPDX-License-Identifier: MIT */
#include "core/escape.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

static const char hex_digits[] = "0123456789abcdef";

static bool must_escape(unsigned char byte)
{
	/* The NUL at the end of the list counts too: strchr() finds it, and a NUL must be escaped. */
	return byte < 0x20 || byte > 0x7e || strchr("\\\";#=[]", byte);
}

static bool must_escape_at(const unsigned char *bytes, size_t length, size_t i)
{
	return must_escape(bytes[i]) || (bytes[i] == ' ' && (i == 0 || i == length - 1));
}

/* Writes one byte; returns how many characters that took, 0: it does not fit. */
static size_t put(unsigned char byte, bool escaped, char *buffer, size_t room)
{
	if (!escaped && room >= 1) {
		buffer[0] = (char)byte;
		return 1;
	}
	if (!escaped || room < 4)
		return 0;

	memcpy(buffer, "\\x", 2);
	buffer[2] = hex_digits[byte >> 4];
	buffer[3] = hex_digits[byte & 15];
	return 4;
}

bool escape_name(const void *name, size_t length, char *buffer, size_t size)
{
	const unsigned char *bytes = name;
	size_t used = 0, i;

	assert(size >= 1);
	for (i = 0; i < length; i++) {
		size_t n = put(bytes[i], must_escape_at(bytes, length, i), buffer + used, size - 1 - used);

		if (n == 0)
			break;
		used += n;
	}

	/* The cut can leave a space at the end, which no reader of the text would keep. */
	while (i < length && used > 0 && buffer[used - 1] == ' ')
		used--;
	buffer[used] = '\0';
	return i == length;
}

/* The byte that "\xNN" stands for, or -1. */
static int unescape(const char *text)
{
	const char *high, *low;

	if (text[1] != 'x' || text[2] == '\0' || text[3] == '\0')
		return -1;
	high = strchr(hex_digits, text[2]);
	low = strchr(hex_digits, text[3]);
	if (!high || !low)
		return -1;
	return (int)((high - hex_digits) * 16 + (low - hex_digits));
}

bool escape_is_clean(const char *text)
{
	size_t length = strlen(text), i = 0;

	while (i < length) {
		bool escaped = text[i] == '\\';
		int byte = escaped ? unescape(text + i) : (unsigned char)text[i];
		size_t next = i + (escaped ? 4 : 1);
		bool at_end = byte == ' ' && (i == 0 || next == length);

		if (byte < 0 || escaped != (must_escape((unsigned char)byte) || at_end))
			return false;
		i = next;
	}
	return true;
}

bool escape_undo(const char *text, char *buffer, size_t size)
{
	size_t used = 0;

	if (!escape_is_clean(text))
		return false;
	while (*text) {
		int byte = *text == '\\' ? unescape(text) : (unsigned char)*text;

		if (byte == 0 || used + 1 >= size)
			return false;
		text += *text == '\\' ? 4 : 1;
		buffer[used++] = (char)byte;
	}
	if (used >= size)
		return false;
	buffer[used] = '\0';
	return true;
}

void escape_quote(const char *text, char *buffer, size_t size)
{
	size_t used = 0, cut = 0;

	assert(size >= 8);
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;
		size_t n = put(byte, byte < 0x20 || byte > 0x7e, buffer + used, size - 1 - used);

		if (n == 0) {
			strcpy(buffer + cut, "...");
			return;
		}
		used += n;
		if (used + 3 < size)
			cut = used;
	}
	buffer[used] = '\0';
}
