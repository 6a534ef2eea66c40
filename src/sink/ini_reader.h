/* SPDX-License-Identifier: MIT */
/* Reads with inih what ini_write() wrote: strictly, as such a file is only ever written by a program. */
#ifndef CW_SINK_INI_READER_H
#define CW_SINK_INI_READER_H

#include <stddef.h>
#include <stdint.h>

/* What the text consists of, in its order. Return 0, or -errno with ret_why to stop. */
struct ini_events {
	int (*section)(void *context, const char *name, char *ret_why, size_t why_size);
	int (*key)(void *context, const char *key, const char *value, char *ret_why, size_t why_size);
};

/* Feeds the text to the events, continuation lines joined. Every value is printable ASCII and shorter than
 * INI_VALUE_MAX. ret_why: "line 12: what is wrong".
 * 0; -EBADMSG: a line that ini_write() does not write, or a last line without its end; what an event returned. */
int ini_read(const char *text, size_t length, const struct ini_events *events, void *context, char *ret_why,
	     size_t why_size);

/* A checksum (FNV-1a, 64 bits), for those who write one. */
uint64_t ini_checksum(const char *text, size_t length);

#endif
