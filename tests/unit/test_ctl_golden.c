/* SPDX-License-Identifier: MIT */
/* What people read, held against tests/golden/NAME.txt. UPDATE_GOLDEN=1 writes the files anew: then read the diff. */
#include "core/cleanup.h"
#include "core/span.h"
#include "ctl/check_view.h"
#include "ctl/events_view.h"
#include "ctl/explain_view.h"
#include "ctl/list_view.h"
#include "ctl/status_view.h"
#include "ctl/subject.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define NOON (1769860800 * USEC_PER_SEC) /* 2026-01-31T12:00:00Z */
#define NOW (NOON + 3 * USEC_PER_SEC)
#define HOSTILE "evil\\x1b\\x5b2J\\x0ac\\x22\\x3d\\x5d"

#define SET(array, text) snprintf(array, sizeof(array), "%s", text)

/* A report under construction. */
struct sample {
	struct report report;
	struct live_socket sockets[GROUP_SAMPLES];
};

static void begin(struct sample *s)
{
	struct report *r = &s->report;

	*s = (struct sample){ 0 };
	SET(r->version, "0.1.0");
	SET(r->host, "web1");
	SET(r->health, "ok");
	r->pid = 900;
	r->updated_usec = NOON;
	r->interval_usec = 10 * USEC_PER_SEC;
	r->cycles = 7;
	r->complete = true;
	r->sockets.count[SOCK_ESTABLISHED] = 812;
	r->sockets.count[SOCK_LISTEN] = 23;
	r->sockets.count[SOCK_CLOSE_WAIT] = 1209;
	r->sockets.count[SOCK_TIME_WAIT] = 3311;
	r->sockets.count[SOCK_SYN_SENT] = 5;
	r->sockets.count[SOCK_FIN_WAIT2] = 7;
	r->findings = test_calloc(500, sizeof(*r->findings));
	r->groups = test_calloc(8, sizeof(*r->groups));
	r->listeners = test_calloc(8, sizeof(*r->listeners));
}

static void end(struct sample *s)
{
	test_free(s->report.findings);
	test_free(s->report.groups);
	test_free(s->report.listeners);
}

static struct finding *add_finding(struct sample *s, enum finding_kind kind, enum severity severity, const char *id)
{
	struct finding *f = &s->report.findings[s->report.n_findings++];

	*f = (struct finding){
		.kind = kind,
		.severity = severity,
		.since_usec = NOON - 5 * USEC_PER_HOUR,
		.full_in_usec = FULL_NEVER,
	};
	SET(f->id, id);
	SET(f->netns, "host");
	return f;
}

static void add_sample(struct report_group *g, const char *remote, int32_t pid, int32_t fd, uint32_t unread,
		       uint64_t age)
{
	struct report_sample *sample = &g->samples[g->n_samples++];
	enum cause read_all = g->causes[CAUSE_DRAINED] ? CAUSE_DRAINED : CAUSE_UNREAD_EOF;

	*sample = (struct report_sample){
		.pid = pid,
		.fd = fd,
		.unread = unread,
		.cause = unread ? CAUSE_UNREAD_DATA : read_all,
		.age = { age, age },
	};
	SET(sample->remote, remote);
}

/* A group that belongs to the finding. */
static struct report_group *add_group(struct sample *s, const struct finding *f)
{
	struct report_group *g = &s->report.groups[s->report.n_groups++];

	*g = (struct report_group){
		.uid = 33,
		.role = f->role,
		.port = f->port,
		.close_wait = f->count,
		.stale = f->count,
		.oldest = f->age,
	};
	g->causes[f->cause] = f->count;
	SET(g->netns, f->netns);
	SET(g->owner, f->owner);
	SET(g->unit, f->unit);
	SET(g->process, f->process);
	SET(g->remote, f->remote);
	if (f->n_pids == 0)
		return g;
	g->n_holders = 1;
	g->holders[0].pid = f->pids[0];
	SET(g->holders[0].process, f->process);
	return g;
}

static void add_billing(struct sample *s)
{
	struct finding *f = add_finding(s, FINDING_CLOSE_WAIT_LEAK, SEVERITY_CRITICAL, "5be1c02a");
	struct report_group *g;

	f->role = ROLE_SERVER;
	f->trend = TREND_GROWING;
	f->port = 8443;
	f->pids[0] = 4211;
	f->n_pids = 1;
	f->count = 1204;
	f->cause = CAUSE_DRAINED;
	f->age = (struct age){ 18720 * USEC_PER_SEC, 18720 * USEC_PER_SEC };
	f->full_in_usec = 10 * USEC_PER_HOUR;
	SET(f->owner, "billing.service");
	SET(f->unit, "billing.service");
	SET(f->process, "java");
	SET(f->message,
	    "billing.service leaks CLOSE_WAIT on port 8443: 1204 sockets idle, the oldest for 5 h 12 min, growing by "
	    "4 a minute. Everything was read, close() is missing. java (4211) uses 1530 of 4096 descriptors, full "
	    "in about 10 h at this rate.");
	g = add_group(s, f);
	g->close_wait = 1207;
	g->active = 3;
	g->causes[CAUSE_DRAINED] = 1200;
	g->causes[CAUSE_UNREAD_DATA] = 4;
	g->holders[0].descriptors_open = 1530;
	g->holders[0].descriptors_limit = 4096;
	add_sample(g, "10.1.2.3:50122", 4211, 311, 0, 18720 * USEC_PER_SEC);
	add_sample(g, "10.1.2.4:50123", 4211, 312, 0, 18715 * USEC_PER_SEC);
	add_sample(g, "10.1.2.3:50988", 4211, 1007, 65536, 18000 * USEC_PER_SEC);
}

static void add_nginx(struct sample *s)
{
	struct finding *f = add_finding(s, FINDING_ACCEPT_QUEUE, SEVERITY_WARNING, "93ab00ff");
	struct report_listener *l = &s->report.listeners[s->report.n_listeners++];

	f->port = 80;
	f->pids[0] = 812;
	f->n_pids = 1;
	f->count = 410;
	f->age = (struct age){ 12 * USEC_PER_SEC, 12 * USEC_PER_SEC };
	f->since_usec = NOON - 40 * USEC_PER_SEC;
	SET(f->address, "0.0.0.0");
	SET(f->owner, "nginx.service");
	SET(f->unit, "nginx.service");
	SET(f->process, "nginx");
	SET(f->message,
	    "nginx.service does not accept fast enough on 0.0.0.0:80: 410 of 511 wait, the longest for 12 s. nginx "
	    "(812) holds the listener.");
	*l = (struct report_listener){
		.port = 80,
		.queue = 410,
		.limit = 511,
		.drops = 77,
		.oldest_wait_usec = 12 * USEC_PER_SEC,
		.pid = 812,
	};
	SET(l->netns, "host");
	SET(l->address, "0.0.0.0");
	SET(l->owner, "nginx.service");
	SET(l->unit, "nginx.service");
	SET(l->process, "nginx");
}

static void add_pool(struct sample *s)
{
	struct finding *f = add_finding(s, FINDING_CLOSE_WAIT_LEAK, SEVERITY_NOTICE, "0badcafe");
	struct report_group *g;

	f->role = ROLE_CLIENT;
	f->trend = TREND_STEADY;
	f->pids[0] = 77;
	f->n_pids = 1;
	f->count = 2;
	f->cause = CAUSE_UNREAD_EOF;
	f->age = (struct age){ 4000 * USEC_PER_SEC, 9000 * USEC_PER_SEC };
	SET(f->owner, "python3");
	SET(f->process, "python3");
	SET(f->remote, "[2001:db8:1234:5678:9abc:def0:1234:5678]:5432");
	SET(f->message, "python3 keeps connections that the other side has closed to "
			"[2001:db8:1234:5678:9abc:def0:1234:5678]:5432: 2 sockets idle, the oldest for 1 h 6 min. The "
			"end-of-file was never read: idle connections of a pool, or forgotten ones.");
	g = add_group(s, f);
	g->holders[0].descriptors_open = 12;
	g->holders[0].descriptors_limit = UINT64_MAX;
	add_sample(g, f->remote, 77, 5, 0, 4000 * USEC_PER_SEC);
	g->samples[0].age.at_most_usec = 9000 * USEC_PER_SEC;
	add_sample(g, f->remote, 77, 6, 0, 3600 * USEC_PER_SEC);
}

static void make_well(struct sample *s)
{
	begin(s);
}

static void make_two(struct sample *s)
{
	begin(s);
	add_billing(s);
	add_nginx(s);
}

/* As many wait as the limit says, which is not full yet; and the limit is the kernel's. */
static void make_brim(struct sample *s)
{
	begin(s);
	add_nginx(s);
	s->report.findings[0].n_pids = 0;
	s->report.findings[0].unit[0] = '\0';
	s->report.listeners[0].queue = 4096;
	s->report.listeners[0].limit = 4096;
	s->report.listeners[0].overflowed = 1;
	s->report.listeners[0].pid = 0;
}

/* The worse one is not found any more, but its alert is not cleared yet. */
static void make_gone(struct sample *s)
{
	make_two(s);
	s->report.findings[0].gone_usec = NOON - 9 * USEC_PER_SEC;
}

static void make_old(struct sample *s)
{
	begin(s);
	s->report.updated_usec = NOON - 2 * USEC_PER_HOUR;
}

static void make_pool(struct sample *s)
{
	begin(s);
	add_pool(s);
}

static void make_trouble(struct sample *s)
{
	begin(s);
	s->report.complete = false;
	SET(s->report.health,
	    "The last look is incomplete (the kernel has no TCP module for sock_diag, load it: modprobe "
	    "tcp_diag): nothing is cleared, the last picture is kept.");
}

/* A name of 15 bytes in its escaped form, units that would run a command, and a queue that is full. */
static void make_hostile(struct sample *s)
{
	struct finding *f;
	struct report_group *g;

	begin(s);
	f = add_finding(s, FINDING_CLOSE_WAIT_LEAK, SEVERITY_WARNING, "deadbeef");
	f->role = ROLE_SERVER;
	f->port = 65535;
	f->pids[0] = 4194304;
	f->n_pids = 2;
	f->pids[1] = 4194303;
	f->count = 12;
	f->cause = CAUSE_UNREAD_DATA;
	f->inherited = true;
	f->age = (struct age){ 61 * USEC_PER_SEC, 62 * USEC_PER_SEC };
	SET(f->owner, "$(reboot)\\x3b`id`'x' " HOSTILE HOSTILE HOSTILE ".service");
	SET(f->unit, f->owner);
	SET(f->process, HOSTILE);
	snprintf(
		f->message, sizeof(f->message),
		"%s holds inherited CLOSE_WAIT sockets on port 65535: 12 sockets idle, the oldest for 1 min 1 s. Data is still "
		"unread: the reader is stuck, and closing will reset the connections.",
		f->owner);
	g = add_group(s, f);
	g->n_holders = 2;
	g->holders[1] = g->holders[0];
	g->holders[1].pid = 4194303;
	add_sample(g, "255.255.255.255:65535", 4194304, 1048575, UINT32_MAX - 1, 61 * USEC_PER_SEC);
	add_nginx(s);
	s->report.findings[1].severity = SEVERITY_CRITICAL;
	SET(s->report.findings[1].owner, f->owner);
	SET(s->report.findings[1].unit, "x'$(reboot)'.service");
	SET(s->report.listeners[0].owner, f->owner);
	s->report.listeners[0].queue = 512;
	s->report.listeners[0].overflowed = 77;
	s->report.listeners[0].not_accepted = 1;
	qsort(s->report.findings, 2, sizeof(*s->report.findings), finding_compare);
}

static void make_unheld(struct sample *s)
{
	struct finding *f;
	struct report_group *g;

	begin(s);
	f = add_finding(s, FINDING_CLOSE_WAIT_LEAK, SEVERITY_WARNING, "00c0ffee");
	f->role = ROLE_SERVER;
	f->port = 8080;
	f->count = 1;
	f->cause = CAUSE_UNREAD_EOF;
	f->age = (struct age){ 3700 * USEC_PER_SEC, 3700 * USEC_PER_SEC };
	SET(f->owner, "uid 33");
	SET(f->message,
	    "CLOSE_WAIT sockets that no process holds (uid 33) on port 8080: 1 socket idle for 1 h 1 min. The "
	    "end-of-file was never read: the program does not look at them any more.");
	g = add_group(s, f);
	g->unheld = 1;
	add_sample(g, "127.0.0.1:40000", 0, -1, 0, 3700 * USEC_PER_SEC);
}

static void make_blind(struct sample *s)
{
	make_unheld(s);
	s->report.groups[0].unheld = 0;
	SET(s->report.health,
	    "CAP_SYS_PTRACE or CAP_DAC_READ_SEARCH is missing: sockets of other users are reported without "
	    "their process.");
}

static void make_many(struct sample *s)
{
	begin(s);
	for (unsigned i = 0; i < 500; i++) {
		char id[FINDING_ID_MAX];
		struct finding *f;

		snprintf(id, sizeof(id), "%08x", i * 2654435761u);
		f = add_finding(s, FINDING_CLOSE_WAIT_LEAK, SEVERITY_WARNING, id);
		f->role = ROLE_SERVER;
		f->port = (uint16_t)(1000 + i);
		f->count = 500 - i;
		f->age = (struct age){ 90 * USEC_PER_SEC, 90 * USEC_PER_SEC };
		SET(f->owner, "app.service");
		snprintf(f->message, sizeof(f->message), "app.service leaks CLOSE_WAIT on port %u: %u sockets idle.",
			 f->port, 500 - i);
	}
}

/* What is drawn of a report. */
static void draw_status(const struct screen *screen, struct sample *s)
{
	status_view(screen, &s->report, false);
}

static void draw_old_status(const struct screen *screen, struct sample *s)
{
	status_view(screen, &s->report, true);
}

static void draw_scan(const struct screen *screen, struct sample *s)
{
	scan_view(screen, &s->report);
}

static void draw_findings(const struct screen *screen, struct sample *s)
{
	assert_int_equal(list_view_findings(screen, s->report.findings, s->report.n_findings, true), 0);
}

static void draw_lists(const struct screen *screen, struct sample *s)
{
	size_t n = s->report.n_groups ? subject_samples(&s->report.groups[0], s->sockets, GROUP_SAMPLES) : 0;

	draw_findings(screen, s);
	fputc('\n', screen->out);
	assert_int_equal(list_view_groups(screen, s->report.groups, s->report.n_groups, true), 0);
	fputc('\n', screen->out);
	assert_int_equal(list_view_listeners(screen, s->report.listeners, s->report.n_listeners, true), 0);
	fputc('\n', screen->out);
	assert_int_equal(list_view_sockets(screen, s->sockets, n, true), 0);
}

static void explain(const struct screen *screen, struct sample *s, size_t i, bool live, bool sees_holders)
{
	struct explanation e = {
		.finding = &s->report.findings[i],
		.group = report_group_of(&s->report, &s->report.findings[i]),
		.listener = report_listener_of(&s->report, &s->report.findings[i]),
		.seen = &s->report,
		.live = live,
		.sockets = s->sockets,
		.somaxconn = 4096,
		.sees_holders = sees_holders,
	};

	if (e.group) {
		e.n_sockets = subject_samples(e.group, s->sockets, GROUP_SAMPLES);
		e.all_sockets = e.group->stale;
	}
	explain_view(screen, &e);
}

static void draw_first(const struct screen *screen, struct sample *s)
{
	explain(screen, s, 0, true, true);
}

static void draw_first_unprivileged(const struct screen *screen, struct sample *s)
{
	explain(screen, s, 0, true, false);
}

static void draw_gone(const struct screen *screen, struct sample *s)
{
	struct explanation e = {
		.finding = &s->report.findings[0],
		.group = &s->report.groups[0],
		.seen = &s->report,
		.over = true,
		.live = true,
		.sees_holders = true,
	};

	explain_view(screen, &e);
}

static void draw_second(const struct screen *screen, struct sample *s)
{
	explain(screen, s, 1, false, true);
}

/* A finding of a few more, of which one is a notice, and a process with a "|" in its name. */
static void make_several(struct sample *s)
{
	make_two(s);
	add_pool(s);
	s->report.last_cycle_usec = 4123;
	SET(s->report.findings[1].message, "a|b does not accept fast enough on 0.0.0.0:80: 410 of 511 wait.");
}

static void make_missed(struct sample *s)
{
	make_trouble(s);
	s->report.last_cycle_usec = 10 * USEC_PER_SEC + 5;
}

static void check_by(const struct screen *screen, struct sample *s, const struct check_rule *rule,
		     enum check_state state)
{
	assert_int_equal(check_view(screen->out, &s->report, rule), state);
}

static void draw_check_ok(const struct screen *screen, struct sample *s)
{
	check_by(screen, s, &(struct check_rule){ FINDING_ALL_KINDS, SEVERITY_WARNING, SEVERITY_CRITICAL }, CHECK_OK);
}

static void draw_check_critical(const struct screen *screen, struct sample *s)
{
	check_by(screen, s, &(struct check_rule){ FINDING_ALL_KINDS, SEVERITY_WARNING, SEVERITY_CRITICAL },
		 CHECK_CRITICAL);
}

static void draw_check_queues(const struct screen *screen, struct sample *s)
{
	check_by(screen, s, &(struct check_rule){ 1u << FINDING_ACCEPT_QUEUE, SEVERITY_WARNING, SEVERITY_CRITICAL },
		 CHECK_WARNING);
}

static void draw_check_notices(const struct screen *screen, struct sample *s)
{
	check_by(screen, s, &(struct check_rule){ FINDING_ALL_KINDS, SEVERITY_NOTICE, SEVERITIES }, CHECK_WARNING);
}

static void draw_check_never(const struct screen *screen, struct sample *s)
{
	check_by(screen, s, &(struct check_rule){ FINDING_ALL_KINDS, SEVERITIES, SEVERITIES }, CHECK_OK);
}

static void draw_check_unknown(const struct screen *screen, struct sample *s)
{
	check_by(screen, s, &(struct check_rule){ FINDING_ALL_KINDS, SEVERITY_WARNING, SEVERITY_CRITICAL },
		 CHECK_UNKNOWN);
}

static void draw_events(const struct screen *screen, struct sample *s)
{
	struct logged_event event = { .time_usec = NOON };

	for (size_t i = 0; i < s->report.n_findings; i++) {
		const struct finding *f = &s->report.findings[i];

		SET(event.event, i ? "change" : "raise");
		SET(event.severity, severity_name(f->severity));
		SET(event.id, f->id);
		SET(event.message, f->message);
		events_view(screen, &event);
		event.time_usec += USEC_PER_HOUR;
	}
	SET(event.event, "clear");
	SET(event.message, "It is over.");
	events_view(screen, &event);
	event = (struct logged_event){ .time_usec = UINT64_MAX };
	events_view(screen, &event);
}

static char *golden_path(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char *path = NULL;

	assert_true(asprintf(&path, "%s/tests/golden/%s.txt", srcdir ? srcdir : ".", name) > 0);
	return path;
}

static char *read_golden(const char *name)
{
	CW_CLEANUP(freep) char *path = golden_path(name);
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!file)
		fail_msg("%s is missing: run with UPDATE_GOLDEN=1", path);
	if (getdelim(&text, &size, '\0', file) < 0)
		fail_msg("%s is empty", path);
	fclose(file);
	return text;
}

static void write_golden(const char *name, const char *text)
{
	CW_CLEANUP(freep) char *path = golden_path(name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* No line of a plain drawing is wider than the screen, but for commands, which stand alone in theirs. */
static void assert_fits(const char *text, size_t width)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		if (length > width && strncmp(text, "             ", 13) != 0)
			fail_msg("wider than %zu: %.*s", width, (int)length, text);
		text += length;
		text += *text == '\n';
	}
}

static void check(const char *name, void (*make)(struct sample *s),
		  void (*draw)(const struct screen *screen, struct sample *s), size_t width, bool color)
{
	CW_CLEANUP(freep) char *text = NULL, *golden = NULL;
	struct sample s;
	size_t size;
	struct screen screen = { .width = width, .color = color, .cut = true, .now_usec = NOW };

	make(&s);
	screen.out = open_memstream(&text, &size);
	assert_non_null(screen.out);
	draw(&screen, &s);
	assert_int_equal(fclose(screen.out), 0);
	end(&s);
	if (!color)
		assert_fits(text, width);
	if (getenv("UPDATE_GOLDEN")) {
		write_golden(name, text);
		return;
	}
	golden = read_golden(name);
	assert_string_equal(text, golden);
}

static void status_says_that_all_is_well(void **state)
{
	(void)state;
	check("status-well-80", make_well, draw_status, 80, false);
}

static void status_shows_findings_worst_first(void **state)
{
	(void)state;
	check("status-two-80", make_two, draw_status, 80, false);
	check("status-two-120", make_two, draw_status, 120, false);
	check("status-two-80-color", make_two, draw_status, 80, true);
}

static void an_old_status_is_shown_as_old(void **state)
{
	(void)state;
	check("status-old-80-color", make_old, draw_old_status, 80, true);
}

static void status_says_what_was_not_seen(void **state)
{
	(void)state;
	check("status-trouble-80", make_trouble, draw_status, 80, false);
}

static void status_of_many_findings_shows_the_worst_and_counts_the_rest(void **state)
{
	(void)state;
	check("status-many-80", make_many, draw_status, 80, false);
}

static void status_breaks_hostile_names_into_lines_that_fit(void **state)
{
	(void)state;
	check("status-hostile-80", make_hostile, draw_status, 80, false);
}

static void scan_looks_like_status(void **state)
{
	(void)state;
	check("scan-well-80", make_well, draw_scan, 80, false);
	check("scan-pool-80", make_pool, draw_scan, 80, false);
}

static void tables_fit_the_width_and_use_more(void **state)
{
	(void)state;
	check("list-two-80", make_two, draw_lists, 80, false);
	check("list-two-120", make_two, draw_lists, 120, false);
	check("list-two-80-color", make_two, draw_lists, 80, true);
	check("list-pool-80", make_pool, draw_lists, 80, false);
	check("list-hostile-80", make_hostile, draw_lists, 80, false);
	check("list-well-80", make_well, draw_lists, 80, false);
}

#define WHOLE 65535 /* columns: a monitor's line is not broken */

static void check_tells_the_worst_of_the_findings_that_count(void **state)
{
	(void)state;
	check("check-well", make_well, draw_check_ok, WHOLE, false);
	check("check-several", make_several, draw_check_critical, WHOLE, false);
	check("check-several-queues", make_several, draw_check_queues, WHOLE, false);
	check("check-several-notices", make_several, draw_check_notices, WHOLE, false);
	check("check-several-never", make_several, draw_check_never, WHOLE, false);
	check("check-pool", make_pool, draw_check_ok, WHOLE, false);
}

static void check_of_many_findings_is_a_line_of_bounded_length(void **state)
{
	(void)state;
	check("check-many", make_many, draw_check_notices, 1024, false);
}

static void check_of_an_incomplete_look_is_not_ok(void **state)
{
	(void)state;
	check("check-trouble", make_missed, draw_check_unknown, WHOLE, false);
}

static void events_break_into_lines_that_fit(void **state)
{
	(void)state;
	check("events-two-80", make_two, draw_events, 80, false);
	check("events-two-80-color", make_two, draw_events, 80, true);
	check("events-hostile-40", make_hostile, draw_events, 40, false);
}

static void explain_a_leak_of_a_server(void **state)
{
	(void)state;
	check("explain-leak-80", make_two, draw_first, 80, false);
	check("explain-leak-120", make_two, draw_first, 120, false);
	check("explain-leak-80-color", make_two, draw_first, 80, true);
}

static void explain_an_accept_queue(void **state)
{
	(void)state;
	check("explain-queue-80", make_two, draw_second, 80, false);
	check("explain-brim-80", make_brim, draw_first, 80, false);
}

static void explain_a_client_pool(void **state)
{
	(void)state;
	check("explain-pool-80", make_pool, draw_first, 80, false);
}

static void explain_sockets_that_nobody_holds(void **state)
{
	(void)state;
	check("explain-unheld-80", make_unheld, draw_first, 80, false);
}

static void explain_without_the_rights_sends_to_root(void **state)
{
	(void)state;
	check("explain-blind-80", make_blind, draw_first_unprivileged, 80, false);
}

static void what_is_over_is_told_as_over_and_nothing_is_to_be_killed(void **state)
{
	(void)state;
	check("status-gone-80", make_gone, draw_status, 80, false);
	check("status-gone-80-color", make_gone, draw_status, 80, true);
	check("list-gone-80", make_gone, draw_findings, 80, false);
	check("explain-gone-80", make_gone, draw_gone, 80, false);
	check("explain-vanished-80", make_two, draw_gone, 80, false);
}

static void explain_puts_no_hostile_unit_into_a_command(void **state)
{
	(void)state;
	check("explain-hostile-80", make_hostile, draw_second, 80, false);
	check("explain-hostile-queue-80", make_hostile, draw_first, 80, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_says_that_all_is_well),
		cmocka_unit_test(status_shows_findings_worst_first),
		cmocka_unit_test(an_old_status_is_shown_as_old),
		cmocka_unit_test(status_says_what_was_not_seen),
		cmocka_unit_test(status_of_many_findings_shows_the_worst_and_counts_the_rest),
		cmocka_unit_test(status_breaks_hostile_names_into_lines_that_fit),
		cmocka_unit_test(scan_looks_like_status),
		cmocka_unit_test(tables_fit_the_width_and_use_more),
		cmocka_unit_test(check_tells_the_worst_of_the_findings_that_count),
		cmocka_unit_test(check_of_many_findings_is_a_line_of_bounded_length),
		cmocka_unit_test(check_of_an_incomplete_look_is_not_ok),
		cmocka_unit_test(events_break_into_lines_that_fit),
		cmocka_unit_test(explain_a_leak_of_a_server),
		cmocka_unit_test(explain_an_accept_queue),
		cmocka_unit_test(explain_a_client_pool),
		cmocka_unit_test(explain_sockets_that_nobody_holds),
		cmocka_unit_test(explain_without_the_rights_sends_to_root),
		cmocka_unit_test(what_is_over_is_told_as_over_and_nothing_is_to_be_killed),
		cmocka_unit_test(explain_puts_no_hostile_unit_into_a_command),
	};

	/* A wall clock stands in the advice. */
	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
