/* SPDX-License-Identifier: MIT */
/* The report as one line of a monitoring plugin: "CLOSEWATCH STATE - TEXT | PERFORMANCE DATA". */
#ifndef CW_CTL_CHECK_VIEW_H
#define CW_CTL_CHECK_VIEW_H

#include "core/report.h"

#include <stdio.h>

/* As the plugins' exit statuses. */
enum check_state {
	CHECK_OK,
	CHECK_WARNING,
	CHECK_CRITICAL,
	CHECK_UNKNOWN,
	CHECK_STATES,
};

struct check_rule {
	unsigned kinds; /* a bit for each enum finding_kind that counts */
	enum severity warn, crit; /* from which severity on; SEVERITIES: never */
};

/* Writes the line. A picture that may miss something is no OK. */
enum check_state check_view(FILE *out, const struct report *report, const struct check_rule *rule);

/* The line when there is no picture at all. */
enum check_state check_view_unknown(FILE *out, const char *why);

#endif
