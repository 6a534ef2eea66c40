/* SPDX-License-Identifier: MIT */
/* Events and the daemon's own messages to journald, or to stderr where there is none. */
#ifndef CW_SINK_JOURNAL_H
#define CW_SINK_JOURNAL_H

#include "core/alarm.h"

#include <stdbool.h>

struct journal {
	bool structured; /* journald takes our entries; else stderr with sd-daemon's "<N>" prefixes */
	bool prefix; /* stderr goes to a log, not to a person: write the "<N>" */
};

/* Structured when /run/systemd/journal/socket is there and stderr is the journal (JOURNAL_STREAM) or not a terminal.
 * In the foreground on a terminal a person reads stderr. */
void journal_open(struct journal *journal);

/* One entry for an event: MESSAGE, PRIORITY, MESSAGE_ID, the CLOSEWATCH_* fields that closewatchd(8) lists, OBJECT_PID
 * of the main holder, or of a clear OBJECT_SYSTEMD_UNIT. What journald does not take goes to stderr. 0 or -errno. */
int journal_event(const struct journal *journal, const struct event *event);

/* The MESSAGE_ID of such an entry: one for raise, change and repeat, another for clear. */
const char *journal_message_id(enum finding_kind kind, bool cleared);

/* A message of the daemon's own; priority as in <syslog.h>. */
void journal_log(const struct journal *journal, int priority, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
