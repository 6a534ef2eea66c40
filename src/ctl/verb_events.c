/* SPDX-License-Identifier: MIT */
#include "ctl/event_log.h"
#include "ctl/events_view.h"
#include "ctl/json.h"
#include "ctl/since.h"
#include "ctl/verbs.h"

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define LAST 10 /* as journalctl -f */

static int print_event(const struct command *command, const struct screen *screen, const struct logged_event *event)
{
	if (command->json)
		return json_write_line(stdout, json_of_event(event));
	events_view(screen, event);
	return 0;
}

/* 0: all that there is now, -errno. */
static int print_events(const struct command *command, const struct screen *screen, struct event_log *log)
{
	struct logged_event event;
	int r;

	while ((r = event_log_next(log, &event)) > 0) {
		r = print_event(command, screen, &event);
		if (r < 0)
			return r;
	}
	return r;
}

/* Until a signal ends it. */
static int follow(const struct command *command, const struct screen *screen, struct event_log *log)
{
	sigset_t set;
	int fd, r;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	do {
		r = print_events(command, screen, log);
		if (r == 0 && fflush(stdout) != 0)
			r = -errno;
		if (r == 0)
			r = event_log_wait(log, fd);
	} while (r > 0);
	close(fd);
	return r;
}

static int seek(const struct command *command, struct event_log *log, uint64_t since_usec)
{
	if (command->since)
		return event_log_seek_since(log, since_usec);
	return command->follow ? event_log_seek_last(log, LAST) : 0;
}

static int code_of(const struct command *command, const struct event_log *log)
{
	/* Nothing is no good news where nothing can be read. */
	if (event_log_is_readable(log))
		return EXIT_DONE;
	if (command->directory)
		warnx("there is no journal in %s that you may read", command->directory);
	else
		warnx("there is no journal that you may read: be root or in the group systemd-journal, and see whether "
		      "systemd-journald runs");
	return command->follow ? EXIT_DONE : EXIT_FAILED;
}

static int run(const struct command *command, uint64_t since_usec)
{
	struct screen screen = command_screen(command);
	struct event_log log = { 0 };
	int code = EXIT_FAILED, r = event_log_open(&log, command->directory);

	if (r >= 0) {
		code = code_of(command, &log);
		r = seek(command, &log, since_usec);
	}
	if (r >= 0)
		r = command->follow ? follow(command, &screen, &log) : print_events(command, &screen, &log);
	event_log_close(&log);
	/* What the stream itself met is told when it is closed. */
	if (r < 0 && !ferror(stdout))
		warnx("cannot read the journal: %s", strerror(-r));
	return r < 0 ? EXIT_FAILED : code;
}

int verb_events(const struct command *command)
{
	struct screen screen = command_screen(command);
	uint64_t since_usec = 0;
	struct config config;
	int code;

	if (command->since && since_parse(command->since, screen.now_usec, &since_usec) < 0) {
		warnx("--since takes " SINCE_FORMS);
		return EXIT_USAGE;
	}
	/* Nothing of it matters here, but what was given must be right, as with every verb. */
	code = command_read_config_if_given(command, &config);
	if (code != EXIT_DONE)
		return code;
	config_done(&config);
	return run(command, since_usec);
}
