/* SPDX-License-Identifier: MIT */
#include "ctl/table.h"

#include "core/cleanup.h"

#include <errno.h>
#include <libsmartcols.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_NAME 8 /* columns that a cut name keeps */
#define LEAST_ADDRESS 16 /* and a cut address, with its port */

struct cell {
	char *text; /* NULL: empty */
	enum paint paint;
};

struct fit {
	size_t width;
	bool hidden;
};

/* The cells are kept until all are known: libsmartcols could fit them to a width as well, but it cuts ports off. */
struct table {
	const struct screen *screen;
	const struct table_column *columns;
	size_t n_columns, indent;
	bool headings;
	struct cell *cells; /* n_rows times n_columns */
	size_t n_rows, room; /* room: rows that fit into cells */
	size_t cell; /* the next one of the last row */
	struct fit *fits; /* n_columns */
	bool failed;
};

int table_new(const struct screen *screen, const struct table_column *columns, size_t n, size_t indent, bool headings,
	      struct table **ret)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	*table = (struct table){
		.screen = screen,
		.columns = columns,
		.n_columns = n,
		.indent = indent,
		.headings = headings,
		.fits = calloc(n, sizeof(*table->fits)),
	};
	if (!table->fits) {
		table_free(table);
		return -ENOMEM;
	}
	*ret = table;
	return 0;
}

struct table *table_free(struct table *table)
{
	if (!table)
		return NULL;
	for (size_t i = 0; i < table->n_rows * table->n_columns; i++)
		free(table->cells[i].text);
	free(table->cells);
	free(table->fits);
	free(table);
	return NULL;
}

static bool make_room(struct table *table)
{
	size_t room = table->room ? 2 * table->room : 16;
	struct cell *cells;

	if (table->n_rows < table->room)
		return true;
	cells = reallocarray(table->cells, room * table->n_columns, sizeof(*cells));
	if (!cells)
		return false;
	table->cells = cells;
	table->room = room;
	return true;
}

void table_row(struct table *table)
{
	table->failed |= !make_room(table);
	if (table->failed)
		return;
	memset(&table->cells[table->n_rows * table->n_columns], 0, table->n_columns * sizeof(*table->cells));
	table->n_rows++;
	table->cell = 0;
}

/* As in layout.c: whatever got here, no control sequence leaves. And from some bytes libsmartcols never comes back. */
static void make_safe(char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			*text = '?';
}

void table_cell(struct table *table, enum paint paint, const char *format, ...)
{
	struct cell *cell;
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (table->failed || table->n_rows == 0 || table->cell >= table->n_columns)
		return;
	make_safe(text);
	cell = &table->cells[(table->n_rows - 1) * table->n_columns + table->cell++];
	*cell = (struct cell){ .text = strdup(text), .paint = paint };
	table->failed |= !cell->text;
}

static struct cell *cell_at(const struct table *table, size_t row, size_t column)
{
	return &table->cells[row * table->n_columns + column];
}

static void measure(struct table *table)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		size_t width = strlen(table->columns[i].name); /* counted without headings as well */

		for (size_t row = 0; row < table->n_rows; row++) {
			const char *text = cell_at(table, row, i)->text;

			if (text && strlen(text) > width)
				width = strlen(text);
		}
		table->fits[i] = (struct fit){ .width = width };
	}
}

/* How many columns of the screen there are too few. */
static size_t excess(const struct table *table)
{
	size_t width = 0, available = table->screen->width - table->indent;

	for (size_t i = 0; i < table->n_columns; i++)
		if (!table->fits[i].hidden)
			width += table->fits[i].width + (width > 0);
	return width > available ? width - available : 0;
}

static void hide_columns(struct table *table)
{
	for (size_t i = table->n_columns; i-- > 0 && excess(table) > 0;)
		if (table->columns[i].flags & TABLE_WIDE)
			table->fits[i].hidden = true;
}

/* Takes from the widest of the columns that may be cut in this way, until all fits or each has no more than least. */
static void shrink_columns(struct table *table, unsigned flag, size_t least)
{
	for (size_t missing = excess(table); missing > 0; missing--) {
		struct fit *widest = NULL;

		for (size_t i = 0; i < table->n_columns; i++) {
			struct fit *fit = &table->fits[i];

			if (!(table->columns[i].flags & flag) || fit->hidden)
				continue;
			if (!widest || fit->width > widest->width)
				widest = fit;
		}
		if (!widest || widest->width <= least)
			return;
		widest->width--;
	}
}

static void fit_columns(struct table *table)
{
	measure(table);
	if (!table->screen->cut)
		return;
	hide_columns(table);
	shrink_columns(table, TABLE_CUT, LEAST_NAME);
	shrink_columns(table, TABLE_ADDRESS, LEAST_ADDRESS);
}

/* "]:80" or ":80": what an address must keep. */
static const char *port_of(const char *text)
{
	const char *colon = strrchr(text, ':');

	if (!colon)
		return text + strlen(text);
	return colon > text && colon[-1] == ']' ? colon - 1 : colon;
}

/* The text in at most width columns, with a mark where something is missing. */
static void shorten(const struct table *table, const char *text, unsigned flags, size_t width, char *buffer,
		    size_t size)
{
	const char *mark = table->screen->mark ? table->screen->mark : "~";
	const char *end = text + strlen(text), *port = flags & TABLE_ADDRESS ? port_of(text) : end;
	size_t kept = (size_t)(end - port) + 1, left = width > kept ? width - kept : 0, tail = 0;

	if (strlen(text) <= width) {
		snprintf(buffer, size, "%s", text);
		return;
	}
	/* Of an address the end says as much as the beginning. */
	if (flags & TABLE_ADDRESS)
		tail = left / 2;
	snprintf(buffer, size, "%.*s%s%s", (int)(left - tail), text, mark, port - tail);
}

static int fill_row(struct table *table, struct libscols_table *scols, size_t row)
{
	struct libscols_line *line = scols_table_new_line(scols, NULL);
	size_t number = 0;

	if (!line)
		return -ENOMEM;
	for (size_t i = 0; i < table->n_columns; i++) {
		const struct cell *cell = cell_at(table, row, i);
		struct libscols_cell *drawn;
		char text[600];

		if (table->fits[i].hidden)
			continue;
		drawn = scols_line_get_cell(line, number++);
		if (!drawn)
			return -ENOMEM;
		if (!cell->text)
			continue;
		shorten(table, cell->text, table->columns[i].flags, table->fits[i].width, text, sizeof(text));
		if (scols_cell_set_data(drawn, text) < 0)
			return -ENOMEM;
		if (table->screen->color && paint_sequence(cell->paint) &&
		    scols_cell_set_color(drawn, paint_sequence(cell->paint)) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int fill(struct table *table, struct libscols_table *scols)
{
	int r = 0;

	/* Names are escaped already; encoding them again would write \x5cx1b for \x1b. */
	scols_table_enable_noencoding(scols, 1);
	scols_table_enable_noheadings(scols, !table->headings);
	scols_table_enable_colors(scols, table->screen->color);
	scols_table_set_termforce(scols, SCOLS_TERMFORCE_NEVER);
	for (size_t i = 0; i < table->n_columns; i++) {
		int flags = table->columns[i].flags & TABLE_RIGHT ? SCOLS_FL_RIGHT : 0;

		if (!table->fits[i].hidden && !scols_table_new_column(scols, table->columns[i].name, 0, flags))
			return -ENOMEM;
	}
	for (size_t row = 0; r == 0 && row < table->n_rows; row++)
		r = fill_row(table, scols, row);
	return r;
}

static void strip_line_ends(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (*from == '\n')
			while (to > text && to[-1] == ' ')
				to--;
		*to++ = *from;
	}
	while (to > text && to[-1] == ' ')
		to--;
	*to = '\0';
}

static void unref_table(struct libscols_table **table)
{
	scols_unref_table(*table);
}

int table_text(struct table *table, char **ret)
{
	CW_CLEANUP(unref_table) struct libscols_table *scols = scols_new_table();
	char *text = NULL;

	if (table->failed || !scols)
		return -ENOMEM;
	fit_columns(table);
	if (fill(table, scols) < 0 || scols_print_table_to_string(scols, &text) < 0)
		return -ENOMEM;
	if (!text) {
		text = strdup("");
		if (!text)
			return -ENOMEM;
	}
	strip_line_ends(text);
	*ret = text;
	return 0;
}
