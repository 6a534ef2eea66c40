/* SPDX-License-Identifier: MIT */
/* One cycle of the daemon: look, remember, attribute, group, judge, alert. A list of calls over injected sources; what
 * comes of it is handed to whoever called. */
#ifndef CW_DAEMON_CYCLE_H
#define CW_DAEMON_CYCLE_H

#include "core/alarm.h"
#include "core/backlog.h"
#include "core/judge.h"
#include "core/report.h"
#include "core/tracker.h"
#include "core/trend.h"
#include "daemon/sources.h"
#include "kernel/wants.h"

struct cycle {
	const struct config *config; /* not owned; may be replaced between cycles */
	const struct sources *sources; /* not owned */
	/* What is remembered: sockets, listeners, counts of groups, findings. */
	struct tracker tracker;
	struct backlog backlog;
	struct trends trends;
	struct alarms alarms;
	/* What is used again by the next cycle, to save allocations. */
	struct look look;
	struct wants wants;
	/* What the last cycle found. */
	struct report report;
	struct event *events;
	size_t n_events;
	bool waits_unknown; /* the kernel did not tell how long connections wait */
	const char *sink_error; /* what could not be written last time, for health; NULL: nothing */
};

/* report.version, host, boot_id and started are set here. */
void cycle_init(struct cycle *cycle, const struct config *config, const struct sources *sources);
void cycle_done(struct cycle *cycle);

/* One whole cycle: replaces report and events. Nothing can fail so badly that the daemon must stop: what went wrong is in
 * report.complete and report.health. */
void cycle_run(struct cycle *cycle);

/* A look at the listeners alone: updates their part of the report and events. Returns whether there are events. */
bool cycle_run_listen(struct cycle *cycle);

#endif
