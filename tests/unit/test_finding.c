/* SPDX-License-Identifier: MIT */
#include "core/cleanup.h"
#include "core/finding.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct finding leak(void)
{
	return (struct finding){
		.kind = FINDING_CLOSE_WAIT_LEAK,
		.severity = SEVERITY_WARNING,
		.role = ROLE_SERVER,
		.netns = "host",
		.owner = "billing.service",
		.unit = "billing.service",
		.port = 8443,
		.count = 12,
	};
}

static struct finding queue(void)
{
	return (struct finding){
		.kind = FINDING_ACCEPT_QUEUE,
		.severity = SEVERITY_WARNING,
		.netns = "host",
		.owner = "nginx.service",
		.address = "0.0.0.0",
		.port = 80,
	};
}

static void assert_same_id(struct finding a, struct finding b)
{
	finding_identify(&a);
	finding_identify(&b);
	assert_string_equal(a.id, b.id);
}

static void assert_other_id(struct finding a, struct finding b)
{
	finding_identify(&a);
	finding_identify(&b);
	assert_string_not_equal(a.id, b.id);
}

static void an_id_is_eight_hex_digits_and_never_changes_between_versions(void **state)
{
	struct finding f = leak(), g = queue();

	(void)state;
	finding_identify(&f);
	finding_identify(&g);
	/* People's scripts and the state file know these: a change here breaks them. */
	assert_string_equal(f.id, "9b001b5e");
	assert_string_equal(g.id, "f9dd5783");
}

static void the_same_leak_keeps_its_id_while_its_numbers_change(void **state)
{
	struct finding a = leak(), b = leak();

	(void)state;
	b.severity = SEVERITY_CRITICAL;
	b.trend = TREND_GROWING;
	b.cause = CAUSE_DRAINED;
	b.inherited = true;
	b.pids[b.n_pids++] = 4211;
	b.count = 1204;
	b.age = (struct age){ 1, 2 };
	b.since_usec = 3;
	strcpy(b.process, "java");
	strcpy(b.message, "leaks");
	assert_same_id(a, b);
}

static void each_part_of_a_leaks_subject_makes_another_id(void **state)
{
	struct finding others[7];

	(void)state;
	for (size_t i = 0; i < CW_ELEMENTS(others); i++)
		others[i] = leak();
	strcpy(others[0].netns, "web");
	strcpy(others[1].owner, "java");
	others[2].role = ROLE_CLIENT;
	others[3].port = 8444;
	strcpy(others[4].remote, "10.0.0.5:5432");
	others[5].kind = FINDING_ACCEPT_QUEUE;
	*others[6].unit = '\0'; /* a process that calls itself like the unit */
	for (size_t i = 0; i < CW_ELEMENTS(others); i++)
		assert_other_id(leak(), others[i]);
}

static void neighbouring_fields_are_not_taken_for_one(void **state)
{
	struct finding a = leak(), b = leak();

	(void)state;
	strcpy(a.netns, "ab");
	strcpy(a.owner, "c");
	strcpy(b.netns, "a");
	strcpy(b.owner, "bc");
	assert_other_id(a, b);
}

static void a_queue_is_known_by_its_listener_and_not_by_its_owner(void **state)
{
	struct finding owner = queue(), address = queue(), port = queue(), netns = queue();

	(void)state;
	strcpy(owner.owner, "uid 0");
	assert_same_id(queue(), owner);
	strcpy(address.address, "::");
	assert_other_id(queue(), address);
	port.port = 81;
	assert_other_id(queue(), port);
	strcpy(netns.netns, "web");
	assert_other_id(queue(), netns);
}

struct naming {
	const char *(*name)(unsigned value);
	int (*value)(const char *name);
	unsigned n;
};

static void every_name_is_read_back_and_nothing_else_is(void **state)
{
	static const struct naming namings[] = {
		{ finding_kind_name, finding_kind_from_name, FINDING_KINDS },
		{ severity_name, severity_from_name, SEVERITIES },
		{ role_name, role_from_name, ROLES },
		{ cause_name, cause_from_name, CAUSES },
		{ trend_name, trend_from_name, TRENDS },
	};

	(void)state;
	for (size_t i = 0; i < CW_ELEMENTS(namings); i++) {
		for (unsigned value = 0; value < namings[i].n; value++)
			assert_int_equal(namings[i].value(namings[i].name(value)), value);
		assert_null(namings[i].name(namings[i].n));
		assert_null(namings[i].name(UINT32_MAX));
		assert_int_equal(namings[i].value(""), -EINVAL);
		assert_int_equal(namings[i].value("Warning"), -EINVAL);
	}
}

static void names_are_spelled_as_users_write_them(void **state)
{
	(void)state;
	assert_string_equal(finding_kind_name(FINDING_CLOSE_WAIT_LEAK), "close-wait-leak");
	assert_string_equal(finding_kind_name(FINDING_ACCEPT_QUEUE), "accept-queue");
	assert_string_equal(severity_name(SEVERITY_CRITICAL), "critical");
	assert_string_equal(role_name(ROLE_CLIENT), "client");
	assert_string_equal(cause_name(CAUSE_UNREAD_EOF), "unread-eof");
	assert_string_equal(cause_name(CAUSE_UNREAD_DATA), "unread-data");
	assert_string_equal(cause_name(CAUSE_DRAINED), "drained");
	assert_string_equal(trend_name(TREND_SHRINKING), "shrinking");
}

static void the_worst_comes_first_then_the_larger_count_then_the_id(void **state)
{
	struct finding findings[4];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		findings[i] = leak();
	strcpy(findings[0].id, "00000003");
	strcpy(findings[1].id, "00000002");
	strcpy(findings[2].id, "00000004");
	findings[2].count = 13;
	strcpy(findings[3].id, "00000009");
	findings[3].severity = SEVERITY_CRITICAL;
	findings[3].count = 1;
	qsort(findings, 4, sizeof(*findings), finding_compare);
	assert_string_equal(findings[0].id, "00000009");
	assert_string_equal(findings[1].id, "00000004");
	assert_string_equal(findings[2].id, "00000002");
	assert_string_equal(findings[3].id, "00000003");
	assert_int_equal(finding_compare(&findings[0], &findings[0]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_is_eight_hex_digits_and_never_changes_between_versions),
		cmocka_unit_test(the_same_leak_keeps_its_id_while_its_numbers_change),
		cmocka_unit_test(each_part_of_a_leaks_subject_makes_another_id),
		cmocka_unit_test(neighbouring_fields_are_not_taken_for_one),
		cmocka_unit_test(a_queue_is_known_by_its_listener_and_not_by_its_owner),
		cmocka_unit_test(every_name_is_read_back_and_nothing_else_is),
		cmocka_unit_test(names_are_spelled_as_users_write_them),
		cmocka_unit_test(the_worst_comes_first_then_the_larger_count_then_the_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
