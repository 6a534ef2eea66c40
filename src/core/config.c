/* SPDX-License-Identifier: MIT */
#include "core/config.h"

#include "core/cleanup.h"
#include "core/config_keys.h"
#include "core/config_value.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define RULES_MAX 256 /* every one is held against every group of every look */
#define RULE_NAME_MAX 40 /* "rule NAME" must fit what inih keeps of a section's name: 49 characters */
#define QUOTE_SIZE 64
#define LIST_SIZE 512

void config_init(struct config *config)
{
	const struct config_key *keys;
	size_t n;

	memset(config, 0, sizeof(*config));
	keys = config_keys(&n);
	for (size_t i = 0; i < n; i++) {
		char why[160];
		int r;

		if (config_key_is_rule(&keys[i]))
			continue;
		r = config_value_parse(&keys[i], keys[i].name, keys[i].fallback, config, keys[i].offset, why,
				       sizeof(why));
		assert(r == 0); /* The table is ours, and an empty path needs no memory. */
		(void)r;
	}
}

/* A list of names for an error: "a, b, c". */
struct list {
	char text[LIST_SIZE];
	size_t used;
};

__attribute__((format(printf, 2, 3))) static void list_add(struct list *list, const char *format, ...)
{
	size_t room = sizeof(list->text) - list->used;
	va_list arguments;
	int n;

	n = snprintf(list->text + list->used, room, "%s", list->used > 0 ? ", " : "");
	va_start(arguments, format);
	n += vsnprintf(list->text + list->used + n, room - n, format, arguments);
	va_end(arguments);
	assert(n >= 0 && (size_t)n < room);
	list->used += n;
}

static int refuse_section(const char *section, char *ret_why, size_t why_size)
{
	const struct config_key *keys;
	struct list list = { 0 };
	char quoted[QUOTE_SIZE];
	size_t n;

	keys = config_keys(&n);
	for (size_t i = 0; i < n; i++) {
		bool first = i == 0 || strcmp(keys[i - 1].section, keys[i].section) != 0;

		if (first && !config_key_is_rule(&keys[i]))
			list_add(&list, "[%s]", keys[i].section);
	}

	escape_quote(section, quoted, sizeof(quoted));
	snprintf(ret_why, why_size, "unknown section [%s], expected one of %s, [rule NAME]", quoted, list.text);
	return -EINVAL;
}

static int refuse_key(const char *section, bool is_rule, const char *key, char *ret_why, size_t why_size)
{
	const struct config_key *keys;
	struct list list = { 0 };
	char quoted[QUOTE_SIZE];
	size_t n;

	keys = config_keys(&n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(keys[i].section, is_rule ? "rule" : section) == 0)
			list_add(&list, "%s", keys[i].name);
	for (size_t i = 0; is_rule && i < n; i++)
		if (config_key_is_threshold(&keys[i]))
			list_add(&list, "%s.%s", keys[i].section, keys[i].name);

	escape_quote(key, quoted, sizeof(quoted));
	snprintf(ret_why, why_size, "unknown key '%s' in [%s], expected one of %s", quoted, section, list.text);
	return -EINVAL;
}

/* The NAME of "rule NAME", NULL for other sections. */
static const char *rule_name(const char *section)
{
	if (strncmp(section, "rule", 4) != 0 || (section[4] != ' ' && section[4] != '\0'))
		return NULL;
	return section[4] == ' ' ? section + 5 : section + 4;
}

static int check_rule_name(const char *name, char *ret_why, size_t why_size)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.@:-";
	size_t length = strlen(name);
	char quoted[QUOTE_SIZE];

	if (length >= 1 && length <= RULE_NAME_MAX && strspn(name, allowed) == length)
		return 0;
	escape_quote(name, quoted, sizeof(quoted));
	snprintf(ret_why, why_size,
		 "[rule %s] is no name for a rule, expected [rule NAME], NAME being 1 to %d letters, digits and _.@:-",
		 quoted, RULE_NAME_MAX);
	return -EINVAL;
}

/* Finds the rule, or makes it. */
static int get_rule(struct config *config, const char *name, struct rule **ret, char *ret_why, size_t why_size)
{
	CW_CLEANUP(freep) char *copy = NULL;
	struct rule *rules;
	int r;

	r = check_rule_name(name, ret_why, why_size);
	if (r < 0)
		return r;
	for (size_t i = 0; i < config->n_rules; i++) {
		if (strcmp(config->rules[i].name, name) != 0)
			continue;
		*ret = &config->rules[i];
		return 0;
	}

	if (config->n_rules >= RULES_MAX) {
		snprintf(ret_why, why_size, "[rule %s] is one rule too many, expected at most %d", name, RULES_MAX);
		return -EINVAL;
	}
	copy = strdup(name);
	rules = realloc(config->rules, (config->n_rules + 1) * sizeof(*rules));
	if (rules)
		config->rules = rules;
	if (!copy || !rules)
		return -ENOMEM;
	rules[config->n_rules] = (struct rule){ .name = CW_TAKE(copy) };
	*ret = &rules[config->n_rules++];
	return 0;
}

static int set_in_rule(struct config *config, const char *name, const char *key_name, const char *value, char *ret_why,
		       size_t why_size)
{
	const struct config_key *key = config_key_find("rule", 4, key_name);
	const char *dot = strchr(key_name, '.');
	struct rule *rule;
	int r;

	r = get_rule(config, name, &rule, ret_why, why_size);
	if (r < 0)
		return r;
	if (key)
		return config_value_parse(key, key_name, value, rule, key->offset, ret_why, why_size);

	if (dot)
		key = config_key_find(key_name, (size_t)(dot - key_name), dot + 1);
	if (!key || !config_key_is_threshold(key)) {
		char section[RULE_NAME_MAX + 6];

		snprintf(section, sizeof(section), "rule %s", name);
		return refuse_key(section, true, key_name, ret_why, why_size);
	}
	r = config_value_parse(key, key_name, value, &rule->thresholds,
			       key->offset - offsetof(struct config, thresholds), ret_why, why_size);
	if (r < 0)
		return r;
	rule->overrides |= config_key_bit(key);
	return 0;
}

int config_set(struct config *config, const char *section, const char *key_name, const char *value, char *ret_why,
	       size_t why_size)
{
	const char *rule = rule_name(section);
	const struct config_key *key;

	if (rule)
		return set_in_rule(config, rule, key_name, value, ret_why, why_size);
	if (!config_key_find(section, strlen(section), NULL))
		return refuse_section(section, ret_why, why_size);
	key = config_key_find(section, strlen(section), key_name);
	if (!key)
		return refuse_key(section, false, key_name, ret_why, why_size);
	return config_value_parse(key, key_name, value, config, key->offset, ret_why, why_size);
}

int config_section(struct config *config, const char *section, char *ret_why, size_t why_size)
{
	const char *name = rule_name(section);
	struct rule *rule;

	if (name)
		return get_rule(config, name, &rule, ret_why, why_size);
	if (!config_key_find(section, strlen(section), NULL))
		return refuse_section(section, ret_why, why_size);
	return 0;
}

static void rule_done(struct rule *rule)
{
	free(rule->name);
	free(rule->match_unit);
	free(rule->match_process);
	free(rule->match_port);
	free(rule->match_remote);
	free(rule->match_namespace);
}

void config_done(struct config *config)
{
	for (size_t i = 0; i < config->n_rules; i++)
		rule_done(&config->rules[i]);
	free(config->rules);
	free(config->status_file);
	memset(config, 0, sizeof(*config));
}
