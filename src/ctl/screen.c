/* SPDX-License-Identifier: MIT */
#include "ctl/screen.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static size_t width_of_terminal(int fd)
{
	struct winsize size = { 0 };

	if (ioctl(fd, TIOCGWINSZ, &size) < 0)
		return 0;
	return size.ws_col;
}

static size_t width_of_environment(void)
{
	const char *columns = getenv("COLUMNS");
	long width = columns ? strtol(columns, NULL, 10) : 0;

	return width > 0 && width < 10000 ? (size_t)width : 0;
}

const char *screen_invocation(const struct screen *screen)
{
	return screen->invocation && *screen->invocation ? screen->invocation : "closewatchctl";
}

/* In UTF-8 the classes of bytes are those of C, and so that locale can stay: libsmartcols needs it to count columns. */
static const char *mark_of_locale(void)
{
	bool utf8 = setlocale(LC_CTYPE, "") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;

	if (!utf8)
		setlocale(LC_CTYPE, "C");
	return utf8 ? "\u2026" : "~";
}

void screen_init(struct screen *screen, FILE *out, bool color, uint64_t now_usec)
{
	size_t width = width_of_terminal(fileno(out));

	if (width == 0)
		width = width_of_environment();
	if (width == 0)
		width = 80;
	*screen = (struct screen){
		.out = out,
		.width = width < SCREEN_LEAST_WIDTH ? SCREEN_LEAST_WIDTH : width,
		.color = color,
		.cut = isatty(fileno(out)),
		.now_usec = now_usec,
		.mark = mark_of_locale(),
	};
}
