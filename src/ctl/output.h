/* SPDX-License-Identifier: MIT */
/* What is written to standard output must arrive there: a full disk is a failure. */
#ifndef CW_CTL_OUTPUT_H
#define CW_CTL_OUTPUT_H

#include <jansson.h>

/* Prints the value, whose reference it takes; NULL: out of memory. An enum exit_code; says on stderr what failed. */
int output_json(json_t *value);

/* To be called last: code; EXIT_FAILED with a message if something could not be written and code tells of no failure. */
int output_close(int code);

#endif
