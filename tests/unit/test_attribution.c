/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "attribution_world.h"

#include "core/cleanup.h"

#include <sys/capability.h>
#include <sys/resource.h>

/* What is found. */

static void every_descriptor_of_every_holder_is_found(void **state)
{
	struct world *world = *state;

	fake_process(&world->fake, 30, 100, "parent");
	fake_process(&world->fake, 20, 200, "child");
	fake_process(&world->fake, 10, 300, "other");
	fake_socket(&world->fake, 30, 12, 77);
	fake_socket(&world->fake, 30, 5, 77);
	fake_socket(&world->fake, 30, 6, 78);
	fake_socket(&world->fake, 20, 3, 77);
	fake_socket(&world->fake, 10, 3, 79);
	ask(world, 77, NO_LIMIT);
	assert_string_equal(holders(world, 77), "parent 5 12, child 3");
	assert_int_equal(state_of(world, 77), ATTRIBUTION_DONE);
	assert_string_equal(holders(world, 78), "");
	assert_int_equal(state_of(world, 78), ATTRIBUTION_PENDING);
	assert_int_equal(attribution_book(world->a)->n_processes, 2);
}

static void a_socket_that_nobody_holds_is_done(void **state)
{
	struct world *world = *state;

	fake_process(&world->fake, 30, 100, "other");
	fake_socket(&world->fake, 30, 5, 78);
	ask(world, 77, NO_LIMIT);
	assert_string_equal(holders(world, 77), "");
	assert_int_equal(state_of(world, 77), ATTRIBUTION_DONE);
	assert_int_equal(scanned(world), 1);
}

static void a_host_without_processes_is_answered(void **state)
{
	struct world *world = *state;

	ask(world, 77, NO_LIMIT);
	assert_int_equal(state_of(world, 77), ATTRIBUTION_DONE);
}

static void nothing_asked_is_nothing_done(void **state)
{
	struct world *world = *state;

	fake_process(&world->fake, 30, 100, "other");
	assert_int_equal(attribution_update(world->a, NULL, 0, NO_LIMIT), 0);
	assert_int_equal(attribution_book(world->a)->n_sockets, 0);
	assert_int_equal(scanned(world), 0);
}

static void a_socket_that_is_not_urgent_starts_no_search_but_is_found_on_the_way(void **state)
{
	struct world *world = *state;
	struct attribution_want wants[2] = { urgent(77), urgent(78) };

	fake_process(&world->fake, 30, 100, "web");
	fake_socket(&world->fake, 30, 5, 77);
	fake_socket(&world->fake, 30, 6, 78);
	wants[0].urgent = wants[1].urgent = false;
	assert_int_equal(attribution_update(world->a, wants, 2, NO_LIMIT), 0);
	assert_int_equal(scanned(world), 0);
	assert_int_equal(state_of(world, 77), ATTRIBUTION_PENDING);
	wants[1].urgent = true;
	assert_int_equal(attribution_update(world->a, wants, 2, NO_LIMIT), 0);
	assert_string_equal(holders(world, 77), "web 5");
	assert_string_equal(holders(world, 78), "web 6");
	assert_int_equal(state_of(world, 77), ATTRIBUTION_DONE);
}

static void wants_in_any_order_twice_and_without_inode_are_taken(void **state)
{
	struct world *world = *state;
	struct attribution_want wants[6] = { urgent(79), urgent(77), urgent(0), urgent(78), urgent(77), urgent(79) };

	fake_process(&world->fake, 30, 100, "web");
	fake_socket(&world->fake, 30, 5, 77);
	fake_socket(&world->fake, 30, 6, 78);
	fake_socket(&world->fake, 30, 7, 0);
	wants[1].urgent = wants[3].urgent = wants[0].urgent = wants[5].urgent = false;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(attribution_update(world->a, wants, 6, NO_LIMIT), 0);
		assert_int_equal(attribution_book(world->a)->n_sockets, 3);
		assert_string_equal(holders(world, 77), "web 5");
		assert_int_equal(state_of(world, 77), ATTRIBUTION_DONE);
		assert_int_equal(state_of(world, 79), ATTRIBUTION_DONE);
	}
}

static void a_socket_asked_for_twice_is_urgent_if_one_asks_so(void **state)
{
	struct world *world = *state;
	struct attribution_want wants[2] = { urgent(77), urgent(77) };

	fake_process(&world->fake, 30, 100, "web");
	fake_socket(&world->fake, 30, 5, 77);
	wants[1].urgent = false;
	assert_int_equal(attribution_update(world->a, &wants[1], 1, NO_LIMIT), 0);
	assert_string_equal(holders(world, 77), "");
	assert_int_equal(attribution_update(world->a, wants, 2, NO_LIMIT), 0);
	assert_string_equal(holders(world, 77), "web 5");
}

static void sockets_that_are_not_asked_for_any_more_are_forgotten(void **state)
{
	struct world *world = *state;
	struct attribution_want wants[2] = { urgent(77), urgent(78) };

	fake_process(&world->fake, 30, 100, "web");
	fake_process(&world->fake, 31, 100, "sh");
	fake_socket(&world->fake, 30, 5, 77);
	fake_socket(&world->fake, 31, 6, 78);
	assert_int_equal(attribution_update(world->a, wants, 2, NO_LIMIT), 0);
	ask(world, 78, NO_LIMIT);
	assert_string_equal(holders(world, 77), "");
	assert_string_equal(holders(world, 78), "sh 6");
	assert_int_equal(attribution_book(world->a)->n_processes, 1);
	assert_int_equal(attribution_book(world->a)->n_sockets, 1);
	assert_int_equal(attribution_update(world->a, NULL, 0, NO_LIMIT), 0);
	assert_int_equal(attribution_book(world->a)->n_processes, 0);
	assert_int_equal(attribution_book(world->a)->n_holds, 0);
}

static void what_is_no_socket_link_is_passed_over(void **state)
{
	static const char *const targets[] = {
		"/nonexistent",
		"pipe:[77]",
		"socket:[77",
		"socket:77]",
		"socket:[]",
		"socket:[7 7]",
		"socket:[-77]",
		"socket:[4294967373]",
		"socket:[77] (deleted)",
		"xsocket:[77]",
		"socket",
		"socket:[77]x",
		"socketx[77]",
		/* Right as far as the first 64 bytes go. */
		"socket:[0000000000000000000000000000000000000000000000000000077]x",
		"/a/long/path/that/does/not/fit/the/buffer/of/the/link/socket:[77]/socket:[77]",
	};
	struct world *world = *state;
	char path[64];

	fake_process(&world->fake, 30, 100, "odd");
	for (size_t i = 0; i < CW_ELEMENTS(targets); i++) {
		snprintf(path, sizeof(path), "30/fd/%zu", i);
		fake_link(&world->fake, path, targets[i]);
	}
	fake_file(&world->fake, "30/fd/90", "no link");
	fake_link(&world->fake, "30/fd/x", "socket:[77]");
	fake_link(&world->fake, "30/fd/99999999999999999999999999999999", "socket:[77]");
	fake_file(&world->fake, "31", "no directory");
	fake_file(&world->fake, "self/fd/3", "");
	fake_file(&world->fake, "33x/fd/3", "");
	ask(world, 77, NO_LIMIT);
	assert_string_equal(holders(world, 77), "");
	fake_socket(&world->fake, 30, 92, 78);
	ask(world, 78, NO_LIMIT);
	assert_string_equal(holders(world, 78), "odd 92");
}

static void a_hostile_name_reaches_the_book_escaped(void **state)
{
	struct world *world = *state;

	fake_process(&world->fake, 30, 100, "a) S 1\n[\x1b]");
	fake_socket(&world->fake, 30, 5, 77);
	ask(world, 77, NO_LIMIT);
	assert_string_equal(holders(world, 77), "a) S 1\\x0a\\x5b\\x1b\\x5d 5");
}

static void a_process_whose_stat_is_garbage_is_not_named(void **state)
{
	struct world *world = *state;

	fake_process(&world->fake, 30, 100, "web");
	fake_process(&world->fake, 31, 100, "odd");
	fake_file(&world->fake, "31/stat", "garbage");
	fake_socket(&world->fake, 30, 5, 77);
	fake_socket(&world->fake, 31, 5, 77);
	ask(world, 77, NO_LIMIT);
	assert_string_equal(holders(world, 77), "web 5");
}

static void a_process_that_is_half_gone_is_passed_over(void **state)
{
	struct world *world = *state;

	fake_folders(&world->fake, "30/");
	fake_socket(&world->fake, 31, 5, 77);
	fake_process(&world->fake, 32, 100, "web");
	fake_socket(&world->fake, 32, 5, 77);
	ask(world, 77, NO_LIMIT);
	assert_string_equal(holders(world, 77), "web 5");
	assert_int_equal(state_of(world, 77), ATTRIBUTION_DONE);
}

static void an_exited_leader_is_looked_up_through_its_threads(void **state)
{
	struct world *world = *state;

	fake_process(&world->fake, 30, 100, "web");
	fake_folders(&world->fake, "30/task/30/fd/");
	fake_link(&world->fake, "30/task/31/fd/5", "socket:[77]");
	fake_link(&world->fake, "30/task/32/fd/5", "socket:[77]");
	ask(world, 77, NO_LIMIT);
	assert_string_equal(holders(world, 77), "web 5");
	/* The checks of the next calls find it there, too. */
	for (int i = 0; i < 3; i++)
		ask(world, 77, NO_LIMIT);
	assert_string_equal(holders(world, 77), "web 5");
	assert_int_equal(scanned(world), 1);
}

/* Rights. */

/* Root's rights know no mode: puts them away for a while. */
static void obey_modes(bool obey)
{
	static const cap_value_t rights[] = { CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH };
	cap_t ours = cap_get_proc();

	assert_non_null(ours);
	assert_int_equal(cap_set_flag(ours, CAP_EFFECTIVE, 2, rights, obey ? CAP_CLEAR : CAP_SET), 0);
	/* Who is not root obeys them anyway, and gets no right back. */
	assert_true(cap_set_proc(ours) == 0 || !obey);
	cap_free(ours);
}

static void a_process_that_may_not_be_looked_into_makes_it_denied(void **state)
{
	struct world *world = *state;
	struct attribution_want wants[2] = { urgent(77), urgent(78) };
	struct attribution_progress progress;

	fake_process(&world->fake, 30, 100, "closed");
	fake_process(&world->fake, 31, 100, "open");
	fake_socket(&world->fake, 30, 5, 77);
	fake_socket(&world->fake, 31, 5, 78);
	assert_int_equal(fchmodat(world->fake.fd, "30/fd", 0, 0), 0);
	obey_modes(true);
	assert_int_equal(attribution_update(world->a, wants, 2, NO_LIMIT), 0);
	obey_modes(false);
	assert_int_equal(fchmodat(world->fake.fd, "30/fd", 0755, 0), 0);
	assert_int_equal(state_of(world, 77), ATTRIBUTION_DENIED);
	assert_int_equal(state_of(world, 78), ATTRIBUTION_DONE);
	assert_string_equal(holders(world, 78), "open 5");
	attribution_progress(world->a, &progress);
	assert_int_equal(progress.denied, 1);
	assert_int_equal(progress.scanned, 1);
	/* The right is there now: it is tried again. */
	assert_int_equal(attribution_update(world->a, wants, 2, NO_LIMIT), 0);
	assert_int_equal(state_of(world, 77), ATTRIBUTION_DONE);
	assert_string_equal(holders(world, 77), "closed 5");
	attribution_progress(world->a, &progress);
	assert_int_equal(progress.denied, 0);
}

static void one_that_was_denied_is_told_by_a_search_for_another(void **state)
{
	struct world *world = *state;
	struct attribution_want wants[2] = { urgent(77), urgent(78) };

	fake_process(&world->fake, 30, 100, "closed");
	fake_socket(&world->fake, 30, 5, 77);
	assert_int_equal(fchmodat(world->fake.fd, "30/fd", 0, 0), 0);
	obey_modes(true);
	/* Searched for at calls 1, 2 and 4; next at 8. */
	for (int i = 0; i < 5; i++)
		ask(world, 77, NO_LIMIT);
	obey_modes(false);
	assert_int_equal(fchmodat(world->fake.fd, "30/fd", 0755, 0), 0);
	ask(world, 77, NO_LIMIT);
	assert_int_equal(state_of(world, 77), ATTRIBUTION_DENIED);
	assert_int_equal(attribution_update(world->a, wants, 2, NO_LIMIT), 0);
	assert_int_equal(state_of(world, 77), ATTRIBUTION_DONE);
	assert_string_equal(holders(world, 77), "closed 5");
}

static void a_fault_of_ours_in_the_middle_of_a_pass_skips_no_process(void **state)
{
	struct world *world = *state;
	struct rlimit usual, none;

	for (int32_t pid = 10; pid < 15; pid++) {
		fake_process(&world->fake, pid, 100, "web");
		fake_socket(&world->fake, pid, 5, 77);
	}
	ask(world, 77, TINY);
	assert_string_equal(holders(world, 77), "web 5");
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
	none = (struct rlimit){ 0, usual.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	for (int i = 0; i < 3; i++) {
		struct attribution_want want = urgent(77);

		assert_int_equal(attribution_update(world->a, &want, 1, NO_LIMIT), -EMFILE);
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
	ask(world, 77, NO_LIMIT);
	assert_int_equal(attribution_book(world->a)->n_holds, 5);
	assert_int_equal(state_of(world, 77), ATTRIBUTION_DONE);
}

static void a_fault_of_ours_leaves_the_book_and_the_search_goes_on(void **state)
{
	struct world *world = *state;
	struct attribution_want wants[2] = { urgent(77), urgent(78) };
	struct rlimit usual, none;

	fake_process(&world->fake, 30, 100, "web");
	fake_socket(&world->fake, 30, 5, 77);
	fake_socket(&world->fake, 30, 6, 78);
	ask(world, 77, NO_LIMIT);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
	none = (struct rlimit){ 0, usual.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(attribution_update(world->a, wants, 2, NO_LIMIT), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
	assert_string_equal(holders(world, 77), "web 5");
	assert_int_equal(state_of(world, 77), ATTRIBUTION_DONE);
	assert_int_equal(state_of(world, 78), ATTRIBUTION_PENDING);
	assert_int_equal(attribution_update(world->a, wants, 2, NO_LIMIT), 0);
	assert_string_equal(holders(world, 78), "web 6");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(every_descriptor_of_every_holder_is_found),
		TEST(a_socket_that_nobody_holds_is_done),
		TEST(a_host_without_processes_is_answered),
		TEST(nothing_asked_is_nothing_done),
		TEST(a_socket_that_is_not_urgent_starts_no_search_but_is_found_on_the_way),
		TEST(wants_in_any_order_twice_and_without_inode_are_taken),
		TEST(a_socket_asked_for_twice_is_urgent_if_one_asks_so),
		TEST(sockets_that_are_not_asked_for_any_more_are_forgotten),
		TEST(what_is_no_socket_link_is_passed_over),
		TEST(a_hostile_name_reaches_the_book_escaped),
		TEST(a_process_whose_stat_is_garbage_is_not_named),
		TEST(a_process_that_is_half_gone_is_passed_over),
		TEST(an_exited_leader_is_looked_up_through_its_threads),
		TEST(a_process_that_may_not_be_looked_into_makes_it_denied),
		TEST(one_that_was_denied_is_told_by_a_search_for_another),
		TEST(a_fault_of_ours_in_the_middle_of_a_pass_skips_no_process),
		TEST(a_fault_of_ours_leaves_the_book_and_the_search_goes_on),
	};

	return cmocka_run_group_tests_name("attribution", tests, NULL, NULL);
}
