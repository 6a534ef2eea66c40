/* SPDX-License-Identifier: MIT */
#include "core/span.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void spans_are_a_whole_number_and_a_unit(void **state)
{
	static const struct {
		const char *text;
		uint64_t usec;
	} spans[] = {
		{ "250ms", 250000 },
		{ "10s", 10 * USEC_PER_SEC },
		{ "5m", 5 * USEC_PER_MINUTE },
		{ "2h", 2 * USEC_PER_HOUR },
		{ "1d", USEC_PER_DAY },
		{ "0", 0 },
		{ "0s", 0 },
		{ "010s", 10 * USEC_PER_SEC },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		uint64_t usec = 1;

		assert_int_equal(span_parse(spans[i].text, &usec), 0);
		assert_int_equal(usec, spans[i].usec);
	}
}

static void what_is_no_span_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"s",
		"ms",
		"10",
		"10 s",
		" 10s",
		"10s ",
		"10S",
		"10sec",
		"-1s",
		"+1s",
		"1.5s",
		"1e3s",
		"0x1s",
		"5min",
		"1h5m",
		"10us",
		"1w",
		"1M",
		"10s\n",
		"99999999999999999999",
		"18446744073709551616",
		"00000000000000000000x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint64_t usec = 7;

		if (span_parse(wrong[i], &usec) != -EINVAL)
			fail_msg("taken for a span: '%s'", wrong[i]);
		assert_int_equal(usec, 7);
	}
}

static void overflow_is_told_apart(void **state)
{
	uint64_t usec = 7;

	(void)state;
	assert_int_equal(span_parse("18446744073709551ms", &usec), 0);
	assert_int_equal(usec, 18446744073709551000ull);
	usec = 7;
	assert_int_equal(span_parse("18446744073709552ms", &usec), -ERANGE);
	assert_int_equal(span_parse("18446744073709551616s", &usec), -ERANGE);
	assert_int_equal(span_parse("99999999999999999999999999999d", &usec), -ERANGE);
	assert_int_equal(span_parse("213503983d", &usec), -ERANGE);
	assert_int_equal(usec, 7);
}

static void the_largest_exact_unit_is_printed(void **state)
{
	static const struct {
		uint64_t usec;
		const char *text;
	} spans[] = {
		{ 0, "0" },
		{ 999, "0" },
		{ 1999, "1ms" },
		{ 250000, "250ms" },
		{ 1500000, "1500ms" },
		{ 90 * USEC_PER_SEC, "90s" },
		{ 300 * USEC_PER_SEC, "5m" },
		{ 90 * USEC_PER_MINUTE, "90m" },
		{ 24 * USEC_PER_HOUR, "1d" },
		{ 25 * USEC_PER_HOUR, "25h" },
		{ UINT64_MAX, "18446744073709551ms" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		char text[24];

		span_print(spans[i].usec, text, sizeof(text));
		assert_string_equal(text, spans[i].text);
	}
}

static void a_printed_span_reads_back(void **state)
{
	static const uint64_t units[] = { USEC_PER_MSEC, USEC_PER_SEC, USEC_PER_MINUTE, USEC_PER_HOUR, USEC_PER_DAY };
	unsigned seed = (unsigned)time(NULL);

	(void)state;
	print_message("seed %u\n", seed);
	srand(seed);
	for (int i = 0; i < 10000; i++) {
		uint64_t usec = (uint64_t)rand() % 100000 * units[rand() % 5], again = 1;
		char text[24];

		span_print(usec, text, sizeof(text));
		assert_int_equal(span_parse(text, &again), 0);
		assert_int_equal(again, usec);
	}
}

static void people_read_two_units_rounded_down(void **state)
{
	static const struct {
		uint64_t usec;
		const char *text;
	} spans[] = {
		{ 0, "0 s" },
		{ 99999, "0 s" },
		{ 499999, "0.4 s" },
		{ 999999, "0.9 s" },
		{ USEC_PER_SEC, "1 s" },
		{ 42999999, "42 s" },
		{ USEC_PER_MINUTE, "1 min" },
		{ 310 * USEC_PER_SEC, "5 min 10 s" },
		{ USEC_PER_HOUR - 1, "59 min 59 s" },
		{ 5 * USEC_PER_HOUR, "5 h" },
		{ 5 * USEC_PER_HOUR + 12 * USEC_PER_MINUTE + 59 * USEC_PER_SEC, "5 h 12 min" },
		{ 3 * USEC_PER_DAY + 4 * USEC_PER_HOUR + 59 * USEC_PER_MINUTE, "3 d 4 h" },
		{ 3 * USEC_PER_DAY + 59 * USEC_PER_MINUTE, "3 d" },
		{ UINT64_MAX, "213503982 d 8 h" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		char text[32];

		span_print_human(spans[i].usec, text, sizeof(text));
		assert_string_equal(text, spans[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_are_a_whole_number_and_a_unit),
		cmocka_unit_test(what_is_no_span_is_refused),
		cmocka_unit_test(overflow_is_told_apart),
		cmocka_unit_test(the_largest_exact_unit_is_printed),
		cmocka_unit_test(a_printed_span_reads_back),
		cmocka_unit_test(people_read_two_units_rounded_down),
	};

	return cmocka_run_group_tests_name("span", tests, NULL, NULL);
}
