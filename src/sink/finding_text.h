/* SPDX-License-Identifier: MIT */
/* One finding as an INI section's keys and back: the status file, the state file and hooks share it. */
#ifndef CW_SINK_FINDING_TEXT_H
#define CW_SINK_FINDING_TEXT_H

#include "core/finding.h"

#include <stdio.h>

/* Writes "[finding ID]" and its keys. Errors stay in the stream. */
void finding_text_write(FILE *out, const struct finding *finding);

/* Begins to read a section "finding ID". 1: *ret is an empty finding with this id; 0: another section; -EINVAL: the id
 * is none. */
int finding_text_begin(struct finding *ret, const char *section);

/* Takes in one key of the section; *seen, 0 at first, tells doubled keys and missing ones.
 * 1: taken; 0: not a key of a finding; -EINVAL: a bad value, or doubled. */
int finding_text_key(struct finding *finding, uint64_t *seen, const char *key, const char *value);

/* The name of a key that every finding has and that was not seen; NULL: none. */
const char *finding_text_missing(uint64_t seen);

#endif
