/* SPDX-License-Identifier: MIT */
#include "core/health.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void health_names_each_thing_that_is_missing(void **state)
{
	static const struct {
		struct health health;
		const char *text;
	} cases[] = {
		{ { .look_error = "", .sees_holders = true, .sink_error = "" }, "ok" },
		{ { .sees_holders = true,
		    .sink_error = "",
		    .look_error = "sock_diag: Resource temporarily unavailable" },
		  "The last look is incomplete (sock_diag: Resource temporarily unavailable): nothing is cleared, the last "
		  "picture is kept." },
		{ { .look_error = "", .sees_holders = true, .sink_error = "", .search_failed = true },
		  "Processes cannot be looked through: some sockets are reported without theirs." },
		{ { .look_error = "", .sees_holders = true, .sink_error = "", .out_of_memory = true },
		  "Out of memory: some sockets are not reported." },
		{ { .look_error = "", .sink_error = "" },
		  "CAP_SYS_PTRACE or CAP_DAC_READ_SEARCH is missing: sockets of other users are reported without their process." },
		{ { .look_error = "",
		    .sees_holders = true,
		    .sink_error = "",
		    .pending = 3,
		    .processes_done = 40,
		    .processes_total = 200 },
		  "The holders of 3 sockets are still looked for (40 of 200 processes)." },
		{ { .look_error = "",
		    .sees_holders = true,
		    .sink_error = "",
		    .pending = 1,
		    .processes_done = 1,
		    .processes_total = 200 },
		  "The holders of 1 socket are still looked for (1 of 200 processes)." },
		{ { .look_error = "", .sees_holders = true, .sink_error = "", .pending = 2 },
		  "The holders of 2 sockets are still looked for." },
		{ { .look_error = "",
		    .sees_holders = true,
		    .sink_error = "",
		    .processes_done = 40,
		    .processes_total = 200 },
		  "ok" },
		{ { .look_error = "", .sees_holders = true, .sink_error = "", .unheld = 3, .denied = 1 },
		  "1 process could not be looked into and may hold the 3 sockets that nobody seems to hold." },
		{ { .look_error = "", .sees_holders = true, .sink_error = "", .denied = 1 }, "ok" },
		{ { .look_error = "", .sees_holders = true, .sink_error = "", .unheld = 3 }, "ok" },
		{ { .look_error = "", .sees_holders = true, .sink_error = "", .uncertain = 1 },
		  "1 CLOSE_WAIT socket may be stale already: one look cannot tell the age when keepalive probes are answered or a "
		  "connection was idle before its end. The daemon can." },
		{ { .look_error = "", .sees_holders = true, .sink_error = "", .untold = 3 },
		  "3 findings beyond max_active are not reported." },
		{ { .look_error = "", .sees_holders = true, .sink_error = "", .more_groups = 12 },
		  "12 groups beyond max_groups are not reported." },
		{ { .look_error = "", .sees_holders = true, .sink_error = "", .more_groups = 1 },
		  "1 group beyond max_groups is not reported." },
		{ { .look_error = "",
		    .sees_holders = true,
		    .sink_error = "The status file cannot be written: No space left on device" },
		  "The status file cannot be written: No space left on device." },
		{ { .look_error = "", .sees_holders = true, .sink_error = "", .out_of_memory = true, .more_groups = 2 },
		  "Out of memory: some sockets are not reported. 2 groups beyond max_groups are not reported." },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];

		health_print(&cases[i].health, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
	}
}

static void health_never_writes_beyond_its_buffer(void **state)
{
	struct health health = {
		.look_error = "0123456789012345678901234567890123456789012345678901234567890123456789",
		.out_of_memory = true,
		.pending = UINT64_MAX,
		.processes_done = UINT64_MAX,
		.processes_total = UINT64_MAX,
		.more_groups = UINT64_MAX,
		.sink_error = "0123456789012345678901234567890123456789012345678901234567890123456789",
	};

	(void)state;
	for (size_t size = 1; size < 1024; size++) {
		char text[1024];

		memset(text, 'x', sizeof(text));
		health_print(&health, text, size);
		assert_in_range(strnlen(text, size), 0, size - 1);
		assert_int_equal(text[size], 'x');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(health_names_each_thing_that_is_missing),
		cmocka_unit_test(health_never_writes_beyond_its_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
