/* SPDX-License-Identifier: MIT */
/* How we were called, as one types it again: commands that we suggest must find the same daemon and the same config. */
#ifndef CW_CTL_INVOCATION_H
#define CW_CTL_INVOCATION_H

#include <stddef.h>

struct command;

#define INVOCATION_MAX 1024

/* "closewatchctl --runtime-dir=DIR -o 'SECTION.KEY=VALUE'": our name and the options that say what is looked at, quoted
 * for a shell. The name alone if they do not fit. */
void invocation_print(const struct command *command, char buffer[INVOCATION_MAX]);

#endif
