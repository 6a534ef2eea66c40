/* SPDX-License-Identifier: MIT */
#include "daemon/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPTION_CONFIG = 256,
	OPTION_RUNTIME_DIR,
	OPTION_STATE_DIR,
	OPTION_CHECK_CONFIG,
	OPTION_VERSION,
	OPTION_HELP,
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, OPTION_CONFIG },
	{ "runtime-dir", required_argument, NULL, OPTION_RUNTIME_DIR },
	{ "state-dir", required_argument, NULL, OPTION_STATE_DIR },
	{ "check-config", no_argument, NULL, OPTION_CHECK_CONFIG },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ NULL, 0, NULL, 0 },
};

static const char help[] = "Usage: closewatchd [OPTION]...\n"
			   "Watches this host's TCP sockets: who leaks CLOSE_WAIT, who does not accept.\n"
			   "\n"
			   "      --config FILE            read FILE and FILE.d/*.conf\n"
			   "                               [" CONFIG_FILE_USUAL "]\n"
			   "  -o SECTION.KEY=VALUE         set one key, over the files; can be repeated\n"
			   "      --runtime-dir DIR        where the status file goes [/run/closewatch]\n"
			   "      --state-dir DIR          what is kept over restarts [/var/lib/closewatch]\n"
			   "      --check-config           only check the configuration: 0 good, 78 bad\n"
			   "      --version                print the version\n"
			   "  -h, --help                   print this\n"
			   "\n"
			   "See closewatchd(8), closewatch.conf(5) and closewatchctl(1).\n";

static const char *from_environment(const char *name, const char *fallback)
{
	const char *value = getenv(name);

	/* systemd lists several directories with ':' between them; ours is one. */
	return value && *value == '/' ? value : fallback;
}

static enum options_result add_assignment(struct options *options, const char *text)
{
	size_t n = options->config.n_assignments;
	const char *equals = strchr(text, '=');
	const char **grown;

	if (!equals || !memchr(text, '.', (size_t)(equals - text))) {
		fprintf(stderr, "closewatchd: -o takes SECTION.KEY=VALUE\nTry 'closewatchd --help'.\n");
		return OPTIONS_WRONG;
	}
	grown = realloc((void *)options->config.assignments, (n + 1) * sizeof(*grown));
	if (!grown) {
		perror("closewatchd");
		return OPTIONS_WRONG;
	}
	grown[n] = text;
	options->config.assignments = grown;
	options->config.n_assignments = n + 1;
	return OPTIONS_RUN;
}

static enum options_result print_and_end(const char *text)
{
	if (fputs(text, stdout) == EOF || fflush(stdout) == EOF) {
		perror("closewatchd: stdout");
		return OPTIONS_WRONG;
	}
	return OPTIONS_DONE;
}

/* OPTIONS_RUN: go on. */
static enum options_result take(struct options *options, int option)
{
	switch (option) {
	case 'o':
		return add_assignment(options, optarg);
	case OPTION_CONFIG:
		options->config.path = optarg;
		return OPTIONS_RUN;
	case OPTION_RUNTIME_DIR:
		options->runtime_dir = optarg;
		return OPTIONS_RUN;
	case OPTION_STATE_DIR:
		options->state_dir = optarg;
		return OPTIONS_RUN;
	case OPTION_CHECK_CONFIG:
		options->check_config = true;
		return OPTIONS_RUN;
	case OPTION_VERSION:
		return print_and_end("closewatchd " PACKAGE_VERSION "\n");
	case OPTION_HELP:
	case 'h':
		return print_and_end(help);
	default:
		fputs("Try 'closewatchd --help'.\n", stderr);
		return OPTIONS_WRONG;
	}
}

enum options_result options_parse(int argc, char **argv, struct options *ret)
{
	enum options_result result = OPTIONS_RUN;
	int option;

	*ret = (struct options){
		.runtime_dir = from_environment("RUNTIME_DIRECTORY", "/run/closewatch"),
		.state_dir = from_environment("STATE_DIRECTORY", "/var/lib/closewatch"),
	};
	while (result == OPTIONS_RUN && (option = getopt_long(argc, argv, "ho:", long_options, NULL)) != -1)
		result = take(ret, option);
	if (result == OPTIONS_RUN && optind < argc) {
		fprintf(stderr, "closewatchd: unexpected argument '%s'\nTry 'closewatchd --help'.\n", argv[optind]);
		result = OPTIONS_WRONG;
	}
	return result;
}

void options_done(struct options *options)
{
	free((void *)options->config.assignments);
	*options = (struct options){ 0 };
}
