/* SPDX-License-Identifier: MIT */
/* closewatch.conf(5) as a value: one table of keys, which parser, printer, help and the manual's test read. */
#ifndef CW_CORE_CONFIG_H
#define CW_CORE_CONFIG_H

#include "core/finding.h"

#include <stddef.h>
#include <stdint.h>

/* What a rule may change. */
struct thresholds {
	uint64_t close_wait_age_usec;
	uint64_t close_wait_old_age_usec;
	uint64_t close_wait_warn;
	uint64_t close_wait_crit;
	uint64_t close_wait_window_usec;
	uint64_t close_wait_forecast_usec;
	uint64_t accept_queue_warn_percent;
	uint64_t accept_queue_wait_usec;
};

struct rule {
	char *name;
	char *match_unit; /* globs; NULL: matches all */
	char *match_process;
	char *match_port;
	char *match_remote;
	char *match_namespace;
	bool ignore;
	struct thresholds thresholds; /* where the bit of its key is set in overrides */
	uint64_t overrides; /* bit: index into config_keys() */
};

struct config {
	uint64_t interval_usec;
	uint64_t listen_interval_usec;
	uint64_t attribution_budget_usec;
	uint64_t max_groups;
	struct thresholds thresholds;
	uint64_t clear_after_usec;
	uint64_t repeat_usec;
	uint64_t max_active;
	char *status_file; /* NULL: "status" in the runtime directory */
	uint64_t status_mode;
	struct rule *rules; /* in the order of the files */
	size_t n_rules;
};

enum config_type {
	CONFIG_SPAN,
	CONFIG_PERCENT, /* "80%" */
	CONFIG_COUNT,
	CONFIG_MODE, /* octal */
	CONFIG_PATH, /* absolute, or empty */
	CONFIG_GLOB,
	CONFIG_BOOL, /* yes, no, true, false, on, off, 1, 0 */
};

struct config_key {
	const char *section; /* "rule" for [rule NAME] */
	const char *name;
	enum config_type type;
	size_t offset; /* in struct config; in struct rule for section "rule" */
	const char *fallback;
	uint64_t least, most; /* of numbers; spans in microseconds */
	const char *help; /* one line, for the manual and the sample */
};

/* All keys; *ret_n of them. */
const struct config_key *config_keys(size_t *ret_n);

/* The defaults of the table; rules and paths are empty. */
void config_init(struct config *config);

/* Sets one key. section is "daemon", ..., or "rule NAME" (which makes the rule when it is new). In a rule, key is a
 * match_*, ignore, or a threshold as "close-wait.age".
 * 0; -EINVAL: unknown or a bad value, ret_why says what is wrong and what was expected; -ENOMEM. */
int config_set(struct config *config, const char *section, const char *key, const char *value, char *ret_why,
	       size_t why_size);

/* Makes the section known without a key: an empty [rule NAME] is a rule. As config_set(). */
int config_section(struct config *config, const char *section, char *ret_why, size_t why_size);

/* What no single key can tell, such as warn > crit. 0, or -EINVAL with ret_why. */
int config_check(const struct config *config, char *ret_why, size_t why_size);

/* The whole config as a file that reads back to the same. *ret_text is malloc()ed. 0, or -ENOMEM. */
int config_print(const struct config *config, char **ret_text);

void config_done(struct config *config);

/* The subject a rule is matched against; NULL or "" where a thing is unknown or does not apply. */
struct rule_subject {
	const char *unit;
	const char *process;
	const char *remote; /* ADDRESS:PORT */
	const char *netns;
	uint16_t port; /* the local port of a server or listener, the remote port of a client */
};

/* The thresholds that hold for the subject: the config's, overridden by every rule that matches, in order.
 * Returns false if a matching rule says to ignore it. */
bool config_thresholds(const struct config *config, const struct rule_subject *subject, struct thresholds *ret);

/* Each threshold as low as the config or any rule makes it: what stays below these is no finding for anybody. */
void config_strictest(const struct config *config, struct thresholds *ret);

#endif
