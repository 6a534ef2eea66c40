/* SPDX-License-Identifier: MIT */
#include "core/rule.h"

#include "core/config_keys.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* FNM_NOESCAPE: names are compared as they are shown, where a backslash is common ("\x0a") and means itself. */
static bool matches(const char *pattern, const char *text)
{
	return !pattern || fnmatch(pattern, text ? text : "", FNM_NOESCAPE) == 0;
}

bool rule_matches(const struct rule *rule, const struct rule_subject *subject)
{
	char port[8] = "";

	if (subject->port != 0)
		snprintf(port, sizeof(port), "%u", subject->port);
	return matches(rule->match_unit, subject->unit) && matches(rule->match_process, subject->process) &&
	       matches(rule->match_port, port) && matches(rule->match_remote, subject->remote) &&
	       matches(rule->match_namespace, subject->netns);
}

/* The port of "ADDRESS:PORT"; 0 without one. */
static uint16_t port_of_remote(const char *remote)
{
	const char *colon = strrchr(remote, ':');

	return colon ? (uint16_t)strtoul(colon + 1, NULL, 10) : 0;
}

struct rule_subject rule_subject_of(const struct finding *finding)
{
	return (struct rule_subject){
		.unit = finding->unit,
		.process = finding->process,
		.remote = finding->remote,
		.netns = finding->netns,
		.port = finding->role == ROLE_SERVER ? finding->port : port_of_remote(finding->remote),
	};
}

void rule_apply(const struct rule *rule, struct thresholds *thresholds)
{
	const struct config_key *keys;
	size_t n;

	keys = config_keys(&n);
	for (size_t i = 0; i < n; i++) {
		size_t offset = keys[i].offset - offsetof(struct config, thresholds);

		if (rule->overrides & config_key_bit(&keys[i]))
			*(uint64_t *)((char *)thresholds + offset) =
				*(const uint64_t *)((const char *)&rule->thresholds + offset);
	}
}

bool config_thresholds(const struct config *config, const struct rule_subject *subject, struct thresholds *ret)
{
	bool ignored = false;

	*ret = config->thresholds;
	for (size_t i = 0; i < config->n_rules; i++) {
		const struct rule *rule = &config->rules[i];

		if (!rule_matches(rule, subject))
			continue;
		rule_apply(rule, ret);
		ignored |= rule->ignore;
	}
	return !ignored;
}

static void lower_value(char *to, const char *from)
{
	uint64_t a, b;

	memcpy(&a, to, sizeof(a));
	memcpy(&b, from, sizeof(b));
	if (b < a)
		memcpy(to, &b, sizeof(b));
}

static void lower(struct thresholds *to, const struct thresholds *from)
{
	const struct config_key *keys;
	size_t n;

	keys = config_keys(&n);
	for (size_t i = 0; i < n; i++) {
		size_t offset = keys[i].offset - offsetof(struct config, thresholds);

		if (config_key_is_threshold(&keys[i]))
			lower_value((char *)to + offset, (const char *)from + offset);
	}
}

void config_strictest(const struct config *config, struct thresholds *ret)
{
	*ret = config->thresholds;
	for (size_t i = 0; i < config->n_rules; i++) {
		struct thresholds thresholds = config->thresholds;

		rule_apply(&config->rules[i], &thresholds);
		lower(ret, &thresholds);
	}
}
