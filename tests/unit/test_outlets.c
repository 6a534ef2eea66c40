/* SPDX-License-Identifier: MIT */
#include "daemon/outlets.h"

#include "sink/state_file.h"
#include "sink/status_file.h"
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SEC USEC_PER_SEC
#define REALTIME (1800000000ull * SEC)
#define BOOT_ID "0b2f1c3a-0000-4000-8000-000000000000"

/* A folder of our own, with a memory of the daemon and what it has to tell. */
struct place {
	char folder[64], run[80], status[96], state[80], log[80];
	struct world w;
	struct outlets outlets;
	struct event event;
	struct delivery delivery;
	int log_fd;
};

static void begin(struct place *p)
{
	struct journal journal = { .structured = false };

	*p = (struct place){ 0 };
	snprintf(p->folder, sizeof(p->folder), "%s/closewatch-outlets-XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->run, sizeof(p->run), "%s/run", p->folder);
	snprintf(p->status, sizeof(p->status), "%s/status", p->run);
	snprintf(p->state, sizeof(p->state), "%s/state", p->folder);
	snprintf(p->log, sizeof(p->log), "%s/log", p->folder);
	p->log_fd = open(p->log, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(p->log_fd >= 0);
	world_init(&p->w);
	snprintf(p->w.report.version, sizeof(p->w.report.version), "0.1");
	snprintf(p->w.report.host, sizeof(p->w.report.host), "web1");
	snprintf(p->w.report.boot_id, sizeof(p->w.report.boot_id), BOOT_ID);
	snprintf(p->w.report.health, sizeof(p->w.report.health), "ok");
	p->w.report.complete = true;
	p->w.report.pid = 1;
	p->w.report.interval_usec = 10 * SEC;
	p->w.report.started_usec = p->w.report.updated_usec = REALTIME;
	p->event.type = EVENT_RAISE;
	p->event.finding = (struct finding){ .kind = FINDING_ACCEPT_QUEUE,
					     .severity = SEVERITY_WARNING,
					     .port = 80,
					     .netns = "host",
					     .owner = "nginx",
					     .address = "0.0.0.0",
					     .message = "nginx does not accept.",
					     .full_in_usec = FULL_NEVER };
	finding_identify(&p->event.finding);
	p->delivery.report = &p->w.report;
	assert_int_equal(outlets_init(&p->outlets, &journal, p->state, BOOT_ID, &p->w.tracker, &p->w.alarms), 0);
	assert_int_equal(outlets_set_status(&p->outlets, p->status, 0640), 0);
}

static void end(struct place *p)
{
	outlets_done(&p->outlets);
	world_done(&p->w);
	close(p->log_fd);
	unlink(p->log);
	unlink(p->status);
	unlink(p->state);
	rmdir(p->run);
	assert_int_equal(rmdir(p->folder), 0); /* nothing else was left there */
}

/* Delivers, or saves, and returns what was written to stderr meanwhile. */
static const char *said(struct place *p, void (*act)(struct place *p), char *buffer, size_t size)
{
	int kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	ssize_t n;

	assert_true(kept >= 0);
	assert_int_equal(ftruncate(p->log_fd, 0), 0);
	dup2(p->log_fd, STDERR_FILENO);
	act(p);
	dup2(kept, STDERR_FILENO);
	close(kept);
	n = pread(p->log_fd, buffer, size - 1, 0);
	assert_true(n >= 0);
	buffer[n] = '\0';
	return buffer;
}

static void deliver(struct place *p)
{
	outlets_deliver(&p->outlets, &p->delivery);
}

static void save(struct place *p)
{
	outlets_save(&p->outlets);
}

#define assert_said(p, act, text) \
	do { \
		char said_[1024]; \
		assert_string_equal(said(p, act, said_, sizeof(said_)), text); \
	} while (0)

static void a_status_file_that_cannot_be_written_is_told_once_and_so_is_its_return(void **state)
{
	struct place p;
	struct report report;
	struct stat info;
	char why[100];

	(void)state;
	begin(&p);
	assert_said(&p, deliver, "cannot write the status file: No such file or directory, going on without it\n");
	assert_string_equal(p.outlets.error, "The status file cannot be written: No such file or directory");
	for (int i = 0; i < 5; i++) {
		p.w.report.updated_usec += 10 * SEC;
		assert_said(&p, deliver, "");
		assert_string_equal(p.outlets.error, "The status file cannot be written: No such file or directory");
	}
	assert_int_equal(mkdir(p.run, 0700), 0);
	assert_said(&p, deliver, "the status file can be written again\n");
	assert_string_equal(p.outlets.error, "");
	assert_said(&p, deliver, "");
	assert_int_equal(status_read(p.status, &report, why, sizeof(why)), 0);
	assert_string_equal(report.host, "web1");
	report_done(&report);
	assert_int_equal(stat(p.status, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0640);
	assert_int_equal(stat(p.state, &info), 0); /* the sink after the one that failed */

	/* Another reason is news. */
	unlink(p.status);
	assert_int_equal(rmdir(p.run), 0);
	close(open(p.run, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	assert_said(&p, deliver, "cannot write the status file: Not a directory, going on without it\n");
	unlink(p.run);
	assert_said(&p, deliver, "cannot write the status file: No such file or directory, going on without it\n");
	end(&p);
}

static void events_reach_the_journal_whatever_else_fails(void **state)
{
	struct place p;

	(void)state;
	begin(&p);
	p.delivery.events = &p.event;
	p.delivery.n_events = 1;
	assert_said(&p, deliver,
		    "nginx does not accept.\n"
		    "cannot write the status file: No such file or directory, going on without it\n");
	assert_said(&p, deliver, "nginx does not accept.\n");
	end(&p);
}

static bool state_is_there(const struct place *p)
{
	return access(p->state, F_OK) == 0;
}

static void the_state_file_is_written_with_each_event_and_else_once_a_minute(void **state)
{
	static const struct {
		uint64_t sec;
		size_t n_events;
		bool written;
	} cases[] = {
		{ 0, 0, true },   { 10, 0, false },  { 59, 0, false }, { 60, 0, true }, { 70, 1, true },
		{ 80, 0, false }, { 129, 0, false }, { 130, 0, true }, { 20, 0, true }, /* the clock was set back */
	};
	struct place p;

	(void)state;
	begin(&p);
	assert_int_equal(mkdir(p.run, 0700), 0);
	p.delivery.events = &p.event;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char ignored[1024];

		unlink(p.state);
		p.w.report.updated_usec = REALTIME + cases[i].sec * SEC;
		p.delivery.n_events = cases[i].n_events;
		said(&p, deliver, ignored, sizeof(ignored));
		assert_int_equal(state_is_there(&p), cases[i].written);
	}
	unlink(p.state);
	assert_said(&p, save, "");
	assert_true(state_is_there(&p));
	end(&p);
}

static void what_is_saved_can_be_restored(void **state)
{
	struct moment now = { WORLD_START, REALTIME };
	struct tracker tracker = { 0 };
	struct alarms alarms = { 0 };
	struct place p;
	char why[100];

	(void)state;
	begin(&p);
	assert_int_equal(alarms_restore(&p.w.alarms, &p.event.finding, now), 0);
	assert_said(&p, save, "");
	assert_int_equal(state_file_read(p.state, BOOT_ID, now, &tracker, &alarms, why, sizeof(why)), 1);
	assert_non_null(alarms_find(&alarms, p.event.finding.id));
	alarms_done(&alarms);
	tracker_done(&tracker);
	end(&p);
}

static void a_state_file_that_cannot_be_written_is_told_once(void **state)
{
	struct place p;

	(void)state;
	begin(&p);
	assert_int_equal(mkdir(p.run, 0700), 0);
	assert_int_equal(mkdir(p.state, 0700), 0); /* in the way */
	assert_said(&p, deliver, "cannot write the state file: Is a directory, going on without it\n");
	for (uint64_t i = 1; i < 20; i++) {
		p.w.report.updated_usec = REALTIME + i * 10 * SEC;
		assert_said(&p, deliver, "");
		assert_string_equal(p.outlets.error, "The state file cannot be written: Is a directory");
	}
	assert_int_equal(rmdir(p.state), 0);
	p.w.report.updated_usec += 60 * SEC;
	assert_said(&p, deliver, "the state file can be written again\n");
	assert_string_equal(p.outlets.error, "");
	end(&p);
}

static void another_status_path_is_used_from_then_on(void **state)
{
	struct place p;
	char other[96];

	(void)state;
	begin(&p);
	assert_int_equal(mkdir(p.run, 0700), 0);
	snprintf(other, sizeof(other), "%s/other", p.run);
	assert_int_equal(outlets_set_status(&p.outlets, other, 0600), 0);
	assert_said(&p, deliver, "");
	assert_int_equal(access(other, F_OK), 0);
	assert_int_equal(access(p.status, F_OK), -1);
	unlink(other);
	end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_status_file_that_cannot_be_written_is_told_once_and_so_is_its_return),
		cmocka_unit_test(events_reach_the_journal_whatever_else_fails),
		cmocka_unit_test(the_state_file_is_written_with_each_event_and_else_once_a_minute),
		cmocka_unit_test(what_is_saved_can_be_restored),
		cmocka_unit_test(a_state_file_that_cannot_be_written_is_told_once),
		cmocka_unit_test(another_status_path_is_used_from_then_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
