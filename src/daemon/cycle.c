/* SPDX-License-Identifier: MIT */
#include "daemon/cycle.h"

#include "core/health.h"
#include "core/picture.h"
#include "kernel/waiting.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void cycle_init(struct cycle *cycle, const struct config *config, const struct sources *sources)
{
	*cycle = (struct cycle){ .config = config, .sources = sources };
	snprintf(cycle->report.version, sizeof(cycle->report.version), "%s", PACKAGE_VERSION);
	memcpy(cycle->report.host, sources->host, sizeof(cycle->report.host));
	memcpy(cycle->report.boot_id, sources->boot_id, sizeof(cycle->report.boot_id));
	cycle->report.started_usec = sources->now(sources->context).realtime_usec;
	cycle->report.pid = getpid();
}

void cycle_done(struct cycle *cycle)
{
	tracker_done(&cycle->tracker);
	backlog_done(&cycle->backlog);
	trends_done(&cycle->trends);
	alarms_done(&cycle->alarms);
	look_done(&cycle->look);
	wants_done(&cycle->wants);
	report_done(&cycle->report);
	free(cycle->events);
	*cycle = (struct cycle){ 0 };
}

static int take_look(struct cycle *cycle, bool listen_only)
{
	int r;

	/* A failed look says so in look.complete and look.error; what came of it still narrows ages. */
	(void)cycle->sources->look(cycle->sources->context, listen_only, &cycle->look);
	r = backlog_update(&cycle->backlog, cycle->sources->netns, &cycle->look);
	if (r == 0 && !listen_only)
		r = tracker_update(&cycle->tracker, cycle->sources->netns, &cycle->look);
	return r;
}

static int attribute(struct cycle *cycle)
{
	struct wants_input input = {
		.look = &cycle->look,
		.tracker = &cycle->tracker,
		.backlog = &cycle->backlog,
		.config = cycle->config,
		.netns = cycle->sources->netns,
	};
	int r;

	if (!cycle->look.complete)
		return 0;
	r = wants_collect(&cycle->wants, &input);
	if (r < 0)
		return r;
	return cycle->sources->attribute(cycle->sources->context, cycle->wants.list, cycle->wants.n,
					 cycle->config->attribution_budget_usec);
}

static void ask_waiting(struct cycle *cycle)
{
	struct waiting_input input = {
		.config = cycle->config,
		.backlog = &cycle->backlog,
		.netns = cycle->sources->netns,
		.now_usec = cycle->look.end_usec,
	};
	struct diag_waiting ports[WAITING_PORTS];
	size_t n = waiting_collect(&input, &cycle->report, ports);
	int r = n ? cycle->sources->waiting(cycle->sources->context, ports, n) : 0;

	cycle->waits_unknown = r < 0;
	if (r == 0)
		waiting_apply(&input, ports, n, &cycle->report);
}

static int draw(struct cycle *cycle)
{
	struct picture_input input = {
		.look = &cycle->look,
		.tracker = &cycle->tracker,
		.backlog = &cycle->backlog,
		.book = cycle->sources->book(cycle->sources->context),
		.config = cycle->config,
		.netns_name = "host",
		.netns = cycle->sources->netns,
		.sees_holders = cycle->sources->sees_holders,
		.unit_of = cycle->sources->unit_of,
		.unit_context = cycle->sources->context,
	};
	int r;

	if (!cycle->look.complete)
		return 0;
	r = picture_listeners(&input, &cycle->report);
	if (r < 0)
		return r;
	ask_waiting(cycle);
	return cycle->look.listen_only ? 0 : picture_groups(&input, &cycle->report, NULL);
}

static int judge(struct cycle *cycle, struct findings *findings)
{
	struct judge judge = {
		.config = cycle->config,
		.report = &cycle->report,
		.backlog = &cycle->backlog,
		.netns = cycle->sources->netns,
		.trends = &cycle->trends,
		.alarms = &cycle->alarms,
		.somaxconn = cycle->look.somaxconn,
		.now_usec = cycle->look.end_usec,
	};
	int r = cycle->look.listen_only ? 0 : judge_leaks(&judge, findings);

	if (r == 0)
		r = judge_queues(&judge, findings);
	if (findings->n)
		qsort(findings->list, findings->n, sizeof(*findings->list), finding_compare);
	return r;
}

static int refresh_findings(struct cycle *cycle)
{
	struct finding *list;
	size_t n;
	int r = alarms_findings(&cycle->alarms, &list, &n);

	if (r < 0)
		return r;
	free(cycle->report.findings);
	cycle->report.findings = list;
	cycle->report.n_findings = n;
	return 0;
}

/* Whether a group with stale sockets was left out of the report: they are the first in it. */
static bool stale_left_out(const struct report *report)
{
	return report->more_groups && report->n_groups && report->groups[report->n_groups - 1].stale;
}

/* A kind may clear only when all of it was seen. */
static unsigned judged_kinds(const struct cycle *cycle)
{
	unsigned kinds = cycle->look.listen_only ? 1u << FINDING_ACCEPT_QUEUE : FINDING_ALL_KINDS;

	if (stale_left_out(&cycle->report))
		kinds &= ~(1u << FINDING_CLOSE_WAIT_LEAK);
	if (cycle->waits_unknown)
		kinds &= ~(1u << FINDING_ACCEPT_QUEUE);
	return kinds;
}

static void drop_events(struct cycle *cycle)
{
	free(cycle->events);
	cycle->events = NULL;
	cycle->n_events = 0;
}

static int alert(struct cycle *cycle)
{
	struct findings findings = { 0 };
	struct event *events = NULL;
	size_t n_events = 0;
	int r;

	if (!cycle->look.complete)
		return 0;
	r = judge(cycle, &findings);
	if (r == 0)
		r = alarms_update(&cycle->alarms, cycle->config, judged_kinds(cycle), findings.list, findings.n,
				  cycle->sources->now(cycle->sources->context), &events, &n_events);
	cycle->events = events;
	cycle->n_events = n_events;
	findings_done(&findings);
	return r < 0 ? r : refresh_findings(cycle);
}

/* The steps, in order. Without memory for one, the others still do what they can with the last picture. */
static int run(struct cycle *cycle, bool listen_only)
{
	int looked, attributed, drawn, alerted;

	drop_events(cycle);
	looked = take_look(cycle, listen_only);
	attributed = attribute(cycle);
	drawn = draw(cycle);
	alerted = drawn < 0 ? 0 : alert(cycle);
	if (looked < 0)
		return looked;
	if (attributed < 0)
		return attributed;
	return drawn < 0 ? drawn : alerted;
}

static void tell_health(struct cycle *cycle, int result)
{
	struct attribution_progress progress;
	struct health health = {
		.look_error = cycle->look.complete ? "" : cycle->look.error,
		.sees_holders = cycle->sources->sees_holders,
		.more_groups = cycle->report.more_groups,
		.untold = cycle->alarms.untold,
		.sink_error = cycle->sink_error ? cycle->sink_error : "",
		.search_failed = result < 0 && result != -ENOMEM, /* nothing else fails for another reason */
		.out_of_memory = result == -ENOMEM,
	};

	cycle->sources->progress(cycle->sources->context, &progress);
	health.processes_done = progress.processes_done;
	health.processes_total = progress.processes_total;
	health.denied = progress.denied;
	for (size_t i = 0; i < cycle->report.n_groups; i++) {
		health.pending += cycle->report.groups[i].pending;
		health.unheld += cycle->report.groups[i].unheld;
	}
	health_print(&health, cycle->report.health, sizeof(cycle->report.health));
	cycle->report.complete = cycle->look.complete && result == 0;
}

void cycle_run(struct cycle *cycle)
{
	struct moment start = cycle->sources->now(cycle->sources->context), end;
	int result = run(cycle, false);

	end = cycle->sources->now(cycle->sources->context);
	cycle->report.interval_usec = cycle->config->interval_usec;
	cycle->report.stale_age_usec = cycle->config->thresholds.close_wait_age_usec;
	cycle->report.updated_usec = end.realtime_usec;
	cycle->report.last_cycle_usec = end.monotonic_usec - start.monotonic_usec;
	cycle->report.cycles++;
	tell_health(cycle, result);
}

bool cycle_run_listen(struct cycle *cycle)
{
	/* An incomplete one is left to the next whole look to tell. */
	(void)run(cycle, true);
	if (cycle->n_events)
		cycle->report.updated_usec = cycle->sources->now(cycle->sources->context).realtime_usec;
	return cycle->n_events > 0;
}
