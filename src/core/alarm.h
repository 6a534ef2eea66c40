/* SPDX-License-Identifier: MIT */
/* Findings over time: which are new, changed, repeated or over. */
#ifndef CW_CORE_ALARM_H
#define CW_CORE_ALARM_H

#include "core/config.h"
#include "core/finding.h"

enum event_type {
	EVENT_RAISE,
	EVENT_CHANGE, /* of severity */
	EVENT_REPEAT,
	EVENT_CLEAR,
	EVENT_TYPES,
};

/* "raise", "change", "repeat", "clear"; NULL outside the enum. */
const char *event_type_name(unsigned type);

struct event {
	enum event_type type;
	struct finding finding; /* as it is now; of a clear: as it last was, its message says that it is over */
};

/* One alert: a finding over time. */
struct alarm {
	struct finding finding; /* as last seen; since_usec is the raise */
	uint64_t told_usec; /* CLOCK_MONOTONIC of the last event */
	uint64_t missing_usec; /* CLOCK_MONOTONIC of the first complete look without it; 0: it is there */
	uint32_t missing_looks; /* complete looks without it, in a row */
	uint64_t lower_usec; /* CLOCK_MONOTONIC of the first complete look with a lower severity; 0: it is not lower */
	uint32_t lower_looks; /* complete looks with a lower severity, in a row */
	bool seen; /* in the update under way */
};

struct alarms {
	struct alarm *alarms; /* sorted by id */
	size_t n;
	size_t untold; /* findings of the last update that have no alert, for there are max_active already */
};

/* Now, on both clocks. */
struct moment {
	uint64_t monotonic_usec;
	uint64_t realtime_usec;
};

/* Takes in what one complete look found of the kinds in the mask (1 << enum finding_kind); alerts of other kinds are
 * left alone. An incomplete look must not be handed in: it clears nothing.
 * Of new ones the first are raised until there are max_active: hand them in worst first. A worse severity counts at once; a lower one, and a finding that is gone, only after two looks and clear_after.
 * *ret_events is malloc()ed, *ret_n of them, NULL without any. 0; -ENOMEM: some of it is told later. */
int alarms_update(struct alarms *alarms, const struct config *config, unsigned kinds, const struct finding *findings,
		  size_t n_findings, struct moment now, struct event **ret_events, size_t *ret_n);

/* The finding of the alert with this id, as last seen; NULL: there is none. Good until the next update. */
const struct finding *alarms_find(const struct alarms *alarms, const char *id);

/* Copies the findings of all alerts, worst first, for a report. *ret is malloc()ed. 0, or -ENOMEM. */
int alarms_findings(const struct alarms *alarms, struct finding **ret, size_t *ret_n);

/* Puts back an alert that a state file knew, before the first update. 0, -EEXIST, or -ENOMEM. */
int alarms_restore(struct alarms *alarms, const struct finding *finding, struct moment now);

void alarms_done(struct alarms *alarms);

#endif
