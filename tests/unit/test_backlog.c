/* SPDX-License-Identifier: MIT */
#include "core/backlog.h"

#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define SEC USEC_PER_SEC

static void update(struct world *w)
{
	assert_int_equal(backlog_update(&w->backlog, WORLD_NETNS, &w->look), 0);
}

static const struct backlog_entry *entry(const struct world *w, uint64_t cookie)
{
	return backlog_find(&w->backlog, WORLD_NETNS, cookie);
}

static void a_queue_waits_since_it_was_last_empty_and_is_stuck_since_it_last_got_shorter(void **state)
{
	static const struct {
		uint32_t queue;
		uint64_t waiting_since, stuck_since; /* number of the look, from 1; 0: empty */
	} looks[] = { { 0, 0, 0 }, { 3, 2, 2 }, { 3, 2, 2 }, { 5, 2, 2 },
		      { 4, 2, 5 }, { 4, 2, 5 }, { 0, 0, 0 }, { 1, 8, 8 } };
	struct world w;

	(void)state;
	world_init(&w);
	for (uint64_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		world_begin(&w, (i + 1) * SEC);
		w.look.listen_only = i % 3 != 0;
		world_listen(&w, 1, "0.0.0.0", 80, looks[i].queue, 128);
		update(&w);
		assert_int_equal(entry(&w, 1)->queue, looks[i].queue);
		assert_int_equal(entry(&w, 1)->queue_before, i ? looks[i - 1].queue : 0);
		assert_int_equal(entry(&w, 1)->waiting_since_usec, looks[i].waiting_since * SEC);
		assert_int_equal(entry(&w, 1)->stuck_since_usec, looks[i].stuck_since * SEC);
	}
	world_done(&w);
}

/* Drops of the listener and ListenOverflows of its namespace, from look to look. */
static void an_overflow_is_drops_and_listen_overflows_rising_together(void **state)
{
	static const struct {
		const char *what;
		uint32_t drops[3];
		uint64_t overflows[3];
		uint32_t overflowed[3];
	} cases[] = {
		{ "an overflow", { 0, 7, 7 }, { 0, 7, 7 }, { 0, 7, 0 } },
		{ "before we came", { 5, 5, 5 }, { 9, 9, 9 }, { 0, 0, 0 } },
		{ "a deferred listener, or stray RST and FIN", { 0, 20, 40 }, { 0, 0, 0 }, { 0, 0, 0 } },
		{ "another listener's", { 3, 3, 3 }, { 0, 7, 9 }, { 0, 0, 0 } },
		{ "both", { 0, 5, 9 }, { 0, 3, 3 }, { 0, 3, 0 } },
		{ "the counter was read a moment later", { 0, 0, 4 }, { 0, 4, 4 }, { 0, 0, 4 } },
		{ "the drops wrap", { UINT32_MAX - 1, 2, 2 }, { 0, 4, 4 }, { 0, 4, 0 } },
		{ "the counter was set back", { 0, 4, 6 }, { 9, 4, 6 }, { 0, 0, 2 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world w;

		world_init(&w);
		print_message("%s\n", cases[i].what);
		for (size_t look = 0; look < 3; look++) {
			world_begin(&w, look * SEC);
			w.look.has_counters = true;
			w.look.counters.listen_overflows = cases[i].overflows[look];
			world_listen(&w, 1, "0.0.0.0", 80, 0, 128)->drops = cases[i].drops[look];
			update(&w);
			assert_int_equal(entry(&w, 1)->overflowed, cases[i].overflowed[look]);
		}
		world_done(&w);
	}
}

static void without_both_counters_there_is_no_overflow(void **state)
{
	struct world w;

	(void)state;
	for (int missing = 0; missing < 2; missing++) {
		world_init(&w);
		for (uint32_t look = 0; look < 4; look++) {
			struct sock_row *row;

			world_begin(&w, look * SEC);
			w.look.has_counters = missing != 0;
			w.look.counters.listen_overflows = look * 10;
			row = world_listen(&w, 1, "0.0.0.0", 80, 0, 128);
			row->drops = look * 10;
			if (missing == 1)
				row->flags = 0;
			update(&w);
			assert_int_equal(entry(&w, 1)->overflowed, 0);
		}
		world_done(&w);
	}
}

static void drops_that_one_look_does_not_tell_are_no_rise_afterwards(void **state)
{
	static const struct {
		uint32_t drops;
		bool told;
	} looks[] = { { 50, true }, { 0, false }, { 51, true } };
	struct world w;

	(void)state;
	world_init(&w);
	for (size_t i = 0; i < 3; i++) {
		struct sock_row *row;

		world_begin(&w, i * SEC);
		w.look.has_counters = true;
		w.look.counters.listen_overflows = i == 2 ? 30 : 0;
		row = world_listen(&w, 1, "0.0.0.0", 80, 0, 128);
		row->drops = looks[i].drops;
		row->flags = looks[i].told ? SOCK_HAS_DROPS : 0;
		update(&w);
	}
	assert_int_equal(entry(&w, 1)->overflowed, 1);
	world_done(&w);
}

static void a_listener_that_leaves_and_comes_back_starts_anew(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	for (uint64_t i = 0; i < 3; i++) {
		world_begin(&w, (i + 1) * SEC);
		world_listen(&w, i == 1 ? 2 : 1, "0.0.0.0", 80, 5, 128);
		update(&w);
		assert_int_equal(w.backlog.n, 1);
		assert_null(entry(&w, i == 1 ? 1 : 2));
	}
	assert_int_equal(entry(&w, 1)->waiting_since_usec, 3 * SEC);
	assert_int_equal(entry(&w, 1)->queue_before, 0);
	world_done(&w);
}

static void an_incomplete_look_changes_nothing(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	for (uint64_t i = 0; i < 3; i++) {
		world_begin(&w, (i + 1) * SEC);
		w.look.complete = i != 1;
		w.look.has_counters = true;
		w.look.counters.listen_overflows = i * 10;
		if (i != 1)
			world_listen(&w, 1, "0.0.0.0", 80, (uint32_t)i + 5, 128)->drops = (uint32_t)i * 10;
		update(&w);
	}
	assert_int_equal(entry(&w, 1)->waiting_since_usec, SEC);
	assert_int_equal(entry(&w, 1)->queue_before, 5);
	assert_int_equal(entry(&w, 1)->overflowed, 20);
	world_done(&w);
}

static void listeners_that_stand_in_a_look_twice_are_dropped_and_the_tally_is_corrected(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	world_begin(&w, SEC);
	world_listen(&w, 2, "0.0.0.0", 81, 1, 128);
	world_close_wait(&w, 7, 80, "10.0.0.1:5000", SEC);
	world_listen(&w, 1, "0.0.0.0", 80, 1, 128);
	world_listen(&w, 2, "0.0.0.0", 81, 1, 128);
	world_close_wait(&w, 7, 80, "10.0.0.1:5000", SEC); /* the tracker's */
	world_listen(&w, 1, "0.0.0.0", 80, 1, 128);
	world_listen(&w, 1, "0.0.0.0", 80, 1, 128);
	update(&w);
	assert_int_equal(w.backlog.n, 2);
	assert_int_equal(w.look.n_rows, 4);
	assert_int_equal(w.look.tally.count[SOCK_LISTEN], 2);
	assert_int_equal(w.look.tally.count[SOCK_CLOSE_WAIT], 2);
	assert_int_equal(w.look.rows[2].cookie, 1);
	world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_queue_waits_since_it_was_last_empty_and_is_stuck_since_it_last_got_shorter),
		cmocka_unit_test(an_overflow_is_drops_and_listen_overflows_rising_together),
		cmocka_unit_test(without_both_counters_there_is_no_overflow),
		cmocka_unit_test(drops_that_one_look_does_not_tell_are_no_rise_afterwards),
		cmocka_unit_test(a_listener_that_leaves_and_comes_back_starts_anew),
		cmocka_unit_test(an_incomplete_look_changes_nothing),
		cmocka_unit_test(listeners_that_stand_in_a_look_twice_are_dropped_and_the_tally_is_corrected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
