/* SPDX-License-Identifier: MIT */
/* What explain says: what each state means in TCP terms, and what to do about it. Tables of text, nothing else. */
#ifndef CW_CTL_EXPLAIN_TEXT_H
#define CW_CTL_EXPLAIN_TEXT_H

#include "core/finding.h"

/* What the cause of a leak means, in three or four sentences; NULL outside the enums. */
const char *explain_cause(enum cause cause, enum role role);

/* Said instead when most of the sockets are inherited. */
const char *explain_inherited(void);

/* What the trend of a leak means. */
const char *explain_trend(enum trend trend);

/* What holds sockets that no process has a descriptor of. */
const char *explain_unheld(void);

/* What an accept queue is. */
const char *explain_accept_queue(void);

/* What a finding must have for a step to make sense; of the conditions of one step all must hold. */
enum step_condition {
	STEP_LEAK = 1 << 0,
	STEP_ACCEPT_QUEUE = 1 << 1,
	STEP_SERVER = 1 << 2,
	STEP_CLIENT = 1 << 3,
	STEP_DRAINED = 1 << 4,
	STEP_UNREAD_EOF = 1 << 5,
	STEP_UNREAD_DATA = 1 << 6,
	STEP_INHERITED = 1 << 7,
	STEP_PID = 1 << 8, /* a holder is known */
	STEP_NO_PID = 1 << 9,
	STEP_UNIT = 1 << 10, /* its unit is known, and its name can be typed */
	STEP_NO_UNIT = 1 << 11,
	STEP_URGENT = 1 << 12, /* more than a notice */
	STEP_BACKLOG = 1 << 13, /* the program's backlog is what limits the queue */
	STEP_SOMAXCONN = 1 << 14, /* net.core.somaxconn is */
	STEP_UNHELD = 1 << 15, /* no process holds the sockets */
	STEP_BLIND = 1 << 16, /* no holder is known, and we may not look into the processes of others */
	STEP_PRESENT = 1 << 17, /* it is still there */
	STEP_OWN = 1 << 18, /* the sockets are the program's own, not inherited */
};

/* One thing to do. {pid}, {unit}, {port}, {remote}, {before} and {somaxconn} stand for the finding's own,
 * {closewatchctl} for how we were called. */
struct step {
	unsigned conditions;
	const char *text;
	const char *command; /* NULL: none */
};

/* All of them, in the order to do them; *ret_n is how many. */
const struct step *explain_steps(size_t *ret_n);

#endif
