/* SPDX-License-Identifier: MIT */
#include "core/judge.h"

#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEC USEC_PER_SEC
#define MINUTE USEC_PER_MINUTE
#define HOUR USEC_PER_HOUR

/* A group as the picture gives it, judged alone. */
static struct report_group group_of(uint64_t stale, uint64_t oldest_usec)
{
	struct report_group g = {
		.netns = "host",
		.owner = "billing.service",
		.unit = "billing.service",
		.process = "java",
		.port = 8443,
		.close_wait = stale,
		.stale = stale,
		.causes = { [CAUSE_DRAINED] = stale },
		.oldest = { oldest_usec, oldest_usec },
		.n_holders = 1,
		.holders[0] = { .pid = 4211,
				.process = "java",
				.descriptors_open = 100,
				.descriptors_limit = 4096,
				.n_fds = 1,
				.fds[0] = 5,
				.more_fds = stale ? stale - 1 : 0 },
	};

	return g;
}

/* The finding, or one with SEVERITY_NONE. */
static struct finding judge_group(struct world *w, const struct report_group *group)
{
	struct finding none = { .severity = SEVERITY_NONE };

	free(w->report.groups);
	w->report.groups = malloc(sizeof(*group));
	assert_non_null(w->report.groups);
	*w->report.groups = *group;
	w->report.n_groups = 1;
	world_judge(w);
	assert_in_range(w->findings.n, 0, 1);
	return w->findings.n ? w->findings.list[0] : none;
}

static void a_leak_is_as_bad_as_its_count_and_its_age(void **state)
{
	static const struct {
		uint64_t stale, pending, oldest_usec;
		enum severity severity;
	} cases[] = {
		{ 0, 0, 0, SEVERITY_NONE },
		{ 1, 0, HOUR - 1, SEVERITY_NONE },
		{ 1, 0, HOUR, SEVERITY_NOTICE },
		{ 9, 0, HOUR - 1, SEVERITY_NONE },
		{ 9, 0, HOUR, SEVERITY_NOTICE },
		{ 10, 0, MINUTE, SEVERITY_WARNING },
		{ 199, 0, 30 * HOUR, SEVERITY_WARNING },
		{ 200, 0, MINUTE, SEVERITY_CRITICAL },
		/* Those whose holder is still looked for do not count. */
		{ 1, 1, HOUR, SEVERITY_NONE },
		{ 10, 1, MINUTE, SEVERITY_NONE },
		{ 200, 1, MINUTE, SEVERITY_WARNING },
		{ 200, 200, HOUR, SEVERITY_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct report_group group = group_of(cases[i].stale, cases[i].oldest_usec);
		struct finding f;
		struct world w;

		world_init(&w);
		world_begin(&w, WORLD_START);
		group.pending = cases[i].pending;
		f = judge_group(&w, &group);
		assert_int_equal(f.severity, cases[i].severity);
		if (f.severity != SEVERITY_NONE)
			assert_int_equal(f.count, cases[i].stale - cases[i].pending);
		world_done(&w);
	}
}

static void a_leak_names_its_subject_cause_holders_and_age(void **state)
{
	struct report_group group = group_of(12, HOUR);
	struct finding f;
	struct world w;

	(void)state;
	world_init(&w);
	world_begin(&w, WORLD_START);
	group.causes[CAUSE_DRAINED] = 5;
	group.causes[CAUSE_UNREAD_DATA] = 7;
	group.inherited = 7;
	group.n_holders = GROUP_HOLDERS;
	for (int32_t i = 0; i < GROUP_HOLDERS; i++)
		group.holders[i] = (struct report_holder){ .pid = 100 + i, .process = "java" };
	f = judge_group(&w, &group);
	assert_int_equal(f.kind, FINDING_CLOSE_WAIT_LEAK);
	assert_string_equal(f.netns, "host");
	assert_string_equal(f.owner, "billing.service");
	assert_string_equal(f.unit, "billing.service");
	assert_string_equal(f.process, "java");
	assert_int_equal(f.port, 8443);
	assert_int_equal(f.cause, CAUSE_UNREAD_DATA);
	assert_true(f.inherited);
	assert_int_equal(f.n_pids, FINDING_PIDS);
	assert_int_equal(f.pids[0], 100);
	assert_int_equal(f.pids[7], 107);
	assert_int_equal(f.age.at_least_usec, HOUR);
	assert_int_equal(f.trend, TREND_UNKNOWN);
	assert_int_equal(f.full_in_usec, FULL_NEVER);
	assert_int_equal(f.since_usec, 0);
	assert_int_equal(strlen(f.id), 8);
	assert_true(*f.message && *f.advice);

	group.inherited = 6; /* half of them is not most of them */
	assert_false(judge_group(&w, &group).inherited);
	world_done(&w);
}

/* A leak that grows by one a minute from one socket; minutes after that. */
static struct finding grow(struct world *w, struct report_group *group, uint64_t minutes)
{
	struct finding f = { 0 };

	for (uint64_t minute = 0; minute <= minutes; minute++) {
		world_begin(w, WORLD_START + minute * MINUTE);
		group->stale = group->close_wait = group->causes[CAUSE_DRAINED] = 1 + minute;
		group->holders[0].more_fds = minute;
		group->lasting = minute < 10 ? 0 : minute - 9;
		f = judge_group(w, group);
	}
	return f;
}

static void a_growing_leak_is_a_warning_however_few_they_are(void **state)
{
	struct report_group group = group_of(1, MINUTE);
	struct finding f;
	struct world w;

	(void)state;
	world_init(&w);
	world_set(&w, "close-wait", "warn", "100");
	f = grow(&w, &group, 9);
	assert_int_equal(f.severity, SEVERITY_NONE);
	f = grow(&w, &group, 11);
	assert_int_equal(f.severity, SEVERITY_WARNING);
	assert_int_equal(f.trend, TREND_GROWING);
	world_done(&w);
}

static void running_out_of_descriptors_soon_is_critical(void **state)
{
	static const struct {
		const char *what;
		uint64_t open, limit, fds; /* fds: of the 12 stale sockets */
		enum severity severity;
		uint64_t full_in_least_usec, full_in_most_usec;
	} cases[] = {
		{ "in ten hours", 1000, 1600, 12, SEVERITY_WARNING, 9 * HOUR, 11 * HOUR },
		{ "in half an hour", 1000, 1030, 12, SEVERITY_CRITICAL, 27 * MINUTE, 33 * MINUTE },
		{ "in half an hour, but it gets only half of them", 1000, 1045, 6, SEVERITY_WARNING, 80 * MINUTE,
		  100 * MINUTE },
		{ "none is left", 1024, 1024, 12, SEVERITY_CRITICAL, 0, 0 },
		{ "the limit was lowered", 1024, 64, 12, SEVERITY_CRITICAL, 0, 0 },
		{ "no limit", 1000, UINT64_MAX, 12, SEVERITY_WARNING, FULL_NEVER, FULL_NEVER },
		{ "not known", 0, 1024, 12, SEVERITY_WARNING, FULL_NEVER, FULL_NEVER },
		{ "the limit is not known", 1000, 0, 12, SEVERITY_WARNING, FULL_NEVER, FULL_NEVER },
		{ "in a thousand years", 1000, 1ull << 40, 12, SEVERITY_WARNING, FULL_NEVER, FULL_NEVER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct report_group group = group_of(1, MINUTE);
		struct finding f;
		struct world w;

		world_init(&w);
		print_message("%s\n", cases[i].what);
		world_set(&w, "close-wait", "warn", "100");
		group.holders[0].descriptors_open = cases[i].open;
		group.holders[0].descriptors_limit = cases[i].limit;
		grow(&w, &group, 11);
		group.stale = 12;
		group.holders[0].n_fds = 1;
		group.holders[0].more_fds = cases[i].fds - 1;
		f = judge_group(&w, &group);
		assert_int_equal(f.severity, cases[i].severity);
		assert_in_range(f.full_in_usec, cases[i].full_in_least_usec, cases[i].full_in_most_usec);
		world_done(&w);
	}
}

static void the_first_holder_to_run_out_counts(void **state)
{
	struct report_group group = group_of(1, MINUTE);
	struct world w;

	(void)state;
	world_init(&w);
	group.n_holders = 2;
	group.holders[1] = (struct report_holder){
		.pid = 4212, .process = "java", .n_fds = 2, .descriptors_open = 1024, .descriptors_limit = 1025
	};
	grow(&w, &group, 11);
	assert_int_equal(judge_group(&w, &group).severity, SEVERITY_CRITICAL);
	world_done(&w);
}

static void what_was_growing_before_a_restart_counts_as_growing_until_it_is_known_again(void **state)
{
	struct report_group group = group_of(5, MINUTE);
	struct finding f;
	struct world w;

	(void)state;
	world_init(&w);
	world_begin(&w, WORLD_START);
	group.lasting = 5;
	f = (struct finding){ .kind = FINDING_CLOSE_WAIT_LEAK,
			      .severity = SEVERITY_WARNING,
			      .trend = TREND_GROWING,
			      .full_in_usec = FULL_NEVER,
			      .port = 8443,
			      .netns = "host",
			      .owner = "billing.service",
			      .unit = "billing.service" };
	finding_identify(&f);
	assert_int_equal(alarms_restore(&w.alarms, &f, (struct moment){ WORLD_START, WORLD_START }), 0);
	f = judge_group(&w, &group);
	assert_int_equal(f.severity, SEVERITY_WARNING);
	assert_int_equal(f.trend, TREND_GROWING);
	/* So does what was said of the descriptors. */
	w.alarms.alarms[0].finding.full_in_usec = 3 * MINUTE;
	f = judge_group(&w, &group);
	assert_int_equal(f.severity, SEVERITY_CRITICAL);
	assert_int_equal(f.full_in_usec, 3 * MINUTE);
	world_begin(&w, WORLD_START + 10 * MINUTE);
	f = judge_group(&w, &group);
	assert_int_equal(f.severity, SEVERITY_NONE);
	world_done(&w);
}

static void a_finding_stays_while_a_holder_at_its_endpoint_is_looked_for(void **state)
{
	struct report_group group = group_of(12, MINUTE);
	struct findings findings = { 0 };
	struct finding f, other;
	struct world w;

	(void)state;
	world_init(&w);
	world_begin(&w, WORLD_START);
	f = judge_group(&w, &group);
	other = f;
	other.port = 9999;
	finding_identify(&other);
	assert_int_equal(alarms_restore(&w.alarms, &f, (struct moment){ WORLD_START, WORLD_START }), 0);
	assert_int_equal(alarms_restore(&w.alarms, &other, (struct moment){ WORLD_START, WORLD_START }), 0);
	/* All of them could be the old owner's, or somebody else's. */
	group.pending = group.stale;
	snprintf(group.owner, sizeof(group.owner), "uid 0");
	*group.unit = '\0';
	{
		struct report report = { .groups = &group, .n_groups = 1 };
		struct judge judge = { .config = &w.config,
				       .report = &report,
				       .trends = &w.trends,
				       .alarms = &w.alarms,
				       .now_usec = WORLD_START };

		assert_int_equal(judge_leaks(&judge, &findings), 0);
	}
	assert_int_equal(findings.n, 1);
	assert_string_equal(findings.list[0].id, f.id);
	findings_done(&findings);
	world_done(&w);
}

static void without_a_memory_there_is_no_trend(void **state)
{
	struct report_group group = group_of(12, MINUTE);
	struct report report = { .groups = &group, .n_groups = 1 };
	struct findings findings = { 0 };
	struct judge judge = { .report = &report };
	struct world w;

	(void)state;
	world_init(&w);
	judge.config = &w.config;
	judge.backlog = &w.backlog;
	assert_int_equal(judge_leaks(&judge, &findings), 0);
	assert_int_equal(findings.n, 1);
	assert_int_equal(findings.list[0].trend, TREND_UNKNOWN);
	findings_done(&findings);
	world_done(&w);
}

/* One listener and what two looks in a row saw of it. */
static void a_queue_is_as_bad_as_its_share_its_wait_and_its_losses(void **state)
{
	static const struct {
		const char *what;
		uint32_t limit, before, queue, drops;
		uint64_t overflows, wait_usec;
		enum severity severity;
	} cases[] = {
		{ "empty", 128, 0, 0, 0, 0, 0, SEVERITY_NONE },
		{ "a few", 100, 79, 79, 0, 0, 0, SEVERITY_NONE },
		{ "80 % in two looks", 100, 80, 80, 0, 0, 0, SEVERITY_WARNING },
		{ "80 % in one look", 100, 79, 80, 0, 0, 0, SEVERITY_NONE },
		{ "80 % before, less now", 100, 80, 79, 0, 0, 0, SEVERITY_NONE },
		{ "at the limit one more fits", 100, 79, 100, 0, 0, 0, SEVERITY_NONE },
		{ "at the limit in two looks", 100, 100, 100, 0, 0, 0, SEVERITY_WARNING },
		{ "full", 100, 0, 101, 0, 0, 0, SEVERITY_CRITICAL },
		{ "full, a small one", 2, 3, 3, 0, 0, 0, SEVERITY_CRITICAL },
		{ "backlog 0, empty", 0, 0, 0, 0, 0, 0, SEVERITY_NONE },
		{ "backlog 0, one waits", 0, 0, 1, 0, 0, 0, SEVERITY_CRITICAL },
		{ "stalled", 128, 1, 1, 0, 0, 10 * SEC, SEVERITY_NOTICE },
		{ "not long enough", 128, 1, 1, 0, 0, 10 * SEC - 1, SEVERITY_NONE },
		{ "a burst between the looks", 100, 0, 0, 7, 7, 0, SEVERITY_CRITICAL },
		{ "a deferred listener drops", 100, 0, 0, 20, 0, 0, SEVERITY_NONE },
		{ "another listener overflows", 100, 0, 0, 0, 20, 0, SEVERITY_NONE },
		{ "the largest numbers", UINT32_MAX, UINT32_MAX, UINT32_MAX, 0, 0, 0, SEVERITY_WARNING },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world w;

		world_init(&w);
		print_message("%s\n", cases[i].what);
		for (uint32_t look = 0; look < 2; look++) {
			world_begin(&w, WORLD_START + look * SEC);
			w.look.has_counters = true;
			w.look.counters.listen_overflows = look * cases[i].overflows;
			world_listen(&w, 1, "0.0.0.0", 80, look ? cases[i].queue : cases[i].before, cases[i].limit)
				->drops = look * cases[i].drops;
			world_look(&w);
		}
		w.report.listeners[0].oldest_wait_usec = cases[i].wait_usec;
		world_judge(&w);
		assert_int_equal(w.findings.n, cases[i].severity != SEVERITY_NONE);
		if (w.findings.n) {
			assert_int_equal(w.findings.list[0].kind, FINDING_ACCEPT_QUEUE);
			assert_int_equal(w.findings.list[0].severity, cases[i].severity);
			assert_int_equal(w.findings.list[0].count, cases[i].queue);
			assert_int_equal(w.findings.list[0].port, 80);
			assert_string_equal(w.findings.list[0].address, "0.0.0.0");
		}
		world_done(&w);
	}
}

static void of_listeners_that_share_an_address_the_worst_is_told(void **state)
{
	static const uint32_t queues[] = { 0, 0, 3, 0 };
	struct world w;

	(void)state;
	world_init(&w);
	world_begin(&w, WORLD_START);
	for (uint32_t i = 0; i < 4; i++) {
		world_listen(&w, i + 1, "0.0.0.0", 80, queues[i], 2);
		world_hold(&w, i + 1, world_process(&w, 100 + (int32_t)i, "worker", ""), 3);
	}
	world_listen(&w, 9, "127.0.0.1", 80, 0, 2);
	world_look(&w);
	world_judge(&w);
	assert_int_equal(w.findings.n, 1);
	assert_int_equal(w.findings.list[0].severity, SEVERITY_CRITICAL);
	assert_int_equal(w.findings.list[0].count, 3);
	assert_int_equal(w.findings.list[0].n_pids, 1);
	assert_int_equal(w.findings.list[0].pids[0], 102);
	assert_non_null(strstr(w.findings.list[0].message, "one of 4 listeners there"));
	world_done(&w);
}

static void a_worse_listener_outweighs_a_longer_queue(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	world_begin(&w, WORLD_START);
	world_listen(&w, 1, "0.0.0.0", 80, 500, 4096);
	world_listen(&w, 2, "0.0.0.0", 80, 3, 2);
	world_listen(&w, 3, "0.0.0.0", 80, 900, 4096);
	world_look(&w);
	w.report.listeners[0].oldest_wait_usec = w.report.listeners[2].oldest_wait_usec = HOUR; /* notices */
	world_judge(&w);
	assert_int_equal(w.findings.n, 1);
	assert_int_equal(w.findings.list[0].count, 3);
	world_done(&w);
}

static void the_same_port_on_two_addresses_is_two_subjects(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	world_begin(&w, WORLD_START);
	world_listen(&w, 1, "10.0.0.1", 80, 3, 2);
	world_listen(&w, 2, "10.0.0.2", 80, 4, 2);
	world_look(&w);
	world_judge(&w);
	assert_int_equal(w.findings.n, 2);
	assert_string_not_equal(w.findings.list[0].id, w.findings.list[1].id);
	world_done(&w);
}

static void rules_override_and_ignore(void **state)
{
	static const struct {
		const char *key, *value, *threshold, *setting;
		enum severity leak, queue;
	} cases[] = {
		{ "match_port", "81", "ignore", "yes", SEVERITY_WARNING, SEVERITY_CRITICAL },
		{ "match_port", "80", "ignore", "yes", SEVERITY_NONE, SEVERITY_NONE },
		{ "match_unit", "web.*", "ignore", "yes", SEVERITY_NONE, SEVERITY_NONE },
		{ "match_process", "ngin?", "ignore", "yes", SEVERITY_NONE, SEVERITY_NONE },
		{ "match_namespace", "host", "ignore", "yes", SEVERITY_NONE, SEVERITY_NONE },
		{ "match_namespace", "blue", "ignore", "yes", SEVERITY_WARNING, SEVERITY_CRITICAL },
		{ "match_remote", "10.*", "ignore", "yes", SEVERITY_WARNING, SEVERITY_CRITICAL },
		{ "match_unit", "web.service", "close-wait.warn", "13", SEVERITY_NONE, SEVERITY_CRITICAL },
		{ "match_unit", "web.service", "close-wait.crit", "12", SEVERITY_CRITICAL, SEVERITY_CRITICAL },
		{ "match_unit", "web.service", "close-wait.age", "10m", SEVERITY_NONE, SEVERITY_CRITICAL },
		{ "match_unit", "db.service", "close-wait.age", "10m", SEVERITY_WARNING, SEVERITY_CRITICAL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum severity found[FINDING_KINDS] = { SEVERITY_NONE, SEVERITY_NONE };
		uint32_t process;
		struct world w;

		world_init(&w);
		world_set(&w, "rule r", cases[i].key, cases[i].value);
		world_set(&w, "rule r", cases[i].threshold, cases[i].setting);
		world_begin(&w, WORLD_START);
		process = world_process(&w, 42, "nginx", "web.service");
		world_listen(&w, 99, "0.0.0.0", 80, 3, 2);
		world_hold(&w, 99, process, 3);
		for (uint32_t s = 1; s <= 12; s++) {
			world_close_wait(&w, s, 80, "10.0.0.1:5000", 5 * MINUTE);
			world_hold(&w, s, process, 10 + (int32_t)s);
		}
		world_look(&w);
		world_judge(&w);
		for (size_t j = 0; j < w.findings.n; j++)
			found[w.findings.list[j].kind] = w.findings.list[j].severity;
		assert_int_equal(found[FINDING_CLOSE_WAIT_LEAK], cases[i].leak);
		assert_int_equal(found[FINDING_ACCEPT_QUEUE], cases[i].queue);
		world_done(&w);
	}
}

static void a_rule_for_a_client_goes_by_the_remote_end(void **state)
{
	static const struct {
		const char *key, *value;
		size_t findings;
	} cases[] = {
		{ "match_port", "5432", 0 },
		{ "match_port", "50000", 1 },
		{ "match_remote", "10.0.0.5:5432", 0 },
		{ "match_remote", "10.0.0.5:*", 0 },
		{ "match_remote", "10.0.0.6:*", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world w;

		world_init(&w);
		world_set(&w, "rule r", cases[i].key, cases[i].value);
		world_set(&w, "rule r", "ignore", "yes");
		world_begin(&w, WORLD_START);
		world_close_wait(&w, 1, 50000, "10.0.0.5:5432", 2 * HOUR);
		world_search(&w, 1, ATTRIBUTION_DONE);
		world_look(&w);
		world_judge(&w);
		assert_int_equal(w.findings.n, cases[i].findings);
		world_done(&w);
	}
}

static void a_listener_is_troubled_when_any_rule_may_say_so(void **state)
{
	static const struct {
		const char *what, *key, *value; /* of a rule; NULL: none */
		struct backlog_entry entry;
		bool troubled;
	} cases[] = {
		{ "empty", NULL, NULL, { .queue = 0 }, false },
		{ "a few", NULL, NULL, { .queue = 79, .waiting_since_usec = WORLD_START - 9 * SEC }, false },
		{ "above the share", NULL, NULL, { .queue = 80, .waiting_since_usec = WORLD_START }, true },
		{ "waiting for long", NULL, NULL, { .queue = 1, .waiting_since_usec = WORLD_START - 10 * SEC }, true },
		{ "full", NULL, NULL, { .queue = 101, .waiting_since_usec = WORLD_START }, true },
		{ "overflowed, empty by now", NULL, NULL, { .overflowed = 1 }, true },
		{ "a rule asks for less",
		  "accept-queue.wait",
		  "5s",
		  { .queue = 1, .waiting_since_usec = WORLD_START - 5 * SEC },
		  true },
		{ "a rule asks for less",
		  "accept-queue.warn",
		  "50%",
		  { .queue = 50, .waiting_since_usec = WORLD_START },
		  true },
		{ "a rule asks for more",
		  "accept-queue.wait",
		  "1h",
		  { .queue = 1, .waiting_since_usec = WORLD_START - 10 * SEC },
		  true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world w;

		world_init(&w);
		print_message("%s\n", cases[i].what);
		if (cases[i].key)
			world_set(&w, "rule r", cases[i].key, cases[i].value);
		assert_int_equal(judge_is_troubled(&w.config, &cases[i].entry, 100, WORLD_START), cases[i].troubled);
		world_done(&w);
	}
}

/* Random groups and listeners under random thresholds, then one threshold is raised. */
static void fill_random(struct world *w, uint64_t *seed)
{
	uint64_t n = world_below(seed, 20);

	world_begin(w, WORLD_START);
	for (uint32_t i = 0; i < 10; i++) {
		world_listen(w, 100 + i, "0.0.0.0", (uint16_t)(80 + i), (uint32_t)world_below(seed, 12), 10);
		for (uint64_t j = world_below(seed, n); j > 0; j--)
			world_search(w, (uint32_t)(1000 * (i + 1) + j), ATTRIBUTION_DONE);
		for (uint64_t j = world_below(seed, n); j > 0; j--)
			world_close_wait(w, (uint32_t)(1000 * (i + 1) + j), (uint16_t)(80 + i), "10.0.0.1:5000",
					 world_below(seed, 7200) * SEC);
	}
	world_look(w);
	for (size_t i = 0; i < w->report.n_listeners; i++)
		w->report.listeners[i].oldest_wait_usec = world_below(seed, 20) * SEC;
}

static enum severity severity_of(const struct findings *findings, const char *id)
{
	for (size_t i = 0; i < findings->n; i++)
		if (strcmp(findings->list[i].id, id) == 0)
			return findings->list[i].severity;
	return SEVERITY_NONE;
}

static void a_higher_threshold_never_adds_a_finding(void **state)
{
	static const size_t offsets[] = {
		offsetof(struct thresholds, close_wait_age_usec),
		offsetof(struct thresholds, close_wait_old_age_usec),
		offsetof(struct thresholds, close_wait_warn),
		offsetof(struct thresholds, close_wait_crit),
		offsetof(struct thresholds, accept_queue_warn_percent),
		offsetof(struct thresholds, accept_queue_wait_usec),
	};
	uint64_t seed = world_seed(__func__);
	size_t n_found = 0;

	(void)state;
	for (int round = 0; round < 200; round++) {
		uint64_t start = world_random(&seed), copy = start;
		struct world low, high;
		uint64_t *threshold;

		world_init(&low);
		world_init(&high);
		low.config.thresholds.close_wait_warn = 1 + world_below(&seed, 12);
		low.config.thresholds.close_wait_crit = low.config.thresholds.close_wait_warn + world_below(&seed, 5);
		low.config.thresholds.close_wait_old_age_usec = world_below(&seed, 7200) * SEC;
		low.config.thresholds.accept_queue_warn_percent = 1 + world_below(&seed, 98);
		high.config.thresholds = low.config.thresholds;
		threshold = (uint64_t *)((char *)&high.config.thresholds + offsets[world_below(&seed, 5)]);
		*threshold += world_below(&seed, *threshold);
		fill_random(&low, &start);
		fill_random(&high, &copy);
		world_judge(&low);
		world_judge(&high);
		for (size_t i = 0; i < high.findings.n; i++)
			assert_in_range(high.findings.list[i].severity, SEVERITY_NOTICE,
					severity_of(&low.findings, high.findings.list[i].id));
		n_found += low.findings.n;
		world_done(&low);
		world_done(&high);
	}
	assert_in_range(n_found, 200, SIZE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_leak_is_as_bad_as_its_count_and_its_age),
		cmocka_unit_test(a_leak_names_its_subject_cause_holders_and_age),
		cmocka_unit_test(a_growing_leak_is_a_warning_however_few_they_are),
		cmocka_unit_test(running_out_of_descriptors_soon_is_critical),
		cmocka_unit_test(the_first_holder_to_run_out_counts),
		cmocka_unit_test(what_was_growing_before_a_restart_counts_as_growing_until_it_is_known_again),
		cmocka_unit_test(a_finding_stays_while_a_holder_at_its_endpoint_is_looked_for),
		cmocka_unit_test(without_a_memory_there_is_no_trend),
		cmocka_unit_test(a_queue_is_as_bad_as_its_share_its_wait_and_its_losses),
		cmocka_unit_test(of_listeners_that_share_an_address_the_worst_is_told),
		cmocka_unit_test(a_worse_listener_outweighs_a_longer_queue),
		cmocka_unit_test(the_same_port_on_two_addresses_is_two_subjects),
		cmocka_unit_test(rules_override_and_ignore),
		cmocka_unit_test(a_rule_for_a_client_goes_by_the_remote_end),
		cmocka_unit_test(a_listener_is_troubled_when_any_rule_may_say_so),
		cmocka_unit_test(a_higher_threshold_never_adds_a_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
