/* SPDX-License-Identifier: MIT */
#include "ctl/check_view.h"

#include "core/span.h"

#include <inttypes.h>
#include <string.h>

/* Some agents cut the line after 1024 bytes: the worst of them fit, and the rest is counted. */
#define SHOWN 3

/* What the rule makes of the findings. */
struct tally {
	uint64_t of_severity[SEVERITIES];
	uint64_t findings; /* of the kinds that count */
	uint64_t counting; /* of these, the ones that are no OK */
	enum check_state state;
};

static enum check_state state_of(const struct check_rule *rule, const struct finding *finding)
{
	if (!(rule->kinds & 1u << finding->kind))
		return CHECK_OK;
	if (finding->severity >= rule->crit)
		return CHECK_CRITICAL;
	return finding->severity >= rule->warn ? CHECK_WARNING : CHECK_OK;
}

static struct tally count(const struct report *report, const struct check_rule *rule)
{
	struct tally tally = { .state = CHECK_OK };

	for (size_t i = 0; i < report->n_findings; i++) {
		const struct finding *finding = &report->findings[i];
		enum check_state state = state_of(rule, finding);

		if (!(rule->kinds & 1u << finding->kind))
			continue;
		tally.findings++;
		tally.of_severity[finding->severity]++;
		tally.counting += state != CHECK_OK;
		tally.state = state > tally.state ? state : tally.state;
	}
	return tally;
}

/* "|" would begin the performance data. Everything else came escaped; this is the last line of defence. */
static void write_text(FILE *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '|')
			fputs("\\x7c", out);
		else
			fputc(text[i] >= 0x20 && text[i] < 0x7f ? text[i] : '?', out);
	}
}

/* The first sentence of a message: who, where, how many, since when. */
static size_t first_sentence(const char *message)
{
	const char *end = strstr(message, ". ");
	size_t length = end ? (size_t)(end - message) : strlen(message);

	return length > 0 && message[length - 1] == '.' ? length - 1 : length;
}

static void write_findings(FILE *out, const struct report *report, const struct check_rule *rule, uint64_t counting)
{
	uint64_t shown = 0;

	fprintf(out, "%" PRIu64 " finding%s: ", counting, counting == 1 ? "" : "s");
	for (size_t i = 0; i < report->n_findings && shown < SHOWN; i++) {
		const struct finding *finding = &report->findings[i];

		if (state_of(rule, finding) == CHECK_OK)
			continue;
		fputs(shown++ ? "; " : "", out);
		write_text(out, finding->message, first_sentence(finding->message));
		fprintf(out, " (%s)", finding->id);
	}
	if (counting > shown)
		fprintf(out, "; and %" PRIu64 " more", counting - shown);
}

static void write_state(FILE *out, enum check_state state)
{
	static const char *const names[CHECK_STATES] = {
		[CHECK_OK] = "OK",
		[CHECK_WARNING] = "WARNING",
		[CHECK_CRITICAL] = "CRITICAL",
		[CHECK_UNKNOWN] = "UNKNOWN",
	};

	fprintf(out, "CLOSEWATCH %s - ", names[state]);
}

static void write_performance(FILE *out, const struct report *report, const struct tally *tally)
{
	uint64_t stale = 0, waiting = 0;

	for (size_t i = 0; i < report->n_groups; i++)
		stale += report->groups[i].stale;
	for (size_t i = 0; i < report->n_listeners; i++)
		waiting += report->listeners[i].queue;
	fprintf(out, " | close_wait=%" PRIu64 " stale=%" PRIu64 " waiting=%" PRIu64 " findings=%" PRIu64,
		report->sockets.count[SOCK_CLOSE_WAIT], stale, waiting, tally->findings);
	for (unsigned s = SEVERITY_CRITICAL; s > SEVERITY_NONE; s--)
		fprintf(out, " %s=%" PRIu64, severity_name(s), tally->of_severity[s]);
	fprintf(out, " cycle=%" PRIu64 ".%06" PRIu64 "s\n", (uint64_t)(report->last_cycle_usec / USEC_PER_SEC),
		(uint64_t)(report->last_cycle_usec % USEC_PER_SEC));
}

enum check_state check_view(FILE *out, const struct report *report, const struct check_rule *rule)
{
	struct tally tally = count(report, rule);

	if (tally.state == CHECK_OK && !report->complete)
		tally.state = CHECK_UNKNOWN;
	write_state(out, tally.state);
	if (tally.counting)
		write_findings(out, report, rule, tally.counting);
	else if (tally.findings)
		fprintf(out, "%" PRIu64 " finding%s below the threshold", tally.findings,
			tally.findings == 1 ? "" : "s");
	else
		fputs("no findings", out);
	if (strcmp(report->health, "ok") != 0) {
		fputs(". ", out);
		write_text(out, report->health, strlen(report->health));
	}
	write_performance(out, report, &tally);
	return tally.state;
}

enum check_state check_view_unknown(FILE *out, const char *why)
{
	write_state(out, CHECK_UNKNOWN);
	write_text(out, why, strlen(why));
	fputc('\n', out);
	return CHECK_UNKNOWN;
}
