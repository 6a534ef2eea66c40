/* SPDX-License-Identifier: MIT */
#include "core/cleanup.h"
#include "ctl/verbs.h"
#include "kernel/config_file.h"

#include <err.h>
#include <string.h>
#include <unistd.h>

static void print_error(void *context, const char *text)
{
	unsigned *count = context;

	(*count)++;
	fprintf(stderr, "%s\n", text);
}

static int print_config(const struct config *config)
{
	CW_CLEANUP(freep) char *text = NULL;

	if (config_print(config, &text) < 0) {
		warnx("out of memory");
		return EXIT_FAILED;
	}
	fputs(text, stdout);
	return EXIT_DONE;
}

static int praise(const char *path)
{
	if (path)
		printf("%s: ok\n", path);
	else if (access(CONFIG_FILE_USUAL, F_OK) == 0)
		printf(CONFIG_FILE_USUAL ": ok\n");
	else
		printf(CONFIG_FILE_USUAL ": not there, the defaults count: ok\n");
	return EXIT_DONE;
}

int verb_check_config(const struct command *command)
{
	const char *path = command->n_arguments ? command->arguments[0] : command->config;
	struct config_source source = {
		.path = path,
		.assignments = command->assignments,
		.n_assignments = command->n_assignments,
	};
	struct config config;
	unsigned errors = 0;
	int code, r;

	if (command->n_arguments && command->config) {
		warnx("check-config: the file is given twice");
		return EXIT_USAGE;
	}
	r = config_file_read(&source, print_error, &errors, &config);
	if (r < 0) {
		if (errors == 0)
			warnx("cannot read the configuration: %s", strerror(-r));
		return EXIT_FAILED;
	}
	code = command->print ? print_config(&config) : praise(path);
	config_done(&config);
	return code;
}
