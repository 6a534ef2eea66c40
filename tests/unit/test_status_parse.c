/* SPDX-License-Identifier: MIT */
#include "core/cleanup.h"
#include "sink/status_file.h"
#include "some_report.h"

#include <errno.h>
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

static char *example_text(size_t *ret_length)
{
	struct report report = example_report();
	char *text = write_text(&report, ret_length);

	report_done(&report);
	return text;
}

static void every_prefix_is_refused(void **state)
{
	size_t length;
	CW_CLEANUP(freep) char *text = example_text(&length);

	(void)state;
	for (size_t i = 0; i < length; i++) {
		CW_CLEANUP(freep) char *prefix = malloc(i ? i : 1); /* its own, so that a step too far is seen */
		struct report report;
		char why[200] = "";

		memcpy(prefix, text, i);
		assert_int_equal(status_parse(prefix, i, &report, why, sizeof(why)), -EBADMSG);
		assert_true(strlen(why) > 5);
	}
}

/* Reads it, and if it is taken, writes and reads it again. Returns whether it was taken. */
static bool taken_soundly(const char *text, size_t length)
{
	CW_CLEANUP(freep) char *copy = malloc(length), *again = NULL;
	struct report report, second;
	size_t again_length;
	char why[200];
	int r;

	memcpy(copy, text, length);
	r = status_parse(copy, length, &report, why, sizeof(why));
	if (r < 0) {
		assert_true(r == -EBADMSG || r == -EPROTONOSUPPORT);
		assert_printable(why, sizeof(why));
		return false;
	}
	assert_sound_report(&report);
	again = write_text(&report, &again_length);
	assert_reads(again, again_length, &second);
	assert_same_report(&report, &second);
	report_done(&report);
	report_done(&second);
	return true;
}

static void every_flip_is_refused_or_read_as_something_sound(void **state)
{
	static const unsigned char others[] = { 0x00, '\n', '\t', ' ', '\\', ';', '[', ']', '=', '0', '9', 0x1b, 0xff };
	struct dice dice = { 4711 };
	size_t length, taken = 0;
	CW_CLEANUP(freep) char *text = example_text(&length);

	(void)state;
	for (size_t i = 0; i < length; i++) {
		char before = text[i];

		text[i] = (char)(before ^ 1 << roll(&dice, 8));
		taken += taken_soundly(text, length);
		text[i] = (char)others[roll(&dice, sizeof(others))];
		taken += taken_soundly(text, length);
		text[i] = before;
	}
	print_message("seed 4711: %zu of %zu flips were read as something\n", taken, 2 * length);
}

static void lines_left_out_doubled_or_swapped_are_refused_or_sound(void **state)
{
	size_t length, other_length;
	CW_CLEANUP(freep) char *text = example_text(&length);

	(void)state;
	for (char *line = text, *next; *line; line = next) {
		size_t line_length;
		CW_CLEANUP(freep) char *other = malloc(2 * length);

		next = strchr(line, '\n') + 1;
		line_length = (size_t)(next - line);
		memcpy(other, text, (size_t)(line - text));
		memcpy(other + (line - text), next, length - (size_t)(next - text));
		taken_soundly(other, length - line_length);

		other_length = (size_t)(next - text);
		memcpy(other, text, other_length);
		memcpy(other + other_length, line, length - (size_t)(line - text));
		/* Nothing may come twice. Doubled words of a message are only words. */
		if (taken_soundly(other, length + line_length))
			assert_true(line[0] == '\t' || line[0] == '\n');
	}
}

/* The example with one piece replaced. */
static char *edited(const char *old, const char *new, size_t *ret_length)
{
	CW_CLEANUP(freep) char *text = example_text(ret_length);
	char *place = strstr(text, old), *result = NULL;

	if (!place)
		fail_msg("not there: %s", old);
	assert_true(asprintf(&result, "%.*s%s%s", (int)(place - text), text, new, place + strlen(old)) > 0);
	*ret_length = strlen(result);
	return result;
}

static void assert_refused(const char *old, const char *new, int error, const char *why_part)
{
	size_t length;
	CW_CLEANUP(freep) char *text = edited(old, new, &length);
	struct report report = { .cycles = 77 };
	char why[200] = "";
	int r = status_parse(text, length, &report, why, sizeof(why));

	if (r != error || !strstr(why, why_part))
		fail_msg("\"%s\" -> \"%s\" gave %d, %s", old, new, r, why);
	assert_int_equal(report.cycles, 77);
}

static void values_that_are_none_are_refused_with_their_line(void **state)
{
	static const struct {
		const char *old, *new, *why;
	} edits[] = {
		{ "version = 0.1.0", "version = \x1b[2J", "line 3: " },
		{ "host = web1", "host = we=b1", "line 4: host" },
		{ "host = web1", "host = we\"b", "line 4: host" },
		{ "host = web1", "host = we\\x", "line 4: host" },
		{ "health = ok", "health = ok ; rm", "line 5: " },
		{ "complete = yes", "complete = maybe", "line 6: complete" },
		{ "updated = 2026-01-31T13", "updated = 2026-01-32T13", "line 7: updated" },
		{ "updated = 2026", "updated = 1926", "line 7: updated" },
		{ "13:00:00.000000Z", "13:00:00Z", "line 7: updated" },
		{ "interval = 10s", "interval = 10", "interval" },
		{ "interval = 10s", "interval = 10000ms", "interval" },
		{ "pid = 812", "pid = -1", "pid" },
		{ "pid = 812", "pid = 2147483648", "pid" },
		{ "pid = 812", "pid = 0812", "pid" },
		{ "cycles = 361", "cycles = 18446744073709551616", "cycles" },
		{ "ESTABLISHED = 812", "ESTABLISHED = ", "" },
		{ "SYN_SENT = 0\n", "", "SYN_SENT" },
		{ "SYN_SENT = 0\n", "SYN_SENT = 0\nSYN_SENT = 0\n", "SYN_SENT" },
		{ "severity = critical", "severity = Critical", "severity" },
		{ "kind = close-wait-leak", "kind = closewaitleak", "kind" },
		{ "port = 8443", "port = 65536", "port" },
		{ "pids = 1021 1022", "pids = 1021  1022", "pids" },
		{ "pids = 1021 1022", "pids = 1 2 3 4 5 6 7 8 9", "pids" },
		{ "full_in = 10h", "full_in = 600m", "full_in" },
		{ "age = 5h 12m .. 5h 12m 0.25s", "age = 5h 12m .. 5h 12m", "age" },
		{ "min, growing by", "m\\n, growing by", "message" },
		{ "address = 0.0.0.0\n", "address = 0.0.0\n", "address" },
		{ "address = 0.0.0.0\n", "address = ::ffff:0.0.0.0\n", "address" },
		{ "holder1 =", "holder2 =", "holder2" },
		{ "holder1 = 4211 1530/4096", "holder1 = 4211 1530", "holder1" },
		{ "holder1 = 4211 1530/4096", "holder1 = 4211 1530/-1", "holder1" },
		{ "4096 java", "4096 ja\\va", "holder1" },
		{ "4096 java", "4096  java", "holder1" },
		{ "holder1_fds = 5 6 311 +1201", "holder1_fds = 5 6 +1201 311", "holder1_fds" },
		{ "holder1_fds = 5 6 311 +1201", "holder1_fds = 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17",
		  "holder1_fds" },
		{ "sample1 = 10.1.2.3:50122", "sample1 = 10.1.2.3:99999", "sample1" },
		{ "sample1 = 10.1.2.3:50122", "sample1 = 10.1.2.3", "sample1" },
		{ "sample2 = [2001:db8::7]", "sample2 = [2001:db8:0::7]", "sample2" },
		{ "fd 311 unread 0", "fd 311 unread 4294967296", "sample1" },
		{ "unread 0 drained", "unread 0 drowned", "sample1" },
		{ "idle 1m 1.2s", "idle 61.2s", "sample2" },
		{ "idle 1m 1.2s", "idle 1m 1.20s", "sample2" },
		{ "idle 1m 1.2s", "idle", "sample2" },
		{ "listener 1]", "listener 2]", "out of order" },
		{ "group 1]", "group 0]", "out of order" },
		{ "group 1]", "group 01]", "out of order" },
		{ "finding 5be1c02a", "finding 5BE1C02A", "not an id" },
		{ "finding 5be1c02a", "finding 5be1c02", "not an id" },
		{ "finding 5be1c02a", "finding 93ab00ff", "twice" },
		{ "listeners = 1", "listeners = 4000000000", "missing" },
		{ "\nfindings = 2\n", "\nfindings = 2\n\n[group 2]\n", "follows the end" },
		{ "message = nginx", "massage = nginx", "message" },
		{ "groups = 1\n", "groups = 0\n", "missing" },
		{ "findings = 2\n", "findings = 1\n", "missing" },
		{ "[sockets]", "[closewatch]", "was there before" },
		{ "[sockets]", "[weather]", "missing" },
	};

	(void)state;
	for (size_t i = 0; i < CW_ELEMENTS(edits); i++)
		assert_refused(edits[i].old, edits[i].new, -EBADMSG, edits[i].why);
}

/* Numbered lines in the place of old: one is refused beyond what there is room for, and none before. */
static void assert_room(const char *old, const char *word, const char *value, size_t room)
{
	char lines[2048] = "", refused[24];
	struct report report;
	size_t used = 0, length;

	for (size_t i = 1; i <= room; i++)
		used += (size_t)snprintf(lines + used, sizeof(lines) - used, "%s%zu = %s\n", word, i, value);
	{
		CW_CLEANUP(freep) char *text = edited(old, lines, &length);

		assert_reads(text, length, &report);
		report_done(&report);
	}
	snprintf(lines + used, sizeof(lines) - used, "%s%zu = %s\n", word, room + 1, value);
	snprintf(refused, sizeof(refused), "%s%zu: ", word, room + 1);
	assert_refused(old, lines, -EBADMSG, refused);
}

static void more_holders_or_samples_than_there_is_room_for_are_refused(void **state)
{
	(void)state;
	assert_room("holder1 = 4211 1530/4096 java\nholder1_fds = 5 6 311 +1201\n", "holder", "1 ?/? sh",
		    GROUP_HOLDERS);
	assert_room("sample1 = 10.1.2.3:50122 pid 4211 fd 311 unread 0 drained idle 5h 12m .. 5h 12m 0.25s\n"
		    "sample2 = [2001:db8::7]:41200 unread 16 unread-data idle 1m 1.2s\n",
		    "sample", "? unread 0 drained idle 1s", GROUP_SAMPLES);
}

static void a_newer_format_is_told_apart_from_damage(void **state)
{
	(void)state;
	assert_refused("format = 1", "format = 2", -EPROTONOSUPPORT, "newer closewatch");
	assert_refused("format = 1\nversion = 0.1.0", "format = 2\nedition = new", -EPROTONOSUPPORT,
		       "newer closewatch");
	assert_refused("format = 1", "format = 0", -EBADMSG, "not a status file");
	assert_refused("format = 1\n", "", -EBADMSG, "not a status file");
}

static void keys_and_sections_of_a_later_version_are_passed_over(void **state)
{
	static const struct {
		const char *old, *new;
	} edits[] = {
		{ "cycles = 361", "cycles = 361\nmoon = full\n\tand bright" },
		{ "severity = critical", "severity = critical\nmood = bad" },
		{ "queue = 410", "queue = 410\nlength = 3" },
		{ "[end]", "[weather]\nrain = yes\n\n[end]" },
	};

	(void)state;
	for (size_t i = 0; i < CW_ELEMENTS(edits); i++) {
		size_t length;
		CW_CLEANUP(freep) char *text = edited(edits[i].old, edits[i].new, &length);
		struct report report, expected = example_report();

		assert_reads(text, length, &report);
		assert_same_report(&report, &expected);
		report_done(&report);
		report_done(&expected);
	}
}

static void what_is_no_status_file_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"\n\n\n",
		"hello\n",
		"format = 1\n",
		"[closewatch]\n",
		"[closewatch]\nformat = 1\n",
		"[]\n",
		"[end]\n",
		"[daemon]\ninterval = 10s\n",
		"{\"format\": 1}\n",
		"\xef\xbb\xbf[closewatch]\nformat = 1\n",
		"\t= 1\n",
		"= 1\n",
		"[closewatch\nformat = 1\n",
		" [closewatch]\nformat = 1\n",
		"[closewatch]\n\tformat = 1\n",
		"[closewatch]\r\nformat = 1\r\n",
		"# [closewatch]\nformat = 1\n",
		"[closewatch]\nformat : 1\n",
		"[closewatch]\nformat\n",
		"format = 1\n[closewatch]\nversion = 1\n",
	};

	(void)state;
	for (size_t i = 0; i < CW_ELEMENTS(texts); i++) {
		struct report report;
		char why[200] = "";
		int r = status_parse(texts[i], strlen(texts[i]), &report, why, sizeof(why));

		if (r != -EBADMSG || strlen(why) < 5)
			fail_msg("%s gave %d, %s", texts[i], r, why);
	}
}

static void random_bytes_are_refused(void **state)
{
	struct dice dice = { 99 };

	(void)state;
	for (int i = 0; i < 300; i++) {
		char bytes[400];
		size_t length = roll(&dice, sizeof(bytes));

		for (size_t j = 0; j < length; j++)
			bytes[j] = (char)roll(&dice, 256);
		assert_false(taken_soundly(bytes, length));
	}
}

static void a_line_too_long_for_inih_is_refused_and_never_split(void **state)
{
	char name[300], line[320];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[180] = '\0';
	snprintf(line, sizeof(line), "host = %s", name);
	{
		size_t length;
		CW_CLEANUP(freep) char *text = edited("host = web1", line, &length);
		struct report report;

		assert_reads(text, length, &report);
		assert_string_equal(report.host, name);
		report_done(&report);
	}
	name[180] = 'a';
	name[250] = '\0';
	snprintf(line, sizeof(line), "host = %s", name);
	assert_refused("host = web1", line, -EBADMSG, "line 4: too long");
}

static void a_value_without_end_is_refused(void **state)
{
	CW_CLEANUP(freep) char *line = NULL;
	size_t size, length;
	FILE *out = open_memstream(&line, &size);

	(void)state;
	fputs("health = ok", out);
	for (int i = 0; i < 100; i++)
		fputs("\n\tand more of it than anybody wants to read", out);
	fclose(out);
	{
		CW_CLEANUP(freep) char *text = edited("health = ok", line, &length);
		struct report report;
		char why[200] = "";

		assert_int_equal(status_parse(text, length, &report, why, sizeof(why)), -EBADMSG);
		assert_string_equal(why, "line 5: the value is too long");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_prefix_is_refused),
		cmocka_unit_test(every_flip_is_refused_or_read_as_something_sound),
		cmocka_unit_test(lines_left_out_doubled_or_swapped_are_refused_or_sound),
		cmocka_unit_test(values_that_are_none_are_refused_with_their_line),
		cmocka_unit_test(more_holders_or_samples_than_there_is_room_for_are_refused),
		cmocka_unit_test(a_newer_format_is_told_apart_from_damage),
		cmocka_unit_test(keys_and_sections_of_a_later_version_are_passed_over),
		cmocka_unit_test(what_is_no_status_file_is_refused),
		cmocka_unit_test(random_bytes_are_refused),
		cmocka_unit_test(a_line_too_long_for_inih_is_refused_and_never_split),
		cmocka_unit_test(a_value_without_end_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
