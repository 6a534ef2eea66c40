/* SPDX-License-Identifier: MIT */
#include "core/holders.h"

#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void the_holds_of_a_socket_are_found_oldest_process_first(void **state)
{
	static const int32_t order[][2] = { { 100, 8 }, { 100, 9 }, { 300, 3 }, { 200, 4 } };
	struct world w;
	uint32_t young, old, middle;
	const struct hold *holds;
	size_t n;

	(void)state;
	world_init(&w);
	young = world_process(&w, 200, "b", "");
	old = world_process(&w, 100, "a", "");
	middle = world_process(&w, 300, "c", "");
	w.book.processes[young].start_ticks = 900; /* pids go round: a low one is not the older */
	world_hold(&w, 7, young, 4);
	world_hold(&w, 5, old, 3);
	world_hold(&w, 7, old, 9);
	world_hold(&w, 9, old, 3);
	world_hold(&w, 7, middle, 3);
	world_hold(&w, 7, old, 8);
	holders_sort(&w.book);

	holds = holders_of(&w.book, 7, &n);
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(holds[i].inode, 7);
		assert_int_equal(w.book.processes[holds[i].process].pid, order[i][0]);
		assert_int_equal(holds[i].fd, order[i][1]);
	}
	assert_non_null(holders_of(&w.book, 5, &n));
	assert_int_equal(n, 1);
	assert_non_null(holders_of(&w.book, 9, &n));
	assert_int_equal(n, 1);
	world_done(&w);
}

static void a_socket_nobody_asked_about_is_pending(void **state)
{
	struct world w;
	size_t n = 5;

	(void)state;
	world_init(&w);
	assert_null(holders_of(&w.book, 7, &n));
	assert_int_equal(n, 0);
	assert_int_equal(holders_state(&w.book, 7), ATTRIBUTION_PENDING);

	world_search(&w, 9, ATTRIBUTION_DENIED);
	world_search(&w, 3, ATTRIBUTION_DONE);
	world_search(&w, 6, ATTRIBUTION_PENDING);
	holders_sort(&w.book);
	assert_int_equal(holders_state(&w.book, 9), ATTRIBUTION_DENIED);
	assert_int_equal(holders_state(&w.book, 3), ATTRIBUTION_DONE);
	for (uint32_t inode = 4; inode < 9; inode++)
		assert_int_equal(holders_state(&w.book, inode), ATTRIBUTION_PENDING);
	assert_null(holders_of(&w.book, 3, &n));
	world_done(&w);
}

static void programs_are_told_apart_by_their_file_else_by_their_name(void **state)
{
	static const struct {
		struct process a, b;
		bool same;
	} cases[] = {
		{ { .exe_device = 1, .exe_inode = 2, .name = "a" },
		  { .exe_device = 1, .exe_inode = 2, .name = "b" },
		  true },
		{ { .exe_device = 1, .exe_inode = 2, .name = "a" },
		  { .exe_device = 1, .exe_inode = 3, .name = "a" },
		  false },
		{ { .exe_device = 1, .exe_inode = 2, .name = "a" },
		  { .exe_device = 2, .exe_inode = 2, .name = "a" },
		  false },
		{ { .exe_device = 1, .exe_inode = 2, .name = "a" }, { .name = "a" }, true },
		{ { .name = "a" }, { .name = "a" }, true },
		{ { .name = "a" }, { .name = "b" }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(process_same_program(&cases[i].a, &cases[i].b), cases[i].same);
		assert_int_equal(process_same_program(&cases[i].b, &cases[i].a), cases[i].same);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_holds_of_a_socket_are_found_oldest_process_first),
		cmocka_unit_test(a_socket_nobody_asked_about_is_pending),
		cmocka_unit_test(programs_are_told_apart_by_their_file_else_by_their_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
