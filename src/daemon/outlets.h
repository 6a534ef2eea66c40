/* SPDX-License-Identifier: MIT */
/* Where the daemon writes to: journal, status file, state file. One that fails never stops the next. */
#ifndef CW_DAEMON_OUTLETS_H
#define CW_DAEMON_OUTLETS_H

#include "core/tracker.h"
#include "sink/journal.h"
#include "sink/sink.h"

enum outlet {
	OUTLET_JOURNAL,
	OUTLET_STATUS,
	OUTLET_STATE,
	OUTLETS,
};

struct outlets {
	struct journal journal;
	char *status_path;
	unsigned status_mode;
	char *state_path;
	const char *boot_id;
	const struct tracker *tracker; /* what the state file keeps, read at each delivery */
	const struct alarms *alarms;
	uint64_t saved_usec; /* CLOCK_REALTIME of the last state file */
	struct outlet_sink {
		struct sink sink;
		struct outlets *outlets;
	} sinks[OUTLETS];
	char error[128]; /* what cannot be written at the moment, for health; "": nothing */
};

/* The paths are copied. 0, or -ENOMEM. */
int outlets_init(struct outlets *outlets, const struct journal *journal, const char *state_path, const char *boot_id,
		 const struct tracker *tracker, const struct alarms *alarms);

/* Where the status goes from now on. 0, or -ENOMEM: as before. */
int outlets_set_status(struct outlets *outlets, const char *path, unsigned mode);

/* Hands it to every sink. A sink that begins or ceases to fail is told once. */
void outlets_deliver(struct outlets *outlets, const struct delivery *delivery);

/* Writes the state file now: before we stop. */
void outlets_save(struct outlets *outlets);

void outlets_done(struct outlets *outlets);

#endif
