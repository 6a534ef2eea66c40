/* SPDX-License-Identifier: MIT */
#include "ctl/inquiry.h"

#include "ctl/status_load.h"
#include "ctl/verbs.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define KNOWN_IDS 20 /* named when an id is wrong */

static void print_known(const struct command *command, const struct report *report)
{
	if (report->n_findings == 0) {
		fprintf(stderr, "There are no findings.\n");
		return;
	}
	fprintf(stderr, "Known:");
	for (size_t i = 0; i < report->n_findings && i < KNOWN_IDS; i++)
		fprintf(stderr, " %s", report->findings[i].id);
	if (report->n_findings > KNOWN_IDS)
		fprintf(stderr, " and %zu more: %s list findings%s", report->n_findings - KNOWN_IDS,
			command->invocation, command->live ? " --live" : "");
	fprintf(stderr, "\n");
}

/* What a person typed goes back to the terminal it came from, but not its control sequences. */
static void print_id(const char *id, char *buffer, size_t size)
{
	escape_name(id, strlen(id), buffer, size);
}

const struct finding *inquiry_find(const struct command *command, const struct report *report, const char *id)
{
	const struct finding *finding = NULL;
	char safe[64];
	int r = subject_find(report, id, &finding);

	if (r == 1)
		return finding;
	print_id(id, safe, sizeof(safe));
	if (strlen(id) < SUBJECT_PREFIX || strlen(id) >= FINDING_ID_MAX || id[strspn(id, "0123456789abcdefABCDEF")])
		warnx("%s is no id: an id has 8 hexadecimal digits, of which 2 are enough", safe);
	else if (r == -EEXIST)
		warnx("more than one finding begins with %s", safe);
	else
		warnx("no finding has the id %s", safe);
	print_known(command, report);
	return NULL;
}

int inquiry_look(const struct command *command, const struct report *status, struct live *ret)
{
	struct config config;
	char why[256] = "";
	int code = command_read_config_if_given(command, &config);

	if (code != EXIT_DONE)
		return code;
	/* Else the two would contradict each other about the same socket. */
	if (!(command->given & (OPTION_CONFIG | OPTION_ASSIGN)) && status->stale_age_usec)
		config.thresholds.close_wait_age_usec = status->stale_age_usec;
	if (live_look(&config, ret, why, sizeof(why)) < 0) {
		warnx("cannot look: %s", why);
		code = EXIT_FAILED;
	}
	config_done(&config);
	return code;
}

/* In what the daemon says; only without it in what we saw ourselves. */
static void find_anywhere(const struct command *command, struct inquiry *inquiry, const char *id)
{
	bool has_status = inquiry->status.updated_usec != 0;

	inquiry->report = &inquiry->status;
	if (subject_find(&inquiry->status, id, &inquiry->finding) == 1)
		return;
	if (inquiry->has_live && subject_find(&inquiry->live.report, id, &inquiry->finding) == 1) {
		inquiry->report = &inquiry->live.report;
		return;
	}
	inquiry_find(command, has_status ? &inquiry->status : &inquiry->live.report, id);
}

int inquiry_open(const struct command *command, const char *id, uint64_t now_usec, struct inquiry *ret)
{
	struct inquiry inquiry = { 0 };
	enum status_result result = STATUS_FRESH;
	int code;

	if (!command->live)
		result = status_load(command, now_usec, &inquiry.status);
	code = status_exit_code(result);
	if (result == STATUS_BROKEN)
		return code;
	inquiry.has_live = inquiry_look(command, &inquiry.status, &inquiry.live) == EXIT_DONE;
	if (command->live && !inquiry.has_live)
		return EXIT_FAILED;
	/* A finding points into a report: not before that lies where it stays. */
	*ret = inquiry;
	find_anywhere(command, ret, id);
	if (ret->finding && ret->has_live &&
	    subject_sockets(&ret->live, ret->finding, &ret->sockets, &ret->n_sockets) < 0) {
		warnx("out of memory");
		ret->finding = NULL;
		code = EXIT_FAILED;
	}
	if (ret->finding)
		return code;
	inquiry_done(ret);
	return code == EXIT_DONE ? EXIT_FAILED : code;
}

void inquiry_done(struct inquiry *inquiry)
{
	report_done(&inquiry->status);
	live_done(&inquiry->live);
	free(inquiry->sockets);
	*inquiry = (struct inquiry){ 0 };
}
