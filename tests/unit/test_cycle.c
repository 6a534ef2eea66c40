/* SPDX-License-Identifier: MIT */
#include "daemon/cycle.h"

#include "world.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEC USEC_PER_SEC
#define REALTIME (1800000000ull * SEC)

/* A machine that does as it is told. Its sockets are those of the world's look, which a test fills before each cycle. */
struct fake {
	struct world w;
	struct sources sources;
	struct cycle cycle;
	uint64_t now_usec;
	bool look_fails, attribution_fails, waiting_fails;
	struct attribution_progress progress;
	uint64_t waits_usec; /* what waiting() answers */
	size_t n_asked, n_urgent, n_waiting_asked;
};

static struct moment fake_now(void *context)
{
	struct fake *fake = context;

	return (struct moment){ WORLD_START + fake->now_usec, REALTIME + fake->now_usec };
}

static int fake_look(void *context, bool listen_only, struct look *look)
{
	struct fake *fake = context;

	look_reset(look);
	look->start_usec = look->end_usec = WORLD_START + fake->now_usec;
	look->complete = !fake->look_fails;
	look->listen_only = listen_only;
	look->somaxconn = 4096;
	look->has_counters = fake->w.look.has_counters;
	look->counters = fake->w.look.counters;
	if (fake->look_fails)
		snprintf(look->error, sizeof(look->error), "the kernel said no");
	for (size_t i = 0; i < fake->w.look.n_rows; i++) {
		const struct sock_row *row = &fake->w.look.rows[i];

		if (listen_only && row->state != SOCK_LISTEN)
			continue;
		look->tally.count[row->state]++;
		if (look_add(look, row) < 0)
			return -ENOMEM;
	}
	return fake->look_fails ? -EAGAIN : 0;
}

static int fake_waiting(void *context, struct diag_waiting *ports, size_t n)
{
	struct fake *fake = context;

	fake->n_waiting_asked += n;
	for (size_t i = 0; i < n; i++) {
		ports[i].oldest_usec = fake->waits_usec;
		ports[i].count = 1;
	}
	return fake->waiting_fails ? -EAGAIN : 0;
}

static int fake_attribute(void *context, const struct attribution_want *wants, size_t n, uint64_t budget_usec)
{
	struct fake *fake = context;

	assert_int_equal(budget_usec, 50 * USEC_PER_MSEC);
	fake->n_asked = n;
	fake->n_urgent = 0;
	for (size_t i = 0; i < n; i++)
		fake->n_urgent += wants[i].urgent;
	return fake->attribution_fails ? -EIO : 0;
}

static const struct holder_book *fake_book(void *context)
{
	struct fake *fake = context;

	holders_sort(&fake->w.book);
	return &fake->w.book;
}

static void fake_progress(void *context, struct attribution_progress *ret)
{
	struct fake *fake = context;

	*ret = fake->progress;
}

static int fake_unit_of(void *context, uint64_t cgroup_id, char *buffer, size_t size)
{
	(void)context;
	if (cgroup_id != 77)
		return 0;
	snprintf(buffer, size, "batch.service");
	return 1;
}

static void begin(struct fake *fake)
{
	*fake = (struct fake){ 0 };
	world_init(&fake->w);
	fake->sources = (struct sources){
		.context = fake,
		.now = fake_now,
		.look = fake_look,
		.waiting = fake_waiting,
		.attribute = fake_attribute,
		.book = fake_book,
		.progress = fake_progress,
		.unit_of = fake_unit_of,
		.netns = WORLD_NETNS,
		.sees_holders = true,
		.host = "web1",
		.boot_id = "0b2f1c3a-0000-4000-8000-000000000000",
	};
	cycle_init(&fake->cycle, &fake->w.config, &fake->sources);
}

static void end(struct fake *fake)
{
	cycle_done(&fake->cycle);
	world_done(&fake->w);
}

/* What is there from now on. */
static void sockets(struct fake *fake, uint32_t n_leaked, uint32_t queue)
{
	world_begin(&fake->w, 0);
	world_listen(&fake->w, 1000, "0.0.0.0", 80, queue, 100);
	for (uint32_t i = 1; i <= n_leaked; i++)
		world_close_wait(&fake->w, i, 80, "10.0.0.1:5000", 120 * SEC + fake->now_usec);
}

static void hold_all(struct fake *fake, uint32_t n)
{
	uint32_t process = world_process(&fake->w, 42, "srv", "");

	world_hold(&fake->w, 1000, process, 3);
	for (uint32_t i = 1; i <= n; i++)
		world_hold(&fake->w, i, process, 10 + (int32_t)i);
}

static void run_at(struct fake *fake, uint64_t sec)
{
	fake->now_usec = sec * SEC;
	cycle_run(&fake->cycle);
}

static bool listen_at(struct fake *fake, uint64_t sec)
{
	fake->now_usec = sec * SEC;
	return cycle_run_listen(&fake->cycle);
}

static void assert_event(const struct fake *fake, enum event_type type, enum finding_kind kind)
{
	assert_int_equal(fake->cycle.n_events, 1);
	assert_int_equal(fake->cycle.events[0].type, type);
	assert_int_equal(fake->cycle.events[0].finding.kind, kind);
}

static void a_leak_is_raised_once_and_cleared_once(void **state)
{
	struct fake fake;
	const struct report *report = &fake.cycle.report;

	(void)state;
	begin(&fake);
	hold_all(&fake, 12);
	sockets(&fake, 12, 0);
	run_at(&fake, 0);
	assert_event(&fake, EVENT_RAISE, FINDING_CLOSE_WAIT_LEAK);
	assert_string_equal(
		fake.cycle.events[0].finding.message,
		"srv leaks CLOSE_WAIT on port 80: 12 sockets idle, the oldest for 1 min 59 s. Everything was read, "
		"close() is missing.");
	assert_string_equal(report->host, "web1");
	assert_string_equal(report->boot_id, "0b2f1c3a-0000-4000-8000-000000000000");
	assert_string_equal(report->health, "ok");
	assert_true(report->complete);
	assert_int_equal(report->cycles, 1);
	assert_int_equal(report->started_usec, REALTIME);
	assert_int_equal(report->updated_usec, REALTIME);
	assert_int_equal(report->interval_usec, 10 * SEC);
	assert_int_equal(report->stale_age_usec, 60 * SEC);
	assert_int_equal(report->sockets.count[SOCK_CLOSE_WAIT], 12);
	assert_int_equal(report->n_findings, 1);
	assert_int_equal(report->findings[0].since_usec, REALTIME);
	assert_int_equal(fake.n_asked, 13);
	assert_int_equal(fake.n_urgent, 13);

	run_at(&fake, 10);
	assert_int_equal(fake.cycle.n_events, 0);
	assert_null(fake.cycle.events);
	sockets(&fake, 0, 0);
	for (uint64_t sec = 20; sec < 50; sec += 10) {
		run_at(&fake, sec);
		assert_int_equal(fake.cycle.n_events, 0);
		assert_int_equal(report->n_findings, 1);
		assert_int_equal(report->n_groups, 0);
	}
	run_at(&fake, 50);
	assert_event(&fake, EVENT_CLEAR, FINDING_CLOSE_WAIT_LEAK);
	assert_int_equal(report->n_findings, 0);
	run_at(&fake, 60);
	assert_int_equal(fake.cycle.n_events, 0);
	assert_int_equal(report->cycles, 7);
	end(&fake);
}

static void an_incomplete_look_clears_nothing_keeps_the_picture_and_says_so(void **state)
{
	struct fake fake;
	const struct report *report = &fake.cycle.report;

	(void)state;
	begin(&fake);
	hold_all(&fake, 12);
	sockets(&fake, 12, 0);
	run_at(&fake, 0);
	sockets(&fake, 0, 0);
	fake.look_fails = true;
	fake.n_asked = 99;
	for (uint64_t sec = 10; sec <= 300; sec += 10) {
		run_at(&fake, sec);
		assert_int_equal(fake.cycle.n_events, 0);
		assert_int_equal(report->n_groups, 1);
		assert_int_equal(report->n_listeners, 1);
		assert_int_equal(report->n_findings, 1);
		assert_int_equal(report->sockets.count[SOCK_CLOSE_WAIT], 12);
		assert_false(report->complete);
		assert_string_equal(report->health,
				    "The last look is incomplete (the kernel said no): nothing is cleared, "
				    "the last picture is kept.");
		assert_int_equal(report->updated_usec, REALTIME + sec * SEC);
	}
	assert_int_equal(fake.n_asked, 99);
	fake.look_fails = false;
	for (uint64_t sec = 310; sec < 340; sec += 10) {
		run_at(&fake, sec);
		assert_int_equal(fake.cycle.n_events, 0);
		assert_true(report->complete);
		assert_string_equal(report->health, "ok");
	}
	run_at(&fake, 340);
	assert_event(&fake, EVENT_CLEAR, FINDING_CLOSE_WAIT_LEAK);
	end(&fake);
}

static void an_incomplete_look_is_none_of_the_two_that_clear(void **state)
{
	struct fake fake;

	(void)state;
	begin(&fake);
	hold_all(&fake, 12);
	sockets(&fake, 12, 0);
	run_at(&fake, 0);
	sockets(&fake, 0, 0);
	run_at(&fake, 10);
	fake.look_fails = true;
	for (uint64_t sec = 20; sec <= 200; sec += 10) {
		run_at(&fake, sec);
		assert_int_equal(fake.cycle.n_events, 0);
	}
	fake.look_fails = false;
	run_at(&fake, 210);
	assert_event(&fake, EVENT_CLEAR, FINDING_CLOSE_WAIT_LEAK);
	end(&fake);
}

static void a_look_at_listeners_alone_raises_and_clears_queues_only(void **state)
{
	struct fake fake;

	(void)state;
	begin(&fake);
	hold_all(&fake, 12);
	sockets(&fake, 12, 0);
	run_at(&fake, 0);
	sockets(&fake, 0, 101);
	assert_true(listen_at(&fake, 2));
	assert_event(&fake, EVENT_RAISE, FINDING_ACCEPT_QUEUE);
	assert_int_equal(fake.cycle.report.n_findings, 2);
	assert_int_equal(fake.cycle.report.n_groups, 1);
	assert_int_equal(fake.cycle.report.listeners[0].queue, 101);
	assert_int_equal(fake.cycle.report.updated_usec, REALTIME + 2 * SEC);
	assert_int_equal(fake.cycle.report.cycles, 1);
	assert_int_equal(fake.cycle.tracker.n, 12);

	assert_false(listen_at(&fake, 4));
	assert_int_equal(fake.cycle.n_events, 0);
	assert_int_equal(fake.cycle.report.updated_usec, REALTIME + 2 * SEC);
	sockets(&fake, 0, 0);
	for (uint64_t sec = 6; sec < 36; sec += 2)
		assert_false(listen_at(&fake, sec));
	assert_true(listen_at(&fake, 36));
	assert_event(&fake, EVENT_CLEAR, FINDING_ACCEPT_QUEUE);
	assert_int_equal(fake.cycle.report.n_findings, 1);

	/* An incomplete one tells nothing. */
	sockets(&fake, 0, 101);
	fake.look_fails = true;
	assert_false(listen_at(&fake, 38));
	assert_int_equal(fake.cycle.report.listeners[0].queue, 0);
	end(&fake);
}

static void a_burst_between_two_looks_is_told_although_the_queue_is_empty(void **state)
{
	struct fake fake;

	(void)state;
	begin(&fake);
	for (uint32_t look = 0; look < 2; look++) {
		sockets(&fake, 0, 0);
		fake.w.look.has_counters = true;
		fake.w.look.counters.listen_overflows = look * 7;
		fake.w.look.rows[0].drops = look * 7;
		if (look)
			assert_true(listen_at(&fake, 2));
		else
			run_at(&fake, 0);
	}
	assert_event(&fake, EVENT_RAISE, FINDING_ACCEPT_QUEUE);
	assert_int_equal(fake.cycle.events[0].finding.severity, SEVERITY_CRITICAL);
	assert_non_null(
		strstr(fake.cycle.events[0].finding.message, "7 connection attempts were dropped since the last look"));
	end(&fake);
}

static void how_long_a_queue_waits_is_asked_only_when_it_looks_bad(void **state)
{
	struct fake fake;

	(void)state;
	begin(&fake);
	fake.waits_usec = 12 * SEC;
	sockets(&fake, 0, 1);
	for (uint64_t sec = 0; sec < 10; sec += 2) {
		assert_false(listen_at(&fake, sec));
		assert_int_equal(fake.n_waiting_asked, 0);
	}
	fake.waiting_fails = true;
	assert_false(listen_at(&fake, 10));
	assert_int_equal(fake.n_waiting_asked, 1);
	fake.waiting_fails = false;
	assert_true(listen_at(&fake, 12));
	assert_event(&fake, EVENT_RAISE, FINDING_ACCEPT_QUEUE);
	assert_int_equal(fake.cycle.events[0].finding.severity, SEVERITY_NOTICE);
	assert_int_equal(fake.cycle.events[0].finding.age.at_least_usec, 12 * SEC);
	end(&fake);
}

static void sockets_whose_holder_is_looked_for_are_judged_later_and_nothing_is_cleared_meanwhile(void **state)
{
	struct fake fake;
	const struct report *report = &fake.cycle.report;

	(void)state;
	begin(&fake);
	sockets(&fake, 12, 0); /* all pending */
	fake.progress = (struct attribution_progress){ .processes_total = 200, .processes_done = 40 };
	run_at(&fake, 0);
	assert_int_equal(fake.cycle.n_events, 0);
	assert_int_equal(report->n_groups, 1);
	assert_string_equal(report->health, "The holders of 12 sockets are still looked for (40 of 200 processes).");
	assert_true(report->complete);

	hold_all(&fake, 12);
	fake.progress = (struct attribution_progress){ 0 };
	run_at(&fake, 10);
	assert_event(&fake, EVENT_RAISE, FINDING_CLOSE_WAIT_LEAK);
	assert_string_equal(fake.cycle.events[0].finding.owner, "srv");

	/* They have gone, but for one on the same port of which nobody knows whose it is. */
	sockets(&fake, 0, 0);
	fake.w.book.n_holds = 0;
	world_close_wait(&fake.w, 500, 80, "10.0.0.1:5000", 3600 * SEC);
	for (uint64_t sec = 20; sec <= 300; sec += 10) {
		run_at(&fake, sec);
		assert_int_equal(fake.cycle.n_events, 0);
		assert_int_equal(report->n_findings, 1);
	}
	/* One on another port can be none of them. */
	sockets(&fake, 0, 0);
	world_close_wait(&fake.w, 501, 9000, "10.0.0.1:5000", 3600 * SEC);
	for (uint64_t sec = 310; sec < 340; sec += 10) {
		run_at(&fake, sec);
		assert_int_equal(fake.cycle.n_events, 0);
	}
	run_at(&fake, 340);
	assert_event(&fake, EVENT_CLEAR, FINDING_CLOSE_WAIT_LEAK);
	end(&fake);
}

static void sockets_that_cannot_be_attributed_are_still_reported(void **state)
{
	struct fake fake;

	(void)state;
	begin(&fake);
	fake.sources.sees_holders = false;
	fake.attribution_fails = true;
	sockets(&fake, 12, 0);
	for (uint32_t i = 1; i <= 12; i++)
		world_search(&fake.w, i, ATTRIBUTION_DENIED);
	run_at(&fake, 0);
	assert_event(&fake, EVENT_RAISE, FINDING_CLOSE_WAIT_LEAK);
	assert_string_equal(fake.cycle.events[0].finding.owner, "uid 0");
	assert_int_equal(fake.cycle.events[0].finding.n_pids, 0);
	assert_string_equal(fake.cycle.report.health,
			    "Processes cannot be looked through: some sockets are reported without "
			    "theirs. CAP_SYS_PTRACE or CAP_DAC_READ_SEARCH is missing: sockets of other users "
			    "are reported without their process.");
	end(&fake);
}

static void what_could_not_be_written_and_what_is_beyond_max_groups_shows_in_health(void **state)
{
	struct fake fake;

	(void)state;
	begin(&fake);
	fake.w.config.max_groups = 1;
	world_begin(&fake.w, 0);
	for (uint16_t i = 1; i <= 4; i++)
		world_close_wait(&fake.w, i, 80, i % 2 ? "10.0.0.1:1" : "10.0.0.1:2", 10 * SEC);
	fake.cycle.sink_error = "The status file cannot be written: No space left on device";
	run_at(&fake, 0);
	assert_string_equal(fake.cycle.report.health,
			    "1 group beyond max_groups is not reported. The status file cannot be "
			    "written: No space left on device.");
	end(&fake);
}

static void a_restart_raises_nothing_again_and_keeps_the_ids(void **state)
{
	struct fake fake;
	struct finding before;

	(void)state;
	begin(&fake);
	hold_all(&fake, 12);
	sockets(&fake, 12, 0);
	run_at(&fake, 0);
	before = fake.cycle.report.findings[0];
	cycle_done(&fake.cycle);
	cycle_init(&fake.cycle, &fake.w.config, &fake.sources);
	assert_int_equal(alarms_restore(&fake.cycle.alarms, &before, fake_now(&fake)), 0);
	run_at(&fake, 100);
	assert_int_equal(fake.cycle.n_events, 0);
	assert_int_equal(fake.cycle.report.n_findings, 1);
	assert_string_equal(fake.cycle.report.findings[0].id, before.id);
	assert_int_equal(fake.cycle.report.findings[0].since_usec, REALTIME);
	end(&fake);
}

static void a_leak_that_grows_becomes_a_warning_and_worse(void **state)
{
	struct fake fake;
	enum severity heard = SEVERITY_NONE;

	(void)state;
	begin(&fake);
	hold_all(&fake, 300);
	world_set(&fake.w, "close-wait", "warn", "150");
	world_set(&fake.w, "close-wait", "crit", "200");
	for (uint64_t sec = 0; sec <= 3600; sec += 10) {
		world_begin(&fake.w, 0);
		world_listen(&fake.w, 1000, "0.0.0.0", 80, 0, 100);
		for (uint32_t i = 1; i <= 5 + sec / 12; i++)
			world_close_wait(&fake.w, i, 80, "10.0.0.1:5000",
					 61 * SEC + (sec - (i < 5 ? 0 : (i - 5) * 12)) * SEC);
		run_at(&fake, sec);
		for (size_t i = 0; i < fake.cycle.n_events; i++) {
			assert_true(fake.cycle.events[i].finding.severity > heard);
			heard = fake.cycle.events[i].finding.severity;
			if (heard == SEVERITY_WARNING) {
				assert_in_range(sec, 600, 700);
				assert_non_null(strstr(fake.cycle.events[i].finding.message, "growing by 5 a minute"));
			}
		}
	}
	assert_int_equal(heard, SEVERITY_CRITICAL);
	end(&fake);
}

static void churn_is_no_leak(void **state)
{
	struct fake fake;

	(void)state;
	begin(&fake);
	for (uint32_t look = 0; look < 200; look++) {
		world_begin(&fake.w, 0);
		world_listen(&fake.w, 1000000, "0.0.0.0", 80, 0, 100);
		for (uint32_t i = 0; i < 100; i++)
			world_close_wait(&fake.w, 1 + look * 40 + i, 80, "10.0.0.1:5000", (100 - i) / 40 * 10 * SEC);
		run_at(&fake, look * 10);
		assert_int_equal(fake.cycle.n_events, 0);
		assert_int_equal(fake.cycle.tracker.n, 100);
		assert_int_equal(fake.n_urgent, 0);
	}
	end(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_leak_is_raised_once_and_cleared_once),
		cmocka_unit_test(an_incomplete_look_clears_nothing_keeps_the_picture_and_says_so),
		cmocka_unit_test(an_incomplete_look_is_none_of_the_two_that_clear),
		cmocka_unit_test(a_look_at_listeners_alone_raises_and_clears_queues_only),
		cmocka_unit_test(a_burst_between_two_looks_is_told_although_the_queue_is_empty),
		cmocka_unit_test(how_long_a_queue_waits_is_asked_only_when_it_looks_bad),
		cmocka_unit_test(sockets_whose_holder_is_looked_for_are_judged_later_and_nothing_is_cleared_meanwhile),
		cmocka_unit_test(sockets_that_cannot_be_attributed_are_still_reported),
		cmocka_unit_test(what_could_not_be_written_and_what_is_beyond_max_groups_shows_in_health),
		cmocka_unit_test(a_restart_raises_nothing_again_and_keeps_the_ids),
		cmocka_unit_test(a_leak_that_grows_becomes_a_warning_and_worse),
		cmocka_unit_test(churn_is_no_leak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
