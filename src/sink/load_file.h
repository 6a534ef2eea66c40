/* SPDX-License-Identifier: MIT */
/* A whole file in memory. */
#ifndef CW_SINK_LOAD_FILE_H
#define CW_SINK_LOAD_FILE_H

#include <stddef.h>

/* *ret is malloc()ed, NUL after the end. 0; -EFBIG: more than most bytes; -EBADMSG: not a regular file; -errno. */
int load_file(const char *path, size_t most, char **ret, size_t *ret_length);

#endif
