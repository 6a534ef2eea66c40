/* SPDX-License-Identifier: MIT */
/* Paragraphs, tables, colours. */
#include "core/cleanup.h"
#include "ctl/layout.h"
#include "ctl/table.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A screen that writes into memory. */
struct paper {
	struct screen screen;
	char *text;
	size_t size;
};

static void paper_open(struct paper *paper, size_t width, bool color)
{
	*paper = (struct paper){ .screen = { .width = width, .color = color, .cut = true } };
	paper->screen.out = open_memstream(&paper->text, &paper->size);
	assert_non_null(paper->screen.out);
}

static void paper_expect(struct paper *paper, const char *expected)
{
	assert_int_equal(fclose(paper->screen.out), 0);
	assert_string_equal(paper->text, expected);
	free(paper->text);
}

static void words_are_broken_into_lines_that_hang(void **state)
{
	struct paper paper;
	struct layout block;

	(void)state;
	paper_open(&paper, 40, false);
	block = layout_begin(&paper.screen, PAINT_STRONG, "Label");
	layout_words(&block, PAINT_PLAIN, "one two three four five six seven eight nine");
	layout_end(&block);
	paper_expect(&paper, "Label     one two three four five six\n"
			     "          seven eight nine\n");
}

static void numbers_are_not_broken_from_their_units(void **state)
{
	struct paper paper;
	struct layout block;

	(void)state;
	paper_open(&paper, 40, false);
	block = layout_begin(&paper.screen, PAINT_STRONG, "");
	layout_words(&block, PAINT_PLAIN, "idle, the oldest for 1 min 43 s, of 12 sockets idle");
	layout_end(&block);
	paper_expect(&paper, "          idle, the oldest for\n"
			     "          1 min 43 s, of 12 sockets idle\n");
}

static void a_word_that_just_fits_stays_in_its_line(void **state)
{
	struct paper paper;
	struct layout block;

	(void)state;
	paper_open(&paper, 40, false);
	block = layout_begin(&paper.screen, PAINT_STRONG, "");
	layout_words(&block, PAINT_PLAIN, "123456789 123456789 1234567890 x");
	layout_end(&block);
	block = layout_begin(&paper.screen, PAINT_STRONG, "");
	layout_words(&block, PAINT_PLAIN, "123456789 123456789 12345678901 x");
	layout_end(&block);
	paper_expect(&paper, "          123456789 123456789 1234567890\n"
			     "          x\n"
			     "          123456789 123456789\n"
			     "          12345678901 x\n");
}

static void a_word_longer_than_a_line_is_cut(void **state)
{
	struct paper paper;
	struct layout block;

	(void)state;
	paper_open(&paper, 40, false);
	block = layout_begin(&paper.screen, PAINT_STRONG, "");
	layout_words(&block, PAINT_PLAIN, "a 0123456789012345678901234567890123456789 b");
	layout_end(&block);
	paper_expect(&paper, "          a\n"
			     "          012345678901234567890123456789\n"
			     "          0123456789 b\n");
}

static void text_at_the_right_moves_to_its_own_line_when_there_is_no_room(void **state)
{
	struct paper paper;
	struct layout block;

	(void)state;
	paper_open(&paper, 40, false);
	block = layout_begin(&paper.screen, PAINT_STRONG, "A");
	layout_words(&block, PAINT_PLAIN, "12345678901234567890");
	layout_end_right(&block, PAINT_PLAIN, "abcdefgh");
	block = layout_begin(&paper.screen, PAINT_STRONG, "B");
	layout_words(&block, PAINT_PLAIN, "123456789012345678901");
	layout_end_right(&block, PAINT_PLAIN, "abcdefgh");
	paper_expect(&paper, "A         12345678901234567890  abcdefgh\n"
			     "B         123456789012345678901\n"
			     "                                abcdefgh\n");
}

static void pieces_are_not_broken(void **state)
{
	struct paper paper;
	struct layout block;

	(void)state;
	paper_open(&paper, 40, false);
	block = layout_begin(&paper.screen, PAINT_STRONG, "Sockets");
	layout_piece(&block, PAINT_PLAIN, 2, "812 ESTABLISHED");
	layout_piece(&block, PAINT_PLAIN, 2, "1209 CLOSE_WAIT");
	layout_end(&block);
	paper_expect(&paper, "Sockets   812 ESTABLISHED\n"
			     "          1209 CLOSE_WAIT\n");
}

static void items_hang_behind_their_number(void **state)
{
	struct paper paper;
	struct layout item;

	(void)state;
	paper_open(&paper, 40, false);
	item = layout_begin_item(&paper.screen, "Do", "1.", 3);
	layout_words(&item, PAINT_PLAIN, "look for a path without close()");
	layout_end(&item);
	layout_command(&paper.screen, 3, "a command that is longer than the screen is wide");
	paper_expect(&paper, "Do        1. look for a path without\n"
			     "             close()\n"
			     "             a command that is longer than the screen is wide\n");
}

static void no_control_character_leaves(void **state)
{
	struct paper paper;
	struct layout block;

	(void)state;
	paper_open(&paper, 40, false);
	block = layout_begin(&paper.screen, PAINT_STRONG, "\033[1m");
	layout_words(&block, PAINT_PLAIN, "a\033[2Jb\nc\x9b\xff\x7f");
	layout_end(&block);
	paper_expect(&paper, "?[1m      a?[2Jb?c???\n");
}

static void colours_do_not_count_as_width(void **state)
{
	struct paper paper;
	struct layout block;

	(void)state;
	paper_open(&paper, 40, true);
	block = layout_begin(&paper.screen, PAINT_CRITICAL, "A");
	layout_piece(&block, PAINT_CRITICAL, 0, "12345678901234567890");
	layout_end_right(&block, PAINT_FAINT, "abcdefgh");
	paper_expect(&paper,
		     "\033[1;31mA\033[0m         \033[1;31m12345678901234567890\033[0m  \033[2mabcdefgh\033[0m\n");
}

static const struct table_column columns[] = {
	{ "ID", 0 },
	{ "NAME", TABLE_CUT },
	{ "N", TABLE_RIGHT },
	{ "MORE", TABLE_WIDE },
};

static char *draw_table(size_t width, bool cut, bool headings)
{
	const struct screen screen = { .width = width, .cut = cut };
	struct table *table = NULL;
	char *text = NULL;

	assert_int_equal(table_new(&screen, columns, CW_ELEMENTS(columns), 0, headings, &table), 0);
	table_row(table);
	table_cell(table, PAINT_PLAIN, "1");
	table_cell(table, PAINT_PLAIN, "%s", "a\\x1b-name-of-more-than-forty-characters-in-one-cell");
	table_cell(table, PAINT_PLAIN, "%d", 1234);
	table_cell(table, PAINT_PLAIN, "x");
	assert_int_equal(table_text(table, &text), 0);
	table_free(table);
	return text;
}

static void a_narrow_table_cuts_names_and_leaves_columns_out(void **state)
{
	CW_CLEANUP(freep) char *text = draw_table(40, true, true);

	(void)state;
	assert_string_equal(text, "ID NAME                                N\n"
				  "1  a\\x1b-name-of-more-than-forty-c~ 1234");
}

static char *draw_endpoints(size_t width)
{
	static const struct table_column endpoints[] = {
		{ "PEER", TABLE_ADDRESS },
		{ "NAME", TABLE_CUT },
		{ "ONE", TABLE_WIDE },
		{ "TWO", TABLE_WIDE },
	};
	const struct screen screen = { .width = width, .cut = true };
	struct table *table = NULL;
	char *text = NULL;

	assert_int_equal(table_new(&screen, endpoints, CW_ELEMENTS(endpoints), 0, false, &table), 0);
	table_row(table);
	table_cell(table, PAINT_PLAIN, "[2001:db8:1234:5678:9abc:def0:1234:5678]:65432");
	table_cell(table, PAINT_PLAIN, "some-name.service");
	table_cell(table, PAINT_PLAIN, "1");
	table_cell(table, PAINT_PLAIN, "2");
	assert_int_equal(table_text(table, &text), 0);
	table_free(table);
	return text;
}

static void a_table_loses_columns_then_names_then_addresses_and_never_a_port(void **state)
{
	static const struct {
		size_t width;
		const char *text;
	} widths[] = {
		{ 72, "[2001:db8:1234:5678:9abc:def0:1234:5678]:65432 some-name.service 1   2" },
		{ 71, "[2001:db8:1234:5678:9abc:def0:1234:5678]:65432 some-name.service 1" },
		{ 67, "[2001:db8:1234:5678:9abc:def0:1234:5678]:65432 some-name.service" },
		{ 60, "[2001:db8:1234:5678:9abc:def0:1234:5678]:65432 some-name.se~" },
		{ 40, "[2001:db8:12~0:1234:5678]:65432 some-na~" },
		{ 1, "[200~5678]:65432 some-na~" },
	};

	(void)state;
	for (size_t i = 0; i < CW_ELEMENTS(widths); i++) {
		CW_CLEANUP(freep) char *text = draw_endpoints(widths[i].width);

		assert_string_equal(text, widths[i].text);
	}
}

static void a_table_for_a_script_is_whole_at_any_width(void **state)
{
	CW_CLEANUP(freep) char *narrow = draw_table(40, false, false), *wide = draw_table(200, false, false);

	(void)state;
	assert_string_equal(narrow, "1  a\\x1b-name-of-more-than-forty-characters-in-one-cell 1234 x");
	assert_string_equal(narrow, wide);
}

static void a_table_lets_no_control_character_out(void **state)
{
	const struct screen screen = { .width = 80, .cut = true };
	CW_CLEANUP(freep) char *text = NULL;
	struct table *table = NULL;

	(void)state;
	assert_int_equal(table_new(&screen, columns, 1, 0, false, &table), 0);
	table_row(table);
	table_cell(table, PAINT_PLAIN, "a\033[2J\nb\xff");
	assert_int_equal(table_text(table, &text), 0);
	assert_string_equal(text, "a?[2J?b?");
	table_free(table);
}

static void colour_is_for_terminals_unless_told(void **state)
{
	enum color_mode mode = COLOR_NEVER;

	(void)state;
	assert_true(color_wanted(COLOR_AUTO, true, NULL, "xterm"));
	assert_true(color_wanted(COLOR_AUTO, true, "", "xterm"));
	assert_false(color_wanted(COLOR_AUTO, true, "1", "xterm"));
	assert_false(color_wanted(COLOR_AUTO, true, NULL, "dumb"));
	assert_false(color_wanted(COLOR_AUTO, true, NULL, NULL));
	assert_false(color_wanted(COLOR_AUTO, false, NULL, "xterm"));
	assert_true(color_wanted(COLOR_ALWAYS, false, "1", "dumb"));
	assert_false(color_wanted(COLOR_NEVER, true, NULL, "xterm"));
	assert_int_equal(color_mode_parse("always", &mode), 0);
	assert_int_equal(mode, COLOR_ALWAYS);
	assert_int_equal(color_mode_parse("sometimes", &mode), -EINVAL);
	assert_int_equal(mode, COLOR_ALWAYS);
}

static void a_screen_that_is_no_terminal_takes_columns_or_80(void **state)
{
	FILE *file = tmpfile();
	struct screen screen;

	(void)state;
	assert_non_null(file);
	setenv("COLUMNS", "132", 1);
	screen_init(&screen, file, false, 0);
	assert_int_equal(screen.width, 132);
	assert_false(screen.cut);
	setenv("COLUMNS", "1", 1);
	screen_init(&screen, file, false, 0);
	assert_int_equal(screen.width, SCREEN_LEAST_WIDTH);
	setenv("COLUMNS", "-5", 1);
	screen_init(&screen, file, false, 0);
	assert_int_equal(screen.width, 80);
	unsetenv("COLUMNS");
	screen_init(&screen, file, false, 0);
	assert_int_equal(screen.width, 80);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_broken_into_lines_that_hang),
		cmocka_unit_test(numbers_are_not_broken_from_their_units),
		cmocka_unit_test(a_word_that_just_fits_stays_in_its_line),
		cmocka_unit_test(a_word_longer_than_a_line_is_cut),
		cmocka_unit_test(text_at_the_right_moves_to_its_own_line_when_there_is_no_room),
		cmocka_unit_test(pieces_are_not_broken),
		cmocka_unit_test(items_hang_behind_their_number),
		cmocka_unit_test(no_control_character_leaves),
		cmocka_unit_test(colours_do_not_count_as_width),
		cmocka_unit_test(a_narrow_table_cuts_names_and_leaves_columns_out),
		cmocka_unit_test(a_table_loses_columns_then_names_then_addresses_and_never_a_port),
		cmocka_unit_test(a_table_for_a_script_is_whole_at_any_width),
		cmocka_unit_test(a_table_lets_no_control_character_out),
		cmocka_unit_test(colour_is_for_terminals_unless_told),
		cmocka_unit_test(a_screen_that_is_no_terminal_takes_columns_or_80),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
