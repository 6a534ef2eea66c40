/* SPDX-License-Identifier: MIT */
/* Points in time as people write them for --since: the simple ones of those that journalctl takes. */
#ifndef CW_CTL_SINCE_H
#define CW_CTL_SINCE_H

#include <stdint.h>

#define SINCE_FORMS "\"2026-01-31 12:00:00\", \"2026-01-31\", \"12:00\", today, yesterday, or -1h for an hour ago"

/* Local time. "2026-01-31 12:00:00", the time without its seconds, a date or a time alone, "today", "yesterday", and
 * "-" with a span. 0, or -EINVAL. */
int since_parse(const char *text, uint64_t now_usec, uint64_t *ret_usec);

#endif
