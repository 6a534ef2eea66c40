/* SPDX-License-Identifier: MIT */
#include "ctl/status_load.h"

#include "core/cleanup.h"
#include "core/span.h"
#include "ctl/verbs.h"
#include "sink/status_file.h"

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define RUNTIME_DIR "/run/closewatch"
#define DAEMON "closewatchd"
#define HOST_PID_NAMESPACE 0xeffffffcu /* the inode of the first one, on every kernel */

/* --runtime-dir alone means that very directory, whatever the host's own configuration says. Errors of a config that was
 * given go to stderr. */
static int find_status(const struct command *command, char **ret, char *ret_why, size_t why_size)
{
	bool reads_config = !command->runtime_dir || (command->given & (OPTION_CONFIG | OPTION_ASSIGN));
	struct config config;
	char *path = NULL;
	int code = EXIT_DONE;

	if (reads_config) {
		code = command_read_config_if_given(command, &config);
		if (code != EXIT_DONE)
			return code;
		path = CW_TAKE(config.status_file);
		config_done(&config);
	}
	if (!path && asprintf(&path, "%s/status", command->runtime_dir ? command->runtime_dir : RUNTIME_DIR) < 0) {
		snprintf(ret_why, why_size, "out of memory");
		return EXIT_FAILED;
	}
	*ret = path;
	return code;
}

static enum status_result complain(const struct command *command, const char *path, int error, const char *detail,
				   char *ret_why, size_t why_size)
{
	if (error == -ENOENT || error == -ENOTDIR) {
		snprintf(ret_why, why_size,
			 "there is no status at %s: is the daemon running? See: systemctl status closewatchd. To look "
			 "without it: %s scan",
			 path, command->invocation);
		return STATUS_MISSING;
	}
	if (error == -EBADMSG || error == -EPROTONOSUPPORT)
		snprintf(ret_why, why_size, "%s: %s", path, detail);
	else
		snprintf(ret_why, why_size, "cannot read %s: %s", path, strerror(-error));
	return STATUS_BROKEN;
}

/* The time between then and now, whichever comes first. */
static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

static uint64_t interval_of(const struct report *report)
{
	return report->interval_usec ? report->interval_usec : 10 * USEC_PER_SEC;
}

bool status_is_old(const struct report *report, uint64_t now_usec)
{
	uint64_t limit;

	if (__builtin_mul_overflow(interval_of(report), STATUS_OLD_INTERVALS, &limit))
		return false;
	return distance(now_usec, report->updated_usec) > limit;
}

static bool in_host_pid_namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/pid", &st) == 0 && st.st_ino == HOST_PID_NAMESPACE;
}

/* The name as of prctl(2); it can be read of any process that is seen at all. 0, or -errno. */
static int read_comm(int32_t pid, char *buffer, size_t size)
{
	char path[64];
	FILE *file;
	int r = 0;

	snprintf(path, sizeof(path), "/proc/%" PRId32 "/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	if (!fgets(buffer, (int)size, file))
		r = -EIO;
	fclose(file);
	if (r == 0)
		buffer[strcspn(buffer, "\n")] = '\0';
	return r;
}

bool status_daemon_is_gone(const struct report *report)
{
	char comm[32];

	if (report->pid <= 0 || !in_host_pid_namespace())
		return false;
	if (kill(report->pid, 0) < 0 && errno == ESRCH)
		return true;
	/* The pid may be another process's by now. With hidepid nobody can say: then it is believed. */
	return read_comm(report->pid, comm, sizeof(comm)) == 0 && strcmp(comm, DAEMON) != 0;
}

static void print_age(const struct report *report, uint64_t now_usec, char *buffer, size_t size)
{
	bool future = report->updated_usec > now_usec;
	char span[32], interval[32];

	span_print_human(distance(now_usec, report->updated_usec), span, sizeof(span));
	span_print_human(interval_of(report), interval, sizeof(interval));
	snprintf(buffer, size,
		 "this status is %s %s, but the daemon looks every %s: it does not run any more, or hangs. "
		 "See: systemctl status closewatchd",
		 span, future ? "ahead of the clock, which was set back" : "old", interval);
}

enum status_result status_load_quietly(const struct command *command, uint64_t now_usec, struct report *ret,
				       char *ret_why, size_t why_size)
{
	CW_CLEANUP(freep) char *path = NULL;
	char detail[256] = "";
	int r;

	*ret_why = '\0';
	if (find_status(command, &path, ret_why, why_size) != EXIT_DONE)
		return STATUS_BROKEN;
	r = status_read(path, ret, detail, sizeof(detail));
	if (r < 0)
		return complain(command, path, r, detail, ret_why, why_size);
	if (status_daemon_is_gone(ret)) {
		snprintf(ret_why, why_size,
			 "the daemon is not running: process %" PRId32 ", which wrote this status, is gone. "
			 "See: systemctl status closewatchd",
			 ret->pid);
		return STATUS_OLD;
	}
	if (!status_is_old(ret, now_usec))
		return STATUS_FRESH;
	print_age(ret, now_usec, ret_why, why_size);
	return STATUS_OLD;
}

enum status_result status_load(const struct command *command, uint64_t now_usec, struct report *ret)
{
	char why[STATUS_WHY_MAX];
	enum status_result result = status_load_quietly(command, now_usec, ret, why, sizeof(why));

	if (*why)
		warnx("%s", why);
	return result;
}

void status_peek(const struct command *command, uint64_t now_usec, struct report *ret)
{
	CW_CLEANUP(freep) char *path = NULL;
	struct report report = { 0 };
	char why[256];

	if (find_status(command, &path, why, sizeof(why)) != EXIT_DONE ||
	    status_read(path, &report, why, sizeof(why)) < 0)
		return;
	if (status_is_old(&report, now_usec) || status_daemon_is_gone(&report))
		report_done(&report);
	else
		*ret = report;
}

enum exit_code status_exit_code(enum status_result result)
{
	static const enum exit_code codes[] = {
		[STATUS_FRESH] = EXIT_DONE,
		[STATUS_OLD] = EXIT_NOT_RUNNING,
		[STATUS_MISSING] = EXIT_NOT_RUNNING,
		[STATUS_BROKEN] = EXIT_FAILED,
	};

	return codes[result];
}
