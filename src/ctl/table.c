/* SPDX-License-Identifier: MIT */
#include "ctl/table.h"

#include "core/cleanup.h"

#include <errno.h>
#include <libsmartcols.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct table {
	struct libscols_table *scols;
	struct libscols_line *line; /* the row under way; owned by scols */
	size_t cell; /* the next one */
	bool color;
	bool failed;
};

/* libsmartcols first shortens the columns that have more than their share of the width. */
static double scols_share(unsigned flags)
{
	if (flags & TABLE_KEEP)
		return 0.3;
	return flags & TABLE_CUT ? 0.1 : 0;
}

static int scols_flags(const struct screen *screen, unsigned flags)
{
	bool hidden = (flags & TABLE_WIDE) && screen->cut && screen->width < TABLE_WIDE_FROM;

	return (flags & TABLE_RIGHT ? SCOLS_FL_RIGHT : 0) | (flags & (TABLE_CUT | TABLE_KEEP) ? SCOLS_FL_TRUNC : 0) |
	       (hidden ? SCOLS_FL_HIDDEN : 0);
}

static void set_up(struct table *table, const struct screen *screen, size_t indent, bool headings)
{
	struct libscols_table *scols = table->scols;

	/* Names are escaped already; encoding them again would write \x5cx1b for \x1b. */
	scols_table_enable_noencoding(scols, 1);
	scols_table_enable_noheadings(scols, !headings);
	scols_table_enable_colors(scols, screen->color);
	scols_table_set_termforce(scols, screen->cut ? SCOLS_TERMFORCE_ALWAYS : SCOLS_TERMFORCE_NEVER);
	scols_table_set_termwidth(scols, screen->width - indent);
}

int table_new(const struct screen *screen, const struct table_column *columns, size_t n, size_t indent, bool headings,
	      struct table **ret)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->scols = scols_new_table();
	if (!table->scols)
		goto fail;
	table->color = screen->color;
	set_up(table, screen, indent, headings);
	for (size_t i = 0; i < n; i++)
		if (!scols_table_new_column(table->scols, columns[i].name, scols_share(columns[i].flags),
					    scols_flags(screen, columns[i].flags)))
			goto fail;
	*ret = table;
	return 0;
fail:
	table_free(table);
	return -ENOMEM;
}

struct table *table_free(struct table *table)
{
	if (table)
		scols_unref_table(table->scols);
	free(table);
	return NULL;
}

void table_row(struct table *table)
{
	table->line = scols_table_new_line(table->scols, NULL);
	table->cell = 0;
	table->failed |= !table->line;
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
	struct libscols_cell *cell;
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (!table->line)
		return;
	make_safe(text);
	cell = scols_line_get_cell(table->line, table->cell++);
	if (!cell || scols_cell_set_data(cell, text) < 0)
		table->failed = true;
	else if (table->color && paint_sequence(paint))
		table->failed |= scols_cell_set_color(cell, paint_sequence(paint)) < 0;
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

int table_text(struct table *table, char **ret)
{
	char *text = NULL;

	if (table->failed || scols_print_table_to_string(table->scols, &text) < 0)
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
