/* SPDX-License-Identifier: MIT */
#include "core/config.h"

#include "core/cleanup.h"
#include "core/config_keys.h"
#include "core/config_value.h"
#include "core/rule.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What is wrong, one after the other in one text. */
struct faults {
	char *text;
	size_t size, used;
	size_t n;
};

__attribute__((format(printf, 2, 3))) static void fault(struct faults *faults, const char *format, ...)
{
	size_t room = faults->size - faults->used;
	va_list arguments;
	int n;

	n = snprintf(faults->text + faults->used, room, "%s", faults->n++ > 0 ? "; " : "");
	faults->used += (size_t)n < room ? (size_t)n : room - 1;
	room = faults->size - faults->used;

	va_start(arguments, format);
	n = vsnprintf(faults->text + faults->used, room, format, arguments);
	va_end(arguments);
	faults->used += (size_t)n < room ? (size_t)n : room - 1;
}

/* The first must not be more than the second, both numbers of the same type. */
static const struct order {
	const char *small_section, *small;
	const char *large_section, *large;
	const char *why;
} orders[] = {
	{ "daemon", "attribution_budget", "daemon", "interval", "it is spent within each look" },
	{ "close-wait", "age", "close-wait", "old_age", "old_age is the age of a stale socket" },
	{ "close-wait", "warn", "close-wait", "crit", "a warning comes before it gets critical" },
};

static void check_order(const struct order *order, const struct config *config, const struct rule *rule,
			struct faults *faults)
{
	const struct config_key *small =
		config_key_find(order->small_section, strlen(order->small_section), order->small);
	const struct config_key *large =
		config_key_find(order->large_section, strlen(order->large_section), order->large);
	uint64_t small_value = *(const uint64_t *)((const char *)config + small->offset);
	uint64_t large_value = *(const uint64_t *)((const char *)config + large->offset);
	char small_text[CONFIG_VALUE_SIZE], large_text[CONFIG_VALUE_SIZE];

	if (small_value <= large_value)
		return;
	/* What a rule leaves as it is was told of already. */
	if (rule && !(rule->overrides & (config_key_bit(small) | config_key_bit(large))))
		return;

	config_value_print(small, config, small->offset, small_text, sizeof(small_text));
	config_value_print(large, config, large->offset, large_text, sizeof(large_text));
	fault(faults, "%s%s%s%s.%s = %s is more than %s.%s = %s, expected at most that: %s", rule ? "[rule " : "",
	      rule ? rule->name : "", rule ? "] " : "", small->section, small->name, small_text, large->section,
	      large->name, large_text, order->why);
}

/* The config as a rule alone changes it. */
static void check_rule(const struct config *config, const struct rule *rule, struct faults *faults)
{
	struct config changed = *config;

	if (!rule->match_unit && !rule->match_process && !rule->match_port && !rule->match_remote &&
	    !rule->match_namespace)
		fault(faults,
		      "[rule %s] has no match_ key, expected at least one (match_unit = * for a rule about everything)",
		      rule->name);
	rule_apply(rule, &changed.thresholds);
	for (size_t i = 0; i < CW_ELEMENTS(orders); i++)
		check_order(&orders[i], &changed, rule, faults);
}

int config_check(const struct config *config, char *ret_why, size_t why_size)
{
	struct faults faults = { .text = ret_why, .size = why_size };

	for (size_t i = 0; i < CW_ELEMENTS(orders); i++)
		check_order(&orders[i], config, NULL, &faults);
	if (config->status_mode & 0022)
		fault(&faults,
		      "status.mode = 0%03" PRIo64
		      " lets others write the status file, expected a mode such as 0644 or 0640",
		      config->status_mode);
	for (size_t i = 0; i < config->n_rules; i++)
		check_rule(config, &config->rules[i], &faults);
	return faults.n > 0 ? -EINVAL : 0;
}
