/* SPDX-License-Identifier: MIT */
#include "ctl/status_view.h"

#include "core/cleanup.h"
#include "core/span.h"
#include "ctl/invocation.h"
#include "ctl/layout.h"
#include "ctl/phrase.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

static bool is_healthy(const struct report *report)
{
	return report->complete && strcmp(report->health, "ok") == 0;
}

/* "1 critical, 2 warnings, 1 over", each in its colour. */
static void view_counts(struct layout *line, const struct report *report)
{
	static const char *const nouns[SEVERITIES][2] = {
		[SEVERITY_NOTICE] = { "notice", "notices" },
		[SEVERITY_WARNING] = { "warning", "warnings" },
		[SEVERITY_CRITICAL] = { "critical", "critical" },
	};
	size_t counts[SEVERITIES] = { 0 }, left = report->n_findings, over = 0;
	char text[64];

	for (size_t i = 0; i < report->n_findings; i++) {
		if (report->findings[i].gone_usec)
			over++;
		else
			counts[report->findings[i].severity]++;
	}
	for (unsigned severity = SEVERITY_CRITICAL; severity > SEVERITY_NONE; severity--) {
		if (counts[severity] == 0)
			continue;
		left -= counts[severity];
		snprintf(text, sizeof(text), "%zu %s%s", counts[severity], nouns[severity][counts[severity] != 1],
			 left ? "," : "");
		layout_piece(line, paint_of_severity(severity), 1, text);
	}
	if (over == 0)
		return;
	snprintf(text, sizeof(text), "%zu over", over);
	layout_piece(line, PAINT_FAINT, 1, text);
}

static void view_headline(const struct screen *screen, const struct report *report, const char *who, bool old,
			  const char *right)
{
	struct layout line = layout_begin_line(screen);

	layout_piece(&line, PAINT_STRONG, 0, who);
	if (report->n_findings > 0)
		view_counts(&line, report);
	else if (!is_healthy(report))
		layout_words(&line, PAINT_WARNING, "nothing found, but not everything was seen");
	else if (old)
		layout_piece(&line, PAINT_PLAIN, 1, "all was well");
	else
		layout_piece(&line, PAINT_GOOD, 1, "all is well");
	layout_end_right(&line, old ? PAINT_WARNING : PAINT_FAINT, right);
}

static void view_health(const struct screen *screen, const struct report *report)
{
	struct layout block;

	if (is_healthy(report))
		return;
	block = layout_begin(screen, PAINT_WARNING, "Health");
	layout_words(&block, PAINT_PLAIN, report->health);
	layout_end(&block);
}

static void view_finding(const struct screen *screen, const struct finding *finding)
{
	char label[LAYOUT_LABEL], gone[PHRASE_MAX];
	struct layout block;

	snprintf(label, sizeof(label), "%s", severity_name(finding->severity));
	for (char *c = label; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	block = layout_begin(screen, finding->gone_usec ? PAINT_FAINT : paint_of_severity(finding->severity), label);
	layout_words(&block, PAINT_PLAIN, finding->message);
	if (finding->gone_usec) {
		phrase_gone(gone, sizeof(gone), finding, screen->now_usec);
		layout_words(&block, PAINT_PLAIN, gone);
	}
	layout_end_right(&block, PAINT_FAINT, finding->id);
}

static void view_findings(const struct screen *screen, const struct report *report, const char *live)
{
	size_t shown = report->n_findings < STATUS_VIEW_FINDINGS ? report->n_findings : STATUS_VIEW_FINDINGS;
	char before[32], command[INVOCATION_MAX + 64];

	for (size_t i = 0; i < shown; i++)
		view_finding(screen, &report->findings[i]);
	if (shown == report->n_findings)
		return;
	snprintf(before, sizeof(before), "%zu more:", report->n_findings - shown);
	snprintf(command, sizeof(command), "%s list findings%s", screen_invocation(screen), live);
	layout_suggestion(screen, "", before, command);
}

static void view_sockets(const struct screen *screen, const struct sock_tally *tally)
{
	static const enum sock_state named[] = { SOCK_ESTABLISHED, SOCK_LISTEN, SOCK_CLOSE_WAIT, SOCK_TIME_WAIT };
	struct layout block = layout_begin(screen, PAINT_STRONG, "Sockets");
	uint64_t others = 0;
	char text[64];

	for (size_t state = SOCK_ESTABLISHED; state < SOCK_STATES; state++)
		others += tally->count[state];
	for (size_t i = 0; i < CW_ELEMENTS(named); i++) {
		others -= tally->count[named[i]];
		snprintf(text, sizeof(text), "%" PRIu64 " %s", tally->count[named[i]], sock_state_name(named[i]));
		layout_piece(&block, PAINT_PLAIN, 2, text);
	}
	snprintf(text, sizeof(text), "%" PRIu64 " others", others);
	layout_piece(&block, PAINT_PLAIN, 2, text);
	layout_end(&block);
}

/* The worst that is still there. */
static const struct finding *next_finding(const struct report *report)
{
	for (size_t i = 0; i < report->n_findings; i++)
		if (!report->findings[i].gone_usec)
			return &report->findings[i];
	return report->findings;
}

static void view_next(const struct screen *screen, const struct report *report, const char *live)
{
	char command[INVOCATION_MAX + 64];

	if (report->n_findings == 0)
		return;
	snprintf(command, sizeof(command), "%s explain %s%s", screen_invocation(screen), next_finding(report)->id, live);
	layout_suggestion(screen, "Next", "", command);
}

/* live: the option of commands that look by themselves, " --live"; "": they ask the daemon. */
static void view_body(const struct screen *screen, const struct report *report, const char *live)
{
	fputc('\n', screen->out);
	if (!is_healthy(report) || report->n_findings > 0) {
		view_health(screen, report);
		view_findings(screen, report, live);
		fputc('\n', screen->out);
	}
	view_sockets(screen, &report->sockets);
	view_next(screen, report, live);
}

void status_view(const struct screen *screen, const struct report *report, bool old)
{
	/* A clock that was set back must not show an age of centuries. */
	uint64_t ago = screen->now_usec > report->updated_usec ? screen->now_usec - report->updated_usec : 0;
	char who[NAME_MAX_ESCAPED + 32], ago_text[32], interval[32], right[96];

	snprintf(who, sizeof(who), "closewatchd on %s:", report->host);
	span_print_human(ago, ago_text, sizeof(ago_text));
	span_print_human(report->interval_usec, interval, sizeof(interval));
	snprintf(right, sizeof(right), "looked %s ago, every %s", ago_text, interval);
	view_headline(screen, report, who, old, right);
	view_body(screen, report, "");
}

void scan_view(const struct screen *screen, const struct report *report)
{
	char who[NAME_MAX_ESCAPED + 32];

	snprintf(who, sizeof(who), "scan of %s, one look:", report->host);
	view_headline(screen, report, who, false, "ages as the kernel tells them");
	view_body(screen, report, " --live");
}
