/* SPDX-License-Identifier: MIT */
#include "core/config.h"

#include "core/cleanup.h"
#include "core/config_keys.h"
#include "core/config_value.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void print_sections(FILE *out, const struct config *config)
{
	const struct config_key *keys;
	const char *section = "";
	size_t n;

	keys = config_keys(&n);
	for (size_t i = 0; i < n && !config_key_is_rule(&keys[i]); i++) {
		char value[CONFIG_VALUE_SIZE];

		if (strcmp(section, keys[i].section) != 0)
			fprintf(out, "%s[%s]\n", i > 0 ? "\n" : "", keys[i].section);
		section = keys[i].section;
		config_value_print(&keys[i], config, keys[i].offset, value, sizeof(value));
		fprintf(out, "%s =%s%s\n", keys[i].name, *value ? " " : "", value);
	}
}

/* One key of a rule; nothing if the rule does not set it. */
static void print_rule_key(FILE *out, const struct rule *rule, const struct config_key *key)
{
	char value[CONFIG_VALUE_SIZE];

	if (config_key_is_rule(key)) {
		config_value_print(key, rule, key->offset, value, sizeof(value));
		if (*value) /* A pattern is never empty. */
			fprintf(out, "%s = %s\n", key->name, value);
	} else if (rule->overrides & config_key_bit(key)) {
		config_value_print(key, &rule->thresholds, key->offset - offsetof(struct config, thresholds), value,
				   sizeof(value));
		fprintf(out, "%s.%s = %s\n", key->section, key->name, value);
	}
}

static void print_rule(FILE *out, const struct rule *rule)
{
	const struct config_key *keys;
	size_t n;

	fprintf(out, "\n[rule %s]\n", rule->name);
	keys = config_keys(&n);
	for (int own = 1; own >= 0; own--)
		for (size_t i = 0; i < n; i++)
			if (config_key_is_rule(&keys[i]) == own)
				print_rule_key(out, rule, &keys[i]);
}

int config_print(const struct config *config, char **ret_text)
{
	CW_CLEANUP(freep) char *text = NULL;
	size_t length;
	FILE *out;
	bool failed;

	out = open_memstream(&text, &length);
	if (!out)
		return -ENOMEM;
	print_sections(out, config);
	for (size_t i = 0; i < config->n_rules; i++)
		print_rule(out, &config->rules[i]);

	failed = ferror(out) != 0;
	if (fclose(out) != 0 || failed)
		return -ENOMEM;
	*ret_text = CW_TAKE(text);
	return 0;
}
