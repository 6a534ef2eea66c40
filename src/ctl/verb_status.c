/* SPDX-License-Identifier: MIT */
#include "ctl/json.h"
#include "ctl/output.h"
#include "ctl/status_load.h"
#include "ctl/status_view.h"
#include "ctl/verbs.h"

int verb_status(const struct command *command)
{
	struct screen screen = command_screen(command);
	struct report report = { 0 };
	enum status_result result = status_load(command, screen.now_usec, &report);
	int code = status_exit_code(result);

	if (result != STATUS_FRESH && result != STATUS_OLD)
		return code;
	if (command->json && output_json(json_of_report(&report, result == STATUS_FRESH)) != EXIT_DONE)
		code = EXIT_FAILED;
	if (!command->json)
		status_view(&screen, &report, result == STATUS_OLD);
	report_done(&report);
	return code;
}
