/* SPDX-License-Identifier: MIT */
/* The command line. */
#include "core/cleanup.h"
#include "ctl/options.h"
#include "ctl/verbs.h"

#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WORDS 16

struct line {
	const char *assignments[WORDS];
	struct command command;
};

/* Parses "closewatchctl WORDS", which are separated by spaces. What is said on stderr is not of interest. */
static int parse(struct line *line, const char *words)
{
	static char text[512];
	char *argv[WORDS] = { NULL }, *rest = text, name[] = "closewatchctl";
	int argc = 0;

	snprintf(text, sizeof(text), "%s", words);
	argv[argc++] = name;
	for (char *word; (word = strtok_r(rest, " ", &rest)) && argc < WORDS - 1;)
		argv[argc++] = word;
	*line = (struct line){ 0 };
	line->command.assignments = line->assignments;
	/* 0, not 1: argv is another one than before. */
	optind = 0;
	return options_parse(argc, argv, &line->command);
}

static void no_verb_means_status(void **state)
{
	struct line line;

	(void)state;
	assert_int_equal(parse(&line, ""), EXIT_DONE);
	assert_string_equal(line.command.verb->name, "status");
	assert_false(line.command.verb_given);
	assert_int_equal(parse(&line, "--json"), EXIT_DONE);
	assert_string_equal(line.command.verb->name, "status");
	assert_true(line.command.json);
}

static void options_stand_before_or_behind_the_verb(void **state)
{
	static const char *const lines[] = {
		"--runtime-dir /x --color never list groups --noheadings",
		"list --runtime-dir=/x groups --noheadings --color=never",
		"list groups --noheadings --color never --runtime-dir /x",
	};
	struct line line;

	(void)state;
	for (size_t i = 0; i < CW_ELEMENTS(lines); i++) {
		assert_int_equal(parse(&line, lines[i]), EXIT_DONE);
		assert_string_equal(line.command.verb->name, "list");
		assert_int_equal(line.command.n_arguments, 1);
		assert_string_equal(line.command.arguments[0], "groups");
		assert_string_equal(line.command.runtime_dir, "/x");
		assert_int_equal(line.command.color, COLOR_NEVER);
		assert_true(line.command.no_headings);
	}
}

static void assignments_are_kept_in_order(void **state)
{
	struct line line;

	(void)state;
	assert_int_equal(parse(&line, "-o a.b=1 scan -oa.b=2 --config /c"), EXIT_DONE);
	assert_int_equal(line.command.n_assignments, 2);
	assert_string_equal(line.command.assignments[0], "a.b=1");
	assert_string_equal(line.command.assignments[1], "a.b=2");
	assert_string_equal(line.command.config, "/c");
}

static void an_invocation_can_be_typed_again(void **state)
{
	const char *assignments[] = { "rule a b.x=$(id)", "a.b=1" };
	struct command command = {
		.runtime_dir = "/it's",
		.config = "/a\033b",
		.assignments = assignments,
		.n_assignments = 2,
	};

	(void)state;
	invocation_print(&command, command.invocation);
	assert_string_equal(command.invocation, "closewatchctl --runtime-dir='/it'\\''s' --config=$'/a\\033b' "
						"-o 'rule a b.x=$(id)' -o a.b=1");
}

static void an_invocation_that_is_too_long_is_left_out(void **state)
{
	char dir[INVOCATION_MAX];
	struct command command = { .runtime_dir = dir };

	(void)state;
	memset(dir, 'x', sizeof(dir) - 1);
	dir[sizeof(dir) - 1] = '\0';
	invocation_print(&command, command.invocation);
	assert_string_equal(command.invocation, "closewatchctl");
}

static void what_makes_no_sense_is_a_usage_error(void **state)
{
	static const char *const wrong[] = {
		"nonsense",
		"status extra",
		"explain",
		"explain a b",
		"list findings groups",
		"--nonsense",
		"scan --finding a",
		"status --print",
		"explain x --noheadings",
		"--color sometimes",
		"check-config a b",
		"--config",
		"-o",
		"-o nonsense",
		"status -o interval=1s",
		"list -o .=1",
		"explain ab -o daemon.=1",
		"check-config -o =a.b",
		"stat",
	};
	struct line line;

	(void)state;
	for (size_t i = 0; i < CW_ELEMENTS(wrong); i++)
		if (parse(&line, wrong[i]) != EXIT_USAGE)
			fail_msg("taken: %s", wrong[i]);
	assert_int_equal(parse(&line, "scan --"), EXIT_DONE);
}

static void help_needs_no_arguments(void **state)
{
	struct line line;

	(void)state;
	assert_int_equal(parse(&line, "explain --help"), EXIT_DONE);
	assert_true(line.command.help);
	assert_true(line.command.verb_given);
	assert_int_equal(parse(&line, "-h"), EXIT_DONE);
	assert_false(line.command.verb_given);
	assert_int_equal(parse(&line, "--version"), EXIT_DONE);
	assert_true(line.command.version);
}

static void the_table_can_be_printed_in_80_columns(void **state)
{
	CW_CLEANUP(freep) char *text = NULL;
	FILE *out;
	size_t size, n;
	const struct verb *verbs = verbs_all(&n);

	(void)state;
	out = open_memstream(&text, &size);
	assert_non_null(out);
	verbs_print_help(out, NULL);
	for (size_t i = 0; i < n; i++)
		verbs_print_help(out, &verbs[i]);
	assert_int_equal(fclose(out), 0);
	for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
		if (strcspn(at, "\n") > 80)
			fail_msg("too wide: %.*s", (int)strcspn(at, "\n"), at);
	for (size_t i = 0; i < n; i++) {
		assert_non_null(strstr(text, verbs[i].help));
		assert_ptr_equal(verbs_find(verbs[i].name), &verbs[i]);
		assert_true(verbs[i].most_arguments <= COMMAND_ARGUMENTS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_verb_means_status),
		cmocka_unit_test(options_stand_before_or_behind_the_verb),
		cmocka_unit_test(assignments_are_kept_in_order),
		cmocka_unit_test(an_invocation_can_be_typed_again),
		cmocka_unit_test(an_invocation_that_is_too_long_is_left_out),
		cmocka_unit_test(what_makes_no_sense_is_a_usage_error),
		cmocka_unit_test(help_needs_no_arguments),
		cmocka_unit_test(the_table_can_be_printed_in_80_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
