/* SPDX-License-Identifier: MIT */
#include "core/report.h"

#include <stdlib.h>
#include <string.h>

void report_done(struct report *report)
{
	free(report->listeners);
	free(report->groups);
	free(report->findings);
	*report = (struct report){ 0 };
}

const struct finding *report_find(const struct report *report, const char *id)
{
	for (size_t i = 0; i < report->n_findings; i++)
		if (strcmp(report->findings[i].id, id) == 0)
			return &report->findings[i];
	return NULL;
}

static bool group_is_subject(const struct report_group *group, const struct finding *finding)
{
	return group->role == finding->role && group->port == finding->port &&
	       strcmp(group->netns, finding->netns) == 0 && strcmp(group->owner, finding->owner) == 0 &&
	       strcmp(group->remote, finding->remote) == 0;
}

const struct report_group *report_group_of(const struct report *report, const struct finding *finding)
{
	if (finding->kind != FINDING_CLOSE_WAIT_LEAK)
		return NULL;
	for (size_t i = 0; i < report->n_groups; i++)
		if (group_is_subject(&report->groups[i], finding))
			return &report->groups[i];
	return NULL;
}

static bool listener_is_subject(const struct report_listener *listener, const struct finding *finding)
{
	return listener->port == finding->port && strcmp(listener->netns, finding->netns) == 0 &&
	       strcmp(listener->address, finding->address) == 0;
}

/* The kernel admits one connection more than the limit: full is above it. */
static bool listener_loses(const struct report_listener *listener)
{
	return listener->queue > listener->limit || listener->overflowed > 0;
}

static bool listener_is_worse(const struct report_listener *a, const struct report_listener *b)
{
	/* a->queue / a->limit against b's without dividing: a limit may be 0. */
	uint64_t share_a = (uint64_t)a->queue * b->limit, share_b = (uint64_t)b->queue * a->limit;

	if (listener_loses(a) != listener_loses(b))
		return listener_loses(a);
	if (share_a != share_b)
		return share_a > share_b;
	if (a->queue != b->queue)
		return a->queue > b->queue;
	return a->oldest_wait_usec > b->oldest_wait_usec;
}

const struct report_listener *report_listener_of(const struct report *report, const struct finding *finding)
{
	const struct report_listener *worst = NULL;

	if (finding->kind != FINDING_ACCEPT_QUEUE)
		return NULL;
	/* Several with SO_REUSEPORT. */
	for (size_t i = 0; i < report->n_listeners; i++) {
		const struct report_listener *listener = &report->listeners[i];

		if (listener_is_subject(listener, finding) && (!worst || listener_is_worse(listener, worst)))
			worst = listener;
	}
	return worst;
}

enum severity report_severity(const struct report *report)
{
	enum severity worst = SEVERITY_NONE;

	for (size_t i = 0; i < report->n_findings; i++)
		if (report->findings[i].severity > worst)
			worst = report->findings[i].severity;
	return worst;
}
