/* SPDX-License-Identifier: MIT */
#include "ctl/paint.h"

#include "core/cleanup.h"

#include <errno.h>
#include <string.h>

static const char *const mode_names[] = {
	[COLOR_AUTO] = "auto",
	[COLOR_ALWAYS] = "always",
	[COLOR_NEVER] = "never",
};

/* The sixteen colours alone: every terminal has them, in shades that its user can read. */
static const char *const sequences[PAINTS] = {
	[PAINT_PLAIN] = NULL,          [PAINT_CRITICAL] = "\033[1;31m", [PAINT_WARNING] = "\033[1;33m",
	[PAINT_NOTICE] = "\033[1;36m", [PAINT_GOOD] = "\033[1;32m",     [PAINT_STRONG] = "\033[1m",
	[PAINT_FAINT] = "\033[2m",
};

static const enum paint severity_paints[SEVERITIES] = {
	[SEVERITY_NONE] = PAINT_PLAIN,
	[SEVERITY_NOTICE] = PAINT_NOTICE,
	[SEVERITY_WARNING] = PAINT_WARNING,
	[SEVERITY_CRITICAL] = PAINT_CRITICAL,
};

int color_mode_parse(const char *word, enum color_mode *ret)
{
	for (size_t i = 0; i < CW_ELEMENTS(mode_names); i++) {
		if (strcmp(word, mode_names[i]) != 0)
			continue;
		*ret = (enum color_mode)i;
		return 0;
	}
	return -EINVAL;
}

bool color_wanted(enum color_mode mode, bool is_terminal, const char *no_color, const char *term)
{
	if (mode != COLOR_AUTO)
		return mode == COLOR_ALWAYS;
	if (no_color && *no_color)
		return false;
	return is_terminal && term && *term && strcmp(term, "dumb") != 0;
}

enum paint paint_of_severity(enum severity severity)
{
	return severity_paints[severity];
}

const char *paint_sequence(enum paint paint)
{
	return sequences[paint];
}

void paint_text(FILE *out, bool color, enum paint paint, const char *text, size_t length)
{
	bool painted = color && length > 0 && sequences[paint];

	if (painted)
		fputs(sequences[paint], out);
	fwrite(text, 1, length, out);
	if (painted)
		fputs("\033[0m", out);
}
