/* SPDX-License-Identifier: MIT */
/* What each CLOSE_WAIT socket is: stale, active or young, why, and who holds it; summed up per group. */
#ifndef CW_CORE_CLASSIFY_H
#define CW_CORE_CLASSIFY_H

#include "core/grouping.h"

/* Fills grouping->rows and the groups' sums and members. 0, or -ENOMEM. */
int classify(struct grouping *grouping, const struct report *listeners);

/* Names the holders of a group, the one with most sockets first, ties to the older process; and its process. */
void classify_holders(const struct grouping *grouping, const struct grouped *from, struct report_group *to);

/* Gives each group its oldest stale sockets. rows[].group must be indices into groups by now. */
void classify_samples(const struct grouping *grouping, struct report_group *groups);

#endif
