/* SPDX-License-Identifier: MIT */
/* How long connections wait in the accept queues of listeners that look troubled. */
#ifndef CW_KERNEL_WAITING_H
#define CW_KERNEL_WAITING_H

#include "core/backlog.h"
#include "core/config.h"
#include "core/report.h"
#include "kernel/diag.h"

#define WAITING_PORTS 64 /* asked for in one look, the lowest ones: so many in trouble at once need no more detail */

struct waiting_input {
	const struct config *config;
	const struct backlog *backlog; /* of this look */
	uint32_t netns;
	uint64_t now_usec; /* CLOCK_MONOTONIC */
	bool first_look; /* there is no history: any queue with somebody in it is worth asking for */
};

/* Writes the ports of the listeners to ask for, each once; returns how many. */
size_t waiting_collect(const struct waiting_input *input, const struct report *report,
		       struct diag_waiting ports[WAITING_PORTS]);

/* Sets oldest_wait_usec of the listeners from the answer of diag_waiting(). Where the queue counts connections that have
 * no row any more (their clients sent a reset), from how long it has not got shorter. */
void waiting_apply(const struct waiting_input *input, const struct diag_waiting *ports, size_t n,
		   struct report *report);

#endif
