/* SPDX-License-Identifier: MIT */
#include "ctl/verbs.h"

#include "core/cleanup.h"

#include <string.h>

#define FOR_ALL (OPTION_COLOR | OPTION_HELP | OPTION_VERSION | OPTION_RUNTIME_DIR | OPTION_CONFIG | OPTION_ASSIGN)

static const struct verb verbs[] = {
	{ "status", "", "What is wrong now, as the daemon sees it. The verb without a verb.", verb_status, 0, 0,
	  FOR_ALL | OPTION_JSON },
	{ "list", "[findings|groups|listeners|sockets]", "Tables. findings unless told; sockets looks live.", verb_list,
	  0, 1, FOR_ALL | OPTION_JSON | OPTION_LIVE | OPTION_FINDING | OPTION_NO_HEADINGS },
	{ "explain", "ID", "One finding in full: what, why, the evidence, and what to do.", verb_explain, 1, 1,
	  FOR_ALL | OPTION_JSON | OPTION_LIVE },
	{ "scan", "", "One look of its own, without the daemon.", verb_scan, 0, 0, FOR_ALL | OPTION_JSON },
	{ "check-config", "[FILE]", "Whether a configuration is right; reports every error.", verb_check_config, 0, 1,
	  FOR_ALL | OPTION_PRINT },
};

static const struct option_entry options[] = {
	{ OPTION_RUNTIME_DIR, 0, "runtime-dir", "DIR", "Where the daemon keeps its status (/run/closewatch)" },
	{ OPTION_CONFIG, 0, "config", "FILE", "Configuration, instead of the usual file" },
	{ OPTION_ASSIGN, 'o', NULL, "SECTION.KEY=VALUE", "Set one key, after the files; can be repeated" },
	{ OPTION_JSON, 0, "json", NULL, "Print JSON" },
	{ OPTION_COLOR, 0, "color", "WHEN", "auto, always or never" },
	{ OPTION_FINDING, 0, "finding", "ID", "Only what this finding is about" },
	{ OPTION_NO_HEADINGS, 0, "noheadings", NULL, "Leave the table's first line out" },
	{ OPTION_LIVE, 0, "live", NULL, "Look now, and ask no daemon" },
	{ OPTION_PRINT, 0, "print", NULL, "Print the whole configuration as it counts" },
	{ OPTION_HELP, 'h', "help", NULL, "Print this help" },
	{ OPTION_VERSION, 0, "version", NULL, "Print the version" },
};

const struct verb *verbs_all(size_t *ret_n)
{
	*ret_n = CW_ELEMENTS(verbs);
	return verbs;
}

const struct verb *verbs_find(const char *name)
{
	for (size_t i = 0; i < CW_ELEMENTS(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

const struct option_entry *verbs_options(size_t *ret_n)
{
	*ret_n = CW_ELEMENTS(options);
	return options;
}

static void print_verbs(FILE *out)
{
	fprintf(out, "Usage: closewatchctl [OPTION...] [VERB] [ARGUMENT...]\n\n"
		     "Shows which program leaks CLOSE_WAIT sockets and why, and which listener does\n"
		     "not accept fast enough.\n\nVerbs:\n");
	for (size_t i = 0; i < CW_ELEMENTS(verbs); i++)
		fprintf(out, "  %s%s%s\n        %s\n", verbs[i].name, *verbs[i].synopsis ? " " : "", verbs[i].synopsis,
			verbs[i].help);
}

static void print_option(FILE *out, const struct option_entry *option)
{
	char letter[8] = "    ", text[64];

	if (option->letter)
		snprintf(letter, sizeof(letter), "-%c%s", option->letter, option->name ? ", " : " ");
	snprintf(text, sizeof(text), "%s%s%s%s%s", letter, option->name ? "--" : "", option->name ? option->name : "",
		 option->name && option->argument ? "=" : "", option->argument ? option->argument : "");
	fprintf(out, "  %-24s%s\n", text, option->help);
}

void verbs_print_help(FILE *out, const struct verb *verb)
{
	if (verb)
		fprintf(out, "Usage: closewatchctl %s [OPTION...]%s%s\n\n%s\n", verb->name, *verb->synopsis ? " " : "",
			verb->synopsis, verb->help);
	else
		print_verbs(out);
	fprintf(out, "\nOptions:\n");
	for (size_t i = 0; i < CW_ELEMENTS(options); i++)
		if (!verb || (verb->options & options[i].bit))
			print_option(out, &options[i]);
	fprintf(out,
		"\nExit status: 0 done, 1 it failed, 2 usage, 3 the daemon is not running.\nMore in closewatchctl(1).\n");
}
