/* SPDX-License-Identifier: MIT */
/* How the number of stale sockets of each group developed over a window of time. */
#ifndef CW_CORE_TREND_H
#define CW_CORE_TREND_H

#include "core/finding.h"

#include <stddef.h>

#define TREND_SAMPLES 32

struct trend_line {
	char id[FINDING_ID_MAX];
	uint32_t look; /* number of the last look that had it */
	uint32_t n;
	struct trend_sample {
		uint64_t at_usec; /* CLOCK_MONOTONIC */
		uint64_t stale;
	} samples[TREND_SAMPLES]; /* oldest first */
};

struct trends {
	struct trend_line *lines; /* sorted by id */
	size_t n, size;
	uint32_t look;
};

struct trend_view {
	enum trend trend;
	uint64_t per_hour_millis; /* growth in thousandths of a socket an hour; 0 unless growing */
};

/* Notes how many are stale now, of which lasting were so for the whole window already, and tells the trend.
 * Growing: more than at the window's start in its second half too, and the sockets from its start are still there: a
 * count that stays while the sockets change is churn. 0, or -ENOMEM: not noted. */
int trends_note(struct trends *trends, const char *id, uint64_t stale, uint64_t lasting, uint64_t window_usec,
		uint64_t now_usec, struct trend_view *ret);

/* Ends a look: forgets the groups that were not noted since the last call. */
void trends_end_look(struct trends *trends);

void trends_done(struct trends *trends);

#endif
