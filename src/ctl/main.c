/* SPDX-License-Identifier: MIT */
#include "core/cleanup.h"
#include "ctl/options.h"
#include "ctl/output.h"
#include "ctl/verbs.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
	CW_CLEANUP(freep) const char **assignments = calloc((size_t)argc + 1, sizeof(*assignments));
	struct command command = { .assignments = assignments };
	int code = assignments ? options_parse(argc, argv, &command) : EXIT_FAILED;

	if (code != EXIT_DONE)
		return output_close(code);
	if (command.help)
		verbs_print_help(stdout, command.verb_given ? command.verb : NULL);
	else if (command.version)
		printf("closewatchctl (closewatch) %s\n", PACKAGE_VERSION);
	else
		code = command.verb->run(&command);
	return output_close(code);
}
