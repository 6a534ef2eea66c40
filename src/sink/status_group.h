/* SPDX-License-Identifier: MIT */
/* The "[group N]" sections of the status file. */
#ifndef CW_SINK_STATUS_GROUP_H
#define CW_SINK_STATUS_GROUP_H

#include "core/report.h"

#include <stdio.h>

/* Writes the keys. Errors stay in the stream. */
void status_group_write(FILE *out, const struct report_group *group);

/* As finding_text_key() and finding_text_missing(). */
int status_group_key(struct report_group *group, uint64_t *seen, const char *key, const char *value);
const char *status_group_missing(uint64_t seen);

#endif
