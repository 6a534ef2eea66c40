/* SPDX-License-Identifier: MIT */
/* The one table of verbs and the one table of options, which the command line, --help and the manual's test read. */
#ifndef CW_CTL_VERBS_H
#define CW_CTL_VERBS_H

#include "ctl/command.h"

enum option_bit {
	OPTION_RUNTIME_DIR = 1 << 0,
	OPTION_CONFIG = 1 << 1,
	OPTION_ASSIGN = 1 << 2,
	OPTION_JSON = 1 << 3,
	OPTION_COLOR = 1 << 4,
	OPTION_FINDING = 1 << 5,
	OPTION_NO_HEADINGS = 1 << 6,
	OPTION_PRINT = 1 << 7,
	OPTION_HELP = 1 << 8,
	OPTION_VERSION = 1 << 9,
	OPTION_LIVE = 1 << 10,
	OPTION_KIND = 1 << 11,
	OPTION_WARN = 1 << 12,
	OPTION_CRIT = 1 << 13,
	OPTION_FOLLOW = 1 << 14,
	OPTION_SINCE = 1 << 15,
	OPTION_DIRECTORY = 1 << 16,
};

struct verb {
	const char *name;
	const char *synopsis; /* its arguments */
	const char *help; /* one line */
	int (*run)(const struct command *command); /* returns an enum exit_code */
	size_t least_arguments, most_arguments;
	unsigned options; /* enum option_bit: the ones it takes */
	const char *exit_status; /* what its exit status says; NULL: the usual */
	int (*misused)(void); /* answers wrong usage, after stderr said why; returns how we end. NULL: EXIT_USAGE */
};

struct option_entry {
	enum option_bit bit;
	char letter; /* 0: none */
	const char *name; /* long; NULL: none */
	const char *argument; /* what stands behind it; NULL: nothing */
	const char *help;
};

const struct verb *verbs_all(size_t *ret_n);
const struct verb *verbs_find(const char *name); /* NULL: there is none */
const struct option_entry *verbs_options(size_t *ret_n);

/* The usage of the whole tool, or of one verb (NULL: the tool). */
void verbs_print_help(FILE *out, const struct verb *verb);

int verb_status(const struct command *command);
int verb_list(const struct command *command);
int verb_explain(const struct command *command);
int verb_scan(const struct command *command);
int verb_check(const struct command *command);
int verb_check_misused(void);
int verb_events(const struct command *command);
int verb_reload(const struct command *command);
int verb_check_config(const struct command *command);

#endif
