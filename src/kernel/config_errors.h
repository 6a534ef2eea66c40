/* SPDX-License-Identifier: MIT */
/* Where the errors of a config go: told one by one, and counted. */
#ifndef CW_KERNEL_CONFIG_ERRORS_H
#define CW_KERNEL_CONFIG_ERRORS_H

#include "kernel/config_file.h"

struct config_errors {
	config_file_error tell;
	void *context;
	size_t n;
};

/* Tells "WHERE:LINE: ...", or "WHERE: ..." for line 0. where comes from outside and is escaped here; what the arguments
 * quote must be escaped already. */
void config_errors_add(struct config_errors *errors, const char *where, unsigned line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
