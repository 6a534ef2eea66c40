/* SPDX-License-Identifier: MIT */
/* Paragraphs: words broken into lines that fit the screen, with hanging indents. All text is ASCII. */
#ifndef CW_CTL_LAYOUT_H
#define CW_CTL_LAYOUT_H

#include "ctl/paint.h"
#include "ctl/screen.h"

#define LAYOUT_LABEL 10 /* columns of the label at the left of each block */

/* A paragraph under way. */
struct layout {
	const struct screen *screen;
	size_t indent; /* columns before each line after the first */
	size_t column; /* written of this line */
	bool fresh; /* nothing but the indent stands in this line */
};

/* Starts a paragraph with a label of at most LAYOUT_LABEL - 1 characters ("": none); its lines hang behind that. */
struct layout layout_begin(const struct screen *screen, enum paint paint, const char *label);

/* Starts one at the left edge, without a label. */
struct layout layout_begin_line(const struct screen *screen);

/* Starts one with a label, indent columns deeper, behind a mark such as "1. " of at most indent characters. */
struct layout layout_begin_item(const struct screen *screen, const char *label, const char *mark, size_t indent);

/* Adds words, a space before each but the first of a line. A word longer than a line is cut into pieces. */
void layout_words(struct layout *layout, enum paint paint, const char *text);
void layout_printf(struct layout *layout, enum paint paint, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds a piece that is not broken at its spaces, gap spaces after the one before. */
void layout_piece(struct layout *layout, enum paint paint, size_t gap, const char *text);

/* Ends the paragraph. */
void layout_end(struct layout *layout);

/* Ends it with text flush right: in the last line if there is room, else in a line of its own. */
void layout_end_right(struct layout *layout, enum paint paint, const char *text);

/* A line of its own behind the label's columns, never broken: a command that somebody copies. */
void layout_command(const struct screen *screen, size_t indent, const char *text);

/* A command that somebody copies, behind a label and words before it: never broken; in a line of its own if it does not
 * fit behind the words. */
void layout_suggestion(const struct screen *screen, const char *label, const char *before, const char *command);

/* Lines of text, such as a table, each behind the label's columns; the label stands before the first. */
void layout_lines(const struct screen *screen, const char *label, const char *lines);

#endif
