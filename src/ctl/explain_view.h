/* SPDX-License-Identifier: MIT */
/* One finding in full: what, why, the evidence, and what to do. */
#ifndef CW_CTL_EXPLAIN_VIEW_H
#define CW_CTL_EXPLAIN_VIEW_H

#include "core/report.h"
#include "ctl/live.h"
#include "ctl/screen.h"

#define EXPLAIN_SOCKETS 10 /* rows of evidence at most */

/* Everything there is to say; nothing of it is owned. */
struct explanation {
	const struct finding *finding;
	const struct report_group *group; /* of a leak; NULL: not in the report any more */
	const struct report_listener *listener; /* of an accept queue; NULL: as above */
	const struct report *seen; /* where the evidence comes from */
	bool over; /* it is not there any more: the daemon says so, or our look has none of its sockets */
	bool live; /* ... which is a look of our own; else the daemon's */
	bool alone; /* no daemon says it: the finding itself is of our look */
	const struct live_socket *sockets; /* evidence: the oldest, EXPLAIN_SOCKETS at most */
	size_t n_sockets;
	uint64_t all_sockets; /* how many there are */
	uint32_t somaxconn; /* 0: not known */
	bool sees_holders; /* we may look into every process */
};

void explain_view(const struct screen *screen, const struct explanation *e);

/* The last part alone: the numbered steps. */
void explain_do(const struct screen *screen, const struct explanation *e);

/* Whether no process has a descriptor of any of the group's sockets whose holders are known. group may be NULL. */
bool explain_is_unheld(const struct report_group *group);

/* Writes the unit as one types it after a command: unescaped and quoted where that is needed. false: its name is none
 * that systemd gives, so no command must be built with it. */
bool explain_unit_argument(const char *unit, char *buffer, size_t size);

#endif
