/* SPDX-License-Identifier: MIT */
/* What a person names by an id, found in a report; and what a look of ours has of it. */
#ifndef CW_CTL_SUBJECT_H
#define CW_CTL_SUBJECT_H

#include "core/report.h"
#include "ctl/live.h"

/* The finding whose id begins with the text; at least SUBJECT_PREFIX characters. 1: *ret is set. 0: none does.
 * -EEXIST: several do. */
#define SUBJECT_PREFIX 2
int subject_find(const struct report *report, const char *id, const struct finding **ret);

/* The CLOSE_WAIT sockets of the finding's subject: a leak's stale ones, an accept queue's not accepted ones. Without
 * the rights to see holders owners differ from the daemon's; then the endpoint alone decides. If our config calls none of a
 * leak's sockets stale, the daemon's is another one: then those that are not active are meant, and marked as stale.
 * *ret is malloc()ed, *ret_n of them, in the order of live->sockets. 0, or -ENOMEM. */
int subject_sockets(const struct live *live, const struct finding *finding, struct live_socket **ret, size_t *ret_n);

/* A group's samples in the same shape. At most size of them; returns how many. */
size_t subject_samples(const struct report_group *group, struct live_socket *ret, size_t size);

#endif
