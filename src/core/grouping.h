/* SPDX-License-Identifier: MIT */
/* CLOSE_WAIT rows put into groups (owner, role, endpoint) of one namespace: the working form of picture_groups(). */
#ifndef CW_CORE_GROUPING_H
#define CW_CORE_GROUPING_H

#include "core/owner.h"
#include "core/picture.h"

#define GROUP_NONE UINT32_MAX

/* A process that holds sockets of a group. */
struct member {
	uint32_t process; /* index in the book */
	uint32_t next; /* of the same group; index into members, GROUP_NONE: the last */
	uint64_t n_fds;
	int32_t fds[HOLDER_FDS]; /* the lowest, sorted */
};

struct grouped {
	uint32_t owner; /* index into owners */
	enum role role;
	uint16_t port;
	uint8_t address[16]; /* client: the peer's */
	uint32_t uid; /* the lowest of its rows */
	uint64_t age_usec; /* close-wait.age that holds for it */
	uint64_t lasting_usec; /* ... and close-wait.age and window together */
	uint64_t close_wait, stale, not_accepted, active, pending, unheld, lasting, inherited;
	uint64_t causes[CAUSES];
	struct age oldest;
	uint32_t members; /* head of the list */
};

struct grouping {
	const struct picture_input *input;
	struct owners owners;
	struct grouped *groups;
	size_t n, size;
	uint32_t *buckets; /* open addressing: index + 1 into groups; 0: empty */
	size_t n_buckets; /* a power of two */
	struct member *members;
	size_t n_members, members_size;
	struct picture_row *rows; /* one for each row of the look */
};

/* Puts every CLOSE_WAIT row into a group. listeners: of the same look, sorted by port. 0, or -ENOMEM. */
int grouping_init(struct grouping *grouping, const struct picture_input *input, const struct report *listeners);
void grouping_done(struct grouping *grouping);

/* The listeners on a port: a slice of report->listeners, *ret_n of them. */
const struct report_listener *grouping_listeners_on(const struct report *report, uint16_t port, size_t *ret_n);

#endif
