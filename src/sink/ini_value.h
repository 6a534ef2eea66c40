/* SPDX-License-Identifier: MIT */
/* Numbers, times and ages as the status and the state file write them: exact, and in one form only. The readers refuse
 * any other form of the same value, such as "007" or "60s" for "1m". */
#ifndef CW_SINK_INI_VALUE_H
#define CW_SINK_INI_VALUE_H

#include "core/age.h"

#include <stddef.h>
#include <stdint.h>

#define INI_VALUE_MAX 2048 /* of one value, continuation lines joined, NUL included */

/* Decimal digits, no sign. 0; -EINVAL: not a number, or above most. */
int ini_value_number(const char *text, uint64_t most, uint64_t *ret);

/* CLOCK_REALTIME as "2026-01-31T12:00:00.123456Z"; times after the year 9999 are written as its end. size >= 32. */
void ini_value_print_time(uint64_t usec, char *buffer, size_t size);
int ini_value_time(const char *text, uint64_t *ret_usec);

/* "3d 4h 5m 6.25s", parts that are 0 left out; "0s". size >= 48. */
void ini_value_print_duration(uint64_t usec, char *buffer, size_t size);
int ini_value_duration(const char *text, uint64_t *ret_usec);

/* "61.2s .. 61.4s", or one duration if both ends are the same. size >= 100. */
void ini_value_print_age(const struct age *age, char *buffer, size_t size);
int ini_value_age(const char *text, struct age *ret);

#endif
