/* SPDX-License-Identifier: MIT */
#include "core/alarm.h"

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
#define LEAK (1u << FINDING_CLOSE_WAIT_LEAK)
#define QUEUE (1u << FINDING_ACCEPT_QUEUE)

static struct finding leak(uint16_t port, enum severity severity)
{
	struct finding f = { .kind = FINDING_CLOSE_WAIT_LEAK,
			     .severity = severity,
			     .port = port,
			     .count = 12,
			     .full_in_usec = FULL_NEVER };

	snprintf(f.netns, sizeof(f.netns), "host");
	snprintf(f.owner, sizeof(f.owner), "billing.service");
	snprintf(f.message, sizeof(f.message), "billing.service leaks");
	snprintf(f.advice, sizeof(f.advice), "Look.");
	finding_identify(&f);
	return f;
}

static struct finding queue(uint16_t port, enum severity severity)
{
	struct finding f = leak(port, severity);

	f.kind = FINDING_ACCEPT_QUEUE;
	snprintf(f.address, sizeof(f.address), "0.0.0.0");
	finding_identify(&f);
	return f;
}

struct bell {
	struct alarms alarms;
	struct config config;
	struct event *events;
	size_t n;
};

static void bell_init(struct bell *b)
{
	*b = (struct bell){ 0 };
	config_init(&b->config);
}

static void bell_done(struct bell *b)
{
	alarms_done(&b->alarms);
	config_done(&b->config);
	free(b->events);
}

static struct moment at(uint64_t sec)
{
	return (struct moment){ .monotonic_usec = WORLD_START + sec * SEC, .realtime_usec = REALTIME + sec * SEC };
}

static void hear(struct bell *b, unsigned kinds, const struct finding *findings, size_t n, uint64_t sec)
{
	free(b->events);
	b->events = NULL;
	assert_int_equal(alarms_update(&b->alarms, &b->config, kinds, findings, n, at(sec), &b->events, &b->n), 0);
	assert_int_equal(b->events != NULL, b->n != 0);
}

/* One letter a look, ten seconds apart: the severity found, '.' for none; and the event that follows, '.' for none. */
static void severities_become_events(void **state)
{
	static const struct {
		const char *what, *found, *events, *clear_after;
	} cases[] = {
		{ "raised once, and the same look adds nothing", "wwwwww", "r.....", "30s" },
		{ "one look without it clears nothing", "ww.www", "r.....", "0" },
		{ "two do", "w..", "r.c", "0" },
		{ "but not before clear_after is over", "w......", "r...c..", "30s" },
		{ "seen again, the time begins anew", "w...w....", "r.......c", "30s" },
		{ "cleared, then raised anew", "w....w", "r...cr", "30s" },
		{ "a worse one counts at once", "nwc", "rmm", "30s" },
		{ "a lower one after two looks", "cww", "r.m", "0" },
		{ "and after clear_after", "cwwwww", "r...m.", "30s" },
		{ "it may go up and down meanwhile", "cwwcwwww", "r......m", "30s" },
		{ "step by step", "cwwwnnnn", "r..m..m.", "20s" },
		{ "lower, then gone", "cw....", "r....c", "30s" },
		{ "never there", "....", "....", "0" },
	};
	static const char severities[] = ".nwc", names[] = "rmtc"; /* m: change, t: repeat */

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bell b;
		char heard[16] = "", why[100];

		bell_init(&b);
		print_message("%s\n", cases[i].what);
		assert_int_equal(config_set(&b.config, "alerts", "clear_after", cases[i].clear_after, why, sizeof(why)),
				 0);
		for (size_t look = 0; cases[i].found[look]; look++) {
			size_t severity = strcspn(severities, (char[]){ cases[i].found[look], '\0' });
			struct finding f = leak(80, (enum severity)severity);

			hear(&b, FINDING_ALL_KINDS, &f, severity > 0, look * 10);
			assert_in_range(b.n, 0, 1);
			heard[look] = b.n ? names[b.events[0].type] : '.';
			if (b.n && b.events[0].type != EVENT_CLEAR)
				assert_int_equal(b.events[0].finding.severity, severity);
		}
		assert_string_equal(heard, cases[i].events);
		bell_done(&b);
	}
}

static void events_carry_the_finding_and_since_when_it_is_there(void **state)
{
	struct finding f = leak(80, SEVERITY_WARNING);
	struct bell b;

	(void)state;
	bell_init(&b);
	hear(&b, LEAK, &f, 1, 0);
	assert_int_equal(b.events[0].type, EVENT_RAISE);
	assert_int_equal(b.events[0].finding.since_usec, REALTIME);
	assert_string_equal(b.events[0].finding.message, "billing.service leaks");

	f.severity = SEVERITY_CRITICAL;
	f.count = 500;
	hear(&b, LEAK, &f, 1, 100);
	assert_int_equal(b.events[0].type, EVENT_CHANGE);
	assert_int_equal(b.events[0].finding.since_usec, REALTIME);
	assert_int_equal(b.events[0].finding.count, 500);
	assert_int_equal(alarms_find(&b.alarms, f.id)->count, 500);

	hear(&b, LEAK, NULL, 0, 110);
	assert_non_null(alarms_find(&b.alarms, f.id));
	hear(&b, LEAK, NULL, 0, 140);
	assert_int_equal(b.events[0].type, EVENT_CLEAR);
	assert_string_equal(b.events[0].finding.message,
			    "billing.service leaks CLOSE_WAIT on port 80 no longer, after 2 min 20 s.");
	assert_string_equal(b.events[0].finding.advice, "");
	assert_int_equal(b.events[0].finding.count, 500);
	assert_null(alarms_find(&b.alarms, f.id));
	bell_done(&b);
}

static void a_look_at_listeners_alone_clears_no_leak(void **state)
{
	struct finding both[] = { leak(80, SEVERITY_WARNING), queue(80, SEVERITY_WARNING) };
	struct bell b;

	(void)state;
	bell_init(&b);
	hear(&b, FINDING_ALL_KINDS, both, 2, 0);
	assert_int_equal(b.n, 2);
	for (uint64_t sec = 2; sec < 32; sec += 2) {
		hear(&b, QUEUE, NULL, 0, sec);
		assert_int_equal(b.n, 0);
	}
	hear(&b, QUEUE, NULL, 0, 32);
	assert_int_equal(b.n, 1);
	assert_int_equal(b.events[0].finding.kind, FINDING_ACCEPT_QUEUE);
	assert_int_equal(b.alarms.n, 1);
	hear(&b, LEAK, NULL, 0, 100);
	assert_int_equal(b.n, 0);
	hear(&b, LEAK, NULL, 0, 130);
	assert_int_equal(b.n, 1);
	bell_done(&b);
}

static void a_finding_that_is_gone_says_since_when_until_it_is_cleared_or_back(void **state)
{
	struct finding f = leak(80, SEVERITY_WARNING);
	struct bell b;

	(void)state;
	bell_init(&b);
	hear(&b, LEAK, &f, 1, 0);
	assert_int_equal(alarms_find(&b.alarms, f.id)->gone_usec, 0);
	hear(&b, LEAK, NULL, 0, 10);
	hear(&b, LEAK, NULL, 0, 20);
	assert_int_equal(alarms_find(&b.alarms, f.id)->gone_usec, at(10).realtime_usec);
	hear(&b, LEAK, &f, 1, 30);
	assert_int_equal(alarms_find(&b.alarms, f.id)->gone_usec, 0);
	bell_done(&b);
}

static void a_finding_that_a_rule_ignores_from_now_on_ends_at_once_and_says_so(void **state)
{
	struct finding f = leak(80, SEVERITY_WARNING);
	struct bell b;
	char why[128];

	(void)state;
	bell_init(&b);
	hear(&b, LEAK, &f, 1, 0);
	assert_int_equal(config_set(&b.config, "rule quiet", "match_port", "80", why, sizeof(why)), 0);
	assert_int_equal(config_set(&b.config, "rule quiet", "ignore", "yes", why, sizeof(why)), 0);
	hear(&b, LEAK, NULL, 0, 1);
	assert_int_equal(b.n, 1);
	assert_int_equal(b.events[0].type, EVENT_CLEAR);
	assert_string_equal(b.events[0].finding.message,
			    "billing.service: CLOSE_WAIT on port 80 is ignored from now on, by a rule.");
	assert_int_equal(b.alarms.n, 0);
	bell_done(&b);
}

static void another_subject_with_the_same_id_gets_an_alert_and_an_id_of_its_own(void **state)
{
	struct finding both[] = { leak(80, SEVERITY_WARNING), leak(81, SEVERITY_WARNING) };
	struct bell b;

	(void)state;
	bell_init(&b);
	/* As if somebody had searched for a port that hashes alike. */
	memcpy(both[1].id, both[0].id, sizeof(both[1].id));
	hear(&b, LEAK, both, 2, 0);
	assert_int_equal(b.n, 2);
	assert_string_equal(b.events[0].finding.id, both[0].id);
	assert_string_not_equal(b.events[1].finding.id, both[0].id);
	hear(&b, LEAK, both, 2, 10);
	assert_int_equal(b.n, 0);
	assert_int_equal(b.alarms.n, 2);
	/* The one that came first ends: the other keeps its id. */
	for (uint64_t sec = 20; sec < 60; sec += 10)
		hear(&b, LEAK, &both[1], 1, sec);
	assert_int_equal(b.n, 1);
	assert_int_equal(b.events[0].type, EVENT_CLEAR);
	assert_int_equal(b.events[0].finding.port, 80);
	hear(&b, LEAK, &both[1], 1, 60);
	assert_int_equal(b.n, 0);
	assert_int_equal(b.alarms.n, 1);
	assert_int_equal(b.alarms.alarms[0].finding.port, 81);
	bell_done(&b);
}

static void there_are_never_more_alerts_than_max_active(void **state)
{
	struct finding findings[20];
	struct bell b;

	(void)state;
	bell_init(&b);
	b.config.max_active = 5;
	for (size_t i = 0; i < 20; i++)
		findings[i] = leak((uint16_t)(1000 + i), SEVERITY_WARNING);
	hear(&b, LEAK, findings, 20, 0);
	assert_int_equal(b.n, 5);
	assert_int_equal(b.alarms.n, 5);
	assert_int_equal(b.alarms.untold, 15);
	assert_int_equal(b.events[4].finding.port, 1004);
	hear(&b, LEAK, findings, 5, 10);
	assert_int_equal(b.n, 0);
	assert_int_equal(b.alarms.untold, 0);
	bell_done(&b);
}

static void a_finding_that_stays_is_repeated(void **state)
{
	static const struct {
		const char *repeat;
		size_t events;
	} cases[] = { { "4h", 1 + 6 }, { "0", 1 }, { "1h", 1 + 24 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct finding f = leak(80, SEVERITY_WARNING);
		struct bell b;
		char why[100];
		size_t n = 0;

		bell_init(&b);
		assert_int_equal(config_set(&b.config, "alerts", "repeat", cases[i].repeat, why, sizeof(why)), 0);
		for (uint64_t sec = 0; sec <= 86400; sec += 60) {
			hear(&b, LEAK, &f, 1, sec);
			n += b.n;
			if (b.n)
				assert_int_equal(b.events[0].type, sec ? EVENT_REPEAT : EVENT_RAISE);
		}
		assert_int_equal(n, cases[i].events);
		bell_done(&b);
	}
}

static void a_restored_alert_is_not_raised_again_and_keeps_since_when(void **state)
{
	struct finding f = leak(80, SEVERITY_WARNING), gone = leak(81, SEVERITY_CRITICAL);
	struct bell b;

	(void)state;
	bell_init(&b);
	f.since_usec = REALTIME - 3600 * SEC;
	assert_int_equal(alarms_restore(&b.alarms, &f, at(0)), 0);
	assert_int_equal(alarms_restore(&b.alarms, &f, at(0)), -EEXIST);
	assert_int_equal(alarms_restore(&b.alarms, &gone, at(0)), 0);
	hear(&b, LEAK, &f, 1, 1);
	assert_int_equal(b.n, 0);
	hear(&b, LEAK, &f, 1, 11);
	assert_int_equal(b.n, 0);
	hear(&b, LEAK, &f, 1, 31);
	assert_int_equal(b.n, 1);
	assert_int_equal(b.events[0].type, EVENT_CLEAR);
	assert_int_equal(b.events[0].finding.port, 81);
	hear(&b, LEAK, NULL, 0, 41);
	hear(&b, LEAK, NULL, 0, 71);
	assert_int_equal(b.events[0].type, EVENT_CLEAR);
	assert_string_equal(b.events[0].finding.message,
			    "billing.service leaks CLOSE_WAIT on port 80 no longer, after 1 h 1 min.");
	bell_done(&b);
}

static void alerts_are_listed_worst_first(void **state)
{
	struct finding found[] = { leak(80, SEVERITY_NOTICE), leak(81, SEVERITY_CRITICAL),
				   queue(80, SEVERITY_WARNING) };
	struct finding *list;
	struct bell b;
	size_t n;

	(void)state;
	bell_init(&b);
	assert_int_equal(alarms_findings(&b.alarms, &list, &n), 0);
	assert_int_equal(n, 0);
	free(list);
	hear(&b, FINDING_ALL_KINDS, found, 3, 0);
	assert_int_equal(alarms_findings(&b.alarms, &list, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(list[0].severity, SEVERITY_CRITICAL);
	assert_int_equal(list[1].severity, SEVERITY_WARNING);
	assert_int_equal(list[2].severity, SEVERITY_NOTICE);
	free(list);
	bell_done(&b);
}

static void events_have_names(void **state)
{
	static const char *const names[EVENT_TYPES] = { "raise", "change", "repeat", "clear" };

	(void)state;
	for (unsigned i = 0; i < EVENT_TYPES; i++)
		assert_string_equal(event_type_name(i), names[i]);
	assert_null(event_type_name(EVENT_TYPES));
}

/* What a listener to the events believes of each subject. */
enum { SUBJECTS = 6 };

struct believed {
	enum severity severity; /* SEVERITY_NONE: not raised */
	uint64_t since_usec;
};

static void believe(struct believed *believed, const struct event *event)
{
	struct believed *one = &believed[event->finding.port];

	switch (event->type) {
	case EVENT_RAISE:
		assert_int_equal(one->severity, SEVERITY_NONE);
		one->since_usec = event->finding.since_usec;
		break;
	case EVENT_CHANGE:
		assert_int_not_equal(one->severity, event->finding.severity);
		/* fall through */
	case EVENT_REPEAT:
	case EVENT_CLEAR:
		assert_int_not_equal(one->severity, SEVERITY_NONE);
		assert_int_equal(event->finding.since_usec, one->since_usec);
		break;
	case EVENT_TYPES:
		fail();
	}
	one->severity = event->type == EVENT_CLEAR ? SEVERITY_NONE : event->finding.severity;
}

/* As the state file does. */
static void restart(struct bell *b, uint64_t sec)
{
	struct finding *list;
	size_t n;

	assert_int_equal(alarms_findings(&b->alarms, &list, &n), 0);
	alarms_done(&b->alarms);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(alarms_restore(&b->alarms, &list[i], at(sec)), 0);
	free(list);
}

static void raise_and_clear_alternate_for_each_subject(void **state)
{
	uint64_t seed = world_seed(__func__);
	struct believed believed[SUBJECTS] = { 0 };
	uint64_t sec = 0, raised = 0, cleared = 0;
	struct bell b;

	(void)state;
	bell_init(&b);
	b.config.repeat_usec = 300 * SEC;
	for (int look = 0; look < 5000; look++, sec += 1 + world_below(&seed, 20)) {
		unsigned kinds = world_below(&seed, 2) ? FINDING_ALL_KINDS : QUEUE;
		struct finding found[SUBJECTS];
		size_t n = 0;

		if (world_below(&seed, 50) == 0)
			restart(&b, sec);
		if (world_below(&seed, 10) == 0)
			continue; /* an incomplete look is not handed in */
		for (uint16_t i = 0; i < SUBJECTS; i++) {
			enum severity severity = (enum severity)world_below(&seed, SEVERITY_CRITICAL);

			if (severity == SEVERITY_NONE || look / 20 % 3 == i % 3 || (i % 2 == 0 && kinds == QUEUE))
				continue;
			found[n++] = i % 2 ? queue(i, severity) : leak(i, severity);
		}
		hear(&b, kinds, found, n, sec);
		for (size_t i = 0; i < b.n; i++) {
			believe(believed, &b.events[i]);
			raised += b.events[i].type == EVENT_RAISE;
			cleared += b.events[i].type == EVENT_CLEAR;
		}
		for (uint16_t i = 0; i < SUBJECTS; i++) {
			struct finding f = i % 2 ? queue(i, SEVERITY_NONE) : leak(i, SEVERITY_NONE);
			const struct finding *known = alarms_find(&b.alarms, f.id);

			assert_int_equal(known ? known->severity : SEVERITY_NONE, believed[i].severity);
		}
		/* The same look at the same time has nothing to add. */
		hear(&b, kinds, found, n, sec);
		assert_int_equal(b.n, 0);
	}
	assert_in_range(cleared, 50, raised);
	bell_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(severities_become_events),
		cmocka_unit_test(events_carry_the_finding_and_since_when_it_is_there),
		cmocka_unit_test(a_look_at_listeners_alone_clears_no_leak),
		cmocka_unit_test(a_finding_that_is_gone_says_since_when_until_it_is_cleared_or_back),
		cmocka_unit_test(a_finding_that_a_rule_ignores_from_now_on_ends_at_once_and_says_so),
		cmocka_unit_test(another_subject_with_the_same_id_gets_an_alert_and_an_id_of_its_own),
		cmocka_unit_test(there_are_never_more_alerts_than_max_active),
		cmocka_unit_test(a_finding_that_stays_is_repeated),
		cmocka_unit_test(a_restored_alert_is_not_raised_again_and_keeps_since_when),
		cmocka_unit_test(alerts_are_listed_worst_first),
		cmocka_unit_test(events_have_names),
		cmocka_unit_test(raise_and_clear_alternate_for_each_subject),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
