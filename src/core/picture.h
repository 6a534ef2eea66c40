/* SPDX-License-Identifier: MIT */
/* From rows, ages and holders to listeners and groups: what is there, before anything is judged. */
#ifndef CW_CORE_PICTURE_H
#define CW_CORE_PICTURE_H

#include "core/backlog.h"
#include "core/config.h"
#include "core/holders.h"
#include "core/look.h"
#include "core/owner.h"
#include "core/report.h"
#include "core/tracker.h"

struct picture_input {
	const struct look *look;
	const struct tracker *tracker; /* after tracker_update() with this look; not asked for a listen_only look */
	const struct backlog *backlog; /* after backlog_update() with this look */
	const struct holder_book *book;
	const struct config *config;
	const char *netns_name; /* "host" */
	bool sees_holders; /* we may look into all processes: what none of them shows, none holds */
	uint32_t netns;
	owner_unit_of unit_of; /* may be NULL */
	void *unit_context;
};

/* What a CLOSE_WAIT row was found to be. */
struct picture_row {
	uint32_t group; /* index into report.groups; UINT32_MAX: beyond max_groups, or no CLOSE_WAIT row */
	bool stale;
	bool active;
	bool inherited;
	enum cause cause;
	struct age idle;
};

/* Replaces report->listeners: one for each LISTEN row. 0, or -ENOMEM: as before the call. */
int picture_listeners(const struct picture_input *input, struct report *report);

/* Replaces report->groups, more_groups and sockets, after picture_listeners(). ret_rows: NULL, or one element for each
 * row of the look. 0, or -ENOMEM: as before the call. */
int picture_groups(const struct picture_input *input, struct report *report, struct picture_row *ret_rows);

/* Why a stale socket stays, from its unread bytes: none, the FIN alone, or data. */
enum cause cause_of_rqueue(uint32_t rqueue);

#endif
