/* SPDX-License-Identifier: MIT */
#include "core/config_keys.h"

#include "core/cleanup.h"
#include "core/span.h"

#include <string.h>

#define KEY(section, name, type, field, fallback, least, most, help) \
	{ \
		section, name, type, offsetof(struct config, field), fallback, least, most, help \
	}
#define MATCH(name, help) \
	{ \
		"rule", #name, CONFIG_GLOB, offsetof(struct rule, name), "", 0, 0, help \
	}

/* Every key there is: parser, printer, closewatch.conf and closewatch.conf(5) follow this table, in its order. */
static const struct config_key keys[] = {
	KEY("daemon", "interval", CONFIG_SPAN, interval_usec, "10s", USEC_PER_SEC, USEC_PER_HOUR,
	    "How often to look at all TCP sockets"),
	KEY("daemon", "listen_interval", CONFIG_SPAN, listen_interval_usec, "2s", 500 * USEC_PER_MSEC, USEC_PER_HOUR,
	    "How often to look at the accept queues of listeners"),
	KEY("daemon", "attribution_budget", CONFIG_SPAN, attribution_budget_usec, "50ms", USEC_PER_MSEC,
	    10 * USEC_PER_SEC, "How much of each look may go into finding the processes that hold sockets"),
	KEY("daemon", "max_groups", CONFIG_COUNT, max_groups, "1000", 1, 100000,
	    "How many groups of CLOSE_WAIT sockets to keep and to show"),

	KEY("close-wait", "age", CONFIG_SPAN, thresholds.close_wait_age_usec, "1m", USEC_PER_SEC, 30 * USEC_PER_DAY,
	    "A CLOSE_WAIT socket that was idle for this long is stale"),
	KEY("close-wait", "old_age", CONFIG_SPAN, thresholds.close_wait_old_age_usec, "1h", USEC_PER_SEC,
	    365 * USEC_PER_DAY, "Notice: a single stale socket was idle for this long"),
	KEY("close-wait", "warn", CONFIG_COUNT, thresholds.close_wait_warn, "10", 1, 1000000,
	    "Warning: a group has this many stale sockets"),
	KEY("close-wait", "crit", CONFIG_COUNT, thresholds.close_wait_crit, "200", 1, 1000000,
	    "Critical: a group has this many stale sockets"),
	KEY("close-wait", "window", CONFIG_SPAN, thresholds.close_wait_window_usec, "10m", 2 * USEC_PER_SEC,
	    USEC_PER_DAY, "The time over which growing, steady and shrinking are told apart"),
	KEY("close-wait", "forecast", CONFIG_SPAN, thresholds.close_wait_forecast_usec, "1h", USEC_PER_MINUTE,
	    30 * USEC_PER_DAY, "Critical: at this rate the holder's descriptors run out within this time"),

	KEY("accept-queue", "warn", CONFIG_PERCENT, thresholds.accept_queue_warn_percent, "80%", 1, 100,
	    "Warning: this share of the accept queue's limit is taken in two looks"),
	KEY("accept-queue", "wait", CONFIG_SPAN, thresholds.accept_queue_wait_usec, "10s", USEC_PER_SEC, USEC_PER_DAY,
	    "Notice: a connection has waited this long to be accepted"),

	KEY("alerts", "clear_after", CONFIG_SPAN, clear_after_usec, "30s", 0, USEC_PER_DAY,
	    "A finding must be gone for this long before its alert is cleared"),
	KEY("alerts", "repeat", CONFIG_SPAN, repeat_usec, "4h", 0, 30 * USEC_PER_DAY,
	    "How often to tell again of a finding that stays; 0: never"),

	KEY("alerts", "max_active", CONFIG_COUNT, max_active, "500", 1, 10000,
	    "How many findings to alert about at a time; the worst come first"),

	KEY("status", "file", CONFIG_PATH, status_file, "", 0, 0,
	    "Where to write the status; empty: the file status in the runtime directory"),
	KEY("status", "mode", CONFIG_MODE, status_mode, "0644", 0400, 0777, "Permissions of the status file"),

	MATCH(match_unit, "The owner's systemd unit"),
	MATCH(match_process, "The name of the process"),
	MATCH(match_port, "The local port of a server, the remote port of a client"),
	MATCH(match_remote, "The remote ADDRESS:PORT of a client"),
	MATCH(match_namespace, "The network namespace"),
	{ "rule", "ignore", CONFIG_BOOL, offsetof(struct rule, ignore), "no", 0, 1,
	  "Report nothing about what matches" },
};

_Static_assert(CW_ELEMENTS(keys) <= 64, "a rule's overrides are bits of 64");

const struct config_key *config_keys(size_t *ret_n)
{
	*ret_n = CW_ELEMENTS(keys);
	return keys;
}

const struct config_key *config_key_find(const char *section, size_t section_length, const char *name)
{
	for (size_t i = 0; i < CW_ELEMENTS(keys); i++) {
		if (strlen(keys[i].section) != section_length || memcmp(keys[i].section, section, section_length) != 0)
			continue;
		if (!name || strcmp(keys[i].name, name) == 0)
			return &keys[i];
	}
	return NULL;
}

bool config_key_is_rule(const struct config_key *key)
{
	return strcmp(key->section, "rule") == 0;
}

bool config_key_is_threshold(const struct config_key *key)
{
	size_t first = offsetof(struct config, thresholds);

	return !config_key_is_rule(key) && key->offset >= first && key->offset < first + sizeof(struct thresholds);
}

uint64_t config_key_bit(const struct config_key *key)
{
	return UINT64_C(1) << (key - keys);
}
