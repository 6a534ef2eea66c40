/* SPDX-License-Identifier: MIT */
#include "core/cleanup.h"
#include "sink/status_file.h"
#include "some_report.h"

#include <ini.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *write_text(const struct report *report, size_t *ret_length)
{
	char *text = NULL;

	assert_int_equal(status_text(report, &text, ret_length), 0);
	assert_int_equal(strlen(text), *ret_length);
	return text;
}

static void assert_reads(const char *text, size_t length, struct report *ret)
{
	char why[200] = "";
	int r = status_parse(text, length, ret, why, sizeof(why));

	if (r < 0)
		print_error("%s\n%.*s", why, (int)length, text);
	assert_int_equal(r, 0);
}

static void reading_a_written_status_gives_it_back(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 300; seed++) {
		struct dice dice = { seed * 0x9e3779b97f4a7c15ull };
		struct report report = random_report(&dice), again;
		size_t length;
		char *text = write_text(&report, &length);

		if (seed % 100 == 0)
			print_message("seed %" PRIu64 "\n", seed);
		assert_reads(text, length, &again);
		assert_same_report(&report, &again);
		free(text);
		report_done(&report);
		report_done(&again);
	}
}

static char *example_text(size_t *ret_length)
{
	struct report report = example_report();
	char *text = write_text(&report, ret_length);

	report_done(&report);
	return text;
}

static void a_person_reads_it_without_a_manual(void **state)
{
	static const char *const lines[] = {
		"[closewatch]\nformat = 1\nversion = 0.1.0\nhost = web1\nhealth = ok\ncomplete = yes\n",
		"updated = 2026-01-31T13:00:00.000000Z\nstarted = 2026-01-31T12:00:00.123456Z\n",
		"\nconfig_read = 2026-01-31T12:30:00.000000Z\ninterval = 10s\n",
		"\n[sockets]\nESTABLISHED = 812\nSYN_SENT = 0\n",
		"\n[finding 5be1c02a]\nseverity = critical\nkind = close-wait-leak\n",
		"\nmessage = billing.service leaks CLOSE_WAIT on port 8443: 1204 sockets idle, the oldest for 5 h 12\n",
		"\n\tmin, growing by 4 a minute. Everything was read, close() is missing.\n",
		"\nage = 5h 12m .. 5h 12m 0.25s\nfull_in = 10h\ncause = drained\npids = 4211\n",
		"\nholder1 = 4211 1530/4096 java\nholder1_fds = 5 6 311 +1201\n",
		"\nsample1 = 10.1.2.3:50122 pid 4211 fd 311 unread 0 drained idle 5h 12m .. 5h 12m 0.25s\n",
		"\nsample2 = [2001:db8::7]:41200 unread 16 unread-data idle 1m 1.2s\n",
		"\n[listener 1]\nnamespace = host\naddress = 0.0.0.0\nport = 80\nqueue = 410\nlimit = 511\n",
		"\n[end]\nlisteners = 1\ngroups = 1\nfindings = 2\n",
	};
	size_t length;
	CW_CLEANUP(freep) char *text = example_text(&length);

	(void)state;
	for (size_t i = 0; i < CW_ELEMENTS(lines); i++)
		if (!strstr(text, lines[i]))
			fail_msg("not there: %s\nin: %s", lines[i], text);
}

/* How an ordinary reader with inih sees the file. */
struct plain {
	char why_not[200];
	unsigned keys;
	char host[64], severity[16];
};

static int plain_key(void *user, const char *section, const char *key, const char *value)
{
	struct plain *plain = user;

	plain->keys++;
	if (strcmp(section, "closewatch") == 0 && strcmp(key, "host") == 0)
		snprintf(plain->host, sizeof(plain->host), "%s", value);
	if (strcmp(section, "finding 5be1c02a") == 0 && strcmp(key, "severity") == 0)
		snprintf(plain->severity, sizeof(plain->severity), "%s", value);
	return 1;
}

static void any_program_with_inih_can_read_it(void **state)
{
	size_t length;
	CW_CLEANUP(freep) char *text = example_text(&length);
	struct plain plain = { .keys = 0 };

	(void)state;
	assert_int_equal(ini_parse_string(text, plain_key, &plain), 0);
	assert_string_equal(plain.host, "web1");
	assert_string_equal(plain.severity, "critical");
	assert_true(plain.keys > 60);
}

static void nothing_a_name_or_a_sentence_contains_breaks_the_file(void **state)
{
	static const char *const nasty[] = {
		"x\n[end]\nlisteners = 0\n",
		"; comment",
		"# comment",
		"a ; b # c",
		"\033[2Jgone",
		"trailing \\",
		"\\",
		"\\x",
		"\\xZZ",
		" blanks at both ends ",
		"\xff\xfe",
		"= [ ] \" '",
		"\t\t",
		" ",
		"a                                                                                                             b",
	};

	(void)state;
	for (size_t i = 0; i < CW_ELEMENTS(nasty); i++) {
		struct report report = example_report(), again;
		CW_CLEANUP(freep) char *text = NULL;
		size_t length;

		/* None of these comes escaped, as it should. */
		snprintf(report.health, sizeof(report.health), "%s", nasty[i]);
		snprintf(report.host, sizeof(report.host), "%s", nasty[i]);
		snprintf(report.findings[0].message, sizeof(report.findings[0].message), "%s", nasty[i]);
		snprintf(report.findings[0].owner, sizeof(report.findings[0].owner), "%s", nasty[i]);
		snprintf(report.findings[0].remote, sizeof(report.findings[0].remote), "%.40s", nasty[i]);
		snprintf(report.groups[0].samples[0].remote, SOCK_ENDPOINT_MAX, "%.40s", nasty[i]);
		snprintf(report.groups[0].holders[0].process, COMM_MAX_ESCAPED, "%.60s", nasty[i]);
		text = write_text(&report, &length);
		assert_reads(text, length, &again);
		assert_sound_report(&again);
		assert_int_equal(again.n_findings, 2);
		assert_int_equal(again.n_listeners, 1);
		assert_string_equal(again.findings[0].advice, report.findings[0].advice);
		report_done(&report);
		report_done(&again);
	}
}

static void the_longest_values_fit(void **state)
{
	struct report report = example_report(), again;
	struct finding *f = &report.findings[0];
	size_t length;
	char *text;

	(void)state;
	memset(f->message, 'm', sizeof(f->message) - 1);
	memset(f->advice, ';', sizeof(f->advice) - 1);
	memset(f->owner, 'o', sizeof(f->owner) - 1);
	memset(report.health, '#', sizeof(report.health) - 1);
	memset(report.config_error, '|', sizeof(report.config_error) - 1);
	report.updated_usec = UINT64_MAX;
	text = write_text(&report, &length);
	assert_reads(text, length, &again);
	assert_string_equal(again.findings[0].message, f->message);
	assert_string_equal(again.findings[0].owner, f->owner);
	assert_int_equal(strlen(again.findings[0].advice), sizeof(f->advice) - 1);
	assert_int_equal(strlen(again.health), sizeof(report.health) - 1);
	assert_string_equal(again.config_error, report.config_error);
	assert_int_equal(again.updated_usec, 253402300799999999);
	free(text);
	report_done(&report);
	report_done(&again);
}

/* The manual's source. */
static char *read_manual(void)
{
	const char *srcdir = getenv("srcdir");
	CW_CLEANUP(freep) char *path = NULL;
	char *manual = calloc(1, 1 << 16);
	FILE *file;

	assert_true(asprintf(&path, "%s/man/closewatch-status.5", srcdir ? srcdir : ".") > 0);
	file = fopen(path, "r");
	if (!file)
		fail_msg("%s is not there", path);
	assert_true(fread(manual, 1, (1 << 16) - 1, file) > 1000);
	fclose(file);
	return manual;
}

static void the_manual_shows_what_is_written(void **state)
{
	size_t length;
	CW_CLEANUP(freep) char *text = example_text(&length), *manual = read_manual();

	(void)state;
	if (!strstr(manual, text))
		fail_msg("the manual's example should be:\n%s", text);
}

/* holder2_fds is told with holder1_fds. */
static int find_in_manual(void *user, const char *section, const char *key, const char *value)
{
	const char *manual = user;
	char word[64] = " ", *number;

	(void)section;
	(void)value;
	strncat(word, key, sizeof(word) - 3);
	number = strpbrk(word, "0123456789");
	if (number && (strstr(key, "holder") || strstr(key, "sample")))
		*number = '1';
	strcat(word, " ");
	if (strstr(manual, word))
		return 1;
	word[strlen(word) - 1] = '\n';
	if (!strstr(manual, word))
		fail_msg("the manual does not tell%s", word);
	return 1;
}

static void a_host_with_very_many_listeners_has_a_file_that_can_be_read(void **state)
{
	struct report report = { .n_listeners = 70000, .updated_usec = 1, .complete = true }, back = { 0 };
	char *text = NULL, why[160] = "";
	size_t length;

	(void)state;
	snprintf(report.version, sizeof(report.version), "1");
	snprintf(report.host, sizeof(report.host), "h");
	snprintf(report.health, sizeof(report.health), "ok");
	report.listeners = calloc(report.n_listeners, sizeof(*report.listeners));
	assert_non_null(report.listeners);
	for (size_t i = 0; i < report.n_listeners; i++) {
		snprintf(report.listeners[i].netns, sizeof(report.listeners[i].netns), "host");
		snprintf(report.listeners[i].address, sizeof(report.listeners[i].address), "127.0.0.1");
		snprintf(report.listeners[i].owner, sizeof(report.listeners[i].owner), "x");
		report.listeners[i].port = 80;
	}
	assert_int_equal(status_text(&report, &text, &length), 0);
	assert_int_equal(status_parse(text, length, &back, why, sizeof(why)), 0);
	assert_int_equal(back.n_listeners, 4096);
	free(text);
	report_done(&back);
	report_done(&report);
}

static void the_manual_tells_every_key(void **state)
{
	CW_CLEANUP(freep) char *manual = read_manual();
	struct dice dice = { 31 };

	(void)state;
	/* Not the example, where each key stands anyway. */
	*strstr(manual, ".Sh EXAMPLES") = '\0';
	for (int i = 0; i < 20; i++) {
		struct report report = random_report(&dice);
		size_t length;
		CW_CLEANUP(freep) char *text = write_text(&report, &length);

		assert_int_equal(ini_parse_string(text, find_in_manual, manual), 0);
		report_done(&report);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading_a_written_status_gives_it_back),
		cmocka_unit_test(a_person_reads_it_without_a_manual),
		cmocka_unit_test(the_manual_shows_what_is_written),
		cmocka_unit_test(a_host_with_very_many_listeners_has_a_file_that_can_be_read),
		cmocka_unit_test(the_manual_tells_every_key),
		cmocka_unit_test(any_program_with_inih_can_read_it),
		cmocka_unit_test(nothing_a_name_or_a_sentence_contains_breaks_the_file),
		cmocka_unit_test(the_longest_values_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
