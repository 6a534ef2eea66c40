/* SPDX-License-Identifier: MIT */
/* Remembers CLOSE_WAIT sockets between looks: since when each is idle, and whether its port had a listener.
 *
 * idle since = the latest of: the peer's FIN, data last sent, unread bytes last seen to change. The
 * kernel tells the first two as ages (struct tcp_info); a look can only narrow what an earlier one knew. */
#ifndef CW_CORE_TRACKER_H
#define CW_CORE_TRACKER_H

#include "core/age.h"
#include "core/look.h"

/* All times CLOCK_MONOTONIC, as the kernel's own ages stand still in suspend too. Each event lies in [first, last]. */
struct tracked {
	uint64_t cookie;
	uint64_t fin_first_usec, fin_last_usec;
	uint64_t sent_first_usec, sent_last_usec; /* both 0: nothing was ever sent */
	uint64_t read_first_usec, read_last_usec; /* both 0: unread bytes never changed while we looked */
	uint64_t seen_usec; /* start of the last look that had it */
	uint32_t netns;
	uint32_t rqueue;
	uint32_t look; /* number of the last look that had it */
	bool server; /* its local port had a listener once: old workers outlive theirs */
	bool worth_saving; /* the kernel would not tell all of this again after a restart */
};

struct tracker {
	struct tracked *entries;
	size_t n, size;
	uint32_t *buckets; /* open addressing; index + 1 into entries, 0: empty */
	size_t n_buckets; /* a power of two */
	uint32_t look;
	uint64_t look_before_usec[2]; /* starts of the last two complete looks, the newer first; 0: none */
	bool lost; /* the last complete look had not all sockets of the one before */
};

/* Takes in the CLOSE_WAIT rows of a whole (not listen_only) look. Rows that stand in the look twice are dropped from
 * look and from its tally; sockets that a complete look no longer has are forgotten.
 * 0, or -ENOMEM: some sockets are not remembered, nothing else is lost. */
int tracker_update(struct tracker *tracker, uint32_t netns, struct look *look);

/* NULL: the tracker does not know it. Good until the next update. */
const struct tracked *tracker_find(const struct tracker *tracker, uint32_t netns, uint64_t cookie);

/* How long it is idle at now_usec. */
struct age tracked_idle(const struct tracked *socket, uint64_t now_usec);

/* Puts back a socket that a state file knew, before the first look. 0, -EEXIST, or -ENOMEM. */
int tracker_restore(struct tracker *tracker, const struct tracked *socket);

void tracker_done(struct tracker *tracker);

#endif
