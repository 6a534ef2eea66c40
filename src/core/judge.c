/* SPDX-License-Identifier: MIT */
#include "core/judge.h"

#include "core/rule.h"
#include "core/span.h"
#include "core/wording.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int findings_add(struct findings *findings, const struct finding *finding)
{
	if (findings->n == findings->size) {
		size_t size = findings->size ? 2 * findings->size : 8;
		struct finding *list = realloc(findings->list, size * sizeof(*list));

		if (!list)
			return -ENOMEM;
		findings->list = list;
		findings->size = size;
	}
	findings->list[findings->n++] = *finding;
	return 0;
}

void findings_done(struct findings *findings)
{
	free(findings->list);
	*findings = (struct findings){ 0 };
}

static enum severity worse(enum severity a, enum severity b)
{
	return a > b ? a : b;
}

static enum cause main_cause(const struct report_group *group)
{
	enum cause best = CAUSE_UNREAD_EOF;

	for (enum cause c = CAUSE_UNREAD_EOF; c < CAUSES; c++)
		if (group->causes[c] > group->causes[best])
			best = c;
	return best;
}

/* When the first holder runs out of descriptors, if each goes on taking its share of the growth. */
static uint64_t full_in(const struct report_group *group, uint64_t per_hour_millis)
{
	uint64_t soonest = FULL_NEVER;

	for (size_t i = 0; i < group->n_holders; i++) {
		const struct report_holder *holder = &group->holders[i];
		uint64_t fds = holder->n_fds + holder->more_fds;
		double share = (double)fds / (double)(group->stale ? group->stale : 1);
		double per_usec = (double)per_hour_millis / 1000.0 / (double)USEC_PER_HOUR * share;
		uint64_t left, usec;

		if (!holder->descriptors_open || !holder->descriptors_limit || holder->descriptors_limit == UINT64_MAX)
			continue;
		left = holder->descriptors_limit > holder->descriptors_open ?
			       holder->descriptors_limit - holder->descriptors_open :
			       0;
		if (left && per_usec * 1e15 < (double)left)
			continue; /* more than 30 years, or never */
		usec = left ? (uint64_t)((double)left / per_usec) : 0;
		soonest = usec < soonest ? usec : soonest;
	}
	return soonest;
}

/* Sockets whose holder is still looked for are not judged yet: their group may turn out to be another. */
static uint64_t judged(const struct report_group *group)
{
	return group->stale - group->pending;
}

static void begin_leak(const struct report_group *group, struct finding *f)
{
	*f = (struct finding){
		.kind = FINDING_CLOSE_WAIT_LEAK,
		.role = group->role,
		.port = group->port,
		.count = judged(group),
		.cause = main_cause(group),
		.inherited = 2 * group->inherited > group->stale,
		.age = group->oldest,
		.full_in_usec = FULL_NEVER,
	};
	memcpy(f->netns, group->netns, sizeof(f->netns));
	memcpy(f->owner, group->owner, sizeof(f->owner));
	memcpy(f->unit, group->unit, sizeof(f->unit));
	memcpy(f->process, group->process, sizeof(f->process));
	memcpy(f->remote, group->remote, sizeof(f->remote));
	for (f->n_pids = 0; f->n_pids < group->n_holders && f->n_pids < FINDING_PIDS; f->n_pids++)
		f->pids[f->n_pids] = group->holders[f->n_pids].pid;
	finding_identify(f);
}

static int note_trend(const struct judge *judge, const struct report_group *group, const struct thresholds *thresholds,
		      const struct finding *f, struct trend_view *ret)
{
	const struct finding *before = judge->alarms ? alarms_find(judge->alarms, f->id) : NULL;
	int r;

	*ret = (struct trend_view){ TREND_UNKNOWN, 0 };
	if (!judge->trends)
		return 0;
	r = trends_note(judge->trends, f->id, judged(group), group->lasting, thresholds->close_wait_window_usec,
			judge->now_usec, ret);
	/* After a restart the window starts anew: what was growing counts as growing until it is known again. */
	if (r == 0 && ret->trend == TREND_UNKNOWN && before && before->trend == TREND_GROWING)
		ret->trend = TREND_GROWING;
	return r;
}

static uint64_t forecast_before(const struct judge *judge, const struct finding *f)
{
	const struct finding *before = judge->alarms ? alarms_find(judge->alarms, f->id) : NULL;

	return before ? before->full_in_usec : FULL_NEVER;
}

static enum severity leak_severity(const struct finding *f, const struct thresholds *t)
{
	enum severity severity = SEVERITY_NONE;

	if (f->age.at_least_usec >= t->close_wait_old_age_usec)
		severity = SEVERITY_NOTICE;
	if (f->count >= t->close_wait_warn || f->trend == TREND_GROWING)
		severity = SEVERITY_WARNING;
	if (f->count >= t->close_wait_crit || f->full_in_usec <= t->close_wait_forecast_usec)
		severity = SEVERITY_CRITICAL;
	return severity;
}

static int judge_leak(const struct judge *judge, const struct report_group *group, struct findings *findings)
{
	struct leak_facts facts = { .group = group };
	struct rule_subject subject;
	struct thresholds thresholds;
	struct trend_view view;
	struct finding f;
	int r;

	begin_leak(group, &f);
	subject = rule_subject_of(&f);
	if (!config_thresholds(judge->config, &subject, &thresholds) || !judged(group))
		return 0;
	r = note_trend(judge, group, &thresholds, &f, &view);
	if (r < 0)
		return r;
	f.trend = view.trend;
	facts.per_hour_millis = view.per_hour_millis;
	f.full_in_usec = full_in(group, view.per_hour_millis);
	/* The rate too is only known again after a window. */
	if (!view.per_hour_millis && view.trend == TREND_GROWING && f.full_in_usec == FULL_NEVER)
		f.full_in_usec = forecast_before(judge, &f);
	f.severity = leak_severity(&f, &thresholds);
	if (f.severity == SEVERITY_NONE)
		return 0;
	wording_leak(&f, &facts);
	return findings_add(findings, &f);
}

static bool is_found(const struct findings *findings, const char *id)
{
	for (size_t i = 0; i < findings->n; i++)
		if (strcmp(findings->list[i].id, id) == 0)
			return true;
	return false;
}

static bool is_of_endpoint(const struct finding *f, const struct report_group *group)
{
	return f->kind == FINDING_CLOSE_WAIT_LEAK && f->role == group->role && f->port == group->port &&
	       strcmp(f->remote, group->remote) == 0 && strcmp(f->netns, group->netns) == 0;
}

/* Sockets whose holder is not known yet may be those of a finding at the same endpoint: until it is, the finding stays. */
static int keep_pending(const struct judge *judge, const struct report_group *group, struct findings *findings)
{
	int r = 0;

	for (size_t i = 0; r == 0 && judge->alarms && group->pending && i < judge->alarms->n; i++) {
		const struct finding *before = &judge->alarms->alarms[i].finding;

		if (is_of_endpoint(before, group) && !is_found(findings, before->id))
			r = findings_add(findings, before);
	}
	return r;
}

int judge_leaks(const struct judge *judge, struct findings *findings)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < judge->report->n_groups; i++)
		r = judge_leak(judge, &judge->report->groups[i], findings);
	for (size_t i = 0; r == 0 && i < judge->report->n_groups; i++)
		r = keep_pending(judge, &judge->report->groups[i], findings);
	if (judge->trends)
		trends_end_look(judge->trends);
	return r;
}

/* Not >=: the kernel admits limit + 1 connections before it drops. */
static bool is_full(uint32_t queue, uint32_t limit)
{
	return queue > limit;
}

static bool is_above(uint32_t queue, uint32_t limit, uint64_t percent)
{
	return queue && queue * 100ull >= limit * percent;
}

bool judge_is_troubled(const struct config *config, const struct backlog_entry *entry, uint32_t limit,
		       uint64_t now_usec)
{
	struct thresholds t;

	if (is_full(entry->queue, limit) || entry->overflowed)
		return true;
	if (!entry->queue)
		return false;
	/* Whose listener it is may not be known yet. */
	config_strictest(config, &t);
	return is_above(entry->queue, limit, t.accept_queue_warn_percent) ||
	       (entry->waiting_since_usec && now_usec - entry->waiting_since_usec >= t.accept_queue_wait_usec);
}

static enum severity queue_severity(const struct report_listener *l, const struct backlog_entry *entry,
				    const struct thresholds *t)
{
	if (is_full(l->queue, l->limit) || l->overflowed)
		return SEVERITY_CRITICAL;
	if (entry && is_above(l->queue, l->limit, t->accept_queue_warn_percent) &&
	    is_above(entry->queue_before, l->limit, t->accept_queue_warn_percent))
		return SEVERITY_WARNING;
	return l->queue && l->oldest_wait_usec >= t->accept_queue_wait_usec ? SEVERITY_NOTICE : SEVERITY_NONE;
}

static enum severity judge_listener(const struct judge *judge, const struct report_listener *l)
{
	struct rule_subject subject = { .unit = l->unit, .process = l->process, .netns = l->netns, .port = l->port };
	struct thresholds thresholds;

	if (!config_thresholds(judge->config, &subject, &thresholds))
		return SEVERITY_NONE;
	return queue_severity(l, backlog_find(judge->backlog, judge->netns, l->cookie), &thresholds);
}

static bool same_address(const struct report_listener *a, const struct report_listener *b)
{
	return a->port == b->port && strcmp(a->address, b->address) == 0;
}

static int find_queue(const struct judge *judge, const struct report_listener *worst, size_t n, enum severity severity,
		      struct findings *findings)
{
	struct queue_facts facts = { .listener = worst, .n_listeners = n, .somaxconn = judge->somaxconn };
	struct finding f = {
		.kind = FINDING_ACCEPT_QUEUE,
		.severity = severity,
		.role = ROLE_SERVER,
		.port = worst->port,
		.count = worst->queue,
		.age = { worst->oldest_wait_usec, worst->oldest_wait_usec },
		.full_in_usec = FULL_NEVER,
	};

	memcpy(f.netns, worst->netns, sizeof(f.netns));
	memcpy(f.owner, worst->owner, sizeof(f.owner));
	memcpy(f.unit, worst->unit, sizeof(f.unit));
	memcpy(f.process, worst->process, sizeof(f.process));
	memcpy(f.address, worst->address, sizeof(f.address));
	if (worst->pid)
		f.pids[f.n_pids++] = worst->pid;
	finding_identify(&f);
	wording_queue(&f, &facts);
	return findings_add(findings, &f);
}

/* Listeners that share an address (SO_REUSEPORT) are one subject; the worst of them is told, not an average. */
int judge_queues(const struct judge *judge, struct findings *findings)
{
	const struct report *report = judge->report;
	int r = 0;

	for (size_t i = 0, n; r == 0 && i < report->n_listeners; i += n) {
		const struct report_listener *first = &report->listeners[i], *worst = first;
		enum severity severity = judge_listener(judge, first);

		for (n = 1; i + n < report->n_listeners && same_address(first, &first[n]); n++) {
			enum severity other = judge_listener(judge, &first[n]);

			if (other > severity || (other == severity && first[n].queue > worst->queue))
				worst = &first[n];
			severity = worse(severity, other);
		}
		if (severity != SEVERITY_NONE)
			r = find_queue(judge, worst, n, severity, findings);
	}
	return r;
}
