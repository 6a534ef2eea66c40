/* SPDX-License-Identifier: MIT */
#include "core/cleanup.h"
#include "core/span.h"
#include "own_mounts.h"
#include "sink/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>

static const struct journal structured = { .structured = true, .prefix = true };

static struct event event(enum event_type type, enum finding_kind kind)
{
	struct event e = {
		.type = type,
		.finding = {
			.id = "5be1c02a",
			.kind = kind,
			.severity = SEVERITY_CRITICAL,
			.role = ROLE_SERVER,
			.netns = "host",
			.owner = "billing.service",
			.port = 8443,
			.pids = { 4211, 4212 },
			.n_pids = 2,
			.count = 1204,
			.cause = CAUSE_DRAINED,
			.age = { 18720 * USEC_PER_SEC + 900000, 18722 * USEC_PER_SEC },
			.message = "billing.service leaks CLOSE_WAIT on port 8443.",
		},
	};

	return e;
}

/* Everything below runs in a child, where /run is empty and our own; it fails by its exit status. */

static void check(bool right, const char *what)
{
	if (right)
		return;
	fprintf(stdout, "not so: %s\n", what);
	fflush(stdout);
	_exit(1);
}

#define CHECK(condition) check(condition, #condition)

/* A socket where journald would have its own. */
static int bind_journal(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/socket" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	CHECK(mkdir("/run/systemd", 0755) == 0 && mkdir("/run/systemd/journal", 0755) == 0);
	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	return fd;
}

/* The next entry, NUL at its end; fields without newlines come as KEY=VALUE lines. */
static void receive(int fd, char *buffer, size_t size)
{
	ssize_t n = recv(fd, buffer, size - 1, MSG_DONTWAIT);

	CHECK(n > 0);
	buffer[n] = '\0';
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts the lines of an entry. */
static void sort_lines(const char *entry, char *buffer, size_t size)
{
	CW_CLEANUP(freep) char *copy = strdup(entry);
	char *position = copy, *lines[64];
	size_t n = 0, used = 0;

	while (n < 64 && (lines[n] = strsep(&position, "\n")) && *lines[n])
		n++;
	qsort(lines, n, sizeof(*lines), compare_lines);
	for (size_t i = 0; i < n; i++)
		used += (size_t)snprintf(buffer + used, size - used, "%s\n", lines[i]);
}

static void check_entry(int fd, const char *expected)
{
	char entry[8192], sorted[8192];

	receive(fd, entry, sizeof(entry));
	sort_lines(entry, sorted, sizeof(sorted));
	if (strcmp(sorted, expected) != 0)
		fprintf(stdout, "expected:\n%sgot:\n%s", expected, sorted);
	CHECK(strcmp(sorted, expected) == 0);
}

static void check_leak(void)
{
	int fd = bind_journal();
	struct event e = event(EVENT_RAISE, FINDING_CLOSE_WAIT_LEAK);

	CHECK(journal_event(&structured, &e) == 0);
	check_entry(fd, "CLOSEWATCH_AGE_SEC=18720\n"
			"CLOSEWATCH_CAUSE=drained\n"
			"CLOSEWATCH_COUNT=1204\n"
			"CLOSEWATCH_EVENT=raise\n"
			"CLOSEWATCH_ID=5be1c02a\n"
			"CLOSEWATCH_KIND=close-wait-leak\n"
			"CLOSEWATCH_NAMESPACE=host\n"
			"CLOSEWATCH_OWNER=billing.service\n"
			"CLOSEWATCH_PIDS=4211 4212\n"
			"CLOSEWATCH_PORT=8443\n"
			"CLOSEWATCH_ROLE=server\n"
			"CLOSEWATCH_SEVERITY=critical\n"
			"MESSAGE=billing.service leaks CLOSE_WAIT on port 8443.\n"
			"MESSAGE_ID=8780c5b59430495d9d9dd27e34b4d457\n"
			"OBJECT_PID=4211\n"
			"PRIORITY=2\n"
			"SYSLOG_IDENTIFIER=closewatchd\n");
}

static void check_client(void)
{
	int fd = bind_journal();
	struct event e = event(EVENT_CHANGE, FINDING_CLOSE_WAIT_LEAK);

	e.finding.role = ROLE_CLIENT;
	e.finding.port = 0;
	e.finding.severity = SEVERITY_NOTICE;
	e.finding.inherited = true;
	e.finding.n_pids = 0;
	strcpy(e.finding.remote, "[2001:db8::1]:5432");
	CHECK(journal_event(&structured, &e) == 0);
	check_entry(fd, "CLOSEWATCH_AGE_SEC=18720\n"
			"CLOSEWATCH_CAUSE=drained\n"
			"CLOSEWATCH_CAUSE=inherited\n"
			"CLOSEWATCH_COUNT=1204\n"
			"CLOSEWATCH_EVENT=change\n"
			"CLOSEWATCH_ID=5be1c02a\n"
			"CLOSEWATCH_KIND=close-wait-leak\n"
			"CLOSEWATCH_NAMESPACE=host\n"
			"CLOSEWATCH_OWNER=billing.service\n"
			"CLOSEWATCH_REMOTE=[2001:db8::1]:5432\n"
			"CLOSEWATCH_ROLE=client\n"
			"CLOSEWATCH_SEVERITY=notice\n"
			"MESSAGE=billing.service leaks CLOSE_WAIT on port 8443.\n"
			"MESSAGE_ID=8780c5b59430495d9d9dd27e34b4d457\n"
			"PRIORITY=5\n"
			"SYSLOG_IDENTIFIER=closewatchd\n");
}

static void check_queue_clear(void)
{
	int fd = bind_journal();
	struct event e = event(EVENT_CLEAR, FINDING_ACCEPT_QUEUE);

	e.finding.n_pids = 1;
	strcpy(e.finding.unit, "billing.service");
	strcpy(e.finding.message, "It is over.");
	CHECK(journal_event(&structured, &e) == 0);
	check_entry(fd, "CLOSEWATCH_AGE_SEC=18720\n"
			"CLOSEWATCH_COUNT=1204\n"
			"CLOSEWATCH_EVENT=clear\n"
			"CLOSEWATCH_ID=5be1c02a\n"
			"CLOSEWATCH_KIND=accept-queue\n"
			"CLOSEWATCH_NAMESPACE=host\n"
			"CLOSEWATCH_OWNER=billing.service\n"
			"CLOSEWATCH_PIDS=4211\n"
			"CLOSEWATCH_PORT=8443\n"
			"CLOSEWATCH_ROLE=server\n"
			"CLOSEWATCH_SEVERITY=critical\n"
			"MESSAGE=It is over.\n"
			"MESSAGE_ID=c03956b1c8a64c8e87d66a5602f76595\n"
			"OBJECT_SYSTEMD_UNIT=billing.service\n"
			"PRIORITY=5\n"
			"SYSLOG_IDENTIFIER=closewatchd\n");
}

static void check_object(void)
{
	int fd = bind_journal();
	struct event e = event(EVENT_CLEAR, FINDING_CLOSE_WAIT_LEAK);
	char entry[8192];

	/* No unit: nothing to go by, the process least of all. */
	CHECK(journal_event(&structured, &e) == 0);
	receive(fd, entry, sizeof(entry));
	CHECK(!strstr(entry, "\nOBJECT_"));
	/* Known by its cgroup alone. */
	e.type = EVENT_RAISE;
	e.finding.n_pids = 0;
	strcpy(e.finding.unit, "billing.service");
	CHECK(journal_event(&structured, &e) == 0);
	receive(fd, entry, sizeof(entry));
	CHECK(strstr(entry, "\nOBJECT_SYSTEMD_UNIT=billing.service") && !strstr(entry, "OBJECT_PID="));
	/* As systemd calls it, so that -u finds it; nothing that could not be a unit. */
	strcpy(e.finding.unit, "a\\x5cx2db.service");
	CHECK(journal_event(&structured, &e) == 0);
	receive(fd, entry, sizeof(entry));
	CHECK(strstr(entry, "\nOBJECT_SYSTEMD_UNIT=a\\x2db.service"));
	strcpy(e.finding.unit, "a\\x0aPRIORITY\\x3d0.service");
	CHECK(journal_event(&structured, &e) == 0);
	receive(fd, entry, sizeof(entry));
	CHECK(!strstr(entry, "\nOBJECT_") && !strstr(entry, "PRIORITY=0"));
}

/* The message id of an event. */
static void message_id(int fd, enum event_type type, enum finding_kind kind, char id[33])
{
	struct event e = event(type, kind);
	char entry[8192], *place;

	CHECK(journal_event(&structured, &e) == 0);
	receive(fd, entry, sizeof(entry));
	place = strstr(entry, "MESSAGE_ID=");
	CHECK(place != NULL);
	snprintf(id, 33, "%s", place + strlen("MESSAGE_ID="));
	CHECK(strspn(id, "0123456789abcdef") == 32);
}

static void check_message_ids(void)
{
	int fd = bind_journal();
	char ids[2 * FINDING_KINDS][33], other[33];

	for (unsigned kind = 0; kind < FINDING_KINDS; kind++) {
		message_id(fd, EVENT_RAISE, (enum finding_kind)kind, ids[2 * kind]);
		message_id(fd, EVENT_CLEAR, (enum finding_kind)kind, ids[2 * kind + 1]);
		message_id(fd, EVENT_CHANGE, (enum finding_kind)kind, other);
		CHECK(strcmp(other, ids[2 * kind]) == 0);
		message_id(fd, EVENT_REPEAT, (enum finding_kind)kind, other);
		CHECK(strcmp(other, ids[2 * kind]) == 0);
	}
	for (size_t i = 0; i < CW_ELEMENTS(ids); i++)
		for (size_t j = 0; j < i; j++)
			CHECK(strcmp(ids[i], ids[j]) != 0);
}

static void check_priorities(void)
{
	static const struct {
		enum severity severity;
		const char *field;
	} priorities[] = {
		{ SEVERITY_NOTICE, "\nPRIORITY=5\n" },
		{ SEVERITY_WARNING, "\nPRIORITY=4\n" },
		{ SEVERITY_CRITICAL, "\nPRIORITY=2\n" },
	};
	int fd = bind_journal();

	for (size_t i = 0; i < CW_ELEMENTS(priorities); i++) {
		struct event e = event(EVENT_REPEAT, FINDING_ACCEPT_QUEUE);
		char entry[8192];

		e.finding.severity = priorities[i].severity;
		CHECK(journal_event(&structured, &e) == 0);
		receive(fd, entry, sizeof(entry));
		CHECK(strstr(entry, priorities[i].field) != NULL);
	}
}

static void check_longest(void)
{
	int fd = bind_journal();
	struct event e = event(EVENT_RAISE, FINDING_CLOSE_WAIT_LEAK);
	char entry[16384];

	memset(e.finding.message, '\033', sizeof(e.finding.message) - 1);
	memset(e.finding.owner, 'o', sizeof(e.finding.owner) - 1);
	memset(e.finding.netns, 'n', sizeof(e.finding.netns) - 1);
	e.finding.count = UINT64_MAX;
	e.finding.age.at_least_usec = UINT64_MAX;
	for (e.finding.n_pids = 0; e.finding.n_pids < FINDING_PIDS; e.finding.n_pids++)
		e.finding.pids[e.finding.n_pids] = INT32_MAX;
	CHECK(journal_event(&structured, &e) == 0);
	receive(fd, entry, sizeof(entry));
	CHECK(strstr(entry, "...\n") && strstr(entry, "\nOBJECT_PID=2147483647") && !strchr(entry, '\033'));
}

static void check_own_message(void)
{
	int fd = bind_journal();

	journal_log(&structured, LOG_ERR, "cannot write %s: %s", "/run/x\nPRIORITY=0\033[2J", "No space left");
	check_entry(fd, "MESSAGE=cannot write /run/x\\x0aPRIORITY=0\\x1b[2J: No space left\n"
			"PRIORITY=3\n"
			"SYSLOG_IDENTIFIER=closewatchd\n");
}

/* What is written to stderr by what, with these settings. */
static void stderr_of(struct journal *journal, void (*what)(struct journal *), char *buffer, size_t size)
{
	int ends[2], saved = dup(STDERR_FILENO);
	ssize_t n;

	CHECK(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0 && saved >= 0);
	CHECK(dup2(ends[1], STDERR_FILENO) >= 0);
	what(journal);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(ends[1]);
	n = read(ends[0], buffer, size - 1);
	CHECK(n >= 0);
	buffer[n] = '\0';
	close(ends[0]);
}

static void raise_leak(struct journal *journal)
{
	struct event e = event(EVENT_RAISE, FINDING_CLOSE_WAIT_LEAK);

	CHECK(journal_event(journal, &e) == 0);
}

static void log_hostile(struct journal *journal)
{
	journal_log(journal, LOG_WARNING, "%s", "a\nb\r\033]0;x\007\xff");
}

static void check_without_journald(void)
{
	struct journal journal = structured;
	char text[4096];

	/* sd_journal_sendv() would say that all is well. */
	stderr_of(&journal, raise_leak, text, sizeof(text));
	CHECK(strcmp(text, "<2>billing.service leaks CLOSE_WAIT on port 8443.\n") == 0);
	close(bind_journal());
	stderr_of(&journal, raise_leak, text, sizeof(text));
	CHECK(strcmp(text, "<2>billing.service leaks CLOSE_WAIT on port 8443.\n") == 0);
}

static void check_stderr(void)
{
	struct journal log = { .prefix = true }, person = { 0 };
	char text[4096];

	stderr_of(&log, raise_leak, text, sizeof(text));
	CHECK(strcmp(text, "<2>billing.service leaks CLOSE_WAIT on port 8443.\n") == 0);
	stderr_of(&person, raise_leak, text, sizeof(text));
	CHECK(strcmp(text, "billing.service leaks CLOSE_WAIT on port 8443.\n") == 0);
	stderr_of(&log, log_hostile, text, sizeof(text));
	CHECK(strcmp(text, "<4>a\\x0ab\\x0d\\x1b]0;x\\x07\\xff\n") == 0);
	stderr_of(&person, log_hostile, text, sizeof(text));
	CHECK(strcmp(text, "a\\x0ab\\x0d\\x1b]0;x\\x07\\xff\n") == 0);
}

/* A pipe that nobody reads and that is full. The descriptor blocks, as a service's stderr does. */
static void check_stalled(void)
{
	struct journal person = { 0 };
	struct event e = event(EVENT_RAISE, FINDING_CLOSE_WAIT_LEAK);
	int ends[2], saved = dup(STDERR_FILENO), r;

	CHECK(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0 && saved >= 0);
	while (write(ends[1], "x", 1) == 1)
		;
	CHECK(fcntl(ends[1], F_SETFL, 0) == 0);
	CHECK(dup2(ends[1], STDERR_FILENO) >= 0);
	alarm(10); /* waiting for the reader would end here */
	r = journal_event(&person, &e);
	alarm(0);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(ends[0]);
	close(ends[1]);
	CHECK(r == -EAGAIN);
}

static void log_much(struct journal *journal)
{
	char much[5000];

	memset(much, 'x', sizeof(much) - 1);
	much[sizeof(much) - 1] = '\0';
	journal_log(journal, LOG_INFO, "%s", much);
}

static void check_cut(void)
{
	struct journal person = { 0 };
	char text[6000];

	stderr_of(&person, log_much, text, sizeof(text));
	CHECK(strlen(text) > 2000 && strlen(text) <= 2048);
	CHECK(strchr(text, '\n') == text + strlen(text) - 1);
}

static void check_open(void)
{
	struct journal journal = { 0 };
	char text[16];
	int terminal;

	stderr_of(&journal, journal_open, text, sizeof(text));
	CHECK(!journal.structured && journal.prefix);
	bind_journal();
	stderr_of(&journal, journal_open, text, sizeof(text));
	CHECK(journal.structured);

	terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	CHECK(terminal >= 0 && dup2(terminal, STDERR_FILENO) >= 0);
	journal_open(&journal);
	CHECK(!journal.structured && !journal.prefix);
}

struct piece {
	void (*what)(void);
};

static int in_own_run(void *context)
{
	const struct piece *piece = context;

	if (mount("tmpfs", "/run", "tmpfs", 0, NULL) < 0)
		return OWN_MOUNTS_SKIPPED;
	piece->what();
	return 0;
}

#define IN_OWN_RUN(name, what) \
	static void name(void **state) \
	{ \
		struct piece piece = { what }; \
\
		(void)state; \
		run_in_own_mounts(in_own_run, &piece); \
	}

IN_OWN_RUN(a_raised_leak_has_exactly_these_fields, check_leak)
IN_OWN_RUN(a_client_leak_without_a_holder_names_its_remote_and_no_process, check_client)
IN_OWN_RUN(a_cleared_queue_has_exactly_these_fields, check_queue_clear)
IN_OWN_RUN(an_entry_about_no_living_process_names_the_unit_itself, check_object)
IN_OWN_RUN(raise_and_clear_of_each_kind_have_ids_of_their_own, check_message_ids)
IN_OWN_RUN(the_priority_is_the_severity, check_priorities)
IN_OWN_RUN(the_longest_finding_fits, check_longest)
IN_OWN_RUN(a_message_cannot_smuggle_in_a_field_or_a_control_byte, check_own_message)
IN_OWN_RUN(without_journald_the_sentence_goes_to_stderr, check_without_journald)
IN_OWN_RUN(stderr_has_one_clean_line_and_a_prefix_only_for_a_log, check_stderr)
IN_OWN_RUN(a_message_that_is_too_long_is_cut_and_stays_one_line, check_cut)
IN_OWN_RUN(a_reader_of_stderr_that_is_stuck_costs_its_line_and_no_wait, check_stalled)
IN_OWN_RUN(a_terminal_is_written_to_and_journald_wins_over_a_log, check_open)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_raised_leak_has_exactly_these_fields),
		cmocka_unit_test(a_client_leak_without_a_holder_names_its_remote_and_no_process),
		cmocka_unit_test(a_cleared_queue_has_exactly_these_fields),
		cmocka_unit_test(an_entry_about_no_living_process_names_the_unit_itself),
		cmocka_unit_test(raise_and_clear_of_each_kind_have_ids_of_their_own),
		cmocka_unit_test(the_priority_is_the_severity),
		cmocka_unit_test(the_longest_finding_fits),
		cmocka_unit_test(a_message_cannot_smuggle_in_a_field_or_a_control_byte),
		cmocka_unit_test(without_journald_the_sentence_goes_to_stderr),
		cmocka_unit_test(stderr_has_one_clean_line_and_a_prefix_only_for_a_log),
		cmocka_unit_test(a_message_that_is_too_long_is_cut_and_stays_one_line),
		cmocka_unit_test(a_reader_of_stderr_that_is_stuck_costs_its_line_and_no_wait),
		cmocka_unit_test(a_terminal_is_written_to_and_journald_wins_over_a_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
