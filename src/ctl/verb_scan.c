/* SPDX-License-Identifier: MIT */
#include "ctl/json.h"
#include "ctl/live.h"
#include "ctl/output.h"
#include "ctl/status_view.h"
#include "ctl/verbs.h"

#include <err.h>

static int show(const struct command *command, const struct report *report)
{
	struct screen screen = command_screen(command);
	int code = EXIT_DONE;

	if (command->json)
		code = output_json(json_of_report(report, false));
	else
		scan_view(&screen, report);
	if (report->complete)
		return code;
	warnx("the look was incomplete: %s", report->health);
	return EXIT_FAILED;
}

int verb_scan(const struct command *command)
{
	struct live live = { 0 };
	struct config config;
	char why[256] = "";
	int code = command_read_config(command, &config);

	if (code != 0)
		return code;
	if (live_look(&config, &live, why, sizeof(why)) < 0) {
		warnx("cannot look: %s", why);
		code = EXIT_FAILED;
	} else {
		code = show(command, &live.report);
		live_done(&live);
	}
	config_done(&config);
	return code;
}
