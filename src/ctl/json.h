/* SPDX-License-Identifier: MIT */
/* The report as JSON. Every key is always there, null where the thing is not known or does not apply. Times are ISO
 * 8601 in UTC, spans are seconds to the millisecond. Functions return a new reference, or NULL: out of memory. */
#ifndef CW_CTL_JSON_H
#define CW_CTL_JSON_H

#include "core/report.h"
#include "ctl/event_log.h"
#include "ctl/explain_view.h"
#include "ctl/live.h"

#include <jansson.h>
#include <stdio.h>

#define JSON_FORMAT 1

/* running: the daemon that wrote the report is at work; false for a scan and for an old status. */
json_t *json_of_report(const struct report *report, bool running);

/* A finding with its group or listener and the sockets that show it. */
json_t *json_of_explanation(const struct explanation *explanation);

json_t *json_of_finding(const struct finding *finding);
json_t *json_of_group(const struct report_group *group);
json_t *json_of_listener(const struct report_listener *listener);
json_t *json_of_socket(const struct live_socket *socket);

/* An entry of the journal. */
json_t *json_of_event(const struct logged_event *event);

/* Arrays. */
json_t *json_of_findings(const struct finding *findings, size_t n);
json_t *json_of_groups(const struct report_group *groups, size_t n);
json_t *json_of_listeners(const struct report_listener *listeners, size_t n);
json_t *json_of_sockets(const struct live_socket *sockets, size_t n);

/* Writes the value and a newline and drops the reference; NULL is -ENOMEM. 0, or -errno. */
int json_write(FILE *out, json_t *value);

/* The same, all in one line. */
int json_write_line(FILE *out, json_t *value);

#endif
