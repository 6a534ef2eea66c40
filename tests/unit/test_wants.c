/* SPDX-License-Identifier: MIT */
#include "kernel/wants.h"

#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define SEC USEC_PER_SEC

static void collect(struct world *w, struct wants *wants, bool everything)
{
	struct wants_input input = {
		.look = &w->look,
		.tracker = &w->tracker,
		.backlog = &w->backlog,
		.config = &w->config,
		.netns = WORLD_NETNS,
		.everything = everything,
	};

	assert_int_equal(wants_collect(wants, &input), 0);
}

/* 'u': urgent, '-': wanted, '.': not asked for. */
static char asked(const struct wants *wants, uint32_t inode)
{
	for (size_t i = 0; i < wants->n; i++)
		if (wants->list[i].inode == inode)
			return wants->list[i].urgent ? 'u' : '-';
	return '.';
}

static void fill(struct world *w)
{
	world_begin(w, WORLD_START);
	world_close_wait(w, 1, 80, "10.0.0.1:5000", 60 * SEC + 20 * USEC_PER_MSEC)->uid = 33;
	world_close_wait(w, 2, 81, "10.0.0.1:5000", 59 * SEC);
	world_close_wait(w, 3, 82, "10.0.0.1:5000", 600 * SEC)->inode = 0;
	world_listen(w, 10, "0.0.0.0", 80, 0, 100);
	world_listen(w, 11, "0.0.0.0", 81, 0, 100);
	world_listen(w, 12, "0.0.0.0", 82, 101, 100);
	world_listen(w, 13, "10.0.0.1", 80, 0, 100);
	world_listen(w, 14, "0.0.0.0", 83, 1, 100)->inode = 0;
}

static void only_stale_sockets_and_troubled_listeners_are_urgent(void **state)
{
	static const struct {
		uint32_t inode;
		char asked, everything, impatient_rule;
	} cases[] = {
		{ 1, 'u', 'u', 'u' }, /* stale */
		{ 2, '-', 'u', 'u' }, /* young */
		{ 3, '.', '.', '.' }, /* nobody has accepted it */
		{ 10, 'u', 'u', 'u' }, /* a stale socket is on its port */
		{ 11, '-', 'u', 'u' }, /* nothing is wrong */
		{ 12, 'u', 'u', 'u' }, /* full */
		{ 13, 'u', 'u', 'u' }, /* another address, the same port */
		{ 14, '.', '.', '.' }, /* no inode to look for */
	};

	(void)state;
	for (int how = 0; how < 3; how++) {
		struct wants wants = { 0 };
		struct world w;

		world_init(&w);
		if (how == 2) {
			world_set(&w, "rule slow", "close-wait.age", "1h");
			world_set(&w, "rule fast", "match_port", "9999");
			world_set(&w, "rule fast", "close-wait.age", "30s");
		}
		fill(&w);
		world_look(&w);
		collect(&w, &wants, how == 1);
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
			assert_int_equal(asked(&wants, cases[i].inode), how == 2 ? cases[i].impatient_rule :
									how      ? cases[i].everything :
										   cases[i].asked);
		assert_int_equal(wants.n, 6);
		assert_int_equal(wants.n_close_wait, 2);
		assert_int_equal(wants.list[0].uid, 33);
		assert_int_equal(wants.list[0].port, 80);
		wants_done(&wants);
		world_done(&w);
	}
}

static void a_look_at_listeners_alone_keeps_asking_for_the_sockets_of_the_last_whole_one(void **state)
{
	struct wants wants = { 0 };
	struct world w;

	(void)state;
	world_init(&w);
	fill(&w);
	world_look(&w);
	collect(&w, &wants, false);
	world_begin(&w, WORLD_START + 2 * SEC);
	w.look.listen_only = true;
	world_listen(&w, 10, "0.0.0.0", 80, 0, 100);
	world_listen(&w, 11, "0.0.0.0", 81, 200, 100);
	world_look(&w);
	for (int i = 0; i < 3; i++) {
		collect(&w, &wants, false);
		assert_int_equal(wants.n, 4);
		assert_int_equal(asked(&wants, 1), 'u');
		assert_int_equal(asked(&wants, 2), '-');
		assert_int_equal(asked(&wants, 10), 'u');
		assert_int_equal(asked(&wants, 11), 'u');
	}
	world_begin(&w, WORLD_START + 10 * SEC);
	world_look(&w);
	collect(&w, &wants, false);
	assert_int_equal(wants.n, 0);
	wants_done(&wants);
	world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_stale_sockets_and_troubled_listeners_are_urgent),
		cmocka_unit_test(a_look_at_listeners_alone_keeps_asking_for_the_sockets_of_the_last_whole_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
