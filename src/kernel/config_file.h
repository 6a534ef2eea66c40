/* SPDX-License-Identifier: MIT */
/* Reads closewatch.conf(5) and its drop-ins with inih. */
#ifndef CW_KERNEL_CONFIG_FILE_H
#define CW_KERNEL_CONFIG_FILE_H

#include "core/config.h"

/* configure --sysconfdir decides; the Makefile tells us. */
#define CONFIG_FILE_USUAL CLOSEWATCH_SYSCONFDIR "/closewatch.conf"

/* Called for each error: "FILE:LINE: what is wrong, what was expected" (line 0 is left out: the whole file, or -o). */
typedef void (*config_file_error)(void *context, const char *text);

struct config_source {
	const char *path; /* must exist; NULL: CONFIG_FILE_USUAL, which may be absent */
	const char *const *assignments; /* "section.key=value", after the files */
	size_t n_assignments;
};

/* Reads path, then path.d/ *.conf in name order, then the assignments into a fresh config; goes on after an error to
 * report all of them. 0: *ret is set, the caller frees it; -EINVAL: errors were reported; -ENOMEM. */
int config_file_read(const struct config_source *source, config_file_error error, void *context, struct config *ret);

#endif
