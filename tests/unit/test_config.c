/* SPDX-License-Identifier: MIT */
#include "core/config.h"

#include "core/cleanup.h"
#include "core/span.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define RULE_KEYS \
	"match_unit, match_process, match_port, match_remote, match_namespace, ignore, close-wait.age, " \
	"close-wait.old_age, close-wait.warn, close-wait.crit, close-wait.window, close-wait.forecast, " \
	"accept-queue.warn, accept-queue.wait"

struct setting {
	const char *section, *key, *value;
};

static void set(struct config *config, const char *section, const char *key, const char *value)
{
	char why[1024] = "";

	if (config_set(config, section, key, value, why, sizeof(why)) != 0)
		fail_msg("[%s] %s = %s: %s", section, key, value, why);
}

static void set_all(struct config *config, const struct setting *settings)
{
	for (; settings->section; settings++)
		set(config, settings->section, settings->key, settings->value);
}

static void the_defaults_are_the_documented_ones(void **state)
{
	CW_CLEANUP(config_done) struct config config;
	char why[256];

	(void)state;
	config_init(&config);
	assert_int_equal(config.interval_usec, 10 * USEC_PER_SEC);
	assert_int_equal(config.listen_interval_usec, 2 * USEC_PER_SEC);
	assert_int_equal(config.attribution_budget_usec, 50 * USEC_PER_MSEC);
	assert_int_equal(config.max_groups, 1000);
	assert_int_equal(config.thresholds.close_wait_age_usec, 60 * USEC_PER_SEC);
	assert_int_equal(config.thresholds.close_wait_old_age_usec, USEC_PER_HOUR);
	assert_int_equal(config.thresholds.close_wait_warn, 10);
	assert_int_equal(config.thresholds.close_wait_crit, 200);
	assert_int_equal(config.thresholds.close_wait_window_usec, 10 * USEC_PER_MINUTE);
	assert_int_equal(config.thresholds.close_wait_forecast_usec, USEC_PER_HOUR);
	assert_int_equal(config.thresholds.accept_queue_warn_percent, 80);
	assert_int_equal(config.thresholds.accept_queue_wait_usec, 10 * USEC_PER_SEC);
	assert_int_equal(config.clear_after_usec, 30 * USEC_PER_SEC);
	assert_int_equal(config.repeat_usec, 4 * USEC_PER_HOUR);
	assert_null(config.status_file);
	assert_int_equal(config.status_mode, 0644);
	assert_int_equal(config.n_rules, 0);
	assert_int_equal(config_check(&config, why, sizeof(why)), 0);
}

static bool is_number(const struct config_key *key)
{
	return key->type == CONFIG_SPAN || key->type == CONFIG_PERCENT || key->type == CONFIG_COUNT ||
	       key->type == CONFIG_MODE;
}

/* A number as the key's values are written. */
static void write_number(const struct config_key *key, uint64_t number, char *text, size_t size)
{
	if (key->type == CONFIG_SPAN)
		snprintf(text, size, "%llums", (unsigned long long)number / 1000);
	else if (key->type == CONFIG_MODE)
		snprintf(text, size, "%llo", (unsigned long long)number);
	else
		snprintf(text, size, "%llu%s", (unsigned long long)number, key->type == CONFIG_PERCENT ? "%" : "");
}

static void expect(const struct config_key *key, uint64_t number, int expected)
{
	CW_CLEANUP(config_done) struct config config;
	char text[32], why[1024];
	int r;

	config_init(&config);
	write_number(key, number, text, sizeof(text));
	r = config_set(&config, key->section, key->name, text, why, sizeof(why));
	if (r != expected)
		fail_msg("[%s] %s = %s: %d instead of %d", key->section, key->name, text, r, expected);
	if (r == 0)
		assert_int_equal(*(uint64_t *)((char *)&config + key->offset), number);
}

static void every_number_takes_its_bounds_and_nothing_beyond(void **state)
{
	const struct config_key *keys;
	size_t n, numbers = 0;

	(void)state;
	keys = config_keys(&n);
	for (size_t i = 0; i < n; i++) {
		uint64_t step = keys[i].type == CONFIG_SPAN ? USEC_PER_MSEC : 1;

		if (!is_number(&keys[i]))
			continue;
		numbers++;
		expect(&keys[i], keys[i].least, 0);
		expect(&keys[i], keys[i].most, 0);
		expect(&keys[i], keys[i].most + step, -EINVAL);
		if (keys[i].least > 0)
			expect(&keys[i], keys[i].least - step, -EINVAL);
	}
	assert_int_equal(numbers, 16);
}

static void every_bad_value_says_what_was_expected(void **state)
{
	static const struct {
		const char *section, *key, *value, *why;
	} bad[] = {
		{ "daemon", "interval", "10",
		  "interval = '10' is not a span of time, expected 1s to 1h (a whole number and ms, s, m, h or d)" },
		{ "daemon", "interval", "",
		  "interval = '' is not a span of time, expected 1s to 1h (a whole number and ms, s, m, h or d)" },
		{ "daemon", "interval", "0", "interval = '0' is out of range, expected 1s to 1h" },
		{ "daemon", "interval", "61m", "interval = '61m' is out of range, expected 1s to 1h" },
		{ "daemon", "interval", "99999999999999999999s",
		  "interval = '99999999999999999999s' is out of range, expected 1s to 1h" },
		{ "daemon", "max_groups", "-1", "max_groups = '-1' is not a whole number, expected 1 to 100000" },
		{ "daemon", "max_groups", "18446744073709551617",
		  "max_groups = '18446744073709551617' is out of range, expected 1 to 100000" },
		{ "accept-queue", "warn", "80", "warn = '80' is not a share, expected 1% to 100%" },
		{ "accept-queue", "warn", "80%%", "warn = '80%%' is not a share, expected 1% to 100%" },
		{ "accept-queue", "warn", "%", "warn = '%' is not a share, expected 1% to 100%" },
		{ "accept-queue", "warn", "101%", "warn = '101%' is out of range, expected 1% to 100%" },
		{ "status", "mode", "0648", "mode = '0648' is not a file mode, expected 0400 to 0777 (octal)" },
		{ "status", "mode", "4755", "mode = '4755' is out of range, expected 0400 to 0777" },
		{ "status", "file", "status",
		  "file = 'status' does not start with a slash, expected an absolute path, or nothing" },
		{ "status", "file", "/run/",
		  "file = '/run/' is not the path of a file, expected an absolute path, or nothing" },
		{ "status", "file", "/a\nb",
		  "file = '/a\\x0ab' has a byte that is not printable ASCII, expected an absolute path, or nothing" },
		{ "rule a", "match_unit", "", "match_unit = '' is empty, expected a pattern" },
		{ "rule a", "match_unit", "a\xff",
		  "match_unit = 'a\\xff' has a byte that is not printable ASCII, expected a pattern" },
		{ "rule a", "match_unit", "a ;b",
		  "match_unit = 'a ;b' has a ';' that would start a comment, expected a pattern" },
		{ "rule a", "match_unit", " a", "match_unit = ' a' starts or ends with a space, expected a pattern" },
		{ "rule a", "ignore", "maybe", "ignore = 'maybe' is not a boolean, expected yes or no" },
		{ "rule a", "close-wait.warn", "many",
		  "close-wait.warn = 'many' is not a whole number, expected 1 to 1000000" },
		{ "nope", "interval", "1s",
		  "unknown section [nope], expected one of [daemon], [close-wait], [accept-queue], [alerts], [status], [rule NAME]" },
		{ "rule", "ignore", "yes",
		  "[rule ] is no name for a rule, expected [rule NAME], NAME being 1 to 40 letters, digits and _.@:-" },
		{ "rule a b", "ignore", "yes",
		  "[rule a b] is no name for a rule, expected [rule NAME], NAME being 1 to 40 letters, digits and _.@:-" },
		{ "ruler", "ignore", "yes",
		  "unknown section [ruler], expected one of [daemon], [close-wait], [accept-queue], [alerts], [status], [rule NAME]" },
		{ "daemon", "Interval", "1s",
		  "unknown key 'Interval' in [daemon], expected one of interval, listen_interval, attribution_budget, max_groups" },
		{ "daemon", "\x1b]0;", "1s",
		  "unknown key '\\x1b]0;' in [daemon], expected one of interval, listen_interval, attribution_budget, max_groups" },
		{ "daemon", "match_unit", "a",
		  "unknown key 'match_unit' in [daemon], expected one of interval, listen_interval, attribution_budget, max_groups" },
		{ "rule a", "age", "1s", "unknown key 'age' in [rule a], expected one of " RULE_KEYS },
		{ "rule a", "daemon.interval", "1s",
		  "unknown key 'daemon.interval' in [rule a], expected one of " RULE_KEYS },
		{ "rule a", "rule.ignore", "yes", "unknown key 'rule.ignore' in [rule a], expected one of " RULE_KEYS },
	};

	(void)state;
	for (size_t i = 0; i < CW_ELEMENTS(bad); i++) {
		CW_CLEANUP(config_done) struct config config;
		char why[1024] = "";

		config_init(&config);
		assert_int_equal(config_set(&config, bad[i].section, bad[i].key, bad[i].value, why, sizeof(why)),
				 -EINVAL);
		assert_string_equal(why, bad[i].why);
	}
}

static void a_value_that_no_line_of_a_file_could_hold_is_refused(void **state)
{
	CW_CLEANUP(config_done) struct config config;
	char path[162], why[256];

	(void)state;
	config_init(&config);
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[161] = '\0';
	assert_int_equal(config_set(&config, "status", "file", path, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "file = '/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...' is too long "
				 "(at most 160 characters), expected an absolute path, or nothing");
	path[160] = '\0';
	set(&config, "status", "file", path);
	assert_string_equal(config.status_file, path);
}

static void a_refused_value_changes_nothing(void **state)
{
	CW_CLEANUP(config_done) struct config config;
	char why[256];

	(void)state;
	config_init(&config);
	set(&config, "status", "file", "/run/a");
	assert_int_equal(config_set(&config, "status", "file", "b", why, sizeof(why)), -EINVAL);
	assert_string_equal(config.status_file, "/run/a");
	assert_int_equal(config_set(&config, "daemon", "interval", "2h", why, sizeof(why)), -EINVAL);
	assert_int_equal(config.interval_usec, 10 * USEC_PER_SEC);
	set(&config, "status", "file", "/run/c");
	assert_string_equal(config.status_file, "/run/c");
	set(&config, "status", "file", "");
	assert_null(config.status_file);
}

static void booleans_have_eight_spellings(void **state)
{
	static const struct {
		const char *text;
		bool value;
	} spellings[] = {
		{ "yes", true }, { "no", false },  { "true", true }, { "false", false },
		{ "on", true },  { "off", false }, { "1", true },    { "0", false },
	};
	CW_CLEANUP(config_done) struct config config;

	(void)state;
	config_init(&config);
	for (size_t i = 0; i < CW_ELEMENTS(spellings); i++) {
		set(&config, "rule a", "ignore", spellings[i].text);
		assert_int_equal(config.rules[0].ignore, spellings[i].value);
	}
}

static void a_section_without_keys_makes_a_rule(void **state)
{
	CW_CLEANUP(config_done) struct config config;
	char why[256];

	(void)state;
	config_init(&config);
	assert_int_equal(config_section(&config, "rule empty", why, sizeof(why)), 0);
	assert_int_equal(config_section(&config, "rule empty", why, sizeof(why)), 0);
	assert_int_equal(config_section(&config, "daemon", why, sizeof(why)), 0);
	assert_int_equal(config.n_rules, 1);
	assert_string_equal(config.rules[0].name, "empty");
	assert_int_equal(config_section(&config, "demon", why, sizeof(why)), -EINVAL);
	assert_int_equal(config_section(&config, "rule a]", why, sizeof(why)), -EINVAL);
	assert_int_equal(config.n_rules, 1);
}

static void the_number_of_rules_has_an_end(void **state)
{
	CW_CLEANUP(config_done) struct config config;
	char section[32], why[256];

	(void)state;
	config_init(&config);
	for (int i = 0; i < 256; i++) {
		snprintf(section, sizeof(section), "rule r%d", i);
		assert_int_equal(config_section(&config, section, why, sizeof(why)), 0);
	}
	assert_int_equal(config_section(&config, "rule r0", why, sizeof(why)), 0);
	assert_int_equal(config_section(&config, "rule more", why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "[rule more] is one rule too many, expected at most 256");
}

static void nonsense_combinations_are_refused_in_words(void **state)
{
	static const struct {
		struct setting settings[5];
		const char *why;
	} bad[] = {
		{ { { "close-wait", "warn", "300" } },
		  "close-wait.warn = 300 is more than close-wait.crit = 200, expected at most that: a warning comes before it "
		  "gets critical" },
		{ { { "close-wait", "age", "2h" } },
		  "close-wait.age = 2h is more than close-wait.old_age = 1h, expected at most that: old_age is the age of a stale "
		  "socket" },
		{ { { "daemon", "attribution_budget", "10s" }, { "daemon", "interval", "5s" } },
		  "daemon.attribution_budget = 10s is more than daemon.interval = 5s, expected at most that: it is spent within "
		  "each look" },
		{ { { "status", "mode", "0664" } },
		  "status.mode = 0664 lets others write the status file, expected a mode such as 0644 or 0640" },
		{ { { "status", "mode", "0646" } },
		  "status.mode = 0646 lets others write the status file, expected a mode such as 0644 or 0640" },
		{ { { "rule a", "ignore", "yes" } },
		  "[rule a] has no match_ key, expected at least one (match_unit = * for a rule about everything)" },
		{ { { "rule a", "match_port", "80" }, { "rule a", "close-wait.crit", "5" } },
		  "[rule a] close-wait.warn = 10 is more than close-wait.crit = 5, expected at most that: a warning comes before "
		  "it gets critical" },
		{ { { "rule a", "match_port", "80" }, { "close-wait", "crit", "5" } },
		  "close-wait.warn = 10 is more than close-wait.crit = 5, expected at most that: a warning comes before it gets "
		  "critical" },
		{ { { "status", "mode", "0666" }, { "rule a", "ignore", "yes" } },
		  "status.mode = 0666 lets others write the status file, expected a mode such as 0644 or 0640; [rule a] has no "
		  "match_ key, expected at least one (match_unit = * for a rule about everything)" },
	};

	(void)state;
	for (size_t i = 0; i < CW_ELEMENTS(bad); i++) {
		CW_CLEANUP(config_done) struct config config;
		char why[1024] = "";

		config_init(&config);
		set_all(&config, bad[i].settings);
		assert_int_equal(config_check(&config, why, sizeof(why)), -EINVAL);
		assert_string_equal(why, bad[i].why);
	}
}

static void strictest_takes_each_threshold_from_the_config_or_the_rule_that_has_it_lowest(void **state)
{
	static const struct setting settings[] = {
		{ "rule a", "match_port", "80" },        { "rule a", "close-wait.age", "5s" },
		{ "rule a", "close-wait.warn", "20" },   { "rule b", "match_port", "81" },
		{ "rule b", "accept-queue.wait", "3s" },
	};
	CW_CLEANUP(config_done) struct config config;
	struct thresholds strictest;
	char why[256];

	(void)state;
	config_init(&config);
	for (size_t i = 0; i < CW_ELEMENTS(settings); i++)
		assert_int_equal(
			config_set(&config, settings[i].section, settings[i].key, settings[i].value, why, sizeof(why)),
			0);
	config_strictest(&config, &strictest);
	assert_int_equal(strictest.close_wait_age_usec, 5 * USEC_PER_SEC);
	assert_int_equal(strictest.close_wait_warn, 10);
	assert_int_equal(strictest.accept_queue_wait_usec, 3 * USEC_PER_SEC);
	assert_int_equal(strictest.close_wait_old_age_usec, config.thresholds.close_wait_old_age_usec);
}

static void equal_thresholds_and_no_repeat_are_fine(void **state)
{
	static const struct setting settings[] = {
		{ "close-wait", "warn", "5" },   { "close-wait", "crit", "5" },
		{ "close-wait", "age", "1h" },   { "daemon", "listen_interval", "10s" },
		{ "rule a", "match_unit", "*" }, { "rule a", "ignore", "yes" },
		{ "alerts", "repeat", "0" },     { NULL, NULL, NULL },
	};
	CW_CLEANUP(config_done) struct config config;
	char why[256] = "";

	(void)state;
	config_init(&config);
	set_all(&config, settings);
	assert_int_equal(config_check(&config, why, sizeof(why)), 0);
}

static void a_short_buffer_cuts_the_reason(void **state)
{
	CW_CLEANUP(config_done) struct config config;
	char why[12];

	(void)state;
	config_init(&config);
	set(&config, "status", "mode", "0666");
	set(&config, "close-wait", "crit", "5");
	set(&config, "rule a", "ignore", "yes");
	assert_int_equal(config_check(&config, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "close-wait.");
	assert_int_equal(config_set(&config, "daemon", "x", "", why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "unknown key");
}

static const struct rule_subject nginx = { .unit = "nginx.service", .process = "nginx", .port = 8080, .netns = "host" };

static void all_match_keys_of_a_rule_must_match(void **state)
{
	static const struct {
		struct setting settings[6];
		bool matches;
	} cases[] = {
		{ { { "rule a", "match_unit", "nginx.service" } }, true },
		{ { { "rule a", "match_unit", "nginx.*" } }, true },
		{ { { "rule a", "match_unit", "nginx" } }, false },
		{ { { "rule a", "match_process", "ngin?" } }, true },
		{ { { "rule a", "match_port", "80*" } }, true },
		{ { { "rule a", "match_port", "80" } }, false },
		{ { { "rule a", "match_namespace", "host" } }, true },
		{ { { "rule a", "match_remote", "*" } }, true },
		{ { { "rule a", "match_remote", "?*" } }, false },
		{ { { "rule a", "match_unit", "nginx.service" }, { "rule a", "match_port", "8080" } }, true },
		{ { { "rule a", "match_unit", "nginx.service" }, { "rule a", "match_port", "443" } }, false },
		{ { { "rule a", "match_unit", "apache.service" }, { "rule a", "match_port", "8080" } }, false },
	};

	(void)state;
	for (size_t i = 0; i < CW_ELEMENTS(cases); i++) {
		CW_CLEANUP(config_done) struct config config;
		struct thresholds thresholds;

		config_init(&config);
		set_all(&config, cases[i].settings);
		set(&config, "rule a", "close-wait.warn", "77");
		assert_true(config_thresholds(&config, &nginx, &thresholds));
		assert_int_equal(thresholds.close_wait_warn, cases[i].matches ? 77 : 10);
		assert_int_equal(thresholds.close_wait_crit, 200);
	}
}

static void every_part_of_the_subject_is_held_against_its_own_key(void **state)
{
	static const struct rule_subject subject = {
		.unit = "u",
		.process = "p",
		.remote = "10.0.0.1:5432",
		.netns = "n",
		.port = 5432,
	};
	static const struct setting right[] = {
		{ "rule a", "match_unit", "u" },      { "rule a", "match_process", "p" },
		{ "rule a", "match_port", "5432" },   { "rule a", "match_remote", "10.0.0.*:5432" },
		{ "rule a", "match_namespace", "n" },
	};

	(void)state;
	for (size_t wrong = 0; wrong <= CW_ELEMENTS(right); wrong++) {
		CW_CLEANUP(config_done) struct config config;
		struct thresholds thresholds;

		config_init(&config);
		set(&config, "rule a", "ignore", "yes");
		for (size_t i = 0; i < CW_ELEMENTS(right); i++)
			set(&config, "rule a", right[i].key, i == wrong ? "x" : right[i].value);
		assert_int_equal(config_thresholds(&config, &subject, &thresholds), wrong < CW_ELEMENTS(right));
	}
}

static void what_is_unknown_matches_only_a_star(void **state)
{
	static const char *const keys[] = { "match_unit", "match_process", "match_port", "match_remote",
					    "match_namespace" };
	static const struct rule_subject nobody = { .unit = "" };
	struct thresholds thresholds;

	(void)state;
	for (size_t i = 0; i < CW_ELEMENTS(keys); i++) {
		CW_CLEANUP(config_done) struct config config;

		config_init(&config);
		set(&config, "rule a", "ignore", "yes");
		set(&config, "rule a", keys[i], "*");
		assert_false(config_thresholds(&config, &nobody, &thresholds));
		set(&config, "rule a", keys[i], "0");
		assert_true(config_thresholds(&config, &nobody, &thresholds));
	}
}

static void names_match_as_they_are_shown_backslashes_included(void **state)
{
	static const struct rule_subject subject = { .process = "evil\\x0aname" };
	CW_CLEANUP(config_done) struct config config;
	struct thresholds thresholds;

	(void)state;
	config_init(&config);
	set(&config, "rule a", "ignore", "yes");
	set(&config, "rule a", "match_process", "evil\\x0aname");
	assert_false(config_thresholds(&config, &subject, &thresholds));
}

static void later_rules_win_and_any_rule_can_ignore(void **state)
{
	static const struct setting settings[] = {
		{ "rule one", "match_unit", "nginx*" },
		{ "rule one", "close-wait.warn", "20" },
		{ "rule one", "close-wait.age", "5m" },
		{ "rule two", "match_port", "8080" },
		{ "rule two", "close-wait.warn", "30" },
		{ "rule two", "accept-queue.warn", "50%" },
		{ "rule other", "match_port", "1" },
		{ "rule other", "close-wait.warn", "40" },
		{ NULL, NULL, NULL },
	};
	CW_CLEANUP(config_done) struct config config;
	struct thresholds thresholds;

	(void)state;
	config_init(&config);
	set_all(&config, settings);
	assert_true(config_thresholds(&config, &nginx, &thresholds));
	assert_int_equal(thresholds.close_wait_warn, 30);
	assert_int_equal(thresholds.close_wait_age_usec, 5 * USEC_PER_MINUTE);
	assert_int_equal(thresholds.accept_queue_warn_percent, 50);
	assert_int_equal(config.thresholds.close_wait_warn, 10);

	set(&config, "rule one", "ignore", "yes");
	assert_false(config_thresholds(&config, &nginx, &thresholds));
}

static void the_printed_config_has_a_line_for_each_key(void **state)
{
	static const struct setting settings[] = {
		{ "daemon", "interval", "90s" },         { "status", "file", "/run/my status" },
		{ "rule b", "match_port", "80" },        { "rule b", "close-wait.age", "3600s" },
		{ "rule a", "accept-queue.warn", "9%" }, { "rule a", "ignore", "on" },
		{ "rule a", "match_unit", "x*" },        { NULL, NULL, NULL },
	};
	CW_CLEANUP(config_done) struct config config;
	CW_CLEANUP(freep) char *text = NULL;

	(void)state;
	config_init(&config);
	set_all(&config, settings);
	assert_int_equal(config_print(&config, &text), 0);
	assert_string_equal(text, "[daemon]\n"
				  "interval = 90s\n"
				  "listen_interval = 2s\n"
				  "attribution_budget = 50ms\n"
				  "max_groups = 1000\n"
				  "\n"
				  "[close-wait]\n"
				  "age = 1m\n"
				  "old_age = 1h\n"
				  "warn = 10\n"
				  "crit = 200\n"
				  "window = 10m\n"
				  "forecast = 1h\n"
				  "\n"
				  "[accept-queue]\n"
				  "warn = 80%\n"
				  "wait = 10s\n"
				  "\n"
				  "[alerts]\n"
				  "clear_after = 30s\n"
				  "repeat = 4h\n"
				  "max_active = 500\n"
				  "\n"
				  "[status]\n"
				  "file = /run/my status\n"
				  "mode = 0644\n"
				  "\n"
				  "[rule b]\n"
				  "match_port = 80\n"
				  "ignore = no\n"
				  "close-wait.age = 1h\n"
				  "\n"
				  "[rule a]\n"
				  "match_unit = x*\n"
				  "ignore = yes\n"
				  "accept-queue.warn = 9%\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_defaults_are_the_documented_ones),
		cmocka_unit_test(every_number_takes_its_bounds_and_nothing_beyond),
		cmocka_unit_test(every_bad_value_says_what_was_expected),
		cmocka_unit_test(a_value_that_no_line_of_a_file_could_hold_is_refused),
		cmocka_unit_test(a_refused_value_changes_nothing),
		cmocka_unit_test(booleans_have_eight_spellings),
		cmocka_unit_test(a_section_without_keys_makes_a_rule),
		cmocka_unit_test(the_number_of_rules_has_an_end),
		cmocka_unit_test(nonsense_combinations_are_refused_in_words),
		cmocka_unit_test(strictest_takes_each_threshold_from_the_config_or_the_rule_that_has_it_lowest),
		cmocka_unit_test(equal_thresholds_and_no_repeat_are_fine),
		cmocka_unit_test(a_short_buffer_cuts_the_reason),
		cmocka_unit_test(all_match_keys_of_a_rule_must_match),
		cmocka_unit_test(every_part_of_the_subject_is_held_against_its_own_key),
		cmocka_unit_test(what_is_unknown_matches_only_a_star),
		cmocka_unit_test(names_match_as_they_are_shown_backslashes_included),
		cmocka_unit_test(later_rules_win_and_any_rule_can_ignore),
		cmocka_unit_test(the_printed_config_has_a_line_for_each_key),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
