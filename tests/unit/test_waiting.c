/* SPDX-License-Identifier: MIT */
#include "kernel/waiting.h"

#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define SEC USEC_PER_SEC

static struct waiting_input input_of(const struct world *w, bool first_look)
{
	return (struct waiting_input){
		.config = &w->config,
		.backlog = &w->backlog,
		.netns = WORLD_NETNS,
		.now_usec = w->look.end_usec,
		.first_look = first_look,
	};
}

static void the_ports_of_troubled_listeners_are_asked_for_once(void **state)
{
	struct diag_waiting ports[WAITING_PORTS];
	struct waiting_input input;
	struct world w;

	(void)state;
	world_init(&w);
	world_begin(&w, WORLD_START);
	world_listen(&w, 1, "0.0.0.0", 80, 101, 100);
	world_listen(&w, 2, "0.0.0.0", 80, 101, 100);
	world_listen(&w, 3, "10.0.0.1", 80, 101, 100);
	world_listen(&w, 4, "0.0.0.0", 81, 1, 100);
	world_listen(&w, 5, "0.0.0.0", 22, 90, 100);
	world_listen(&w, 6, "0.0.0.0", 23, 0, 100);
	world_look(&w);
	input = input_of(&w, false);
	assert_int_equal(waiting_collect(&input, &w.report, ports), 2);
	assert_int_equal(ports[0].port, 22);
	assert_int_equal(ports[1].port, 80);
	assert_int_equal(ports[0].count, 0);
	/* Without a history any queue with somebody in it may have waited for long. */
	input = input_of(&w, true);
	assert_int_equal(waiting_collect(&input, &w.report, ports), 3);
	assert_int_equal(ports[2].port, 81);
	world_done(&w);
}

static void no_more_ports_are_asked_for_than_fit(void **state)
{
	struct diag_waiting ports[WAITING_PORTS];
	struct waiting_input input;
	struct world w;

	(void)state;
	world_init(&w);
	world_begin(&w, WORLD_START);
	for (uint16_t i = 0; i < 3 * WAITING_PORTS; i++)
		world_listen(&w, i + 1u, "0.0.0.0", i / 2 + 1, 101, 100);
	world_look(&w);
	input = input_of(&w, false);
	assert_int_equal(waiting_collect(&input, &w.report, ports), WAITING_PORTS);
	for (uint16_t i = 0; i < WAITING_PORTS; i++)
		assert_int_equal(ports[i].port, i + 1);
	world_done(&w);
}

static void the_answer_goes_to_the_listeners_whose_connections_wait(void **state)
{
	const struct diag_waiting ports[] = { { 22, 0, 0 }, { 80, 12 * SEC, 3 } };
	struct waiting_input input;
	struct world w;

	(void)state;
	world_init(&w);
	for (uint64_t t = 0; t <= 40; t += 20) {
		world_begin(&w, WORLD_START + t * SEC);
		world_listen(&w, 1, "0.0.0.0", 80, 3, 2);
		world_listen(&w, 2, "0.0.0.0", 80, 0, 2);
		world_listen(&w, 3, "0.0.0.0", 22, t == 20 ? 9 : 5, 128); /* its clients sent a reset: no rows */
		world_listen(&w, 4, "0.0.0.0", 90, 3, 2);
		world_look(&w);
	}
	input = input_of(&w, false);
	waiting_apply(&input, ports, 2, &w.report);
	assert_int_equal(w.report.listeners[0].port, 22);
	assert_int_equal(w.report.listeners[0].oldest_wait_usec, 0); /* got shorter just now */
	assert_int_equal(w.report.listeners[1].oldest_wait_usec, 12 * SEC);
	assert_int_equal(w.report.listeners[2].oldest_wait_usec, 0); /* nobody waits there */
	assert_int_equal(w.report.listeners[3].oldest_wait_usec, 0); /* not asked for */

	world_begin(&w, WORLD_START + 55 * SEC);
	world_listen(&w, 3, "0.0.0.0", 22, 5, 128);
	world_look(&w);
	input = input_of(&w, false);
	waiting_apply(&input, ports, 2, &w.report);
	assert_int_equal(w.report.listeners[0].oldest_wait_usec, 15 * SEC);
	world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_ports_of_troubled_listeners_are_asked_for_once),
		cmocka_unit_test(no_more_ports_are_asked_for_than_fit),
		cmocka_unit_test(the_answer_goes_to_the_listeners_whose_connections_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
