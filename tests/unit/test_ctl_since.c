/* SPDX-License-Identifier: MIT */
#include "core/cleanup.h"
#include "core/span.h"
#include "ctl/since.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define NOON (1769860800 * USEC_PER_SEC) /* 2026-01-31T12:00:00Z */
#define MIDNIGHT (NOON - 12 * USEC_PER_HOUR)

static void set_zone(const char *zone)
{
	assert_int_equal(setenv("TZ", zone, 1), 0);
	tzset();
}

static void assert_since(const char *text, uint64_t expected)
{
	uint64_t usec = 1;

	if (since_parse(text, NOON + 7, &usec) != 0)
		fail_msg("refused: %s", text);
	if (usec != expected)
		fail_msg("%s is %llu, expected %llu", text, (unsigned long long)usec, (unsigned long long)expected);
}

static void a_date_and_a_time_are_local(void **state)
{
	(void)state;
	set_zone("UTC");
	assert_since("2026-01-31 12:00:00", NOON);
	assert_since("2026-01-31 12:00", NOON);
	assert_since("2026-01-31", MIDNIGHT);
	assert_since("2025-12-31 23:59:59", MIDNIGHT - 30 * USEC_PER_DAY - USEC_PER_SEC);
	set_zone("XYZ-3");
	assert_since("2026-01-31 12:00:00", NOON - 3 * USEC_PER_HOUR);
}

static void a_time_alone_is_of_this_day(void **state)
{
	(void)state;
	set_zone("UTC");
	assert_since("12:00", NOON);
	assert_since("00:00:01", MIDNIGHT + USEC_PER_SEC);
	set_zone("XYZ-13");
	assert_since("01:00", NOON);
}

static void days_have_names(void **state)
{
	(void)state;
	set_zone("UTC");
	assert_since("today", MIDNIGHT);
	assert_since("yesterday", MIDNIGHT - USEC_PER_DAY);
}

static void yesterday_of_a_short_day_is_a_whole_day_back(void **state)
{
	uint64_t usec = 0;

	(void)state;
	/* Summer begins at 2026-03-29 02:00; now is 00:30 in the night after. */
	set_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	assert_int_equal(since_parse("yesterday", 1774823400 * USEC_PER_SEC, &usec), 0);
	assert_int_equal(usec, 1774738800 * USEC_PER_SEC);
}

static void a_span_counts_back_from_now(void **state)
{
	(void)state;
	assert_since("-1h", NOON + 7 - USEC_PER_HOUR);
	assert_since("-90s", NOON + 7 - 90 * USEC_PER_SEC);
	assert_since("-40000d", 0);
}

static void anything_else_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"-",
		"-1",
		"-x",
		"1h",
		"noon",
		"2026-02-31",
		"2026-13",
		"2026-01-31 25:00",
		"2026-01-31 ",
		"2026-01-31 12:00:00 x",
		"tomorrow",
		"todays",
		"0001-01-01",
	};

	(void)state;
	set_zone("UTC");
	for (size_t i = 0; i < CW_ELEMENTS(wrong); i++) {
		uint64_t usec = 4711;

		if (since_parse(wrong[i], NOON, &usec) != -EINVAL || usec != 4711)
			fail_msg("taken: %s as %llu", wrong[i], (unsigned long long)usec);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_date_and_a_time_are_local),
		cmocka_unit_test(a_time_alone_is_of_this_day),
		cmocka_unit_test(days_have_names),
		cmocka_unit_test(yesterday_of_a_short_day_is_a_whole_day_back),
		cmocka_unit_test(a_span_counts_back_from_now),
		cmocka_unit_test(anything_else_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
