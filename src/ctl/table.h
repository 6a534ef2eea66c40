/* SPDX-License-Identifier: MIT */
/* Tables, drawn by libsmartcols. */
#ifndef CW_CTL_TABLE_H
#define CW_CTL_TABLE_H

#include "ctl/paint.h"
#include "ctl/screen.h"

enum table_flag {
	TABLE_RIGHT = 1 << 0, /* numbers */
	TABLE_CUT = 1 << 1, /* may lose its end when the table does not fit */
	TABLE_ADDRESS = 1 << 2, /* may lose the middle of its address, as the last remedy, but never the port */
	TABLE_WIDE = 1 << 3, /* is left out when the table does not fit, the last one first, before anything is cut */
};

struct table_column {
	const char *name;
	unsigned flags; /* enum table_flag */
};

struct table;

/* screen and columns must outlive it. indent: columns of the screen's width that the table must leave free.
 * 0, or -ENOMEM. */
int table_new(const struct screen *screen, const struct table_column *columns, size_t n, size_t indent, bool headings,
	      struct table **ret);
struct table *table_free(struct table *table); /* NULL is fine; returns NULL */

/* Starts a row. Its cells follow in the order of the columns; the ones left out stay empty. A failure is remembered. */
void table_row(struct table *table);
void table_cell(struct table *table, enum paint paint, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The table as lines, without spaces at their ends; *ret is malloc()ed. What was cut has a mark. If nothing more can be
 * left out or cut, it is wider than the screen. 0, or -ENOMEM. */
int table_text(struct table *table, char **ret);

#endif
