/* SPDX-License-Identifier: MIT */
/* What the person asked for, and how we end. */
#ifndef CW_CTL_COMMAND_H
#define CW_CTL_COMMAND_H

#include "core/config.h"
#include "ctl/invocation.h"
#include "ctl/paint.h"
#include "ctl/screen.h"

#define COMMAND_ARGUMENTS 4

enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_RUNNING = 3, /* the daemon is not, or its status is old */
};

struct verb;

struct command {
	const struct verb *verb;
	bool verb_given; /* false: the usual one */
	const char *arguments[COMMAND_ARGUMENTS]; /* behind the verb */
	size_t n_arguments;
	unsigned given; /* enum option_bit: the options that were given */
	const char *runtime_dir; /* NULL: /run/closewatch */
	const char *config; /* NULL: the usual file */
	const char **assignments; /* of -o */
	size_t n_assignments;
	const char *finding; /* of --finding; NULL: none */
	const char *directory; /* of --directory; NULL: this host's journal */
	const char *since; /* of --since; NULL: everything */
	bool follow;
	unsigned kinds; /* of --kind: a bit for each enum finding_kind; 0: all */
	enum severity warn, crit; /* of --warn and --crit; SEVERITIES: never */
	enum color_mode color;
	char invocation[INVOCATION_MAX]; /* invocation_print(); "": not known */
	bool json;
	bool live; /* asks no daemon */
	bool print;
	bool no_headings;
	bool help;
	bool version;
};

/* Reads the config that --config and -o tell. 0; or an exit code after the errors were written to stderr. */
int command_read_config(const struct command *command, struct config *ret);

/* As above if one of them is given. Else the usual file is read; with errors it is passed over in silence, for the
 * defaults, and the outcome is 0. */
int command_read_config_if_given(const struct command *command, struct config *ret);

/* A screen on standard output, now. */
struct screen command_screen(const struct command *command);

#endif
