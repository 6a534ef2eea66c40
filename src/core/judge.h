/* SPDX-License-Identifier: MIT */
/* The rules: which groups and listeners are findings, and how bad. */
#ifndef CW_CORE_JUDGE_H
#define CW_CORE_JUDGE_H

#include "core/alarm.h"
#include "core/backlog.h"
#include "core/config.h"
#include "core/report.h"
#include "core/trend.h"

struct judge {
	const struct config *config;
	const struct report *report; /* listeners and groups of this look */
	const struct backlog *backlog;
	uint32_t netns;
	struct trends *trends; /* NULL: one look alone tells no trend */
	const struct alarms *alarms; /* NULL: no memory */
	uint32_t somaxconn; /* 0: not known */
	uint64_t now_usec; /* CLOCK_MONOTONIC */
};

struct findings {
	struct finding *list;
	size_t n, size;
};

/* Add what they find. 0, or -ENOMEM: some of it is missing, so the look must count as incomplete. */
int judge_leaks(const struct judge *judge, struct findings *findings);
int judge_queues(const struct judge *judge, struct findings *findings);

/* Whether a listener's queue looks bad enough to find out who holds it and how long its connections wait. */
bool judge_is_troubled(const struct config *config, const struct backlog_entry *entry, uint32_t limit,
		       uint64_t now_usec);

void findings_done(struct findings *findings);

#endif
