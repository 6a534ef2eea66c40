/* SPDX-License-Identifier: MIT */
/* What the daemon must not forget over a restart: raised alerts, and the ages that the kernel would not tell again. */
#ifndef CW_SINK_STATE_FILE_H
#define CW_SINK_STATE_FILE_H

#include "core/alarm.h"
#include "core/tracker.h"

/* Replaces path by rename, mode 0600, synced to disk. Only tracked sockets with worth_saving are written.
 * 0 or -errno: the old file stays. */
int state_file_write(const char *path, const char *boot_id, const struct tracker *tracker, const struct alarms *alarms);

/* Fills both, which must be empty. Sockets count only if boot_id is the same (their clock and cookies are of one
 * boot); alerts always do.
 * 1: read. 0: there is no file. -EBADMSG: damaged or foreign, moved aside to PATH.damaged (an older one is replaced),
 * both outputs are empty, ret_why says what was wrong. -errno: it cannot be read; left where it is. */
int state_file_read(const char *path, const char *boot_id, struct moment now, struct tracker *tracker,
		    struct alarms *alarms, char *ret_why, size_t why_size);

#endif
