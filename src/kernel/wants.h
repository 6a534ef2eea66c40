/* SPDX-License-Identifier: MIT */
/* Which sockets' holders must be known, from what a look brought. */
#ifndef CW_KERNEL_WANTS_H
#define CW_KERNEL_WANTS_H

#include "core/backlog.h"
#include "core/config.h"
#include "core/tracker.h"
#include "kernel/attribution.h"

struct wants {
	struct attribution_want *list;
	size_t n, size;
	size_t n_close_wait; /* the first ones; the listeners follow */
};

struct wants_input {
	const struct look *look;
	const struct tracker *tracker;
	const struct backlog *backlog;
	const struct config *config;
	uint32_t netns;
	bool everything; /* all are urgent, not only the stale sockets and the troubled listeners */
};

/* Makes the list anew: the accepted CLOSE_WAIT sockets, urgent when stale, and the listeners, urgent when in trouble or
 * with a stale socket on their port. After a listen_only look the CLOSE_WAIT part stays. 0, or -ENOMEM. */
int wants_collect(struct wants *wants, const struct wants_input *input);

void wants_done(struct wants *wants);

#endif
