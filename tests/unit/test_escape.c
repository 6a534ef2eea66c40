/* SPDX-License-Identifier: MIT */
#include "core/escape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void plain_names_stay_as_they_are(void **state)
{
	static const char *const names[] = {
		"nginx", "my worker 3", "user@1000.service", "(sd-pam)", "a:b/c,d'e!", ""
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_true(escape_name(names[i], strlen(names[i]), out, sizeof(out)));
		assert_string_equal(out, names[i]);
	}
}

static void hostile_bytes_become_hex(void **state)
{
	static const char name[] = "a\nb\x1b[0m\xff\"];#=\\\x7f";
	char out[128];

	(void)state;
	assert_true(escape_name(name, sizeof(name), out, sizeof(out)));
	assert_string_equal(out, "a\\x0ab\\x1b\\x5b0m\\xff\\x22\\x5d\\x3b\\x23\\x3d\\x5c\\x7f\\x00");
}

static void only_spaces_at_the_ends_are_escaped(void **state)
{
	char out[64];

	(void)state;
	assert_true(escape_name("  a b  ", 7, out, sizeof(out)));
	assert_string_equal(out, "\\x20 a b \\x20");
	assert_true(escape_name(" ", 1, out, sizeof(out)));
	assert_string_equal(out, "\\x20");
}

static void a_cut_falls_between_escapes(void **state)
{
	char out[16];

	(void)state;
	assert_false(escape_name("ab\ncd", 5, out, 6)); /* 5 characters: "ab\x0" would be half an escape */
	assert_string_equal(out, "ab");
	assert_false(escape_name("ab\ncd", 5, out, 7));
	assert_string_equal(out, "ab\\x0a");
	assert_false(escape_name("abc", 3, out, 3));
	assert_string_equal(out, "ab");
	assert_true(escape_name("abc", 3, out, 4));
	assert_string_equal(out, "abc");
	assert_false(escape_name("abc", 3, out, 1));
	assert_string_equal(out, "");
}

static void a_cut_leaves_no_space_at_the_end(void **state)
{
	char out[16];

	(void)state;
	assert_false(escape_name("ab  cd", 6, out, 5));
	assert_string_equal(out, "ab");
	assert_false(escape_name("ab \n", 4, out, 6));
	assert_string_equal(out, "ab");
}

static void what_escape_cannot_have_written_is_not_clean(void **state)
{
	static const char *const dirty[] = {
		" a",    "a ",      "a\nb",     "a\tb", "a=b",   "a;b",      "a#b",   "[a",
		"a]",    "a\"b",    "a\\",      "a\\x", "a\\x0", "\\n",      "\\x0A", "\\x61",
		"\\xgg", "a\\x20b", "\xc3\xa4", "\x7f", "\\X0a", "a\\x5cx ", "\x1b",
	};
	static const char *const clean[] = { "",      "a",       "a b",      "\\x20", "\\x20a\\x20",
					     "\\x0a", "a\\x00b", "\\x5cx41", "\\xff" };

	(void)state;
	for (size_t i = 0; i < sizeof(dirty) / sizeof(dirty[0]); i++)
		if (escape_is_clean(dirty[i]))
			fail_msg("taken for clean: '%s'", dirty[i]);
	for (size_t i = 0; i < sizeof(clean) / sizeof(clean[0]); i++)
		if (!escape_is_clean(clean[i]))
			fail_msg("taken for dirty: '%s'", clean[i]);
}

/* Any name, any size: the result is clean, fits, and two names that fitted are the same only if they are. */
static void any_name_comes_out_clean(void **state)
{
	unsigned seed = (unsigned)time(NULL);

	(void)state;
	print_message("seed %u\n", seed);
	srand(seed);
	for (int round = 0; round < 20000; round++) {
		unsigned char name[12];
		size_t length = (size_t)rand() % (sizeof(name) + 1), size = 1 + (size_t)rand() % 60;
		char *out = malloc(size), again[64];

		assert_non_null(out);
		for (size_t i = 0; i < length; i++)
			name[i] = rand() % 2 ? (unsigned char)rand() : (unsigned char)"  a\\x\"=["[rand() % 8];
		if (!escape_name(name, length, out, size))
			assert_true(strlen(out) < size);
		else
			assert_int_equal(strlen(out) >= length, 1);
		assert_true(escape_is_clean(out));
		assert_true(escape_name(name, length, again, sizeof(again)));
		assert_memory_equal(out, again, strlen(out));
		free(out);
	}
}

static void undoing_gives_the_bytes_back(void **state)
{
	static const char name[] = " odd\\x2dname\n\xff [1] ";
	char escaped[64], out[64];

	(void)state;
	assert_true(escape_name(name, strlen(name), escaped, sizeof(escaped)));
	assert_true(escape_undo(escaped, out, sizeof(out)));
	assert_string_equal(out, name);
	assert_true(escape_undo(escaped, out, strlen(name) + 1));
	assert_false(escape_undo(escaped, out, strlen(name)));
	assert_false(escape_undo("", out, 0));
	assert_true(escape_undo("", out, 1));
	assert_string_equal(out, "");
}

static void what_was_never_escaped_cannot_be_undone(void **state)
{
	static const char *const texts[] = { "a\\", "a\\x2", "a\\x41", "a=b", "a\\x00b" };
	char out[16];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(escape_undo(texts[i], out, sizeof(out)));
}

static void a_quote_keeps_all_that_cannot_hurt(void **state)
{
	char out[12];

	(void)state;
	escape_quote("a = [b]; \\", out, sizeof(out));
	assert_string_equal(out, "a = [b]; \\");
	escape_quote("a\x1b\xff", out, sizeof(out));
	assert_string_equal(out, "a\\x1b\\xff");
	escape_quote("", out, sizeof(out));
	assert_string_equal(out, "");
}

static void a_quote_that_is_cut_says_so(void **state)
{
	char out[12];

	(void)state;
	escape_quote("12345678901", out, sizeof(out));
	assert_string_equal(out, "12345678901");
	escape_quote("123456789012", out, sizeof(out));
	assert_string_equal(out, "12345678...");
	escape_quote("12345\n678901", out, sizeof(out));
	assert_string_equal(out, "12345...");
	escape_quote("\n\n\n", out, sizeof(out));
	assert_string_equal(out, "\\x0a\\x0a...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_names_stay_as_they_are),
		cmocka_unit_test(hostile_bytes_become_hex),
		cmocka_unit_test(only_spaces_at_the_ends_are_escaped),
		cmocka_unit_test(a_cut_falls_between_escapes),
		cmocka_unit_test(a_cut_leaves_no_space_at_the_end),
		cmocka_unit_test(what_escape_cannot_have_written_is_not_clean),
		cmocka_unit_test(any_name_comes_out_clean),
		cmocka_unit_test(undoing_gives_the_bytes_back),
		cmocka_unit_test(what_was_never_escaped_cannot_be_undone),
		cmocka_unit_test(a_quote_keeps_all_that_cannot_hurt),
		cmocka_unit_test(a_quote_that_is_cut_says_so),
	};

	return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
