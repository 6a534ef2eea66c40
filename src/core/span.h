/* SPDX-License-Identifier: MIT */
/* Spans of time as people write and read them. */
#ifndef CW_CORE_SPAN_H
#define CW_CORE_SPAN_H

#include <stddef.h>
#include <stdint.h>

#define USEC_PER_MSEC 1000ull
#define USEC_PER_SEC 1000000ull
#define USEC_PER_MINUTE (60 * USEC_PER_SEC)
#define USEC_PER_HOUR (60 * USEC_PER_MINUTE)
#define USEC_PER_DAY (24 * USEC_PER_HOUR)

/* "250ms", "10s", "5m", "2h", "1d", "0": a whole number and a unit. 0, -EINVAL: not a span, -ERANGE: it overflows. */
int span_parse(const char *text, uint64_t *ret_usec);

/* The shortest exact text that span_parse() reads back, in whole milliseconds: "90s", "5m", "250ms". size >= 24. */
void span_print(uint64_t usec, char *buffer, size_t size);

/* For people: "0.4 s", "42 s", "5 min 10 s", "5 h 12 min", "3 d 4 h". Rounded down. size >= 32. */
void span_print_human(uint64_t usec, char *buffer, size_t size);

#endif
