/* SPDX-License-Identifier: MIT */
/* closewatch-status(5): the report as INI that inih reads back and a person reads without a manual. */
#ifndef CW_SINK_STATUS_FILE_H
#define CW_SINK_STATUS_FILE_H

#include "core/report.h"

#include <stdio.h>
#include <sys/types.h>

#define STATUS_FORMAT 1

/* The report as text; *ret is malloc()ed. 0, or -ENOMEM. */
int status_text(const struct report *report, char **ret, size_t *ret_length);

/* Reads the text back. ret_why says what is wrong, with the line. 0; -EBADMSG: empty, cut, garbage or not ours;
 * -EPROTONOSUPPORT: a newer format; -ENOMEM. *ret is set only on 0; the caller frees it with report_done(). */
int status_parse(const char *text, size_t length, struct report *ret, char *ret_why, size_t why_size);

/* Replaces path by rename; a reader never sees half a file, and a failure leaves the old one and no temporary.
 * 0 or -errno (-ENOSPC, -EROFS, ...). */
int status_write(const char *path, mode_t mode, const struct report *report);

/* Reads a file; -ENOENT and the like, or as status_parse(). Refuses (-EFBIG) files over 64 MiB. */
int status_read(const char *path, struct report *ret, char *ret_why, size_t why_size);

#endif
