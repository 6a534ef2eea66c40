/* SPDX-License-Identifier: MIT */
/* One value of one key: from text into memory and back. */
#ifndef CW_CORE_CONFIG_VALUE_H
#define CW_CORE_CONFIG_VALUE_H

#include "core/config.h"

#define CONFIG_TEXT_MAX 160 /* of paths and globs, without the NUL: the line they stand in must fit what inih reads */
#define CONFIG_VALUE_SIZE (CONFIG_TEXT_MAX + 1)

/* Sets the field of object at offset, which must be of the key's type. label is the key as the user wrote it.
 * 0, -EINVAL with ret_why, -ENOMEM. */
int config_value_parse(const struct config_key *key, const char *label, const char *text, void *object, size_t offset,
		       char *ret_why, size_t why_size);

/* The reverse. size >= CONFIG_VALUE_SIZE. */
void config_value_print(const struct config_key *key, const void *object, size_t offset, char *buffer, size_t size);

/* The values a key takes, in words: "1s to 1h", "1% to 100%", "yes or no". size >= 64. */
void config_value_range(const struct config_key *key, char *buffer, size_t size);

#endif
