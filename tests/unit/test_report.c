/* SPDX-License-Identifier: MIT */
#include "core/cleanup.h"
#include "core/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void add_finding(struct report *report, const char *id, enum severity severity)
{
	report->findings = realloc(report->findings, (report->n_findings + 1) * sizeof(*report->findings));
	assert_non_null(report->findings);
	report->findings[report->n_findings] = (struct finding){ .severity = severity };
	strcpy(report->findings[report->n_findings++].id, id);
}

static struct report_group *add_group(struct report *report)
{
	report->groups = realloc(report->groups, (report->n_groups + 1) * sizeof(*report->groups));
	assert_non_null(report->groups);
	report->groups[report->n_groups] = (struct report_group){
		.netns = "host",
		.owner = "billing.service",
		.role = ROLE_SERVER,
		.port = 8443,
	};
	return &report->groups[report->n_groups++];
}

static struct report_listener *add_listener(struct report *report, uint32_t queue, uint32_t limit)
{
	report->listeners = realloc(report->listeners, (report->n_listeners + 1) * sizeof(*report->listeners));
	assert_non_null(report->listeners);
	report->listeners[report->n_listeners] = (struct report_listener){
		.netns = "host",
		.address = "0.0.0.0",
		.port = 80,
		.queue = queue,
		.limit = limit,
		.cookie = report->n_listeners + 1,
	};
	return &report->listeners[report->n_listeners++];
}

static const struct finding leak = {
	.kind = FINDING_CLOSE_WAIT_LEAK,
	.netns = "host",
	.owner = "billing.service",
	.role = ROLE_SERVER,
	.port = 8443,
};

static const struct finding queue = {
	.kind = FINDING_ACCEPT_QUEUE,
	.netns = "host",
	.address = "0.0.0.0",
	.port = 80,
};

static void an_empty_report_has_nothing_and_is_fine(void **state)
{
	struct report report = { 0 };

	(void)state;
	assert_int_equal(report_severity(&report), SEVERITY_NONE);
	assert_null(report_find(&report, "5be1c02a"));
	assert_null(report_group_of(&report, &leak));
	assert_null(report_listener_of(&report, &queue));
	report_done(&report);
}

static void done_leaves_an_empty_report(void **state)
{
	static const struct report empty;
	struct report report = { .version = "1", .cycles = 3 };

	(void)state;
	add_finding(&report, "5be1c02a", SEVERITY_NOTICE);
	add_group(&report);
	add_listener(&report, 0, 1);
	report_done(&report);
	assert_memory_equal(&report, &empty, sizeof(report));
	report_done(&report);
}

static void a_finding_is_found_by_its_whole_id(void **state)
{
	struct report report = { 0 };

	(void)state;
	add_finding(&report, "5be1c02a", SEVERITY_NOTICE);
	add_finding(&report, "93ab00ff", SEVERITY_NOTICE);
	assert_ptr_equal(report_find(&report, "93ab00ff"), &report.findings[1]);
	assert_null(report_find(&report, "93ab00f"));
	assert_null(report_find(&report, ""));
	report_done(&report);
}

static void the_severity_is_that_of_the_worst_finding_in_any_order(void **state)
{
	struct report report = { 0 };

	(void)state;
	add_finding(&report, "00000001", SEVERITY_NOTICE);
	assert_int_equal(report_severity(&report), SEVERITY_NOTICE);
	add_finding(&report, "00000002", SEVERITY_CRITICAL);
	add_finding(&report, "00000003", SEVERITY_WARNING);
	assert_int_equal(report_severity(&report), SEVERITY_CRITICAL);
	report_done(&report);
}

static void the_group_of_a_leak_agrees_in_every_part_of_the_subject(void **state)
{
	struct report report = { 0 };

	(void)state;
	strcpy(add_group(&report)->netns, "web");
	strcpy(add_group(&report)->owner, "java");
	add_group(&report)->role = ROLE_CLIENT;
	add_group(&report)->port = 8444;
	strcpy(add_group(&report)->remote, "10.0.0.5:5432");
	assert_null(report_group_of(&report, &leak));
	add_group(&report);
	assert_ptr_equal(report_group_of(&report, &leak), &report.groups[5]);
	report_done(&report);
}

static void the_listener_of_a_queue_agrees_in_every_part_of_the_subject(void **state)
{
	struct report report = { 0 };

	(void)state;
	strcpy(add_listener(&report, 9, 1)->netns, "web");
	strcpy(add_listener(&report, 9, 1)->address, "::");
	add_listener(&report, 9, 1)->port = 81;
	assert_null(report_listener_of(&report, &queue));
	add_listener(&report, 0, 1);
	assert_ptr_equal(report_listener_of(&report, &queue), &report.listeners[3]);
	report_done(&report);
}

static void a_finding_has_no_subject_of_the_other_kind(void **state)
{
	struct finding odd_leak = leak, odd_queue = queue;
	struct report report = { 0 };

	(void)state;
	strcpy(add_group(&report)->owner, "");
	report.groups[0].port = 80;
	strcpy(add_listener(&report, 0, 1)->address, "");
	report.listeners[0].port = 8443;
	assert_null(report_group_of(&report, &odd_queue));
	assert_null(report_listener_of(&report, &odd_leak));
	report_done(&report);
}

/* Several listeners with SO_REUSEPORT: the cookie of the one the finding is about. */
static uint64_t worst(struct report *report)
{
	return report_listener_of(report, &queue)->cookie;
}

static void of_many_listeners_on_one_port_the_stuck_one_is_meant(void **state)
{
	struct report report = { 0 };

	(void)state;
	add_listener(&report, 0, 8);
	add_listener(&report, 0, 8);
	add_listener(&report, 3, 8);
	add_listener(&report, 0, 8);
	assert_int_equal(worst(&report), 3);
	/* More connections, but a smaller share of a longer queue. */
	add_listener(&report, 4, 511);
	assert_int_equal(worst(&report), 3);
	/* Dropping is worse than any share. */
	add_listener(&report, 0, 8)->overflowed = 1;
	assert_int_equal(worst(&report), 6);
	/* Full (one above the limit) and dropping are alike: then the share counts. */
	add_listener(&report, 9, 8);
	assert_int_equal(worst(&report), 7);
	report_done(&report);
}

static void a_queue_with_the_limit_zero_counts_as_any_other(void **state)
{
	struct report report = { 0 };

	(void)state;
	add_listener(&report, 7, 8);
	add_listener(&report, 1, 0);
	assert_int_equal(worst(&report), 2);
	report_done(&report);
}

static void among_equal_queues_the_one_that_waits_longest_is_meant(void **state)
{
	struct report report = { 0 };

	(void)state;
	add_listener(&report, 3, 8)->oldest_wait_usec = 5;
	add_listener(&report, 3, 8)->oldest_wait_usec = 9;
	add_listener(&report, 3, 8)->oldest_wait_usec = 7;
	assert_int_equal(worst(&report), 2);
	report_done(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_report_has_nothing_and_is_fine),
		cmocka_unit_test(done_leaves_an_empty_report),
		cmocka_unit_test(a_finding_is_found_by_its_whole_id),
		cmocka_unit_test(the_severity_is_that_of_the_worst_finding_in_any_order),
		cmocka_unit_test(the_group_of_a_leak_agrees_in_every_part_of_the_subject),
		cmocka_unit_test(the_listener_of_a_queue_agrees_in_every_part_of_the_subject),
		cmocka_unit_test(a_finding_has_no_subject_of_the_other_kind),
		cmocka_unit_test(of_many_listeners_on_one_port_the_stuck_one_is_meant),
		cmocka_unit_test(a_queue_with_the_limit_zero_counts_as_any_other),
		cmocka_unit_test(among_equal_queues_the_one_that_waits_longest_is_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
