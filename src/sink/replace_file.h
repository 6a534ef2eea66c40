/* SPDX-License-Identifier: MIT */
/* Replaces a file in one step: a reader sees the old one or the new one, whole. */
#ifndef CW_SINK_REPLACE_FILE_H
#define CW_SINK_REPLACE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Writes the data to PATH.new with exactly this mode and renames it to path. sync: it is on disk before it replaces
 * anything. 0; -errno: path is as it was, PATH.new is gone. */
int replace_file(const char *path, mode_t mode, bool sync, const void *data, size_t length);

#endif
