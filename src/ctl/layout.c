/* SPDX-License-Identifier: MIT */
#include "ctl/layout.h"

#include "core/cleanup.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Names come escaped. This is the last line of defence: no byte leaves for a terminal that could command it. */
static void write_safely(const struct screen *screen, enum paint paint, const char *text, size_t length)
{
	char safe[256];

	while (length > 0) {
		size_t n = length < sizeof(safe) ? length : sizeof(safe);

		for (size_t i = 0; i < n; i++)
			safe[i] = text[i] >= 0x20 && text[i] < 0x7f ? text[i] : '?';
		paint_text(screen->out, screen->color, paint, safe, n);
		text += n;
		length -= n;
	}
}

static void write_spaces(FILE *out, size_t n)
{
	fprintf(out, "%*s", (int)n, "");
}

struct layout layout_begin(const struct screen *screen, enum paint paint, const char *label)
{
	struct layout layout = {
		.screen = screen,
		.indent = LAYOUT_LABEL,
		.column = LAYOUT_LABEL,
		.fresh = true,
	};
	size_t length = strlen(label);

	write_safely(screen, paint, label, length);
	write_spaces(screen->out, length < LAYOUT_LABEL ? LAYOUT_LABEL - length : 1);
	return layout;
}

struct layout layout_begin_line(const struct screen *screen)
{
	return (struct layout){ .screen = screen, .fresh = true };
}

struct layout layout_begin_item(const struct screen *screen, const char *label, const char *mark, size_t indent)
{
	struct layout layout = layout_begin(screen, PAINT_STRONG, label);

	fprintf(screen->out, "%-*s", (int)indent, mark);
	layout.indent += indent;
	layout.column += indent;
	return layout;
}

static void new_line(struct layout *layout)
{
	fputc('\n', layout->screen->out);
	write_spaces(layout->screen->out, layout->indent);
	layout->column = layout->indent;
	layout->fresh = true;
}

static size_t room(const struct layout *layout)
{
	return layout->screen->width > layout->column ? layout->screen->width - layout->column : 0;
}

static void put(struct layout *layout, enum paint paint, const char *text, size_t length)
{
	write_safely(layout->screen, paint, text, length);
	layout->column += length;
	layout->fresh = false;
}

/* A word of a whole line or more: nothing can be done but to cut it. */
static void put_long(struct layout *layout, enum paint paint, const char *text, size_t length)
{
	while (length > 0) {
		size_t n;

		if (room(layout) == 0)
			new_line(layout);
		n = length < room(layout) ? length : room(layout);
		put(layout, paint, text, n);
		text += n;
		length -= n;
	}
}

static void put_unbroken(struct layout *layout, enum paint paint, size_t gap, const char *text, size_t length)
{
	if (layout->fresh)
		gap = 0;
	if (length > layout->screen->width - layout->indent) {
		if (!layout->fresh)
			new_line(layout);
		put_long(layout, paint, text, length);
		return;
	}
	if (gap + length > room(layout)) {
		new_line(layout);
		gap = 0;
	}
	write_spaces(layout->screen->out, gap);
	layout->column += gap;
	put(layout, paint, text, length);
}

/* The length of "12" at the text; 0: something else stands there. */
static size_t number_length(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return text[digits] == ' ' ? digits : 0;
}

/* The length of a unit at the text, without what ends a sentence; 0: none stands there. */
static size_t unit_length(const char *text)
{
	static const char *const units[] = { "s", "min", "h", "d", "ms", "us" };
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz");

	for (size_t i = 0; i < CW_ELEMENTS(units); i++)
		if (strlen(units[i]) == length && strncmp(text, units[i], length) == 0)
			return length;
	return 0;
}

/* A word, or a whole span: "1 min 43 s" is read at once. */
static size_t word_length(const char *text)
{
	size_t length = 0, number, unit;

	while ((number = number_length(text + length)) > 0 && (unit = unit_length(text + length + number + 1)) > 0) {
		length += number + 1 + unit;
		if (text[length] != ' ' || number_length(text + length + 1) == 0 ||
		    unit_length(text + length + 1 + number_length(text + length + 1) + 1) == 0)
			break;
		length++;
	}
	return length + strcspn(text + length, " ");
}

void layout_words(struct layout *layout, enum paint paint, const char *text)
{
	while (*text) {
		size_t length = word_length(text);

		if (length > 0)
			put_unbroken(layout, paint, 1, text, length);
		text += length;
		text += strspn(text, " ");
	}
}

void layout_printf(struct layout *layout, enum paint paint, const char *format, ...)
{
	char text[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	layout_words(layout, paint, text);
}

void layout_piece(struct layout *layout, enum paint paint, size_t gap, const char *text)
{
	put_unbroken(layout, paint, gap, text, strlen(text));
}

void layout_end(struct layout *layout)
{
	fputc('\n', layout->screen->out);
}

void layout_end_right(struct layout *layout, enum paint paint, const char *text)
{
	size_t length = strlen(text);

	/* Two spaces before it: it is no part of the sentence. */
	if (!layout->fresh && length + 2 > room(layout))
		new_line(layout);
	if (length < room(layout))
		write_spaces(layout->screen->out, room(layout) - length);
	write_safely(layout->screen, paint, text, length);
	fputc('\n', layout->screen->out);
}

void layout_command(const struct screen *screen, size_t indent, const char *text)
{
	write_spaces(screen->out, LAYOUT_LABEL + indent);
	write_safely(screen, PAINT_STRONG, text, strlen(text));
	fputc('\n', screen->out);
}

void layout_suggestion(const struct screen *screen, const char *label, const char *before, const char *command)
{
	struct layout block = layout_begin(screen, PAINT_STRONG, label);

	layout_words(&block, PAINT_PLAIN, before);
	if (!block.fresh && strlen(command) + 1 > room(&block))
		new_line(&block);
	if (!block.fresh)
		write_spaces(screen->out, 1);
	put(&block, PAINT_PLAIN, command, strlen(command));
	layout_end(&block);
}

void layout_lines(const struct screen *screen, const char *label, const char *lines)
{
	while (*lines) {
		size_t length = strcspn(lines, "\n");

		write_safely(screen, PAINT_STRONG, label, strlen(label));
		write_spaces(screen->out, LAYOUT_LABEL - strlen(label));
		paint_text(screen->out, false, PAINT_PLAIN, lines, length);
		fputc('\n', screen->out);
		lines += length;
		lines += *lines == '\n';
		label = "";
	}
}
