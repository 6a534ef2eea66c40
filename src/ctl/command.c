/* SPDX-License-Identifier: MIT */
#include "ctl/command.h"

#include "ctl/verbs.h"
#include "kernel/config_file.h"
#include "kernel/machine.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void complain(void *context, const char *text)
{
	(void)context;
	fprintf(stderr, "%s\n", text);
}

static void keep_quiet(void *context, const char *text)
{
	(void)context;
	(void)text;
}

static struct config_source source_of(const struct command *command)
{
	return (struct config_source){
		.path = command->config,
		.assignments = command->assignments,
		.n_assignments = command->n_assignments,
	};
}

int command_read_config(const struct command *command, struct config *ret)
{
	struct config_source source = source_of(command);
	int r = config_file_read(&source, complain, NULL, ret);

	if (r == 0)
		return 0;
	/* Each error was told already. */
	if (r != -EINVAL)
		warnx("the configuration cannot be used: %s", strerror(-r));
	return EXIT_FAILED;
}

static void read_config_or_defaults(const struct command *command, struct config *ret)
{
	struct config_source source = source_of(command);

	if (config_file_read(&source, keep_quiet, NULL, ret) < 0)
		config_init(ret);
}

int command_read_config_if_given(const struct command *command, struct config *ret)
{
	if (command->given & (OPTION_CONFIG | OPTION_ASSIGN))
		return command_read_config(command, ret);
	read_config_or_defaults(command, ret);
	return EXIT_DONE;
}

struct screen command_screen(const struct command *command)
{
	bool color = color_wanted(command->color, isatty(STDOUT_FILENO), getenv("NO_COLOR"), getenv("TERM"));
	struct screen screen;

	screen_init(&screen, stdout, color, machine_realtime_usec());
	screen.invocation = command->invocation;
	return screen;
}
