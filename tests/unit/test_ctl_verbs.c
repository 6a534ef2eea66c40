/* SPDX-License-Identifier: MIT */
/* Whole verbs, over a status file in a directory of their own and a look that is made up. */
#include "core/cleanup.h"
#include "core/span.h"
#include "ctl/live.h"
#include "ctl/options.h"
#include "ctl/verbs.h"
#include "kernel/machine.h"
#include "sink/status_file.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SET(array, text) snprintf(array, sizeof(array), "%s", text)
#define WORDS 16

struct place {
	char dir[64];
	char status[96];
	int32_t pid; /* of the daemon, as the status has it; 0: not told */
};

/* How the made-up look goes: */
static enum { LOOK_FAILS, LOOK_EMPTY, LOOK_INCOMPLETE, LOOK_LEAK } look;

/* What the last look called stale. */
static uint64_t looked_with_age;

static void fill_finding(struct finding *f)
{
	*f = (struct finding){
		.severity = SEVERITY_WARNING,
		.port = 8443,
		.pids = { 42 },
		.n_pids = 1,
		.count = 2,
		.cause = CAUSE_DRAINED,
		.age = { 90 * USEC_PER_SEC, 90 * USEC_PER_SEC },
		.full_in_usec = FULL_NEVER,
	};
	SET(f->netns, "host");
	SET(f->owner, "billing.service");
	SET(f->unit, "billing.service");
	SET(f->process, "java");
	SET(f->message, "billing.service leaks CLOSE_WAIT on port 8443: 2 sockets idle.");
	SET(f->advice, "Look for a path without close().");
	finding_identify(f);
}

static void fill_group(struct report_group *g)
{
	*g = (struct report_group){
		.port = 8443,
		.close_wait = 2,
		.stale = 2,
		.causes = { [CAUSE_DRAINED] = 2 },
		.n_holders = 1,
		.n_samples = 1,
	};
	g->oldest = (struct age){ 90 * USEC_PER_SEC, 90 * USEC_PER_SEC };
	g->holders[0].pid = 42;
	g->holders[0].n_fds = 2;
	g->holders[0].fds[0] = 5;
	g->holders[0].fds[1] = 6;
	g->samples[0] = (struct report_sample){ .pid = 42, .fd = 5, .cause = CAUSE_DRAINED, .age = g->oldest };
	SET(g->samples[0].remote, "10.9.9.9:1");
	SET(g->holders[0].process, "java");
	SET(g->netns, "host");
	SET(g->owner, "billing.service");
	SET(g->unit, "billing.service");
	SET(g->process, "java");
}

/* A report with one leak. */
static void fill_report(struct report *r)
{
	*r = (struct report){ .updated_usec = machine_realtime_usec(), .complete = true, .cycles = 1 };
	SET(r->version, "0.1.0");
	SET(r->host, "web1");
	SET(r->boot_id, "01234567-89ab-cdef-0123-456789abcdef");
	SET(r->health, "ok");
	r->sockets.count[SOCK_CLOSE_WAIT] = 2;
	r->findings = calloc(1, sizeof(*r->findings));
	r->groups = calloc(1, sizeof(*r->groups));
	assert_true(r->findings && r->groups);
	r->n_findings = r->n_groups = 1;
	fill_finding(r->findings);
	fill_group(r->groups);
}

/* Stands in for the look at the real machine. */
int live_look(const struct config *config, struct live *ret, char *ret_why, size_t why_size)
{
	looked_with_age = config->thresholds.close_wait_age_usec;
	if (look == LOOK_FAILS) {
		snprintf(ret_why, why_size, "no eyes");
		return -EPERM;
	}
	*ret = (struct live){ 0 };
	fill_report(&ret->report);
	ret->report.complete = look != LOOK_INCOMPLETE;
	if (look == LOOK_INCOMPLETE)
		SET(ret->report.health, "half of it");
	if (look == LOOK_EMPTY)
		ret->report.n_findings = ret->report.n_groups = 0;
	ret->sockets = calloc(2, sizeof(*ret->sockets));
	assert_non_null(ret->sockets);
	for (int i = 0; look == LOOK_LEAK && i < 2; i++) {
		ret->sockets[i] = (struct live_socket){
			.port = 8443,
			.accepted = true,
			.stale = true,
			.cause = CAUSE_DRAINED,
			.pid = 42,
			.fd = 5 + i,
			.idle = { 90 * USEC_PER_SEC, 90 * USEC_PER_SEC },
		};
		snprintf(ret->sockets[i].remote, SOCK_ENDPOINT_MAX, "10.1.2.3:%d", 50000 + i);
		SET(ret->sockets[i].process, "java");
		ret->n_sockets++;
	}
	return 0;
}

void live_done(struct live *live)
{
	report_done(&live->report);
	free(live->sockets);
	*live = (struct live){ 0 };
}

static int set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	if (!place)
		return -1;
	SET(place->dir, P_tmpdir "/closewatch-verbs-XXXXXX");
	if (!mkdtemp(place->dir))
		return -1;
	snprintf(place->status, sizeof(place->status), "%s/status", place->dir);
	look = LOOK_LEAK;
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	struct place *place = *state;

	unlink(place->status);
	rmdir(place->dir);
	free(place);
	return 0;
}

/* Writes the status of a daemon that looked so long ago. */
static void write_status(const struct place *place, uint64_t ago_usec)
{
	struct report report;

	fill_report(&report);
	report.pid = place->pid;
	report.interval_usec = 10 * USEC_PER_SEC;
	report.started_usec = 1;
	report.stale_age_usec = 7 * USEC_PER_SEC;
	report.updated_usec -= ago_usec;
	assert_int_equal(status_write(place->status, 0644, &report), 0);
	report_done(&report);
}

static void write_garbage(const struct place *place, const char *text)
{
	FILE *file = fopen(place->status, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* What a run left behind. */
struct outcome {
	int code;
	char out[16384];
	char err[4096];
};

static int divert(FILE *stream, FILE *to)
{
	int kept = dup(fileno(stream));

	fflush(stream);
	assert_true(kept >= 0 && dup2(fileno(to), fileno(stream)) >= 0);
	return kept;
}

static void restore(FILE *stream, int kept, FILE *from, char *text, size_t size)
{
	size_t n;

	fflush(stream);
	assert_true(dup2(kept, fileno(stream)) >= 0);
	close(kept);
	rewind(from);
	n = fread(text, 1, size - 1, from);
	text[n] = '\0';
	fclose(from);
}

/* Runs "closewatchctl --runtime-dir DIR WORDS". */
static struct outcome run(const struct place *place, const char *words)
{
	const char *assignments[WORDS];
	struct command command = { .assignments = assignments };
	struct outcome outcome = { 0 };
	char text[512], *argv[WORDS] = { NULL }, *rest = text, name[] = "closewatchctl";
	FILE *out = tmpfile(), *err = tmpfile();
	int argc = 0, kept_out, kept_err;

	assert_true(out && err);
	snprintf(text, sizeof(text), "--runtime-dir %s %s", place->dir, words);
	argv[argc++] = name;
	for (char *word; (word = strtok_r(rest, " ", &rest)) && argc < WORDS - 1;)
		argv[argc++] = word;
	optind = 0;
	kept_out = divert(stdout, out);
	kept_err = divert(stderr, err);
	outcome.code = options_parse(argc, argv, &command);
	if (outcome.code == EXIT_DONE)
		outcome.code = command.verb->run(&command);
	restore(stdout, kept_out, out, outcome.out, sizeof(outcome.out));
	restore(stderr, kept_err, err, outcome.err, sizeof(outcome.err));
	return outcome;
}

static void expect(const struct outcome *outcome, int code, const char *out, const char *err)
{
	if (outcome->code != code || !strstr(outcome->out, out) || !strstr(outcome->err, err))
		fail_msg("exit %d\n--- stdout\n%s--- stderr\n%s", outcome->code, outcome->out, outcome->err);
}

static json_t *parsed(const struct outcome *outcome)
{
	json_t *root = json_loads(outcome->out, 0, NULL);

	if (!root)
		fail_msg("no JSON: %s", outcome->out);
	return root;
}

static void status_shows_what_the_daemon_wrote(void **state)
{
	struct outcome outcome;
	json_t *root;

	write_status(*state, USEC_PER_SEC);
	outcome = run(*state, "status");
	expect(&outcome, EXIT_DONE, "billing.service leaks CLOSE_WAIT on port 8443", "");
	assert_string_equal(outcome.err, "");
	outcome = run(*state, "status --json");
	root = parsed(&outcome);
	assert_true(json_is_true(json_object_get(root, "running")));
	json_decref(root);
}

static void without_a_daemon_the_exit_status_is_3(void **state)
{
	static const char *const lines[] = { "status", "list", "list groups", "list listeners" };

	for (size_t i = 0; i < CW_ELEMENTS(lines); i++) {
		struct outcome outcome = run(*state, lines[i]);

		expect(&outcome, EXIT_NOT_RUNNING, "", "is the daemon running?");
		assert_string_equal(outcome.out, "");
	}
}

static void an_old_status_is_shown_with_a_warning_and_exit_3(void **state)
{
	struct outcome outcome;
	json_t *root;

	write_status(*state, 31 * USEC_PER_SEC);
	outcome = run(*state, "status");
	expect(&outcome, EXIT_NOT_RUNNING, "billing.service leaks", "31 s old");
	outcome = run(*state, "list findings");
	expect(&outcome, EXIT_NOT_RUNNING, "billing.service", "31 s old");
	outcome = run(*state, "status --json");
	root = parsed(&outcome);
	assert_int_equal(outcome.code, EXIT_NOT_RUNNING);
	assert_true(json_is_false(json_object_get(root, "running")));
	json_decref(root);
}

static void a_status_from_the_future_is_old(void **state)
{
	struct outcome outcome;

	write_status(*state, -25 * USEC_PER_SEC);
	outcome = run(*state, "status");
	expect(&outcome, EXIT_DONE, "billing.service leaks", "");
	write_status(*state, -100 * USEC_PER_SEC);
	outcome = run(*state, "status");
	expect(&outcome, EXIT_NOT_RUNNING, "billing.service leaks", "ahead of the clock");
}

static void a_status_whose_daemon_is_gone_exits_with_3(void **state)
{
	struct place *place = *state;
	struct outcome outcome;
	struct stat st;

	assert_int_equal(stat("/proc/self/ns/pid", &st), 0);
	if (st.st_ino != 0xeffffffcu) {
		print_message("a pid namespace of its own: pids mean nothing\n");
		skip();
	}
	place->pid = fork();
	if (place->pid == 0)
		_exit(0);
	assert_int_equal(waitpid(place->pid, NULL, 0), place->pid);
	write_status(place, 0);
	outcome = run(place, "status");
	expect(&outcome, EXIT_NOT_RUNNING, "billing.service leaks", "the daemon is not running");

	/* The pid is another one's, then the daemon's. */
	place->pid = getpid();
	write_status(place, 0);
	outcome = run(place, "status");
	expect(&outcome, EXIT_NOT_RUNNING, "billing.service leaks", "the daemon is not running");
	outcome = run(place, "check");
	expect(&outcome, 3, "CLOSEWATCH UNKNOWN - the daemon is not running", "");
	assert_int_equal(prctl(PR_SET_NAME, "closewatchd"), 0);
	outcome = run(place, "status");
	prctl(PR_SET_NAME, "test_ctl_verbs");
	expect(&outcome, EXIT_DONE, "billing.service leaks", "");
	assert_string_equal(outcome.err, "");
}

static void a_status_that_is_none_is_an_error(void **state)
{
	static const char *const garbage[] = { "", "hello\n", "[closewatch]\nformat = 999\n", "[closewatch]\nform" };

	for (size_t i = 0; i < CW_ELEMENTS(garbage); i++) {
		struct outcome outcome;

		write_garbage(*state, garbage[i]);
		outcome = run(*state, "status");
		expect(&outcome, EXIT_FAILED, "", "/status: ");
		assert_string_equal(outcome.out, "");
	}
}

static void a_status_that_is_a_directory_is_an_error(void **state)
{
	struct place *place = *state;
	struct outcome outcome;

	assert_int_equal(mkdir(place->status, 0700), 0);
	outcome = run(place, "status");
	rmdir(place->status);
	expect(&outcome, EXIT_FAILED, "", "/status");
}

/* One line, in the form that monitors read, and nothing else. */
static void expect_line(const struct place *place, const char *words, int code, const char *begin)
{
	struct outcome outcome = run(place, words);
	const char *end = strchr(outcome.out, '\n');

	expect(&outcome, code, "", "");
	assert_ptr_equal(strstr(outcome.out, begin), outcome.out);
	assert_non_null(end);
	assert_string_equal(end, "\n");
}

static void check_says_it_the_way_monitors_read(void **state)
{
	write_status(*state, USEC_PER_SEC);
	expect_line(*state, "check", 1, "CLOSEWATCH WARNING - 1 finding: billing.service leaks CLOSE_WAIT");
	expect_line(*state, "check --crit warning", 2, "CLOSEWATCH CRITICAL - ");
	expect_line(*state, "check -c never -w notice", 1, "CLOSEWATCH WARNING - ");
	expect_line(*state, "check -w critical", 0,
		    "CLOSEWATCH OK - 1 finding below the threshold | close_wait=2 stale=2 ");
	expect_line(*state, "check --kind accept-queue", 0, "CLOSEWATCH OK - no findings | ");
	expect_line(*state, "check --kind accept-queue --kind close-wait-leak", 1, "CLOSEWATCH WARNING - ");
}

static void check_without_a_picture_is_unknown(void **state)
{
	expect_line(*state, "check", 3, "CLOSEWATCH UNKNOWN - there is no status at ");
	write_garbage(*state, "hello\n");
	expect_line(*state, "check", 3, "CLOSEWATCH UNKNOWN - /");
	write_status(*state, 31 * USEC_PER_SEC);
	expect_line(*state, "check", 3, "CLOSEWATCH UNKNOWN - this status is 31 s old");
	write_status(*state, -(100 * USEC_PER_SEC + USEC_PER_SEC / 2));
	expect_line(*state, "check", 3, "CLOSEWATCH UNKNOWN - this status is 1 min 40 s ahead of the clock");
	expect_line(*state, "check -o daemon.interval=x", 3, "CLOSEWATCH UNKNOWN - the configuration that was given");
}

static void check_with_wrong_usage_is_unknown(void **state)
{
	static const char *const lines[] = {
		"check --no-such-option", "--no-such-option check", "check surplus",
		"check --json",           "check --warn pink",      "check --crit none --help",
		"check --kind x",         "check --kind",           "check -o nonsense",
	};

	write_status(*state, USEC_PER_SEC);
	for (size_t i = 0; i < CW_ELEMENTS(lines); i++)
		expect_line(*state, lines[i], 3, "CLOSEWATCH UNKNOWN - wrong usage");
}

static void scan_needs_no_daemon(void **state)
{
	struct outcome outcome = run(*state, "scan");
	json_t *root;

	expect(&outcome, EXIT_DONE, "scan of web1, one look: 1 warning", "");
	outcome = run(*state, "scan --json");
	assert_int_equal(outcome.code, EXIT_DONE);
	root = parsed(&outcome);
	assert_true(json_is_false(json_object_get(root, "running")));
	assert_true(json_is_null(json_object_get(root, "interval_seconds")));
	json_decref(root);
}

static void a_scan_that_fails_or_is_incomplete_exits_with_1(void **state)
{
	struct outcome outcome;

	look = LOOK_INCOMPLETE;
	outcome = run(*state, "scan");
	expect(&outcome, EXIT_FAILED, "1 warning", "incomplete: half of it");
	look = LOOK_FAILS;
	outcome = run(*state, "scan");
	expect(&outcome, EXIT_FAILED, "", "cannot look: no eyes");
	assert_string_equal(outcome.out, "");
}

static void scan_refuses_a_wrong_config_with_all_its_errors(void **state)
{
	struct outcome outcome = run(*state, "scan -o daemon.interval=x -o no.such=1");

	expect(&outcome, EXIT_FAILED, "", "daemon.interval");
	expect(&outcome, EXIT_FAILED, "", "no.such");
	assert_null(strstr(outcome.err, "Invalid argument"));
	assert_string_equal(outcome.out, "");
}

static void every_verb_refuses_a_wrong_assignment(void **state)
{
	static const char *const lines[] = {
		"status -o daemon.interval=x",
		"list -o daemon.interval=x",
		"list sockets -o daemon.interval=x",
		"explain ab -o daemon.interval=x",
		"explain ab --live -o daemon.interval=x",
		"events -o daemon.interval=x",
		"reload -o daemon.interval=x",
		"check-config -o daemon.interval=x",
	};

	write_status(*state, USEC_PER_SEC);
	for (size_t i = 0; i < CW_ELEMENTS(lines); i++) {
		struct outcome outcome = run(*state, lines[i]);

		expect(&outcome, EXIT_FAILED, "", "daemon.interval");
		assert_string_equal(outcome.out, "");
		/* Once. */
		assert_ptr_equal(strchr(outcome.err, '\n'), strrchr(outcome.err, '\n'));
	}
}

static void explain_takes_the_evidence_from_a_look(void **state)
{
	struct finding finding;
	struct outcome outcome;
	char line[64];

	fill_finding(&finding);
	write_status(*state, USEC_PER_SEC);
	snprintf(line, sizeof(line), "explain %.4s", finding.id);
	outcome = run(*state, line);
	expect(&outcome, EXIT_DONE, "10.1.2.3:50001", "");
	assert_null(strstr(outcome.out, "10.9.9.9:1"));
	assert_string_equal(outcome.err, "");
}

static void explain_without_a_look_has_the_daemons_samples(void **state)
{
	struct finding finding;
	struct outcome outcome;
	char line[64];

	fill_finding(&finding);
	write_status(*state, USEC_PER_SEC);
	snprintf(line, sizeof(line), "explain %s", finding.id);
	look = LOOK_FAILS;
	outcome = run(*state, line);
	expect(&outcome, EXIT_DONE, "10.9.9.9:1", "no eyes");
	expect(&outcome, EXIT_DONE, "As the daemon saw it", "");
	look = LOOK_INCOMPLETE;
	outcome = run(*state, line);
	expect(&outcome, EXIT_DONE, "10.9.9.9:1", "");
}

static void explain_says_that_it_is_over_when_a_look_finds_nothing(void **state)
{
	struct finding finding;
	struct outcome outcome;
	char line[64];
	json_t *root;

	fill_finding(&finding);
	write_status(*state, USEC_PER_SEC);
	look = LOOK_EMPTY;
	snprintf(line, sizeof(line), "explain %s", finding.id);
	outcome = run(*state, line);
	expect(&outcome, EXIT_DONE, "found none of its sockets any more", "");
	assert_null(strstr(outcome.out, "10.9.9.9:1"));
	assert_null(strstr(outcome.out, "systemctl restart"));
	assert_null(strstr(outcome.out, "/proc/42"));
	snprintf(line, sizeof(line), "explain %s --json", finding.id);
	outcome = run(*state, line);
	root = parsed(&outcome);
	assert_true(json_is_true(json_object_get(root, "over")));
	assert_true(json_is_null(json_object_get(json_object_get(root, "finding"), "gone")));
	json_decref(root);
}

static void explain_without_a_daemon_explains_what_it_sees(void **state)
{
	struct finding finding;
	struct outcome outcome;
	char line[64];

	fill_finding(&finding);
	snprintf(line, sizeof(line), "explain %s", finding.id);
	outcome = run(*state, line);
	expect(&outcome, EXIT_NOT_RUNNING, "10.1.2.3:50001", "is the daemon running?");
}

static void what_a_scan_suggests_needs_no_daemon(void **state)
{
	struct place *place = *state;
	struct finding finding;
	struct outcome outcome;
	char line[128];

	fill_finding(&finding);
	outcome = run(place, "scan -o close-wait.age=1s");
	snprintf(line, sizeof(line), "--runtime-dir=%s -o close-wait.age=1s explain %s --live\n", place->dir, finding.id);
	expect(&outcome, EXIT_DONE, line, "");
	snprintf(line, sizeof(line), "-o close-wait.age=1s explain %s --live", finding.id);
	outcome = run(place, line);
	expect(&outcome, EXIT_DONE, "10.1.2.3:50001", "");
	assert_string_equal(outcome.err, "");
	snprintf(line, sizeof(line), "list findings --live --finding %s", finding.id);
	outcome = run(place, line);
	expect(&outcome, EXIT_DONE, finding.id, "");
	snprintf(line, sizeof(line), "list sockets --live --finding %s", finding.id);
	outcome = run(place, line);
	expect(&outcome, EXIT_DONE, "10.1.2.3:50001", "");
	assert_string_equal(outcome.err, "");
}

static void a_look_beside_a_daemon_has_its_age(void **state)
{
	static const struct {
		const char *line;
		uint64_t age;
	} lines[] = {
		{ "list sockets", 7 },        { "list sockets -o close-wait.age=9s", 9 },
		{ "list sockets --live", 60 }, { "scan -o close-wait.age=60s", 60 },
		{ "explain ff", 7 },
	};

	write_status(*state, USEC_PER_SEC);
	for (size_t i = 0; i < CW_ELEMENTS(lines); i++) {
		run(*state, lines[i].line);
		assert_int_equal(looked_with_age, lines[i].age * USEC_PER_SEC);
	}
	write_status(*state, USEC_PER_HOUR);
	run(*state, "list sockets");
	assert_int_equal(looked_with_age, 60 * USEC_PER_SEC);
}

static void an_unknown_id_fails_and_names_the_known_ones(void **state)
{
	struct finding finding;
	struct outcome outcome;

	fill_finding(&finding);
	write_status(*state, USEC_PER_SEC);
	outcome = run(*state, "explain ffffffff");
	expect(&outcome, EXIT_FAILED, "", "no finding has the id ffffffff");
	expect(&outcome, EXIT_FAILED, "", finding.id);
	assert_string_equal(outcome.out, "");
	outcome = run(*state, "explain a");
	expect(&outcome, EXIT_FAILED, "", "an id has 8 hexadecimal digits, of which 2 are enough");
	outcome = run(*state, "explain zz");
	expect(&outcome, EXIT_FAILED, "", "an id has 8 hexadecimal digits, of which 2 are enough");
	outcome = run(*state, "list sockets --finding \033[2J");
	expect(&outcome, EXIT_FAILED, "", "\\x1b\\x5b2J");
	outcome = run(*state, "list findings --finding ffffffff");
	expect(&outcome, EXIT_FAILED, "", finding.id);
}

static void list_prints_arrays_of_what_was_asked_for(void **state)
{
	static const struct {
		const char *line;
		size_t n;
	} lists[] = {
		{ "list --json", 1 },           { "list findings --json", 1 }, { "list groups --json", 1 },
		{ "list listeners --json", 0 }, { "list sockets --json", 2 },
	};

	write_status(*state, USEC_PER_SEC);
	for (size_t i = 0; i < CW_ELEMENTS(lists); i++) {
		struct outcome outcome = run(*state, lists[i].line);
		json_t *root = parsed(&outcome);

		assert_int_equal(outcome.code, EXIT_DONE);
		assert_true(json_is_array(root));
		assert_int_equal(json_array_size(root), lists[i].n);
		json_decref(root);
	}
}

static void list_leaves_headings_out_when_told(void **state)
{
	static const char *const lists[] = { "findings", "groups", "sockets" };
	struct outcome outcome;

	write_status(*state, USEC_PER_SEC);
	for (size_t i = 0; i < CW_ELEMENTS(lists); i++) {
		char line[64];

		snprintf(line, sizeof(line), "list %s", lists[i]);
		outcome = run(*state, line);
		expect(&outcome, EXIT_DONE, "PID", "");
		expect(&outcome, EXIT_DONE, "8443", "");
		snprintf(line, sizeof(line), "list %s --noheadings", lists[i]);
		outcome = run(*state, line);
		expect(&outcome, EXIT_DONE, "8443", "");
		assert_null(strstr(outcome.out, "PID"));
	}
	outcome = run(*state, "list nonsense");
	expect(&outcome, EXIT_USAGE, "", "findings, groups, listeners or sockets");
}

static void check_config_reports_every_error(void **state)
{
	struct place *place = *state;
	char line[256];
	struct outcome outcome;

	write_garbage(place, "[daemon]\ninterval = never\nnonsense = 1\n");
	snprintf(line, sizeof(line), "check-config %s", place->status);
	outcome = run(place, line);
	expect(&outcome, EXIT_FAILED, "", "/status:2: ");
	expect(&outcome, EXIT_FAILED, "", "/status:3: ");
	write_garbage(place, "[daemon]\ninterval = 20s\n");
	outcome = run(place, line);
	expect(&outcome, EXIT_DONE, "/status: ok\n", "");
	snprintf(line, sizeof(line), "check-config --print %s -o close-wait.warn=17", place->status);
	outcome = run(place, line);
	expect(&outcome, EXIT_DONE, "interval = 20s\n", "");
	expect(&outcome, EXIT_DONE, "warn = 17\n", "");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(status_shows_what_the_daemon_wrote),
		TEST(without_a_daemon_the_exit_status_is_3),
		TEST(an_old_status_is_shown_with_a_warning_and_exit_3),
		TEST(a_status_from_the_future_is_old),
		TEST(a_status_whose_daemon_is_gone_exits_with_3),
		TEST(a_status_that_is_none_is_an_error),
		TEST(a_status_that_is_a_directory_is_an_error),
		TEST(check_says_it_the_way_monitors_read),
		TEST(check_without_a_picture_is_unknown),
		TEST(check_with_wrong_usage_is_unknown),
		TEST(scan_needs_no_daemon),
		TEST(a_scan_that_fails_or_is_incomplete_exits_with_1),
		TEST(scan_refuses_a_wrong_config_with_all_its_errors),
		TEST(every_verb_refuses_a_wrong_assignment),
		TEST(explain_takes_the_evidence_from_a_look),
		TEST(explain_without_a_look_has_the_daemons_samples),
		TEST(explain_says_that_it_is_over_when_a_look_finds_nothing),
		TEST(explain_without_a_daemon_explains_what_it_sees),
		TEST(what_a_scan_suggests_needs_no_daemon),
		TEST(a_look_beside_a_daemon_has_its_age),
		TEST(an_unknown_id_fails_and_names_the_known_ones),
		TEST(list_prints_arrays_of_what_was_asked_for),
		TEST(list_leaves_headings_out_when_told),
		TEST(check_config_reports_every_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
