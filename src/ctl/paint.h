/* SPDX-License-Identifier: MIT */
/* Colours by what they mean. */
#ifndef CW_CTL_PAINT_H
#define CW_CTL_PAINT_H

#include "core/finding.h"

#include <stdbool.h>
#include <stdio.h>

enum paint {
	PAINT_PLAIN,
	PAINT_CRITICAL,
	PAINT_WARNING,
	PAINT_NOTICE,
	PAINT_GOOD,
	PAINT_STRONG,
	PAINT_FAINT,
	PAINTS,
};

enum color_mode {
	COLOR_AUTO,
	COLOR_ALWAYS,
	COLOR_NEVER,
};

/* "auto", "always", "never": 0; -EINVAL: another word. */
int color_mode_parse(const char *word, enum color_mode *ret);

/* Whether to paint. auto: on a terminal that can (TERM is not "dumb"), unless NO_COLOR is set to something. */
bool color_wanted(enum color_mode mode, bool is_terminal, const char *no_color, const char *term);

enum paint paint_of_severity(enum severity severity);

/* The terminal's sequence, such as for scols_line_set_color(); NULL for PAINT_PLAIN. */
const char *paint_sequence(enum paint paint);

/* Writes the text in the colour; as it is when color is false. */
void paint_text(FILE *out, bool color, enum paint paint, const char *text, size_t length);

#endif
