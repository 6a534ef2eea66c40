/* SPDX-License-Identifier: MIT */
#include "core/cleanup.h"
#include "core/span.h"
#include "ctl/json.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SET(array, text) snprintf(array, sizeof(array), "%s", text)

/* Follows "groups.0.holders" from the root; NULL: nothing is there. */
static const json_t *at(const json_t *value, const char *path)
{
	char key[64];

	while (value && *path) {
		size_t length = strcspn(path, ".");

		assert_true(length < sizeof(key));
		memcpy(key, path, length);
		key[length] = '\0';
		value = json_is_array(value) ? json_array_get(value, (size_t)atoi(key)) : json_object_get(value, key);
		path += length + (path[length] == '.');
	}
	return value;
}

enum kind {
	TEXT,
	INTEGER,
	NUMBER,
	BOOLEAN,
	ARRAY,
	OBJECT,
	NOTHING,
};

static bool is_kind(const json_t *value, enum kind kind)
{
	switch (kind) {
	case TEXT:
		return json_is_string(value);
	case INTEGER:
		return json_is_integer(value);
	case NUMBER:
		return json_is_number(value);
	case BOOLEAN:
		return json_is_boolean(value);
	case ARRAY:
		return json_is_array(value);
	case OBJECT:
		return json_is_object(value);
	case NOTHING:
		return json_is_null(value);
	}
	return false;
}

struct key {
	const char *path;
	enum kind kind;
};

static void check_keys(const json_t *root, const struct key *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_kind(at(root, keys[i].path), keys[i].kind))
			fail_msg("%s is missing or of another type", keys[i].path);
}

/* Writes the value and reads the text back, as a script would. */
static json_t *through_text(json_t *value)
{
	CW_CLEANUP(freep) char *text = NULL;
	json_error_t error;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	json_t *read;

	assert_non_null(out);
	assert_int_equal(json_write(out, value), 0);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(text[size - 1], '\n');
	read = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!read)
		fail_msg("%s: %s", error.text, text);
	return read;
}

static void fill_group(struct report_group *g)
{
	*g = (struct report_group){
		.uid = 33,
		.port = 8443,
		.close_wait = 45,
		.stale = 40,
		.active = 3,
		.not_accepted = 2,
		.causes = { 1, 2, 37 },
		.inherited = 4,
		.oldest = { 61234567, 61999999 },
		.n_holders = 1,
		.more_holders = 2,
	};
	g->holders[0] = (struct report_holder){
		.pid = 42,
		.descriptors_open = 12,
		.descriptors_limit = 1024,
		.n_fds = HOLDER_FDS,
		.more_fds = 24,
	};
	for (int i = 0; i < HOLDER_FDS; i++)
		g->holders[0].fds[i] = 5 + i;
	SET(g->holders[0].process, "java");
	SET(g->netns, "host");
	SET(g->owner, "billing.service");
	SET(g->unit, "billing.service");
	SET(g->process, "java");
}

static void fill_finding(struct finding *f)
{
	*f = (struct finding){
		.severity = SEVERITY_WARNING,
		.trend = TREND_GROWING,
		.port = 8443,
		.pids = { 42 },
		.n_pids = 1,
		.count = 40,
		.cause = CAUSE_DRAINED,
		.age = { 61234567, 61999999 },
		.since_usec = 1769860800 * USEC_PER_SEC + 999999,
		.full_in_usec = 90 * USEC_PER_SEC,
	};
	SET(f->id, "0badcafe");
	SET(f->netns, "host");
	SET(f->owner, "billing.service");
	SET(f->unit, "billing.service");
	SET(f->process, "java");
	SET(f->message, "It leaks.");
	SET(f->advice, "Close.");
}

static void fill_listener(struct report_listener *l)
{
	*l = (struct report_listener){ .port = 80, .queue = 3, .limit = 2, .drops = 7, .pid = 1 };
	SET(l->netns, "host");
	SET(l->address, "0.0.0.0");
	SET(l->owner, "nginx.service");
}

/* Everything is known. */
static void fill_report(struct report *r, struct report_group *g, struct finding *f, struct report_listener *l)
{
	fill_group(g);
	fill_finding(f);
	fill_listener(l);
	*r = (struct report){
		.pid = 900,
		.started_usec = 1769860700 * USEC_PER_SEC,
		.updated_usec = 1769860800 * USEC_PER_SEC,
		.interval_usec = 10 * USEC_PER_SEC,
		.cycles = 7,
		.last_cycle_usec = 4321,
		.complete = true,
		.listeners = l,
		.n_listeners = 1,
		.groups = g,
		.n_groups = 1,
		.findings = f,
		.n_findings = 1,
	};
	for (unsigned state = 1; state < SOCK_STATES; state++)
		r->sockets.count[state] = state;
	SET(r->version, "0.1.0");
	SET(r->host, "web1");
	SET(r->boot_id, "01234567-89ab-cdef-0123-456789abcdef");
	SET(r->health, "ok");
}

/* In closewatchctl(1): scripts lean on them. */
static const struct key promised[] = {
	{ "format", INTEGER },
	{ "version", TEXT },
	{ "host", TEXT },
	{ "boot_id", TEXT },
	{ "updated", TEXT },
	{ "running", BOOLEAN },
	{ "interval_seconds", NUMBER },
	{ "cycle.number", INTEGER },
	{ "cycle.seconds", NUMBER },
	{ "cycle.complete", BOOLEAN },
	{ "cycle.health", TEXT },
	{ "sockets.ESTABLISHED", INTEGER },
	{ "sockets.SYN_SENT", INTEGER },
	{ "sockets.SYN_RECV", INTEGER },
	{ "sockets.FIN_WAIT1", INTEGER },
	{ "sockets.FIN_WAIT2", INTEGER },
	{ "sockets.TIME_WAIT", INTEGER },
	{ "sockets.CLOSE", INTEGER },
	{ "sockets.CLOSE_WAIT", INTEGER },
	{ "sockets.LAST_ACK", INTEGER },
	{ "sockets.LISTEN", INTEGER },
	{ "sockets.CLOSING", INTEGER },
	{ "listeners.0.namespace", TEXT },
	{ "listeners.0.address", TEXT },
	{ "listeners.0.port", INTEGER },
	{ "listeners.0.queue", INTEGER },
	{ "listeners.0.limit", INTEGER },
	{ "listeners.0.drops", INTEGER },
	{ "listeners.0.owner", TEXT },
	{ "groups.0.namespace", TEXT },
	{ "groups.0.owner", TEXT },
	{ "groups.0.unit", TEXT },
	{ "groups.0.process", TEXT },
	{ "groups.0.uid", INTEGER },
	{ "groups.0.role", TEXT },
	{ "groups.0.port", INTEGER },
	{ "groups.0.remote", NOTHING },
	{ "groups.0.states.CLOSE_WAIT", INTEGER },
	{ "groups.0.stale", INTEGER },
	{ "groups.0.not_accepted", INTEGER },
	{ "groups.0.active", INTEGER },
	{ "groups.0.causes.unread-eof", INTEGER },
	{ "groups.0.causes.unread-data", INTEGER },
	{ "groups.0.causes.drained", INTEGER },
	{ "groups.0.inherited", INTEGER },
	{ "groups.0.oldest_seconds.at_least", NUMBER },
	{ "groups.0.oldest_seconds.at_most", NUMBER },
	{ "groups.0.holders.0.pid", INTEGER },
	{ "groups.0.holders.0.process", TEXT },
	{ "groups.0.holders.0.fds", ARRAY },
	{ "groups.0.holders.0.more", INTEGER },
	{ "groups.0.holders.0.descriptors.open", INTEGER },
	{ "groups.0.holders.0.descriptors.limit", INTEGER },
	{ "findings.0.id", TEXT },
	{ "findings.0.kind", TEXT },
	{ "findings.0.severity", TEXT },
	{ "findings.0.since", TEXT },
	{ "findings.0.trend", TEXT },
	{ "findings.0.namespace", TEXT },
	{ "findings.0.owner", TEXT },
	{ "findings.0.role", TEXT },
	{ "findings.0.port", INTEGER },
	{ "findings.0.remote", NOTHING },
	{ "findings.0.count", INTEGER },
	{ "findings.0.message", TEXT },
	{ "findings.0.advice", TEXT },
	{ "findings.0.full_in_seconds", NUMBER },
};

static void a_report_has_every_key_that_was_promised(void **state)
{
	struct report_listener listener;
	struct report_group group;
	struct finding finding;
	struct report report;
	json_t *root;

	(void)state;
	fill_report(&report, &group, &finding, &listener);
	root = through_text(json_of_report(&report, true));
	check_keys(root, promised, CW_ELEMENTS(promised));
	json_decref(root);
}

static void values_are_what_the_report_says(void **state)
{
	struct report_listener listener;
	struct report_group group;
	struct finding finding;
	struct report report;
	json_t *root;

	(void)state;
	fill_report(&report, &group, &finding, &listener);
	root = through_text(json_of_report(&report, true));
	assert_int_equal(json_integer_value(at(root, "format")), 1);
	assert_string_equal(json_string_value(at(root, "updated")), "2026-01-31T12:00:00Z");
	assert_true(json_is_true(at(root, "running")));
	assert_int_equal(json_integer_value(at(root, "interval_seconds")), 10);
	assert_true(json_number_value(at(root, "cycle.seconds")) == 0.004);
	assert_int_equal(json_object_size(at(root, "sockets")), SOCK_STATES - 1);
	assert_int_equal(json_integer_value(at(root, "sockets.CLOSE_WAIT")), SOCK_CLOSE_WAIT);
	assert_int_equal(json_integer_value(at(root, "sockets.CLOSING")), SOCK_CLOSING);
	assert_int_equal(json_integer_value(at(root, "groups.0.states.CLOSE_WAIT")), 45);
	assert_int_equal(json_integer_value(at(root, "groups.0.causes.drained")), 37);
	assert_true(json_number_value(at(root, "groups.0.oldest_seconds.at_least")) == 61.234);
	assert_true(json_number_value(at(root, "groups.0.oldest_seconds.at_most")) == 61.999);
	assert_string_equal(json_string_value(at(root, "findings.0.kind")), "close-wait-leak");
	assert_string_equal(json_string_value(at(root, "findings.0.severity")), "warning");
	assert_string_equal(json_string_value(at(root, "findings.0.since")), "2026-01-31T12:00:00Z");
	assert_string_equal(json_string_value(at(root, "findings.0.trend")), "growing");
	assert_int_equal(json_integer_value(at(root, "findings.0.full_in_seconds")), 90);
	json_decref(root);
}

static void long_lists_of_descriptors_are_cut_and_counted(void **state)
{
	struct report_group group;
	json_t *root;

	(void)state;
	fill_group(&group);
	root = through_text(json_of_group(&group));
	assert_int_equal(json_array_size(at(root, "holders.0.fds")), HOLDER_FDS);
	assert_int_equal(json_integer_value(at(root, "holders.0.fds.0")), 5);
	assert_int_equal(json_integer_value(at(root, "holders.0.more")), 24);
	json_decref(root);
}

static void what_is_not_known_is_null_and_its_key_stays(void **state)
{
	static const struct key group_keys[] = {
		{ "unit", NOTHING },
		{ "process", NOTHING },
		{ "port", NOTHING },
		{ "oldest_seconds.at_least", NOTHING },
		{ "oldest_seconds.at_most", NOTHING },
		{ "holders", ARRAY },
	};
	static const struct key finding_keys[] = {
		{ "since", NOTHING }, { "unit", NOTHING },    { "process", NOTHING },
		{ "port", NOTHING },  { "remote", TEXT },     { "full_in_seconds", NOTHING },
		{ "pids", ARRAY },    { "address", NOTHING },
	};
	static const struct key report_keys[] = {
		{ "running", BOOLEAN }, { "interval_seconds", NOTHING }, { "boot_id", NOTHING },
		{ "groups", ARRAY },    { "listeners", ARRAY },          { "findings", ARRAY },
	};
	struct report_group group = { .role = ROLE_CLIENT, .netns = "host", .owner = "uid 1", .remote = "[::1]:80" };
	struct finding finding = {
		.role = ROLE_CLIENT, .netns = "host", .owner = "uid 1", .remote = "[::1]:80", .full_in_usec = FULL_NEVER
	};
	struct report report = { .updated_usec = 1 };
	json_t *root;

	(void)state;
	root = through_text(json_of_group(&group));
	check_keys(root, group_keys, CW_ELEMENTS(group_keys));
	json_decref(root);
	root = through_text(json_of_finding(&finding));
	check_keys(root, finding_keys, CW_ELEMENTS(finding_keys));
	json_decref(root);
	root = through_text(json_of_report(&report, false));
	check_keys(root, report_keys, CW_ELEMENTS(report_keys));
	assert_true(json_is_false(at(root, "running")));
	json_decref(root);
}

static void a_limit_without_end_is_null(void **state)
{
	struct report_group group;
	json_t *root;

	(void)state;
	fill_group(&group);
	group.holders[0].descriptors_limit = UINT64_MAX;
	group.holders[0].descriptors_open = 0;
	root = through_text(json_of_group(&group));
	assert_true(json_is_null(at(root, "holders.0.descriptors.limit")));
	assert_true(json_is_null(at(root, "holders.0.descriptors.open")));
	json_decref(root);
}

static void an_escaped_name_arrives_as_it_is(void **state)
{
	struct finding finding;
	json_t *root;

	(void)state;
	fill_finding(&finding);
	SET(finding.process, "a\\x22\\x0a\\x1b\\x5cb");
	root = through_text(json_of_finding(&finding));
	assert_string_equal(json_string_value(at(root, "process")), finding.process);
	json_decref(root);
}

static void a_socket_without_holder_has_no_descriptor(void **state)
{
	struct live_socket socket = { .port = 80, .fd = -1, .stale = true, .cause = CAUSE_UNREAD_DATA, .unread = 15 };
	json_t *root;

	(void)state;
	SET(socket.remote, "127.0.0.1:1");
	root = through_text(json_of_socket(&socket));
	assert_true(json_is_null(at(root, "pid")));
	assert_true(json_is_null(at(root, "fd")));
	assert_string_equal(json_string_value(at(root, "cause")), "unread-data");
	assert_int_equal(json_integer_value(at(root, "unread")), 15);
	json_decref(root);
}

static void explain_gives_the_finding_its_group_and_the_sockets(void **state)
{
	struct live_socket socket = { .port = 8443, .pid = 42, .fd = 5, .stale = true };
	struct report_group group;
	struct finding finding;
	struct explanation e = {
		.finding = &finding, .group = &group, .sockets = &socket, .n_sockets = 1, .all_sockets = 40
	};
	json_t *root;

	(void)state;
	fill_group(&group);
	fill_finding(&finding);
	root = through_text(json_of_explanation(&e));
	assert_int_equal(json_integer_value(at(root, "format")), 1);
	assert_string_equal(json_string_value(at(root, "finding.id")), "0badcafe");
	assert_int_equal(json_integer_value(at(root, "group.stale")), 40);
	assert_true(json_is_null(at(root, "listener")));
	assert_int_equal(json_integer_value(at(root, "sockets.0.fd")), 5);
	assert_int_equal(json_integer_value(at(root, "more_sockets")), 39);
	json_decref(root);
}

static void a_full_disk_is_an_error(void **state)
{
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	if (!full)
		skip();
	setvbuf(full, NULL, _IONBF, 0);
	assert_int_equal(json_write(full, json_object()), -ENOSPC);
	fclose(full);
	assert_int_equal(json_write(stdout, NULL), -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_has_every_key_that_was_promised),
		cmocka_unit_test(values_are_what_the_report_says),
		cmocka_unit_test(long_lists_of_descriptors_are_cut_and_counted),
		cmocka_unit_test(what_is_not_known_is_null_and_its_key_stays),
		cmocka_unit_test(a_limit_without_end_is_null),
		cmocka_unit_test(an_escaped_name_arrives_as_it_is),
		cmocka_unit_test(a_socket_without_holder_has_no_descriptor),
		cmocka_unit_test(explain_gives_the_finding_its_group_and_the_sockets),
		cmocka_unit_test(a_full_disk_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
