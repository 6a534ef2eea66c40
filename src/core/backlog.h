/* SPDX-License-Identifier: MIT */
/* Remembers listeners between looks: what their accept queues did. The LISTEN part of what the tracker is for
 * CLOSE_WAIT. Asked every listen_interval; one for each namespace. */
#ifndef CW_CORE_BACKLOG_H
#define CW_CORE_BACKLOG_H

#include "core/look.h"

struct backlog_entry {
	uint64_t cookie;
	uint32_t netns;
	uint32_t look; /* number of the last look that had it */
	uint32_t queue; /* connections waiting, at the last look */
	uint32_t queue_before; /* ... and at the one before */
	uint32_t drops;
	uint32_t
		overflowed; /* connections dropped on overflow between the last two looks: its drops and ListenOverflows both rose */
	uint64_t
		waiting_since_usec; /* CLOCK_MONOTONIC: first look of the run in which the queue was never empty; 0: empty */
	uint64_t stuck_since_usec; /* ... and never got shorter */
};

struct backlog {
	struct backlog_entry *entries; /* sorted by netns, cookie */
	size_t n;
	uint32_t look;
	bool has_counters;
	struct tcp_counters counters; /* at the last look */
	uint64_t
		spare_overflows; /* counted by then, but no listener's drops had risen yet: the two are read one after the other */
};

/* Takes in the LISTEN rows of a look, listen_only or not; duplicates are dropped from look and from its tally. An
 * incomplete look changes nothing. 0, or -ENOMEM: as before the call. */
int backlog_update(struct backlog *backlog, uint32_t netns, struct look *look);

/* NULL: unknown. Good until the next update. */
const struct backlog_entry *backlog_find(const struct backlog *backlog, uint32_t netns, uint64_t cookie);

void backlog_done(struct backlog *backlog);

#endif
