/* SPDX-License-Identifier: MIT */
/* The text of one config file. */
#ifndef CW_KERNEL_CONFIG_TEXT_H
#define CW_KERNEL_CONFIG_TEXT_H

#include "kernel/config_errors.h"

#define CONFIG_LINE_MAX \
	199 /* characters that inih keeps of a line; spaces at its ends do not count, comment lines may be longer */

/* Sets what the text says and tells every error as one of path. 0, also with errors; -ENOMEM. */
int config_text_parse(struct config *config, const char *path, const char *text, size_t length,
		      struct config_errors *errors);

#endif
