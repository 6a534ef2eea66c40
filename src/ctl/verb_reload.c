/* SPDX-License-Identifier: MIT */
#include "core/span.h"
#include "ctl/status_load.h"
#include "ctl/verbs.h"
#include "kernel/machine.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DAEMON "closewatchd"
#define PAUSE_MSEC 50
#define WAIT_USEC (30 * USEC_PER_SEC) /* a look on a busy host may have to end first */

/* The daemon, as long as it lives: a number alone could become another process's. */
struct daemon {
	int32_t pid;
	int fd; /* a pidfd */
	uint64_t config_read_usec; /* before we asked */
};

static bool is_daemon(int32_t pid)
{
	char path[40], comm[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(comm, sizeof(comm), file))
		*comm = '\0';
	fclose(file);
	return strcmp(comm, DAEMON "\n") == 0;
}

/* An exit code; the name is read once the process is held, so that both are of the same one. */
static int find_daemon(int32_t pid, struct daemon *ret)
{
	int fd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;

	if (fd < 0 && pid > 0 && errno != ESRCH) {
		warn("cannot hold on to process %d", pid);
		return EXIT_FAILED;
	}
	if (fd >= 0 && is_daemon(pid)) {
		*ret = (struct daemon){ .pid = pid, .fd = fd };
		return EXIT_DONE;
	}
	if (fd >= 0)
		close(fd);
	warnx("the status names process %d, but that is no " DAEMON ": is the daemon running? See: systemctl status "
	      "closewatchd",
	      pid);
	return EXIT_NOT_RUNNING;
}

static int ask(const struct daemon *daemon)
{
	int error;

	if (syscall(SYS_pidfd_send_signal, daemon->fd, SIGHUP, NULL, 0) == 0)
		return EXIT_DONE;
	error = errno;
	warn("cannot ask " DAEMON " (%d) to reload", daemon->pid);
	return error == ESRCH ? EXIT_NOT_RUNNING : EXIT_FAILED;
}

/* Each error in a line of its own, as the daemon knows it: what it escaped for the status file is readable again, but
 * for what a terminal could take for a command. */
static void print_errors(const char *text)
{
	while (*text) {
		unsigned byte = (unsigned char)*text;
		bool escaped = byte == '\\' && sscanf(text, "\\x%2x", &byte) == 1 && byte >= 0x20 && byte < 0x7f;
		bool gap = strncmp(text, REPORT_ERROR_GAP, strlen(REPORT_ERROR_GAP)) == 0;

		fputc(gap ? '\n' : escaped ? (int)byte : *text, stderr);
		text += gap ? strlen(REPORT_ERROR_GAP) : escaped ? 4 : 1;
	}
	fputc('\n', stderr);
}

static int tell(const struct report *report)
{
	if (!*report->config_error) {
		printf(DAEMON " (%d) has taken the configuration\n", report->pid);
		return EXIT_DONE;
	}
	print_errors(report->config_error);
	warnx(DAEMON " (%d) has refused the configuration and keeps the one in use", report->pid);
	return EXIT_FAILED;
}

/* Whether the daemon has answered; *ret_code is how we end then. */
static bool has_answered(const struct command *command, const struct daemon *daemon, int *ret_code)
{
	struct report report = { 0 };
	char why[STATUS_WHY_MAX];
	bool answered;

	/* What cannot be read now may be there next time: the new configuration can have moved it. */
	(void)status_load_quietly(command, machine_realtime_usec(), &report, why, sizeof(why));
	answered = report.pid == daemon->pid && report.config_read_usec != daemon->config_read_usec;
	if (answered)
		*ret_code = tell(&report);
	report_done(&report);
	return answered;
}

static int wait_for_answer(const struct command *command, const struct daemon *daemon)
{
	struct pollfd end = { .fd = daemon->fd, .events = POLLIN };
	uint64_t until_usec = machine_monotonic_usec() + WAIT_USEC;
	int code;

	while (machine_monotonic_usec() < until_usec) {
		if (has_answered(command, daemon, &code))
			return code;
		if (poll(&end, 1, PAUSE_MSEC) > 0) {
			warnx(DAEMON " (%d) has ended. See: journalctl -u closewatchd", daemon->pid);
			return EXIT_NOT_RUNNING;
		}
	}
	warnx(DAEMON " (%d) was asked to reload, but its status does not tell. See: journalctl -u closewatchd",
	      daemon->pid);
	return EXIT_FAILED;
}

int verb_reload(const struct command *command)
{
	struct report report = { 0 };
	struct daemon daemon;
	enum status_result result = status_load(command, machine_realtime_usec(), &report);
	uint64_t config_read_usec = report.config_read_usec;
	int32_t pid = report.pid;
	int code = status_exit_code(result);

	report_done(&report);
	if (code == EXIT_DONE)
		code = find_daemon(pid, &daemon);
	if (code != EXIT_DONE)
		return code;
	daemon.config_read_usec = config_read_usec;
	code = ask(&daemon);
	if (code == EXIT_DONE)
		code = wait_for_answer(command, &daemon);
	close(daemon.fd);
	return code;
}
