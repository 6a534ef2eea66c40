/* SPDX-License-Identifier: MIT */
/* The command line, understood by the tables of verbs.h. */
#ifndef CW_CTL_OPTIONS_H
#define CW_CTL_OPTIONS_H

#include "ctl/command.h"

/* Fills *command, whose assignments point to room for argc texts. EXIT_DONE; else stderr says why, and EXIT_USAGE or
 * what the verb wants instead. */
int options_parse(int argc, char **argv, struct command *command);

#endif
