/* SPDX-License-Identifier: MIT */
#include "kernel/config_file.h"

#include "core/cleanup.h"
#include "core/config_value.h"
#include "core/span.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* The tests run inside a folder of their own, so that the errors name short paths. */
struct fixture {
	char source[PATH_MAX];
	char folder[64];
};

static void put_bytes(const char *path, const char *text, size_t length)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

static void put(const char *path, const char *text)
{
	put_bytes(path, text, strlen(text));
}

static char *slurp(const struct fixture *fixture, const char *name)
{
	char path[PATH_MAX + 64], *text = NULL;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", fixture->source, name);
	file = fopen(path, "r");
	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	if (getdelim(&text, &size, '\0', file) < 0)
		fail_msg("%s is empty", path);
	fclose(file);
	return text;
}

/* All errors, a line each. */
struct told {
	char text[16384];
	size_t n;
};

static void tell(void *context, const char *text)
{
	struct told *told = context;
	size_t used = strlen(told->text);

	snprintf(told->text + used, sizeof(told->text) - used, "%s\n", text);
	told->n++;
}

static int read_with(const char *path, const char *const *assignments, struct told *told, struct config *ret)
{
	struct config_source source = { .path = path, .assignments = assignments };

	while (assignments && assignments[source.n_assignments])
		source.n_assignments++;
	memset(told, 0, sizeof(*told));
	return config_file_read(&source, tell, told, ret);
}

static void read_fine(const char *path, const char *const *assignments, struct config *ret)
{
	struct told told;

	if (read_with(path, assignments, &told, ret) != 0)
		fail_msg("%s", told.text);
	assert_string_equal(told.text, "");
}

static void expect_errors(const char *path, const char *const *assignments, const char *errors)
{
	struct config untouched, config;
	struct told told;

	memset(&untouched, 0x5a, sizeof(untouched));
	memset(&config, 0x5a, sizeof(config));
	assert_int_equal(read_with(path, assignments, &told, &config), -EINVAL);
	assert_string_equal(told.text, errors);
	assert_memory_equal(&config, &untouched, sizeof(config));
}

static void a_file_sets_what_it_says_and_leaves_the_rest(void **state)
{
	CW_CLEANUP(config_done) struct config config = { 0 };

	(void)state;
	put("a.conf",
	    "# comment\n; comment\n\n[daemon]\ninterval = 20s\n[rule web]\nmatch_unit = nginx.service\nignore = yes\n"
	    "[close-wait]\nwarn=3\n[rule empty-one]\nmatch_port = 1\n");
	read_fine("a.conf", NULL, &config);
	assert_int_equal(config.interval_usec, 20 * USEC_PER_SEC);
	assert_int_equal(config.listen_interval_usec, 2 * USEC_PER_SEC);
	assert_int_equal(config.thresholds.close_wait_warn, 3);
	assert_int_equal(config.n_rules, 2);
	assert_string_equal(config.rules[0].name, "web");
	assert_string_equal(config.rules[0].match_unit, "nginx.service");
	assert_true(config.rules[0].ignore);
	assert_string_equal(config.rules[1].name, "empty-one");
}

static void all_the_ways_to_write_a_line_are_read(void **state)
{
	CW_CLEANUP(config_done) struct config config = { 0 };

	(void)state;
	put("a.conf", "\xef\xbb\xbf[daemon] # the daemon\r\n"
		      "  interval = 20s   ; inline\r\n"
		      "\tlisten_interval:3s\r\n"
		      "attribution_budget\t=\t5ms\t\r\n"
		      "\r\n"
		      "   # an indented comment\r\n"
		      "[status];x\r\n"
		      "file =\r\n"
		      "mode = 0600");
	read_fine("a.conf", NULL, &config);
	assert_int_equal(config.interval_usec, 20 * USEC_PER_SEC);
	assert_int_equal(config.listen_interval_usec, 3 * USEC_PER_SEC);
	assert_int_equal(config.attribution_budget_usec, 5 * USEC_PER_MSEC);
	assert_null(config.status_file);
	assert_int_equal(config.status_mode, 0600);
}

static void an_empty_file_is_the_default(void **state)
{
	CW_CLEANUP(config_done) struct config config = { 0 };

	(void)state;
	put("a.conf", "");
	read_fine("a.conf", NULL, &config);
	assert_int_equal(config.interval_usec, 10 * USEC_PER_SEC);
}

static void every_error_is_told_with_its_line(void **state)
{
	static const struct {
		const char *text, *errors;
	} files[] = {
		{ "interval = 5s\n",
		  "a.conf:1: no section for the key 'interval', expected a line such as [daemon] before it\n" },
		{ "[daemon]\ninterval = 5s\n\ninterval = 5s\n",
		  "a.conf:4: 'interval' was already set in line 2, expected once in a file\n" },
		{ "[daemon]\ninterval = x\ninterval = 5s\n",
		  "a.conf:2: interval = 'x' is not a span of time, expected 1s to 1h (a whole number and ms, s, m, h or d)\n"
		  "a.conf:3: 'interval' was already set in line 2, expected once in a file\n" },
		{ "[rule a]\nmatch_port = 1\n[rule b]\nmatch_port = 2\n[rule a]\nignore = yes\nmatch_port = 1\n",
		  "a.conf:7: 'match_port' was already set in line 2, expected once in a file\n" },
		{ "[rule a]\nmatch_unit = a*,\n  b*\n",
		  "a.conf:3: not a setting, expected KEY = VALUE in one line, [SECTION], or a # comment\n" },
		{ "[daemon]\nfoo\n= 5\nbar ; = 5\n",
		  "a.conf:2: not a setting, expected KEY = VALUE in one line, [SECTION], or a # comment\n"
		  "a.conf:3: no key before '5', expected KEY = VALUE\n"
		  "a.conf:4: not a setting, expected KEY = VALUE in one line, [SECTION], or a # comment\n" },
		{ "[daemon\ninterval = 5x\n[daemon]\ninterval = 9x\n",
		  "a.conf:1: no ] in '[daemon', expected [SECTION]\n"
		  "a.conf:4: interval = '9x' is not a span of time, expected 1s to 1h (a whole number and ms, s, m, h or d)\n" },
		{ "[daemon] interval = 5s\n",
		  "a.conf:1: the section's line goes on with 'interval = 5s', expected nothing, or a comment, after the ]\n" },
		{ "[close-wait]\n[hook mail]\nexec = /bin/true\nexec = /bin/true\n[metrics]\n",
		  "a.conf:2: unknown section [hook mail], expected one of [daemon], [close-wait], [accept-queue], [alerts], [status], "
		  "[rule NAME]\n"
		  "a.conf:5: unknown section [metrics], expected one of [daemon], [close-wait], [accept-queue], [alerts], [status], "
		  "[rule NAME]\n" },
		{ "[ daemon ]\n",
		  "a.conf:1: unknown section [ daemon ], expected one of [daemon], [close-wait], [accept-queue], [alerts], [status], "
		  "[rule NAME]\n" },
		{ "[]\n",
		  "a.conf:1: unknown section [], expected one of [daemon], [close-wait], [accept-queue], [alerts], [status], "
		  "[rule NAME]\n" },
		{ "[rule aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab]\n",
		  "a.conf:1: [rule aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab] is no name for a rule, expected [rule NAME], NAME being 1 "
		  "to 40 letters, digits and _.@:-\n" },
		{ "[daemon]\nintervall = 5s\n\n\n[alerts]\n\x1b[2J = 1\nrepeat = 99d",
		  "a.conf:2: unknown key 'intervall' in [daemon], expected one of interval, listen_interval, attribution_budget, "
		  "max_groups\n"
		  "a.conf:6: unknown key '\\x1b[2J' in [alerts], expected one of clear_after, repeat, max_active\n"
		  "a.conf:7: repeat = '99d' is out of range, expected 0 to 30d\n" },
		{ "[status]\nmode = 0666\n[close-wait]\nwarn = 500\n",
		  "a.conf: close-wait.warn = 500 is more than close-wait.crit = 200, expected at most that: a warning comes before it "
		  "gets critical; status.mode = 0666 lets others write the status file, expected a mode such as 0644 or 0640\n" },
		{ "[close-wait]\nwarn = 3OO\ncrit = 5\n",
		  "a.conf:2: warn = '3OO' is not a whole number, expected 1 to 1000000\n" },
		{ "[rule a]\n",
		  "a.conf: [rule a] has no match_ key, expected at least one (match_unit = * for a rule about "
		  "everything)\n" },
	};

	(void)state;
	for (size_t i = 0; i < CW_ELEMENTS(files); i++) {
		put("a.conf", files[i].text);
		expect_errors("a.conf", NULL, files[i].errors);
	}
}

static void a_nul_byte_is_told_and_the_rest_still_read(void **state)
{
	static const char text[] = "[daemon]\ninterval = 5s\0\nfoo = 1\n[dae\0mon]\nfoo = 2\n";

	(void)state;
	put_bytes("a.conf", text, sizeof(text) - 1);
	expect_errors(
		"a.conf", NULL,
		"a.conf:2: a NUL byte in the line, expected plain text\n"
		"a.conf:3: unknown key 'foo' in [daemon], expected one of interval, listen_interval, attribution_budget, "
		"max_groups\n"
		"a.conf:4: a NUL byte in the line, expected plain text\n");
}

/* "KEY    = VALUE", length characters long. */
static void write_long_line(FILE *file, const char *key, const char *value, size_t length)
{
	fprintf(file, "%-*s= %s\n", (int)(length - 2 - strlen(value)), key, value);
}

static void a_line_may_have_199_characters(void **state)
{
	CW_CLEANUP(config_done) struct config config = { 0 };
	FILE *file = fopen("a.conf", "w");

	(void)state;
	assert_non_null(file);
	fprintf(file, "# %500d\n[daemon]%300s\n", 1, "");
	write_long_line(file, "interval", "33s", 199);
	write_long_line(file, "max_groups", "77", 198);
	fclose(file);
	read_fine("a.conf", NULL, &config);
	assert_int_equal(config.interval_usec, 33 * USEC_PER_SEC);
	assert_int_equal(config.max_groups, 77);
}

static void a_longer_line_is_refused_whole(void **state)
{
	FILE *file = fopen("a.conf", "w");

	(void)state;
	assert_non_null(file);
	fprintf(file, "[daemon]\n");
	write_long_line(file, "interval", "33s", 200);
	write_long_line(file, "max_groups", "77", 5000);
	fprintf(file, "[rule %0300d]\nx = 1\n", 1);
	fclose(file);
	expect_errors("a.conf", NULL,
		      "a.conf:2: the line is too long: 200 characters, expected at most 199\n"
		      "a.conf:3: the line is too long: 5000 characters, expected at most 199\n"
		      "a.conf:4: the line is too long: 307 characters, expected at most 199\n");
}

static void a_file_that_was_named_must_be_a_readable_file(void **state)
{
	(void)state;
	expect_errors("nope.conf", NULL, "nope.conf: cannot be opened: No such file or directory\n");
	assert_int_equal(mkfifo("fifo.conf", 0600), 0);
	alarm(20); /* Nobody writes to it: an open that waits would wait for ever. */
	expect_errors("fifo.conf", NULL, "fifo.conf: not a regular file, expected one\n");
	expect_errors("/dev/zero", NULL, "/dev/zero: not a regular file, expected one\n");
	alarm(0);
	expect_errors(".", NULL, ".: not a regular file, expected one\n");
	expect_errors("a\x1b", NULL, "a\\x1b: cannot be opened: No such file or directory\n");
}

static void a_file_without_permission_is_an_error(void **state)
{
	(void)state;
	if (geteuid() == 0) {
		printf("skipped: root may read everything\n");
		skip();
	}
	put("a.conf", "");
	assert_int_equal(chmod("a.conf", 0), 0);
	expect_errors("a.conf", NULL, "a.conf: cannot be opened: Permission denied\n");
}

static void a_file_has_at_most_one_mebibyte(void **state)
{
	CW_CLEANUP(config_done) struct config config = { 0 };
	size_t size = 1024 * 1024;
	char *text = malloc(size + 1);

	(void)state;
	assert_non_null(text);
	memset(text, '#', size + 1);
	put_bytes("a.conf", text, size);
	read_fine("a.conf", NULL, &config);
	put_bytes("a.conf", text, size + 1);
	expect_errors("a.conf", NULL, "a.conf: the file is too large, expected at most 1 MiB\n");
	free(text);
}

static void without_a_file_the_defaults_hold(void **state)
{
	CW_CLEANUP(config_done) struct config config = { 0 };

	(void)state;
	if (access(CLOSEWATCH_SYSCONFDIR, F_OK) == 0) {
		printf("skipped: this host has a config of its own\n");
		skip();
	}
	read_fine(NULL, NULL, &config);
	assert_int_equal(config.interval_usec, 10 * USEC_PER_SEC);
}

static void drop_ins_are_read_in_the_order_of_their_names(void **state)
{
	CW_CLEANUP(config_done) struct config config = { 0 };

	(void)state;
	put("a.conf", "[daemon]\ninterval = 20s\nmax_groups = 1\n[close-wait]\nwarn = 1\n[rule a]\nmatch_port = 1\n");
	assert_int_equal(mkdir("a.conf.d", 0700), 0);
	put("a.conf.d/9.conf", "[daemon]\nmax_groups = 9\n[rule a]\nignore = yes\n[rule b]\nmatch_port = 2\n");
	put("a.conf.d/10.conf", "[daemon]\nmax_groups = 10\n[close-wait]\nwarn = 10\n");
	put("a.conf.d/B.conf", "[close-wait]\ncrit = 11\n");
	put("a.conf.d/a.conf", "[close-wait]\ncrit = 12\n");
	put("a.conf.d/.z.conf", "nonsense");
	put("a.conf.d/z.conf~", "nonsense");
	put("a.conf.d/.conf", "nonsense");
	put("a.conf.d/zconf", "nonsense");
	read_fine("a.conf", NULL, &config);
	assert_int_equal(config.interval_usec, 20 * USEC_PER_SEC);
	assert_int_equal(config.max_groups, 9);
	assert_int_equal(config.thresholds.close_wait_warn, 10);
	assert_int_equal(config.thresholds.close_wait_crit, 12);
	assert_int_equal(config.n_rules, 2);
	assert_string_equal(config.rules[0].match_port, "1");
	assert_true(config.rules[0].ignore);
	assert_string_equal(config.rules[1].name, "b");
}

static void errors_of_all_files_and_assignments_are_told(void **state)
{
	static const char *const assignments[] = { "daemon.interval=5", NULL };

	(void)state;
	put("a.conf", "x\n");
	assert_int_equal(mkdir("a.conf.d", 0700), 0);
	put("a.conf.d/1.conf", "\ny\n");
	assert_int_equal(mkdir("a.conf.d/2.conf", 0700), 0);
	assert_int_equal(symlink("gone", "a.conf.d/3\n.conf"), 0);
	expect_errors(
		"a.conf", assignments,
		"a.conf:1: not a setting, expected KEY = VALUE in one line, [SECTION], or a # comment\n"
		"a.conf.d/1.conf:2: not a setting, expected KEY = VALUE in one line, [SECTION], or a # comment\n"
		"a.conf.d/2.conf: not a regular file, expected one\n"
		"a.conf.d/3\\x0a.conf: cannot be opened: No such file or directory\n"
		"-o daemon.interval=5: interval = '5' is not a span of time, expected 1s to 1h (a whole number and ms, s, m, h "
		"or d)\n");
}

static void a_drop_in_folder_that_is_none_is_an_error(void **state)
{
	(void)state;
	put("a.conf", "");
	put("a.conf.d", "");
	expect_errors("a.conf", NULL, "a.conf.d: cannot be listed: Not a directory\n");
}

static void assignments_win_over_files(void **state)
{
	static const char *const assignments[] = {
		"daemon.interval=7s",
		"daemon.interval=8s",
		"rule web.ignore=no",
		"rule web.close-wait.age=5m",
		"rule my.new.rule.match_remote=[[]2001:db8::1]:*",
		"rule my.new.rule.accept-queue.warn=1%",
		"rule my.close-wait.match_port=2",
		"rule my.close-wait.ignore=yes",
		"status.file=/run/a=b",
		NULL,
	};
	CW_CLEANUP(config_done) struct config config = { 0 };

	(void)state;
	put("a.conf", "[daemon]\ninterval = 20s\n[rule web]\nmatch_port = 1\nignore = yes\n");
	read_fine("a.conf", assignments, &config);
	assert_int_equal(config.interval_usec, 8 * USEC_PER_SEC);
	assert_int_equal(config.n_rules, 3);
	assert_false(config.rules[0].ignore);
	assert_string_equal(config.rules[2].name, "my.close-wait");
	assert_true(config.rules[2].ignore);
	assert_int_equal(config.rules[0].thresholds.close_wait_age_usec, 5 * USEC_PER_MINUTE);
	assert_string_equal(config.rules[1].name, "my.new.rule");
	assert_string_equal(config.rules[1].match_remote, "[[]2001:db8::1]:*");
	assert_int_equal(config.rules[1].thresholds.accept_queue_warn_percent, 1);
	assert_string_equal(config.status_file, "/run/a=b");
}

static void bad_assignments_are_told_as_they_were_given(void **state)
{
	static const struct {
		const char *assignment, *error;
	} bad[] = {
		{ "daemon.interval", "-o daemon.interval: not an assignment, expected SECTION.KEY=VALUE\n" },
		{ "interval=5s", "-o interval=5s: not an assignment, expected SECTION.KEY=VALUE\n" },
		{ "", "-o : not an assignment, expected SECTION.KEY=VALUE\n" },
		{ "=", "-o =: not an assignment, expected SECTION.KEY=VALUE\n" },
		{ ".=",
		  "-o .=: unknown section [], expected one of [daemon], [close-wait], [accept-queue], [alerts], [status], "
		  "[rule NAME]\n" },
		{ "rule =1", "-o rule =1: not an assignment, expected SECTION.KEY=VALUE\n" },
		{ "rule .ignore=1",
		  "-o rule .ignore=1: [rule ] is no name for a rule, expected [rule NAME], NAME being 1 to 40 "
		  "letters, digits and _.@:-\n" },
		{ "daemon.in\nterval=1",
		  "-o daemon.in\\x0aterval=1: unknown key 'in\\x0aterval' in [daemon], expected one of interval, listen_interval, "
		  "attribution_budget, max_groups\n" },
		{ "close-wait.age.x=1",
		  "-o close-wait.age.x=1: unknown section [close-wait.age], expected one of [daemon], [close-wait], "
		  "[accept-queue], [alerts], [status], [rule NAME]\n" },
	};

	(void)state;
	put("a.conf", "");
	for (size_t i = 0; i < CW_ELEMENTS(bad); i++) {
		const char *const assignments[] = { bad[i].assignment, NULL };

		expect_errors("a.conf", assignments, bad[i].error);
	}
}

static void a_combination_is_blamed_on_who_made_it(void **state)
{
	static const char *const good[] = { "close-wait.crit=500", NULL }, *const bad[] = { "close-wait.crit=5", NULL };
	CW_CLEANUP(config_done) struct config config = { 0 };

	(void)state;
	put("a.conf", "[close-wait]\nwarn = 300\n");
	read_fine("a.conf", good, &config);
	expect_errors(
		"a.conf", bad,
		"a.conf: close-wait.warn = 300 is more than close-wait.crit = 5, expected at most that: a warning comes before "
		"it gets critical\n");
	put("a.conf", "");
	expect_errors(
		"a.conf", bad,
		"-o: close-wait.warn = 10 is more than close-wait.crit = 5, expected at most that: a warning comes before it "
		"gets critical\n");
}

static void same_text(const char *a, const char *b)
{
	assert_int_equal(!a, !b);
	if (a)
		assert_string_equal(a, b);
}

static void same_rule(const struct rule *a, const struct rule *b)
{
	const struct config_key *keys;
	size_t n;

	assert_string_equal(a->name, b->name);
	same_text(a->match_unit, b->match_unit);
	same_text(a->match_process, b->match_process);
	same_text(a->match_port, b->match_port);
	same_text(a->match_remote, b->match_remote);
	same_text(a->match_namespace, b->match_namespace);
	assert_int_equal(a->ignore, b->ignore);
	assert_int_equal(a->overrides, b->overrides);

	keys = config_keys(&n);
	for (size_t i = 0; i < n; i++) {
		size_t offset = keys[i].offset - offsetof(struct config, thresholds);

		if (a->overrides >> i & 1)
			assert_memory_equal((const char *)&a->thresholds + offset,
					    (const char *)&b->thresholds + offset, 8);
	}
}

static void same_config(const struct config *a, const struct config *b)
{
	assert_int_equal(a->interval_usec, b->interval_usec);
	assert_int_equal(a->listen_interval_usec, b->listen_interval_usec);
	assert_int_equal(a->attribution_budget_usec, b->attribution_budget_usec);
	assert_int_equal(a->max_groups, b->max_groups);
	assert_memory_equal(&a->thresholds, &b->thresholds, sizeof(a->thresholds));
	assert_int_equal(a->clear_after_usec, b->clear_after_usec);
	assert_int_equal(a->repeat_usec, b->repeat_usec);
	same_text(a->status_file, b->status_file);
	assert_int_equal(a->status_mode, b->status_mode);
	assert_int_equal(a->n_rules, b->n_rules);
	for (size_t i = 0; i < a->n_rules; i++)
		same_rule(&a->rules[i], &b->rules[i]);
}

/* A value of the key's type, often a bad one. */
static void random_value(const struct config_key *key, char *text, size_t size)
{
	static const char awkward[] = "ab/*?[]#=:\"\\ ;%\t.-";
	uint64_t range = key->most - key->least + 1, number = key->least + (uint64_t)(drand48() * (double)range);
	size_t length = (size_t)(lrand48() % 30);

	if (lrand48() % 4 == 0 && strcmp(key->name, "mode") != 0)
		number = key->least + (uint64_t)(lrand48() % 1000) * (key->type == CONFIG_SPAN ? USEC_PER_SEC : 1);
	switch (key->type) {
	case CONFIG_SPAN:
		snprintf(text, size, "%llums", (unsigned long long)number / 1000);
		return;
	case CONFIG_PERCENT:
	case CONFIG_COUNT:
		snprintf(text, size, "%llu%s", (unsigned long long)number, key->type == CONFIG_PERCENT ? "%" : "");
		return;
	case CONFIG_MODE:
		snprintf(text, size, "%llo", (unsigned long long)number);
		return;
	case CONFIG_BOOL:
		snprintf(text, size, "%s", number ? "on" : "false");
		return;
	case CONFIG_PATH:
	case CONFIG_GLOB:
		text[0] = '/';
		for (size_t i = key->type == CONFIG_PATH; i < length; i++)
			text[i] = awkward[(size_t)lrand48() % (sizeof(awkward) - 1)];
		text[length > 0 ? length : key->type == CONFIG_PATH] = '\0';
		return;
	}
}

static void set_random(struct config *config, int percent)
{
	static const char *const names[] = { "a", "b.c", "web-1@x:y", "close-wait" };
	const struct config_key *keys;
	size_t n;

	keys = config_keys(&n);
	for (size_t i = 0; i < n; i++) {
		bool in_rule = strcmp(keys[i].section, "rule") == 0;
		char value[64], section[32], why[1024], name[64];

		if (lrand48() % 100 >= percent)
			continue;
		random_value(&keys[i], value, sizeof(value));
		snprintf(section, sizeof(section), "%s", keys[i].section);
		snprintf(name, sizeof(name), "%s", keys[i].name);
		if (in_rule || lrand48() % 2) {
			snprintf(section, sizeof(section), "rule %s", names[lrand48() % 4]);
			if (!in_rule)
				snprintf(name, sizeof(name), "%s.%s", keys[i].section, keys[i].name);
		}
		(void)config_set(config, section, name, value, why, sizeof(why));
	}
}

static void a_printed_config_reads_back_to_the_same(void **state)
{
	long seed = (long)time(NULL), valid = 0;

	(void)state;
	print_message("seed %ld\n", seed);
	srand48(seed);
	for (int round = 0; round < 100000 && valid < 1000; round++) {
		CW_CLEANUP(config_done) struct config config = { 0 }, again = { 0 };
		CW_CLEANUP(freep) char *text = NULL;
		char why[4096];

		config_init(&config);
		set_random(&config, (int)(lrand48() % 60));
		if (config_check(&config, why, sizeof(why)) < 0)
			continue;
		valid++;
		assert_int_equal(config_print(&config, &text), 0);
		put("a.conf", text);
		read_fine("a.conf", NULL, &again);
		same_config(&config, &again);
	}
	assert_int_equal(valid, 1000);
}

/* Removes the # of each commented key, "#key = value"; prose has a space after it. */
static void uncomment(char *text)
{
	char *to = text;

	for (char *from = text; *from; from++)
		if (*from != '#' || (from != text && from[-1] != '\n') || from[1] == ' ' || from[1] == '\n')
			*to++ = *from;
	*to = '\0';
}

static void the_sample_is_the_default_commented_or_not(void **state)
{
	CW_CLEANUP(config_done) struct config config = { 0 }, commented = { 0 }, uncommented = { 0 };
	CW_CLEANUP(freep) char *text = slurp(*state, "conf/closewatch.conf"), *a = NULL, *b = NULL;

	put("a.conf", text);
	read_fine("a.conf", NULL, &commented);
	config_init(&config);
	same_config(&commented, &config);

	uncomment(text);
	put("a.conf", text);
	read_fine("a.conf", NULL, &uncommented);
	assert_int_equal(uncommented.n_rules, 1);
	assert_string_equal(uncommented.rules[0].name, "example");
	for (size_t i = 0; i < uncommented.n_rules; i++)
		assert_memory_equal(&uncommented.rules[i].thresholds, &config.thresholds, sizeof(config.thresholds));

	assert_int_equal(config_print(&config, &a), 0);
	assert_int_equal(config_print(&uncommented, &b), 0);
	assert_memory_equal(a, b, strlen(a));
}

/* Where a piece of the text starts: a section's, or NULL. */
static const char *find_after(const char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static const char *find_after(const char *text, const char *format, ...)
{
	char wanted[512];
	const char *found;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(wanted, sizeof(wanted), format, arguments);
	va_end(arguments);
	found = strstr(text, wanted);
	if (!found)
		fail_msg("missing: %s", wanted);
	return found;
}

static void the_sample_explains_every_key(void **state)
{
	CW_CLEANUP(freep) char *text = slurp(*state, "conf/closewatch.conf");
	const struct config_key *keys;
	const char *place = text;
	size_t n;

	keys = config_keys(&n);
	for (size_t i = 0; i < n; i++) {
		bool in_rule = strcmp(keys[i].section, "rule") == 0;
		char range[64];

		config_value_range(&keys[i], range, sizeof(range));
		if (i == 0 || strcmp(keys[i - 1].section, keys[i].section) != 0)
			place = find_after(place, in_rule ? "\n#[%s example]\n" : "\n[%s]\n", keys[i].section);
		if (keys[i].type == CONFIG_GLOB)
			place = find_after(place, "\n# %s\n#%s = ", keys[i].help, keys[i].name);
		else
			place = find_after(place, "\n# %s (%s)\n#%s =%s%s\n", keys[i].help, range, keys[i].name,
					   *keys[i].fallback ? " " : "", keys[i].fallback);
	}
}

static void the_manual_knows_every_key_default_and_range(void **state)
{
	CW_CLEANUP(freep) char *text = slurp(*state, "man/closewatch.conf.5");
	const struct config_key *keys;
	const char *place = text;
	size_t n;

	keys = config_keys(&n);
	for (size_t i = 0; i < n; i++) {
		char range[64];

		config_value_range(&keys[i], range, sizeof(range));
		if (i == 0 || strcmp(keys[i - 1].section, keys[i].section) != 0)
			place = find_after(place, "\n.Ss [%s%s\n", keys[i].section,
					   strcmp(keys[i].section, "rule") == 0 ? " NAME]" : "]");
		if (keys[i].type == CONFIG_GLOB)
			place = find_after(place, "\n.It Cm %s\n", keys[i].name);
		else
			place = find_after(place, "\n.It Cm %s\nDefault: %s.\nValues: %s.\n", keys[i].name,
					   *keys[i].fallback ? keys[i].fallback : "empty", range);
	}
	assert_null(strstr(place + 1, "\n.It Cm "));
}

/* Each example of the manual that starts with a section. */
static void the_manuals_examples_are_good(void **state)
{
	CW_CLEANUP(freep) char *text = slurp(*state, "man/closewatch.conf.5");
	char *place = strstr(text, "\n.Sh EXAMPLES\n"), *end;
	size_t n = 0;

	assert_non_null(place);
	*strstr(place, "\n.Sh DIAGNOSTICS\n") = '\0';
	while ((place = strstr(place, "\n.Bd -literal -offset indent\n["))) {
		CW_CLEANUP(config_done) struct config config = { 0 };

		place = strchr(place, '[');
		end = strstr(place, ".Ed\n");
		assert_non_null(end);
		put_bytes("a.conf", place, (size_t)(end - place));
		read_fine("a.conf", NULL, &config);
		n++;
	}
	assert_int_equal(n, 4);
}

static void read_whatever(const char *text, size_t length)
{
	struct config config = { 0 };
	struct told told;

	put_bytes("a.conf", text, length);
	if (read_with("a.conf", NULL, &told, &config) == 0)
		assert_int_equal(told.n, 0);
	else
		assert_true(told.n > 0);
	for (const char *p = told.text; *p; p++)
		assert_true((*p >= 0x20 && *p < 0x7f) || *p == '\n');
	config_done(&config);
}

static void any_damaged_file_is_read_or_refused_cleanly(void **state)
{
	CW_CLEANUP(freep) char *text = slurp(*state, "conf/closewatch.conf");
	long seed = (long)time(NULL);
	size_t length;

	uncomment(text);
	length = strlen(text);
	for (size_t i = 0; i < length; i++)
		read_whatever(text, i);

	print_message("seed %ld\n", seed);
	srand48(seed);
	for (int round = 0; round < 3000; round++) {
		size_t place = (size_t)lrand48() % length;
		char before = text[place];

		text[place] = lrand48() % 2 ? (char)lrand48() : "\n[]=;# \0:"[lrand48() % 9];
		read_whatever(text, length);
		text[place] = before;
	}
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	return ftw->level > 0 ? remove(path) : 0;
}

/* Every test starts in an empty folder. */
static int empty_folder(void **state)
{
	(void)state;
	return nftw(".", remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static int enter_folder(void **state)
{
	static struct fixture fixture = { .folder = "/tmp/closewatch-test-XXXXXX" };
	const char *source = getenv("srcdir");

	if (!realpath(source ? source : ".", fixture.source) || !mkdtemp(fixture.folder) || chdir(fixture.folder) < 0)
		return -1;
	*state = &fixture;
	return 0;
}

static int leave_folder(void **state)
{
	struct fixture *fixture = *state;

	return empty_folder(state) < 0 || chdir("/") < 0 || rmdir(fixture->folder) < 0 ? -1 : 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, NULL, empty_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_sets_what_it_says_and_leaves_the_rest),
		TEST(all_the_ways_to_write_a_line_are_read),
		TEST(an_empty_file_is_the_default),
		TEST(every_error_is_told_with_its_line),
		TEST(a_nul_byte_is_told_and_the_rest_still_read),
		TEST(a_line_may_have_199_characters),
		TEST(a_longer_line_is_refused_whole),
		TEST(a_file_that_was_named_must_be_a_readable_file),
		TEST(a_file_without_permission_is_an_error),
		TEST(a_file_has_at_most_one_mebibyte),
		TEST(without_a_file_the_defaults_hold),
		TEST(drop_ins_are_read_in_the_order_of_their_names),
		TEST(errors_of_all_files_and_assignments_are_told),
		TEST(a_drop_in_folder_that_is_none_is_an_error),
		TEST(assignments_win_over_files),
		TEST(bad_assignments_are_told_as_they_were_given),
		TEST(a_combination_is_blamed_on_who_made_it),
		TEST(a_printed_config_reads_back_to_the_same),
		TEST(the_sample_is_the_default_commented_or_not),
		TEST(the_sample_explains_every_key),
		TEST(the_manual_knows_every_key_default_and_range),
		TEST(the_manuals_examples_are_good),
		TEST(any_damaged_file_is_read_or_refused_cleanly),
	};

	return cmocka_run_group_tests_name("config file", tests, enter_folder, leave_folder);
}
