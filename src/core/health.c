/* SPDX-License-Identifier: MIT */
#include "core/health.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct text {
	char *buffer;
	size_t size;
};

static void add(const struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(const struct text *text, const char *format, ...)
{
	size_t used = strlen(text->buffer);
	va_list arguments;

	if (used && used + 2 < text->size) {
		text->buffer[used++] = ' ';
		text->buffer[used] = '\0';
	}
	va_start(arguments, format);
	vsnprintf(text->buffer + used, text->size - used, format, arguments);
	va_end(arguments);
}

static void add_pending(const struct text *text, const struct health *health)
{
	char progress[80] = "";

	if (health->processes_total)
		snprintf(progress, sizeof(progress), " (%" PRIu64 " of %" PRIu64 " processes)", health->processes_done,
			 health->processes_total);
	add(text, "The holders of %" PRIu64 " socket%s are still looked for%s.", health->pending,
	    health->pending == 1 ? "" : "s", progress);
}

void health_print(const struct health *health, char *buffer, size_t size)
{
	struct text text = { buffer, size };

	*buffer = '\0';
	if (*health->look_error)
		add(&text, "The last look is incomplete (%s): nothing is cleared, the last picture is kept.",
		    health->look_error);
	if (health->out_of_memory)
		add(&text, "Out of memory: some sockets are not reported.");
	if (health->search_failed)
		add(&text, "Processes cannot be looked through: some sockets are reported without theirs.");
	if (!health->sees_holders)
		add(&text,
		    "CAP_SYS_PTRACE or CAP_DAC_READ_SEARCH is missing: sockets of other users are reported without their "
		    "process.");
	if (health->pending)
		add_pending(&text, health);
	if (health->unheld && health->denied && health->sees_holders)
		add(&text,
		    "%" PRIu64 " process%s could not be looked into and may hold the %" PRIu64
		    " sockets that nobody seems to hold.",
		    health->denied, health->denied == 1 ? "" : "es", health->unheld);
	if (health->uncertain)
		add(&text,
		    "%" PRIu64
		    " CLOSE_WAIT socket%s may be stale already: one look cannot tell the age when keepalive probes "
		    "are answered or a connection was idle before its end. The daemon can.",
		    health->uncertain, health->uncertain == 1 ? "" : "s");
	if (health->more_groups)
		add(&text, "%" PRIu64 " group%s beyond max_groups %s not reported.", health->more_groups,
		    health->more_groups == 1 ? "" : "s", health->more_groups == 1 ? "is" : "are");
	if (health->untold)
		add(&text, "%" PRIu64 " finding%s beyond max_active %s not reported.", health->untold,
		    health->untold == 1 ? "" : "s", health->untold == 1 ? "is" : "are");
	if (*health->sink_error)
		add(&text, "%s.", health->sink_error);
	if (!*buffer)
		add(&text, "ok");
}
