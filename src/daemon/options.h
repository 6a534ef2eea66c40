/* SPDX-License-Identifier: MIT */
/* closewatchd's command line. */
#ifndef CW_DAEMON_OPTIONS_H
#define CW_DAEMON_OPTIONS_H

#include "kernel/config_file.h"

#include <stdbool.h>

struct options {
	struct config_source config; /* .assignments is malloc()ed */
	const char *runtime_dir;
	const char *state_dir;
	bool check_config;
};

enum options_result {
	OPTIONS_RUN,
	OPTIONS_DONE, /* --help or --version was printed */
	OPTIONS_WRONG, /* told on stderr: exit 2 */
};

/* Pointers in *ret point into argv. The environment's RUNTIME_DIRECTORY and STATE_DIRECTORY, which systemd sets, are the
 * defaults of the directories. */
enum options_result options_parse(int argc, char **argv, struct options *ret);
void options_done(struct options *options);

#endif
