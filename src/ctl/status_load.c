/* SPDX-License-Identifier: MIT */
#include "ctl/status_load.h"

#include "core/cleanup.h"
#include "core/span.h"
#include "ctl/verbs.h"
#include "sink/status_file.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define RUNTIME_DIR "/run/closewatch"

/* --runtime-dir alone means that very directory, whatever the host's own configuration says. */
static char *status_path(const struct command *command)
{
	bool reads_config = !command->runtime_dir || (command->given & (OPTION_CONFIG | OPTION_ASSIGN));
	struct config config;
	char *path = NULL;

	if (reads_config) {
		command_read_config_or_defaults(command, &config);
		path = CW_TAKE(config.status_file);
		config_done(&config);
	}
	if (!path && asprintf(&path, "%s/status", command->runtime_dir ? command->runtime_dir : RUNTIME_DIR) < 0)
		return NULL;
	return path;
}

static enum status_result complain(const struct command *command, const char *path, int error, const char *why)
{
	if (error == -ENOENT || error == -ENOTDIR) {
		warnx("there is no status at %s: is the daemon running? See: systemctl status closewatchd. To look without it: "
		      "%s scan",
		      path, command->invocation);
		return STATUS_MISSING;
	}
	if (error == -EBADMSG || error == -EPROTONOSUPPORT)
		warnx("%s: %s", path, why);
	else
		warnx("cannot read %s: %s", path, strerror(-error));
	return STATUS_BROKEN;
}

bool status_is_old(const struct report *report, uint64_t now_usec)
{
	uint64_t interval = report->interval_usec ? report->interval_usec : 10 * USEC_PER_SEC;
	uint64_t limit;

	if (__builtin_mul_overflow(interval, STATUS_OLD_INTERVALS, &limit))
		return false;
	return now_usec > report->updated_usec && now_usec - report->updated_usec > limit;
}

enum status_result status_load(const struct command *command, uint64_t now_usec, struct report *ret)
{
	CW_CLEANUP(freep) char *path = status_path(command);
	char why[256] = "", ago[32], interval[32];
	int r = path ? status_read(path, ret, why, sizeof(why)) : -ENOMEM;

	if (r < 0)
		return complain(command, path ? path : "the status", r, why);
	if (!status_is_old(ret, now_usec))
		return STATUS_FRESH;
	span_print_human(now_usec - ret->updated_usec, ago, sizeof(ago));
	span_print_human(ret->interval_usec, interval, sizeof(interval));
	warnx("this status is %s old, but the daemon looks every %s: it does not run any more, or hangs. "
	      "See: systemctl status closewatchd",
	      ago, interval);
	return STATUS_OLD;
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
