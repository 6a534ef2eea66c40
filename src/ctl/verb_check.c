/* SPDX-License-Identifier: MIT */
#include "ctl/check_view.h"
#include "ctl/status_load.h"
#include "ctl/verbs.h"
#include "kernel/machine.h"

int verb_check(const struct command *command)
{
	const struct check_rule rule = {
		.kinds = command->kinds ? command->kinds : FINDING_ALL_KINDS,
		.warn = command->warn,
		.crit = command->crit,
	};
	struct report report = { 0 };
	char why[STATUS_WHY_MAX];
	enum status_result result = status_load_quietly(command, machine_realtime_usec(), &report, why, sizeof(why));
	enum check_state state;

	/* Monitors show standard output alone. */
	if (result == STATUS_FRESH)
		state = check_view(stdout, &report, &rule);
	else
		state = check_view_unknown(stdout, *why ? why : "the configuration that was given has errors");
	report_done(&report);
	/* Here and not at the end: who cannot be heard is not OK. */
	return fflush(stdout) == 0 ? (int)state : CHECK_UNKNOWN;
}

int verb_check_misused(void)
{
	return (int)check_view_unknown(stdout, "wrong usage, see: closewatchctl check --help");
}
