/* SPDX-License-Identifier: MIT */
/* The command line, understood by the tables of verbs.h. */
#ifndef CW_CTL_OPTIONS_H
#define CW_CTL_OPTIONS_H

#include "ctl/command.h"

/* Fills *command, whose assignments point to room for argc texts. EXIT_DONE; EXIT_USAGE, and stderr says why. */
int options_parse(int argc, char **argv, struct command *command);

#endif
