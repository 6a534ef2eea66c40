/* SPDX-License-Identifier: MIT */
/* What closewatch says: one place for every sentence about a finding. No ';', '#' or line break stands in any. */
#ifndef CW_CORE_WORDING_H
#define CW_CORE_WORDING_H

#include "core/report.h"

/* What a message needs beyond the finding itself. */
struct leak_facts {
	const struct report_group *group;
	uint64_t per_hour_millis; /* growth in thousandths of a socket an hour; 0: not growing or not known */
};

struct queue_facts {
	const struct report_listener *listener;
	size_t n_listeners; /* on the same address and port, this one included */
	uint32_t somaxconn; /* 0: not known */
};

/* Set message and advice of a finding whose other fields are set. */
void wording_leak(struct finding *finding, const struct leak_facts *facts);
void wording_queue(struct finding *finding, const struct queue_facts *facts);

/* Turns the message into the one that says it is over, or that a rule says to ignore it from now on; the advice becomes
 * empty. now: CLOCK_REALTIME. */
void wording_clear(struct finding *finding, bool ignored, uint64_t now_usec);

#endif
