/* SPDX-License-Identifier: MIT */
/* Where a cycle gets the world from: the machine itself, or what a test makes up. */
#ifndef CW_DAEMON_SOURCES_H
#define CW_DAEMON_SOURCES_H

#include "core/alarm.h"
#include "core/holders.h"
#include "core/look.h"
#include "core/owner.h"
#include "kernel/attribution.h"
#include "kernel/diag.h"

struct sources {
	void *context;
	struct moment (*now)(void *context);
	int (*look)(void *context, bool listen_only, struct look *look); /* as diag_look() */
	int (*waiting)(void *context, struct diag_waiting *ports, size_t n); /* as diag_waiting() */
	/* As attribution_update(), attribution_book() and attribution_progress(). */
	int (*attribute)(void *context, const struct attribution_want *wants, size_t n, uint64_t budget_usec);
	const struct holder_book *(*book)(void *context);
	void (*progress)(void *context, struct attribution_progress *ret);
	owner_unit_of unit_of;
	uint32_t netns;
	bool sees_holders;
	char host[NAME_MAX_ESCAPED];
	char boot_id[37];
};

/* The machine we run on. 0 or -errno with ret_why. */
int sources_open(struct sources *ret, char *ret_why, size_t why_size);
void sources_close(struct sources *sources);

#endif
