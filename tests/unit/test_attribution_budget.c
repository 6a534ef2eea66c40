/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "attribution_world.h"

/* The budget. */

static void a_tiny_budget_leaves_work_for_the_next_call_and_it_finishes(void **state)
{
	struct world *world = *state;
	struct attribution_progress progress;
	int calls = 0;

	for (int32_t pid = 10; pid < 30; pid++) {
		fake_process(&world->fake, pid, 100, "web");
		fake_socket(&world->fake, pid, 5, (uint32_t)pid);
	}
	do {
		ask(world, 77, TINY);
		attribution_progress(world->a, &progress);
		assert_int_equal(progress.processes_total, progress.processes_done == 0 ? 0 : 20);
		assert_true(progress.processes_done < 20);
		calls++;
	} while (state_of(world, 77) == ATTRIBUTION_PENDING && calls < 100);
	assert_int_equal(state_of(world, 77), ATTRIBUTION_DONE);
	assert_int_equal(calls, 20);
	assert_int_equal(scanned(world), 20);
}

static void a_process_with_many_descriptors_is_gone_on_with(void **state)
{
	struct world *world = *state;
	int calls = 0, first = 0;

	fake_process(&world->fake, 30, 100, "web");
	for (int fd = 0; fd < 1000; fd++)
		fake_socket(&world->fake, 30, fd, fd % 100 == 7 ? 77 : 78);
	do {
		ask(world, 77, TINY);
		calls++;
		if (!first && *holders(world, 77))
			first = calls;
	} while (state_of(world, 77) == ATTRIBUTION_PENDING && calls < 100);
	assert_in_range(calls, 1000 / 64, 1000 / 64 + 2);
	/* What is found shows at once, although there may be more. */
	assert_true(first < calls);
	assert_string_equal(holders(world, 77), "web 7 107 207 307 407 507 607 707 807 907");
}

static void no_budget_checks_what_is_known_but_searches_nothing(void **state)
{
	struct world *world = *state;
	struct attribution_want wants[2] = { urgent(77), urgent(78) };

	fake_process(&world->fake, 30, 100, "web");
	fake_socket(&world->fake, 30, 5, 77);
	ask(world, 77, NO_LIMIT);
	assert_int_equal(scanned(world), 1);
	fake_close(&world->fake, 30, 5);
	assert_int_equal(attribution_update(world->a, wants, 2, 0), 0);
	assert_string_equal(holders(world, 77), "");
	assert_int_equal(state_of(world, 77), ATTRIBUTION_PENDING);
	assert_int_equal(state_of(world, 78), ATTRIBUTION_PENDING);
	assert_int_equal(scanned(world), 1);
}

static void when_all_is_known_no_process_is_scanned(void **state)
{
	struct world *world = *state;

	fake_process(&world->fake, 30, 100, "web");
	fake_process(&world->fake, 31, 100, "sh");
	fake_socket(&world->fake, 30, 5, 77);
	ask(world, 77, NO_LIMIT);
	assert_int_equal(scanned(world), 2);
	for (int i = 0; i < 100; i++)
		ask(world, 77, NO_LIMIT);
	assert_int_equal(scanned(world), 2);
}

static void a_socket_asked_for_in_the_middle_of_a_pass_needs_another_one(void **state)
{
	struct world *world = *state;
	struct attribution_want wants[2] = { urgent(77), urgent(78) };
	int calls = 0;

	/* The newest process comes first: it has gone by when 78 is asked for. */
	fake_process(&world->fake, 32, 100, "first");
	fake_process(&world->fake, 31, 100, "second");
	fake_process(&world->fake, 30, 100, "third");
	fake_socket(&world->fake, 32, 5, 78);
	fake_socket(&world->fake, 30, 6, 78);
	ask(world, 77, TINY);
	assert_int_equal(scanned(world), 1);
	for (calls = 0; scanned(world) < 3; calls++)
		assert_int_equal(attribution_update(world->a, wants, 2, TINY), 0);
	assert_int_equal(state_of(world, 77), ATTRIBUTION_DONE);
	assert_int_equal(state_of(world, 78), ATTRIBUTION_PENDING);
	assert_string_equal(holders(world, 78), "third 6");
	assert_int_equal(attribution_update(world->a, wants, 2, NO_LIMIT), 0);
	assert_int_equal(state_of(world, 78), ATTRIBUTION_DONE);
	assert_string_equal(holders(world, 78), "third 6, first 5");
}

static void a_call_without_a_limit_ends_the_pass_and_makes_the_next(void **state)
{
	struct world *world = *state;
	struct attribution_want wants[2] = { urgent(77), urgent(78) };

	for (int32_t pid = 10; pid < 20; pid++)
		fake_process(&world->fake, pid, 100, "web");
	fake_socket(&world->fake, 19, 5, 78);
	ask(world, 77, TINY);
	assert_int_equal(attribution_update(world->a, wants, 2, NO_LIMIT), 0);
	assert_int_equal(state_of(world, 78), ATTRIBUTION_DONE);
	assert_string_equal(holders(world, 78), "web 5");
	assert_int_equal(scanned(world), 20);
}

static void a_book_that_changes_in_the_middle_of_a_scan_confuses_nothing(void **state)
{
	struct world *world = *state;
	struct attribution_want wants[2] = { urgent(77), urgent(78) };

	fake_process(&world->fake, 40, 100, "ends");
	fake_socket(&world->fake, 40, 3, 77);
	fake_process(&world->fake, 30, 200, "web");
	for (int fd = 0; fd < 130; fd++)
		fake_socket(&world->fake, 30, fd, 78);
	fake_process(&world->fake, 20, 300, "other");
	fake_socket(&world->fake, 20, 3, 77);
	assert_int_equal(attribution_update(world->a, wants, 2, TINY), 0);
	assert_int_equal(attribution_update(world->a, wants, 2, TINY), 0);
	assert_true(strncmp(holders(world, 78), "web ", 4) == 0);
	assert_string_equal(holders(world, 77), "ends 3");
	/* "web" moves up in the book. */
	fake_exit(&world->fake, 40);
	assert_int_equal(attribution_update(world->a, wants, 2, NO_LIMIT), 0);
	assert_string_equal(holders(world, 77), "other 3");
	assert_int_equal(attribution_book(world->a)->n_processes, 2);
	assert_int_equal(attribution_book(world->a)->n_holds, 131);
}

static void a_pass_that_nobody_needs_any_more_is_given_up(void **state)
{
	struct world *world = *state;
	struct attribution_progress progress;

	for (int32_t pid = 10; pid < 30; pid++)
		fake_process(&world->fake, pid, 100, "web");
	ask(world, 77, TINY);
	assert_int_equal(attribution_update(world->a, NULL, 0, NO_LIMIT), 0);
	attribution_progress(world->a, &progress);
	assert_int_equal(progress.processes_total, 0);
	assert_int_equal(progress.scanned, 1);
}

/* Likely processes first. */

static void holders_on_the_same_port_are_looked_at_first(void **state)
{
	struct world *world = *state;
	struct attribution_want wants[4] = { urgent(77), urgent(78), urgent(79), urgent(80) };

	for (int32_t pid = 10; pid < 40; pid++)
		fake_process(&world->fake, pid, 100, "other");
	fake_process(&world->fake, 20, 100, "web");
	fake_process(&world->fake, 30, 100, "dns");
	fake_socket(&world->fake, 20, 5, 77);
	fake_socket(&world->fake, 30, 5, 78);
	wants[1].port = 53;
	assert_int_equal(attribution_update(world->a, wants, 2, NO_LIMIT), 0);
	assert_int_equal(scanned(world), 30);
	fake_socket(&world->fake, 20, 6, 79);
	fake_socket(&world->fake, 30, 6, 80);
	assert_int_equal(attribution_update(world->a, wants, 3, TINY), 0);
	assert_int_equal(scanned(world), 31);
	assert_string_equal(holders(world, 79), "web 6");
	assert_int_equal(state_of(world, 79), ATTRIBUTION_PENDING);
	/* Then the holders of other sockets, in the pass that is under way. */
	assert_int_equal(attribution_update(world->a, wants, 4, TINY), 0);
	assert_int_equal(scanned(world), 32);
	assert_string_equal(holders(world, 80), "dns 6");
}

static void processes_of_the_sockets_user_are_looked_at_before_others(void **state)
{
	struct world *world = *state;
	struct attribution_want want = urgent(77);

	for (int32_t pid = 10; pid < 40; pid++)
		fake_process(&world->fake, pid, 100, "other");
	fake_process(&world->fake, 20, 100, "web");
	fake_socket(&world->fake, 20, 5, 77);
	if (fchownat(world->fake.fd, "20", 1234, 1234, 0) < 0) {
		print_message("skipped: only root can give a folder to another user\n");
		skip();
	}
	want.uid = 1234;
	assert_int_equal(attribution_update(world->a, &want, 1, TINY), 0);
	assert_string_equal(holders(world, 77), "web 5");
	assert_int_equal(attribution_book(world->a)->processes[0].uid, 1234);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_tiny_budget_leaves_work_for_the_next_call_and_it_finishes),
		TEST(a_process_with_many_descriptors_is_gone_on_with),
		TEST(no_budget_checks_what_is_known_but_searches_nothing),
		TEST(when_all_is_known_no_process_is_scanned),
		TEST(a_socket_asked_for_in_the_middle_of_a_pass_needs_another_one),
		TEST(a_call_without_a_limit_ends_the_pass_and_makes_the_next),
		TEST(a_book_that_changes_in_the_middle_of_a_scan_confuses_nothing),
		TEST(a_pass_that_nobody_needs_any_more_is_given_up),
		TEST(holders_on_the_same_port_are_looked_at_first),
		TEST(processes_of_the_sockets_user_are_looked_at_before_others),
	};

	return cmocka_run_group_tests_name("attribution_budget", tests, NULL, NULL);
}
