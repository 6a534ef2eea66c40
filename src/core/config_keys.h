/* SPDX-License-Identifier: MIT */
/* Finds its way in the table of keys; for the modules that make up the config. */
#ifndef CW_CORE_CONFIG_KEYS_H
#define CW_CORE_CONFIG_KEYS_H

#include "core/config.h"

/* The key of that name; the section's first one if name is NULL; NULL: there is none. */
const struct config_key *config_key_find(const char *section, size_t section_length, const char *name);

/* Whether it belongs to [rule NAME]: its offset is one in struct rule. */
bool config_key_is_rule(const struct config_key *key);

/* Whether a rule may override it: its offset is one in the struct thresholds of struct config. */
bool config_key_is_threshold(const struct config_key *key);

/* Its bit in the overrides of a rule. */
uint64_t config_key_bit(const struct config_key *key);

#endif
