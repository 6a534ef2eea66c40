/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "attribution_world.h"

/* What is known changes. */

static void a_holder_that_closes_leaves_the_child_that_holds_it_still(void **state)
{
	struct world *world = *state;

	fake_process(&world->fake, 30, 100, "parent");
	fake_process(&world->fake, 31, 200, "child");
	fake_socket(&world->fake, 30, 5, 77);
	ask(world, 77, NO_LIMIT);
	assert_string_equal(holders(world, 77), "parent 5");
	fake_socket(&world->fake, 31, 5, 77);
	fake_close(&world->fake, 30, 5);
	ask(world, 77, 0);
	assert_int_equal(state_of(world, 77), ATTRIBUTION_PENDING);
	ask(world, 77, NO_LIMIT);
	assert_string_equal(holders(world, 77), "child 5");
	assert_int_equal(state_of(world, 77), ATTRIBUTION_DONE);
}

static void other_holders_stay_while_one_is_lost(void **state)
{
	struct world *world = *state;

	fake_process(&world->fake, 30, 100, "parent");
	fake_process(&world->fake, 31, 200, "child");
	fake_socket(&world->fake, 30, 5, 77);
	fake_socket(&world->fake, 31, 5, 77);
	ask(world, 77, NO_LIMIT);
	fake_close(&world->fake, 30, 5);
	ask(world, 77, 0);
	assert_string_equal(holders(world, 77), "child 5");
	assert_int_equal(state_of(world, 77), ATTRIBUTION_PENDING);
}

static void a_descriptor_that_is_another_socket_now_is_lost(void **state)
{
	struct world *world = *state;

	fake_process(&world->fake, 30, 100, "web");
	fake_socket(&world->fake, 30, 5, 77);
	ask(world, 77, NO_LIMIT);
	fake_socket(&world->fake, 30, 5, 78);
	ask(world, 77, NO_LIMIT);
	assert_string_equal(holders(world, 77), "");
	assert_int_equal(state_of(world, 77), ATTRIBUTION_DONE);
}

static void a_pid_that_is_used_again_is_another_process(void **state)
{
	struct world *world = *state;

	fake_process(&world->fake, 30, 100, "old");
	fake_socket(&world->fake, 30, 5, 77);
	ask(world, 77, NO_LIMIT);
	fake_process(&world->fake, 30, 900, "new");
	ask(world, 77, 0);
	assert_string_equal(holders(world, 77), "");
	assert_int_equal(state_of(world, 77), ATTRIBUTION_PENDING);
	assert_int_equal(attribution_book(world->a)->n_processes, 0);
	ask(world, 77, NO_LIMIT);
	assert_string_equal(holders(world, 77), "new 5");
	fake_process(&world->fake, 30, 901, "third");
	fake_close(&world->fake, 30, 5);
	ask(world, 77, NO_LIMIT);
	assert_string_equal(holders(world, 77), "");
	assert_int_equal(state_of(world, 77), ATTRIBUTION_DONE);
}

static void two_pids_that_are_used_again_are_both_noticed_without_a_budget(void **state)
{
	struct world *world = *state;

	for (int32_t pid = 30; pid < 32; pid++) {
		fake_process(&world->fake, pid, 100, "old");
		fake_socket(&world->fake, pid, 5, 77);
	}
	ask(world, 77, NO_LIMIT);
	for (int32_t pid = 30; pid < 32; pid++)
		fake_process(&world->fake, pid, 900, "new");
	ask(world, 77, 0);
	assert_string_equal(holders(world, 77), "");
}

static void a_pid_that_is_used_again_in_the_middle_of_its_scan_gives_no_wrong_name(void **state)
{
	struct world *world = *state;

	fake_process(&world->fake, 30, 100, "old");
	for (int fd = 0; fd < 200; fd++)
		fake_socket(&world->fake, 30, fd, 77);
	ask(world, 77, TINY);
	assert_true(strncmp(holders(world, 77), "old ", 4) == 0);
	fake_exit(&world->fake, 30);
	fake_process(&world->fake, 30, 900, "new");
	fake_link(&world->fake, "30/fd/3", "/dev/null");
	for (int i = 0; i < 20; i++) {
		ask(world, 77, TINY);
		assert_string_equal(holders(world, 77), "");
	}
	assert_int_equal(state_of(world, 77), ATTRIBUTION_DONE);
}

static void a_holder_that_ends_is_dropped(void **state)
{
	struct world *world = *state;

	fake_process(&world->fake, 30, 100, "web");
	fake_socket(&world->fake, 30, 5, 77);
	ask(world, 77, NO_LIMIT);
	fake_exit(&world->fake, 30);
	ask(world, 77, NO_LIMIT);
	assert_string_equal(holders(world, 77), "");
	assert_int_equal(state_of(world, 77), ATTRIBUTION_DONE);
	assert_int_equal(attribution_book(world->a)->n_processes, 0);
}

static void a_program_that_replaces_itself_gets_its_new_name(void **state)
{
	struct world *world = *state;

	fake_process(&world->fake, 30, 100, "sh");
	fake_socket(&world->fake, 30, 5, 77);
	ask(world, 77, NO_LIMIT);
	fake_process(&world->fake, 30, 100, "sleep");
	ask(world, 77, 0);
	assert_string_equal(holders(world, 77), "sleep 5");
	assert_int_equal(scanned(world), 1);
}

static void a_process_that_only_calls_itself_something_else_keeps_its_name(void **state)
{
	struct world *world = *state;

	fake_process(&world->fake, 30, 100, "job 1");
	fake_link(&world->fake, "30/exe", "/dev/null");
	fake_socket(&world->fake, 30, 5, 77);
	ask(world, 77, NO_LIMIT);
	fake_file(&world->fake, "30/comm", "job 2\n");
	ask(world, 77, 0);
	assert_string_equal(holders(world, 77), "job 1 5");
}

static void many_descriptors_are_checked_in_turns(void **state)
{
	struct world *world = *state;
	int calls = 0;

	fake_process(&world->fake, 30, 100, "web");
	fake_process(&world->fake, 31, 100, "sh");
	for (int fd = 0; fd < 300; fd++) {
		fake_socket(&world->fake, 30, fd, 77);
		fake_socket(&world->fake, 31, fd, 78);
	}
	for (uint32_t inode = 77; inode < 79; inode++) {
		struct attribution_want wants[2] = { urgent(77), urgent(78) };

		assert_int_equal(attribution_update(world->a, wants, 2, NO_LIMIT), 0);
		assert_int_equal(attribution_book(world->a)->n_holds, 600 - (inode - 77));
		fake_close(&world->fake, inode == 77 ? 30 : 31, 299);
		for (calls = 0; state_of(world, inode) == ATTRIBUTION_DONE && calls < 10; calls++)
			assert_int_equal(attribution_update(world->a, wants, 2, 0), 0);
		/* 600 at 256 a call; the first to go is the last in turn. */
		assert_in_range(calls, inode == 77 ? 3 : 1, 3);
	}
}

static void what_nobody_holds_is_searched_again_but_less_and_less(void **state)
{
	struct world *world = *state;
	int calls;

	fake_process(&world->fake, 30, 100, "web");
	for (int i = 0; i < 256; i++) {
		ask(world, 77, NO_LIMIT);
		assert_int_equal(state_of(world, 77), ATTRIBUTION_DONE);
	}
	/* 1, 2, 4 ... 64, 128, 192, 256 */
	assert_in_range(scanned(world), 8, 11);
	/* It was in flight over a unix socket; now it has arrived. */
	fake_socket(&world->fake, 30, 5, 77);
	for (calls = 0; !*holders(world, 77) && calls < 200; calls++)
		ask(world, 77, NO_LIMIT);
	assert_in_range(calls, 1, 64);
	assert_string_equal(holders(world, 77), "web 5");
}

static void a_search_for_another_socket_serves_those_searched_in_vain(void **state)
{
	struct world *world = *state;
	struct attribution_want wants[2] = { urgent(77), urgent(78) };

	fake_process(&world->fake, 30, 100, "web");
	for (int i = 0; i < 20; i++)
		ask(world, 77, NO_LIMIT);
	fake_socket(&world->fake, 30, 5, 77);
	assert_int_equal(attribution_update(world->a, wants, 2, NO_LIMIT), 0);
	assert_string_equal(holders(world, 77), "web 5");
}

static void searches_for_others_do_not_put_off_the_next_search(void **state)
{
	struct world *world = *state;
	struct attribution_want wants[2] = { urgent(77), urgent(78) };

	fake_process(&world->fake, 30, 100, "web");
	for (uint32_t i = 0; i < 7; i++) {
		wants[1] = urgent(100 + i);
		assert_int_equal(attribution_update(world->a, wants, 2, NO_LIMIT), 0);
	}
	fake_socket(&world->fake, 30, 5, 77);
	ask(world, 77, NO_LIMIT);
	assert_string_equal(holders(world, 77), "web 5");
}

/* A property: whatever the budgets and the order of the wants, the book says in the end what the tree says. */

#define PROCESSES 12
#define DESCRIPTORS 150
#define SOCKETS 40

static uint32_t draw(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % below;
}

static void check_against(const struct world *world, uint32_t table[PROCESSES][DESCRIPTORS])
{
	const struct holder_book *book = attribution_book(world->a);
	size_t expected = 0;

	for (int p = 0; p < PROCESSES; p++) {
		for (int fd = 0; fd < DESCRIPTORS; fd++)
			expected += table[p][fd] != 0;
	}
	assert_int_equal(book->n_holds, expected);
	for (size_t i = 0; i < book->n_holds; i++) {
		const struct hold *hold = &book->holds[i];
		int32_t pid = book->processes[hold->process].pid;

		assert_int_equal(table[pid - 10][hold->fd], hold->inode);
		assert_true(i == 0 || hold[-1].inode <= hold->inode);
		/* No descriptor is there twice, so that as many are the same ones. */
		assert_true(i == 0 || memcmp(&hold[-1], hold, sizeof(*hold)) != 0);
	}
}

static void change_tree(struct world *world, uint32_t table[PROCESSES][DESCRIPTORS], uint32_t *seed)
{
	for (int i = 0; i < 60; i++) {
		uint32_t p = draw(seed, PROCESSES), fd = draw(seed, DESCRIPTORS);

		if (table[p][fd])
			fake_close(&world->fake, (int32_t)(10 + p), (int32_t)fd);
		table[p][fd] = table[p][fd] ? 0 : 1 + draw(seed, SOCKETS);
		if (table[p][fd])
			fake_socket(&world->fake, (int32_t)(10 + p), (int32_t)fd, table[p][fd]);
	}
}

static void settle(struct world *world, uint32_t *seed, const struct attribution_want *wants)
{
	for (int i = 0; i < 400; i++)
		assert_int_equal(attribution_update(world->a, wants, SOCKETS, draw(seed, 3) * 20), 0);
	assert_int_equal(attribution_update(world->a, wants, SOCKETS, NO_LIMIT), 0);
}

static void any_budgets_lead_to_the_same_book(void **state)
{
	static uint32_t table[PROCESSES][DESCRIPTORS];
	struct world *world = *state;
	struct attribution_want wants[SOCKETS];
	uint32_t seed = (uint32_t)getpid();

	print_message("seed %u\n", seed);
	memset(table, 0, sizeof(table));
	for (uint32_t i = 0; i < SOCKETS; i++)
		wants[i] = urgent(SOCKETS - i);
	for (int p = 0; p < PROCESSES; p++)
		fake_process(&world->fake, 10 + p, (uint64_t)(500 - p), "web");
	for (int round = 0; round < 5; round++) {
		change_tree(world, table, &seed);
		/* A new descriptor of a socket whose known holders stay is not looked for: ask anew. */
		assert_int_equal(attribution_update(world->a, NULL, 0, 0), 0);
		settle(world, &seed, wants);
		check_against(world, table);
	}
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_holder_that_closes_leaves_the_child_that_holds_it_still),
		TEST(other_holders_stay_while_one_is_lost),
		TEST(a_descriptor_that_is_another_socket_now_is_lost),
		TEST(a_pid_that_is_used_again_is_another_process),
		TEST(two_pids_that_are_used_again_are_both_noticed_without_a_budget),
		TEST(a_pid_that_is_used_again_in_the_middle_of_its_scan_gives_no_wrong_name),
		TEST(a_holder_that_ends_is_dropped),
		TEST(a_program_that_replaces_itself_gets_its_new_name),
		TEST(a_process_that_only_calls_itself_something_else_keeps_its_name),
		TEST(many_descriptors_are_checked_in_turns),
		TEST(what_nobody_holds_is_searched_again_but_less_and_less),
		TEST(a_search_for_another_socket_serves_those_searched_in_vain),
		TEST(searches_for_others_do_not_put_off_the_next_search),
		TEST(any_budgets_lead_to_the_same_book),
	};

	return cmocka_run_group_tests_name("attribution_changes", tests, NULL, NULL);
}
