/* SPDX-License-Identifier: MIT */
#include "core/trend.h"

#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SEC USEC_PER_SEC
#define MINUTE USEC_PER_MINUTE
#define WINDOW (10 * MINUTE)

static struct trend_view note(struct trends *trends, uint64_t stale, uint64_t lasting, uint64_t now_usec)
{
	struct trend_view view;

	assert_int_equal(trends_note(trends, "0badcafe", stale, lasting, WINDOW, now_usec, &view), 0);
	trends_end_look(trends);
	return view;
}

static uint64_t one_a_minute(uint64_t minute)
{
	return 1 + minute;
}

static uint64_t always_50(uint64_t minute)
{
	(void)minute;
	return 50;
}

static uint64_t fewer_and_fewer(uint64_t minute)
{
	return 100 - 2 * minute;
}

static uint64_t burst_at_12(uint64_t minute)
{
	return minute < 12 ? 5 : 60;
}

static uint64_t two_in_all(uint64_t minute)
{
	return 10 + minute / 8;
}

static uint64_t grows_then_stops_at_15(uint64_t minute)
{
	return 1 + (minute < 15 ? minute : 15);
}

static const struct course {
	const char *what;
	uint64_t (*stale)(uint64_t minute);
	bool churn; /* nobody stays for a window */
	enum trend at_10, at_16, at_30; /* minutes; not known before */
} courses[] = {
	{ "a leak", one_a_minute, false, TREND_GROWING, TREND_GROWING, TREND_GROWING },
	{ "more and more churn", one_a_minute, true, TREND_STEADY, TREND_STEADY, TREND_STEADY },
	{ "a steady pool", always_50, false, TREND_STEADY, TREND_STEADY, TREND_STEADY },
	{ "churn", always_50, true, TREND_STEADY, TREND_STEADY, TREND_STEADY },
	{ "closing them at last", fewer_and_fewer, false, TREND_SHRINKING, TREND_SHRINKING, TREND_SHRINKING },
	{ "one burst", burst_at_12, false, TREND_STEADY, TREND_STEADY, TREND_STEADY },
	{ "one now and then", two_in_all, false, TREND_STEADY, TREND_STEADY, TREND_STEADY },
	{ "a leak that ends", grows_then_stops_at_15, false, TREND_GROWING, TREND_GROWING, TREND_STEADY },
};

static void follow(const struct course *course, uint64_t step_usec)
{
	struct trends trends = { 0 };
	struct trend_view view;

	print_message("%s, looked at every %d s\n", course->what, (int)(step_usec / SEC));
	for (uint64_t t = 0; t <= 30 * MINUTE; t += step_usec) {
		uint64_t minute = t / MINUTE;
		uint64_t stale = course->stale(minute), before = minute < 10 ? 0 : course->stale(minute - 10);
		uint64_t lasting = course->churn ? 0 : before < stale ? before : stale;

		view = note(&trends, stale, lasting, WORLD_START + t);
		assert_int_equal(view.per_hour_millis != 0, view.trend == TREND_GROWING);
		if (t % MINUTE)
			continue;
		if (minute < 10)
			assert_int_equal(view.trend, TREND_UNKNOWN);
		else if (minute == 10)
			assert_int_equal(view.trend, course->at_10);
		else if (minute == 16)
			assert_int_equal(view.trend, course->at_16);
		else if (minute == 30)
			assert_int_equal(view.trend, course->at_30);
	}
	trends_done(&trends);
}

static void growing_steady_shrinking_and_churn_are_told_apart(void **state)
{
	static const uint64_t steps_usec[] = { SEC, 2 * SEC, 10 * SEC, 20 * SEC, MINUTE };

	(void)state;
	for (size_t i = 0; i < sizeof(courses) / sizeof(courses[0]); i++)
		for (size_t j = 0; j < sizeof(steps_usec) / sizeof(steps_usec[0]); j++)
			follow(&courses[i], steps_usec[j]);
}

static void one_burst_is_no_growth_whenever_it_comes(void **state)
{
	(void)state;
	for (uint64_t at = 1; at <= 25; at++) {
		struct trends trends = { 0 };

		for (uint64_t minute = 0; minute <= 30; minute++) {
			uint64_t stale = minute < at ? 5 : 60, lasting = minute < at + 10 ? 5 : 60;
			struct trend_view view = note(&trends, stale, lasting, WORLD_START + minute * MINUTE);

			assert_int_equal(view.trend, minute < 10 ? TREND_UNKNOWN : TREND_STEADY);
		}
		trends_done(&trends);
	}
}

static void the_rate_is_that_of_the_window(void **state)
{
	struct trends trends = { 0 };
	struct trend_view view = { 0 };

	(void)state;
	for (uint64_t minute = 0; minute <= 40; minute++)
		view = note(&trends, 1 + 4 * minute, 4 * minute < 36 ? 0 : 4 * minute - 36,
			    WORLD_START + minute * MINUTE);
	assert_int_equal(view.trend, TREND_GROWING);
	assert_in_range(view.per_hour_millis, 230000, 250000); /* 240 an hour */
	trends_done(&trends);
}

static void a_tenth_of_the_old_sockets_may_have_gone(void **state)
{
	(void)state;
	for (uint64_t gone = 0; gone <= 20; gone++) {
		struct trends trends = { 0 };
		struct trend_view view = { 0 };

		note(&trends, 100, 0, WORLD_START);
		note(&trends, 120, 0, WORLD_START + 5 * MINUTE);
		view = note(&trends, 140, 100 - gone, WORLD_START + 10 * MINUTE);
		assert_int_equal(view.trend, gone <= 10 ? TREND_GROWING : TREND_STEADY);
		trends_done(&trends);
	}
}

static void three_more_are_growth_two_are_not(void **state)
{
	static const struct {
		uint64_t start, middle, end;
		enum trend trend;
	} cases[] = {
		{ 10, 11, 13, TREND_GROWING },  { 10, 11, 12, TREND_STEADY }, { 10, 10, 13, TREND_STEADY },
		{ 10, 13, 13, TREND_STEADY },   { 10, 9, 13, TREND_STEADY },  { 10, 10, 8, TREND_STEADY },
		{ 10, 10, 7, TREND_SHRINKING }, { 10, 20, 15, TREND_STEADY }, { 3, 0, 0, TREND_SHRINKING },
		{ 2, 1, 0, TREND_STEADY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct trends trends = { 0 };

		note(&trends, cases[i].start, 0, WORLD_START);
		note(&trends, cases[i].middle, 0, WORLD_START + 5 * MINUTE);
		assert_int_equal(note(&trends, cases[i].end, cases[i].end, WORLD_START + 10 * MINUTE).trend,
				 cases[i].trend);
		trends_done(&trends);
	}
}

static void nothing_is_known_before_a_whole_window(void **state)
{
	struct trends trends = { 0 };

	(void)state;
	note(&trends, 1, 0, WORLD_START);
	assert_int_equal(note(&trends, 5, 1, WORLD_START + WINDOW - 1).trend, TREND_UNKNOWN);
	assert_int_not_equal(note(&trends, 9, 1, WORLD_START + WINDOW).trend, TREND_UNKNOWN);
	trends_done(&trends);
}

static void a_group_that_was_not_noted_in_a_look_is_forgotten(void **state)
{
	struct trends trends = { 0 };
	struct trend_view view;

	(void)state;
	note(&trends, 1, 0, WORLD_START);
	assert_int_equal(trends_note(&trends, "ffffffff", 1, 0, WINDOW, WORLD_START + MINUTE, &view), 0);
	trends_end_look(&trends);
	assert_int_equal(trends.n, 1);
	assert_int_equal(note(&trends, 50, 50, WORLD_START + WINDOW).trend, TREND_UNKNOWN);
	assert_int_equal(trends.n, 1);
	trends_done(&trends);
}

static void each_group_has_its_own_trend(void **state)
{
	struct trends trends = { 0 };
	char id[FINDING_ID_MAX];

	(void)state;
	for (uint64_t minute = 0; minute <= 10; minute++) {
		for (uint32_t i = 0; i < 100; i++) {
			uint32_t group = (i * 37 + (uint32_t)minute * 13) % 100; /* another order each time */
			struct trend_view view;

			snprintf(id, sizeof(id), "%08x", (uint32_t)((group + 1) * 0x1234567u));
			assert_int_equal(trends_note(&trends, id, 10 + group % 3 * minute, 10, WINDOW,
						     WORLD_START + minute * MINUTE, &view),
					 0);
			if (minute == 10)
				assert_int_equal(view.trend, group % 3 ? TREND_GROWING : TREND_STEADY);
		}
		trends_end_look(&trends);
		assert_int_equal(trends.n, 100);
	}
	trends_done(&trends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(growing_steady_shrinking_and_churn_are_told_apart),
		cmocka_unit_test(one_burst_is_no_growth_whenever_it_comes),
		cmocka_unit_test(the_rate_is_that_of_the_window),
		cmocka_unit_test(a_tenth_of_the_old_sockets_may_have_gone),
		cmocka_unit_test(three_more_are_growth_two_are_not),
		cmocka_unit_test(nothing_is_known_before_a_whole_window),
		cmocka_unit_test(a_group_that_was_not_noted_in_a_look_is_forgotten),
		cmocka_unit_test(each_group_has_its_own_trend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
