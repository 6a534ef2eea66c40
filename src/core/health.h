/* SPDX-License-Identifier: MIT */
/* What is missing in the picture, in words. */
#ifndef CW_CORE_HEALTH_H
#define CW_CORE_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct health {
	const char *look_error; /* "": the look was complete */
	bool sees_holders; /* we have the rights to see other users' descriptors */
	uint64_t pending; /* stale sockets whose holder is still looked for */
	uint64_t processes_done; /* of the search that is under way ... */
	uint64_t processes_total; /* ... 0: none is */
	uint64_t unheld; /* stale sockets that nobody seems to hold ... */
	uint64_t denied; /* ... and processes that could not be looked into in spite of our rights */
	uint64_t uncertain; /* sockets of a single look that are stale or not: their age is known too vaguely */
	uint64_t more_groups; /* groups beyond max_groups */
	uint64_t untold; /* findings beyond max_active */
	const char *sink_error; /* "": everything could be written */
	bool search_failed; /* processes could not be looked through */
	bool out_of_memory;
};

/* Writes "ok", or a sentence for each thing that is missing. */
void health_print(const struct health *health, char *buffer, size_t size);

#endif
