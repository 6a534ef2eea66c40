/* SPDX-License-Identifier: MIT */
/* The daemon's status file: where it is, and whether it can be believed. */
#ifndef CW_CTL_STATUS_LOAD_H
#define CW_CTL_STATUS_LOAD_H

#include "core/report.h"
#include "ctl/command.h"

#define STATUS_OLD_INTERVALS 3

enum status_result {
	STATUS_FRESH,
	STATUS_OLD, /* its daemon is not at work any more: true then, not now */
	STATUS_MISSING, /* there is none */
	STATUS_BROKEN, /* it cannot be read, or is none of ours; or the config that was given has errors */
};

/* Reads it and says on stderr what is wrong. FRESH and OLD set *ret, which the caller frees. */
enum status_result status_load(const struct command *command, uint64_t now_usec, struct report *ret);

#define STATUS_WHY_MAX 6144 /* a path, an invocation and a sentence */

/* The same, with what is wrong in ret_why and nothing on stderr; "" for FRESH, and for a config with errors: those are
 * told on stderr. */
enum status_result status_load_quietly(const struct command *command, uint64_t now_usec, struct report *ret,
				       char *ret_why, size_t why_size);

/* Whether the report was written so long ago that its daemon cannot be at work; or as far in the future, by a clock that
 * was set back since. */
bool status_is_old(const struct report *report, uint64_t now_usec);

/* Whether the process that wrote the report is gone for sure. Pids are of the host: false inside of a pid namespace. */
bool status_daemon_is_gone(const struct report *report);

/* The same in silence; *ret stays empty unless it is fresh. */
void status_peek(const struct command *command, uint64_t now_usec, struct report *ret);

enum exit_code status_exit_code(enum status_result result);

#endif
