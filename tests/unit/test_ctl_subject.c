/* SPDX-License-Identifier: MIT */
/* Finding what a person means, and what may be told about it. */
#include "core/cleanup.h"
#include "core/span.h"
#include "ctl/explain_text.h"
#include "ctl/explain_view.h"
#include "ctl/status_load.h"
#include "ctl/subject.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void an_id_may_be_cut_while_it_is_unique(void **state)
{
	struct finding findings[] = { { .id = "5be1c02a" }, { .id = "5b00c02a" }, { .id = "93ab00ff" } };
	const struct report report = { .findings = findings, .n_findings = CW_ELEMENTS(findings) };
	const struct finding *found = NULL;

	(void)state;
	assert_int_equal(subject_find(&report, "5be1c02a", &found), 1);
	assert_ptr_equal(found, &findings[0]);
	assert_int_equal(subject_find(&report, "93", &found), 1);
	assert_ptr_equal(found, &findings[2]);
	assert_int_equal(subject_find(&report, "5B0", &found), 1);
	assert_ptr_equal(found, &findings[1]);
	found = NULL;
	assert_int_equal(subject_find(&report, "5b", &found), -EEXIST);
	assert_int_equal(subject_find(&report, "9", &found), 0);
	assert_int_equal(subject_find(&report, "", &found), 0);
	assert_int_equal(subject_find(&report, "5be1c02a0", &found), 0);
	assert_null(found);
}

/* Two owners on one port, sockets that were not accepted, and a group without stale ones. */
static struct report_group groups[3] = {
	{ .netns = "host", .owner = "a.service", .role = ROLE_SERVER, .port = 80 },
	{ .netns = "host", .owner = "b.service", .role = ROLE_SERVER, .port = 80 },
	{ .netns = "host", .owner = "c.service", .role = ROLE_SERVER, .port = 90 },
};

static struct live_socket sockets[] = {
	{ .group = 0, .port = 80, .accepted = true, .stale = true, .fd = 1 },
	{ .group = 0, .port = 80, .accepted = true, .active = true, .fd = 2 },
	{ .group = 1, .port = 80, .accepted = true, .stale = true, .fd = 3 },
	{ .group = 1, .port = 80, .accepted = false, .fd = 4 },
	{ .group = SIZE_MAX, .port = 80, .accepted = false, .fd = 5 },
	{ .group = 0, .port = 80, .accepted = true, .fd = 6 },
	{ .group = 2, .port = 90, .accepted = true, .fd = 7 },
	{ .group = 2, .port = 90, .accepted = true, .active = true, .fd = 8 },
	{ .group = 2, .port = 90, .accepted = false, .fd = 9 },
};

static const struct live live = {
	.report = { .groups = groups, .n_groups = 3 },
	.sockets = sockets,
	.n_sockets = CW_ELEMENTS(sockets),
};

/* The descriptors of the sockets that belong to the finding, as a text. */
static void expect_sockets(const struct finding *finding, const char *expected)
{
	CW_CLEANUP(freep) struct live_socket *found = NULL;
	char text[64] = "";
	size_t n = 0;

	assert_int_equal(subject_sockets(&live, finding, &found, &n), 0);
	for (size_t i = 0; i < n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%d", found[i].fd);
	assert_string_equal(text, expected);
}

static void a_leak_has_the_stale_sockets_of_its_group(void **state)
{
	struct finding finding = { .kind = FINDING_CLOSE_WAIT_LEAK, .netns = "host", .owner = "a.service", .port = 80 };

	(void)state;
	expect_sockets(&finding, "1");
	finding.port = 81;
	expect_sockets(&finding, "");
}

static void a_leak_by_a_stricter_config_has_what_is_not_served(void **state)
{
	struct finding finding = { .kind = FINDING_CLOSE_WAIT_LEAK, .netns = "host", .owner = "c.service", .port = 90 };
	CW_CLEANUP(freep) struct live_socket *found = NULL;
	size_t n;

	(void)state;
	expect_sockets(&finding, "7");
	assert_int_equal(subject_sockets(&live, &finding, &found, &n), 0);
	assert_true(found[0].stale);
}

static void without_the_rights_to_see_owners_the_endpoint_decides(void **state)
{
	struct finding finding = { .kind = FINDING_CLOSE_WAIT_LEAK, .netns = "host", .owner = "c.service", .port = 80 };

	(void)state;
	expect_sockets(&finding, "13");
}

static void an_accept_queue_has_what_was_not_accepted(void **state)
{
	struct finding finding = { .kind = FINDING_ACCEPT_QUEUE, .netns = "host", .owner = "a.service", .port = 80 };

	(void)state;
	expect_sockets(&finding, "45");
}

static void a_unit_goes_into_a_command_only_as_systemd_names_it(void **state)
{
	static const struct {
		const char *unit, *argument; /* NULL: refused */
	} units[] = {
		{ "nginx.service", "nginx.service" },
		{ "getty@tty1.service", "getty@tty1.service" },
		{ "dev-disk-by\\x5cx2dlabel-a.mount", "'dev-disk-by\\x2dlabel-a.mount'" },
		{ "", NULL },
		{ "-M.service", NULL },
		{ "a b.service", NULL },
		{ "$(reboot).service", NULL },
		{ "`reboot`.service", NULL },
		{ "'.service", NULL },
		{ "a|b.service", NULL },
		{ "a&b.service", NULL },
		{ "a\\x3bb.service", NULL },
		{ "a\\x0ab.service", NULL },
		{ "~root.service", NULL },
		{ "*.service", NULL },
	};
	char argument[NAME_MAX_ESCAPED];

	(void)state;
	for (size_t i = 0; i < CW_ELEMENTS(units); i++) {
		bool taken = explain_unit_argument(units[i].unit, argument, sizeof(argument));

		if (taken != (units[i].argument != NULL))
			fail_msg("%s: %s", units[i].unit, taken ? "taken" : "refused");
		if (taken)
			assert_string_equal(argument, units[i].argument);
	}
	assert_false(explain_unit_argument("nginx.service", argument, 8));
}

static void every_cause_and_trend_has_its_text(void **state)
{
	(void)state;
	for (unsigned cause = 0; cause < CAUSES; cause++)
		for (unsigned role = 0; role < ROLES; role++)
			assert_non_null(explain_cause(cause, role));
	for (unsigned trend = 0; trend < TRENDS; trend++)
		assert_non_null(explain_trend(trend));
	assert_null(explain_cause(CAUSES, ROLE_SERVER));
	assert_null(explain_trend(TRENDS));
}

static char *draw(const struct explanation *e)
{
	struct screen screen = { .width = 80 };
	char *text = NULL;
	size_t size;

	screen.out = open_memstream(&text, &size);
	assert_non_null(screen.out);
	explain_do(&screen, e);
	assert_int_equal(fclose(screen.out), 0);
	return text;
}

static void there_is_always_something_to_do_and_no_placeholder_is_left(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2 * CAUSES * ROLES * 2 * 2; i++) {
		CW_CLEANUP(freep) char *text = NULL;
		struct finding finding = {
			.kind = i & 1 ? FINDING_ACCEPT_QUEUE : FINDING_CLOSE_WAIT_LEAK,
			.role = (i >> 1 & 1) ? ROLE_CLIENT : ROLE_SERVER,
			.severity = (i >> 2 & 1) ? SEVERITY_NOTICE : SEVERITY_CRITICAL,
			.n_pids = i >> 3 & 1,
			.pids = { 42 },
			.cause = (enum cause)(i >> 4),
			.netns = "host",
			.full_in_usec = FULL_NEVER,
		};
		struct report_listener listener = { .limit = 128 };
		struct explanation e = { .finding = &finding, .listener = &listener, .somaxconn = 4096 };

		if (finding.cause >= CAUSES)
			break;
		text = draw(&e);
		assert_non_null(strstr(text, "1. "));
		assert_null(strchr(text, '{'));
		assert_null(strstr(text, "/proc/0/"));
	}
}

static void a_client_whose_unit_can_be_named_is_restarted_by_it(void **state)
{
	CW_CLEANUP(freep) char *text = NULL;
	struct finding finding = {
		.kind = FINDING_CLOSE_WAIT_LEAK,
		.role = ROLE_CLIENT,
		.severity = SEVERITY_WARNING,
		.n_pids = 1,
		.pids = { 42 },
		.unit = "app.service",
		.remote = "10.0.0.5:5432",
		.full_in_usec = FULL_NEVER,
	};
	struct explanation e = { .finding = &finding };

	(void)state;
	text = draw(&e);
	assert_non_null(strstr(text, "\n             systemctl restart app.service\n"));
	assert_non_null(strstr(text, "\n             journalctl -u app.service --since=-1h\n"));
	assert_non_null(strstr(text, "\n             ss -tnpo state close-wait 'dst 10.0.0.5:5432'\n"));
	assert_null(strstr(text, "kill"));
}

static void a_status_is_old_after_three_intervals(void **state)
{
	struct report report = { .updated_usec = 1000 * USEC_PER_SEC, .interval_usec = 10 * USEC_PER_SEC };

	(void)state;
	assert_false(status_is_old(&report, 1000 * USEC_PER_SEC));
	assert_false(status_is_old(&report, 1030 * USEC_PER_SEC));
	assert_true(status_is_old(&report, 1030 * USEC_PER_SEC + 1));
	/* The clock was set back. */
	assert_false(status_is_old(&report, 970 * USEC_PER_SEC));
	assert_true(status_is_old(&report, 970 * USEC_PER_SEC - 1));
	report.interval_usec = UINT64_MAX;
	assert_false(status_is_old(&report, UINT64_MAX));
	report.interval_usec = 0;
	assert_true(status_is_old(&report, 1031 * USEC_PER_SEC));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_may_be_cut_while_it_is_unique),
		cmocka_unit_test(a_leak_has_the_stale_sockets_of_its_group),
		cmocka_unit_test(a_leak_by_a_stricter_config_has_what_is_not_served),
		cmocka_unit_test(without_the_rights_to_see_owners_the_endpoint_decides),
		cmocka_unit_test(an_accept_queue_has_what_was_not_accepted),
		cmocka_unit_test(a_unit_goes_into_a_command_only_as_systemd_names_it),
		cmocka_unit_test(every_cause_and_trend_has_its_text),
		cmocka_unit_test(there_is_always_something_to_do_and_no_placeholder_is_left),
		cmocka_unit_test(a_client_whose_unit_can_be_named_is_restarted_by_it),
		cmocka_unit_test(a_status_is_old_after_three_intervals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
