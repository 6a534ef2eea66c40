/* SPDX-License-Identifier: MIT */
/* Where reports and events go. */
#ifndef CW_SINK_SINK_H
#define CW_SINK_SINK_H

#include "core/alarm.h"
#include "core/report.h"

/* What one cycle has to tell. */
struct delivery {
	const struct report *report;
	const struct event *events;
	size_t n_events;
};

/* A sink that fails never stops the next. */
struct sink {
	const char *name; /* for people: "status file" */
	int (*deliver)(struct sink *self, const struct delivery *delivery); /* 0 or -errno */
	void (*close)(struct sink *self);
	int failing; /* the -errno of the last delivery, 0: it went well; kept by whoever calls deliver */
};

#endif
