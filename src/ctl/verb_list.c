/* SPDX-License-Identifier: MIT */
#include "core/cleanup.h"
#include "ctl/inquiry.h"
#include "ctl/json.h"
#include "ctl/list_view.h"
#include "ctl/output.h"
#include "ctl/status_load.h"
#include "ctl/verbs.h"
#include "kernel/machine.h"

#include <err.h>
#include <errno.h>
#include <string.h>

/* What to show: all of the report, or of one finding alone. */
struct selection {
	const struct command *command;
	const struct report *report;
	const struct finding *finding; /* NULL: everything */
};

/* The outcome of a table's printing as an exit code. A person wonders about nothing, a script does not. */
static int finish(const struct screen *screen, size_t n, const char *what, int r)
{
	if (r == 0 && n == 0 && screen->cut)
		fprintf(stderr, "no %s\n", what);
	if (r == -ENOMEM)
		warnx("out of memory");
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}

static int show_findings(const struct selection *s)
{
	const struct finding *findings = s->finding ? s->finding : s->report->findings;
	size_t n = s->finding ? 1 : s->report->n_findings;
	struct screen screen = command_screen(s->command);

	if (s->command->json)
		return output_json(json_of_findings(findings, n));
	return finish(&screen, n, "findings", list_view_findings(&screen, findings, n, !s->command->no_headings));
}

static int show_groups(const struct selection *s)
{
	const struct report_group *groups = s->report->groups;
	size_t n = s->report->n_groups;
	struct screen screen = command_screen(s->command);

	if (s->finding) {
		groups = report_group_of(s->report, s->finding);
		n = groups != NULL;
	}
	if (s->command->json)
		return output_json(json_of_groups(groups, n));
	return finish(&screen, n, "groups", list_view_groups(&screen, groups, n, !s->command->no_headings));
}

static int show_listeners(const struct selection *s)
{
	const struct report_listener *listeners = s->report->listeners;
	size_t n = s->report->n_listeners;
	struct screen screen = command_screen(s->command);

	if (s->finding) {
		listeners = report_listener_of(s->report, s->finding);
		n = listeners != NULL;
	}
	if (s->command->json)
		return output_json(json_of_listeners(listeners, n));
	return finish(&screen, n, "listeners", list_view_listeners(&screen, listeners, n, !s->command->no_headings));
}

static int show_sockets(const struct command *command, const struct live_socket *sockets, size_t n)
{
	struct screen screen = command_screen(command);

	if (command->json)
		return output_json(json_of_sockets(sockets, n));
	return finish(&screen, n, "CLOSE_WAIT sockets", list_view_sockets(&screen, sockets, n, !command->no_headings));
}

static int list_sockets_of_finding(const struct command *command)
{
	struct screen screen = command_screen(command);
	struct inquiry inquiry = { 0 };
	int shown, code = inquiry_open(command, command->finding, screen.now_usec, &inquiry);

	if (!inquiry.finding)
		return code;
	shown = inquiry.has_live ? show_sockets(command, inquiry.sockets, inquiry.n_sockets) : EXIT_FAILED;
	inquiry_done(&inquiry);
	return shown == EXIT_DONE ? code : shown;
}

static int warn_if_incomplete(const struct report *report, int code)
{
	if (report->complete)
		return code;
	warnx("the look was incomplete: %s", report->health);
	return EXIT_FAILED;
}

static int list_sockets(const struct command *command)
{
	bool has_config = command->given & (OPTION_CONFIG | OPTION_ASSIGN);
	struct report status = { 0 };
	struct live live = { 0 };
	int code;

	if (command->finding)
		return list_sockets_of_finding(command);
	if (!command->live && !has_config)
		status_peek(command, machine_realtime_usec(), &status);
	code = inquiry_look(command, &status, &live);
	report_done(&status);
	if (code != EXIT_DONE)
		return code;
	code = warn_if_incomplete(&live.report, show_sockets(command, live.sockets, live.n_sockets));
	live_done(&live);
	return code;
}

static int show_selected(const struct command *command, const struct report *report,
			 int (*show)(const struct selection *s))
{
	struct selection selection = { .command = command, .report = report };

	if (command->finding)
		selection.finding = inquiry_find(command, report, command->finding);
	return command->finding && !selection.finding ? EXIT_FAILED : show(&selection);
}

static int list_of_look(const struct command *command, int (*show)(const struct selection *s))
{
	const struct report no_status = { 0 };
	struct live live = { 0 };
	int code = inquiry_look(command, &no_status, &live);

	if (code != EXIT_DONE)
		return code;
	code = warn_if_incomplete(&live.report, show_selected(command, &live.report, show));
	live_done(&live);
	return code;
}

static int list_of_status(const struct command *command, int (*show)(const struct selection *s))
{
	struct screen screen = command_screen(command);
	struct report report = { 0 };
	enum status_result result = status_load(command, screen.now_usec, &report);
	int shown;

	if (result != STATUS_FRESH && result != STATUS_OLD)
		return status_exit_code(result);
	shown = show_selected(command, &report, show);
	report_done(&report);
	if (shown == EXIT_DONE)
		shown = status_exit_code(result);
	return shown;
}

/* show: NULL for sockets, which no status has. */
static int list_one(const struct command *command, int (*show)(const struct selection *s))
{
	if (!show)
		return list_sockets(command);
	return command->live ? list_of_look(command, show) : list_of_status(command, show);
}

int verb_list(const struct command *command)
{
	static const struct {
		const char *name;
		int (*show)(const struct selection *s); /* NULL: sockets, which no status has */
	} lists[] = {
		{ "findings", show_findings },
		{ "groups", show_groups },
		{ "listeners", show_listeners },
		{ "sockets", NULL },
	};
	const char *name = command->n_arguments ? command->arguments[0] : "findings";

	for (size_t i = 0; i < CW_ELEMENTS(lists); i++)
		if (strcmp(name, lists[i].name) == 0)
			return list_one(command, lists[i].show);
	warnx("list: findings, groups, listeners or sockets can be listed");
	return EXIT_USAGE;
}
