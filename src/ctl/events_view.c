/* SPDX-License-Identifier: MIT */
#include "ctl/events_view.h"

#include "core/span.h"
#include "ctl/layout.h"

#include <string.h>
#include <time.h>

#define INDENT 21 /* behind the time: the message is what takes the room */

static void print_time(uint64_t realtime_usec, char *buffer, size_t size)
{
	time_t seconds = (time_t)(realtime_usec / USEC_PER_SEC);
	struct tm tm;

	if (!localtime_r(&seconds, &tm) || strftime(buffer, size, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		snprintf(buffer, size, "%-19s", "-");
}

static enum paint paint_of(const struct logged_event *event)
{
	int severity = severity_from_name(event->severity);

	if (strcmp(event->event, "clear") == 0)
		return PAINT_GOOD;
	return severity < 0 ? PAINT_PLAIN : paint_of_severity((enum severity)severity);
}

static void view_on_terminal(const struct screen *screen, const struct logged_event *event, const char *time)
{
	struct layout layout = layout_begin_line(screen);
	char text[32];

	layout.indent = INDENT;
	layout_piece(&layout, PAINT_FAINT, 0, time);
	snprintf(text, sizeof(text), "%-6s", event->event);
	layout_piece(&layout, paint_of(event), 2, text);
	snprintf(text, sizeof(text), "%-8s", event->severity);
	layout_piece(&layout, paint_of(event), 2, text);
	/* Its space and the one before a word keep the columns apart. */
	snprintf(text, sizeof(text), "%-8s ", event->id);
	layout_piece(&layout, PAINT_PLAIN, 2, text);
	layout_words(&layout, PAINT_PLAIN, event->message);
	layout_end(&layout);
}

void events_view(const struct screen *screen, const struct logged_event *event)
{
	char time[32];

	print_time(event->time_usec, time, sizeof(time));
	if (screen->cut)
		view_on_terminal(screen, event, time);
	else
		fprintf(screen->out, "%s  %-6s  %-8s  %-8s  %s\n", time, event->event, event->severity, event->id,
			event->message);
}
