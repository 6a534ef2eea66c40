/* SPDX-License-Identifier: MIT */
#include "ctl/verbs.h"

#include "core/cleanup.h"

#include <string.h>

#define FOR_ALL (OPTION_COLOR | OPTION_HELP | OPTION_VERSION | OPTION_RUNTIME_DIR | OPTION_CONFIG | OPTION_ASSIGN)

static const struct verb verbs[] = {
	{
		.name = "status",
		.synopsis = "",
		.help = "What is wrong now, as the daemon sees it. The verb without a verb.",
		.run = verb_status,
		.options = FOR_ALL | OPTION_JSON,
	},
	{
		.name = "list",
		.synopsis = "[findings|groups|listeners|sockets]",
		.help = "Tables. findings unless told; sockets looks live.",
		.run = verb_list,
		.most_arguments = 1,
		.options = FOR_ALL | OPTION_JSON | OPTION_LIVE | OPTION_FINDING | OPTION_NO_HEADINGS,
	},
	{
		.name = "explain",
		.synopsis = "ID",
		.help = "One finding in full: what, why, the evidence, and what to do.",
		.run = verb_explain,
		.least_arguments = 1,
		.most_arguments = 1,
		.options = FOR_ALL | OPTION_JSON | OPTION_LIVE,
	},
	{
		.name = "scan",
		.synopsis = "",
		.help = "One look of its own, without the daemon.",
		.run = verb_scan,
		.options = FOR_ALL | OPTION_JSON,
	},
	{
		.name = "events",
		.synopsis = "",
		.help = "What was raised, changed and cleared, from the journal.",
		.run = verb_events,
		.options = FOR_ALL | OPTION_JSON | OPTION_FOLLOW | OPTION_SINCE | OPTION_DIRECTORY,
	},
	{
		.name = "check",
		.synopsis = "",
		.help = "One line for Nagios, Icinga and Zabbix, with performance data.",
		.run = verb_check,
		.options = FOR_ALL | OPTION_KIND | OPTION_WARN | OPTION_CRIT,
		.exit_status = "0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN",
		.misused = verb_check_misused,
	},
	{
		.name = "reload",
		.synopsis = "",
		.help = "Has the daemon read its configuration anew; says whether it took it.",
		.run = verb_reload,
		.options = FOR_ALL,
	},
	{
		.name = "check-config",
		.synopsis = "[FILE]",
		.help = "Whether a configuration is right; reports every error.",
		.run = verb_check_config,
		.most_arguments = 1,
		.options = FOR_ALL | OPTION_PRINT,
	},
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
	{ OPTION_FOLLOW, 'f', "follow", NULL, "Go on with what comes; the last ten first" },
	{ OPTION_SINCE, 'S', "since", "TIME", "Not what is older, such as -1h or today" },
	{ OPTION_DIRECTORY, 'D', "directory", "DIR", "Journal files, instead of this host's" },
	{ OPTION_KIND, 0, "kind", "KIND", "Only findings of this kind; can be repeated" },
	{ OPTION_WARN, 'w', "warn", "SEVERITY", "From here on it is a WARNING (warning); or never" },
	{ OPTION_CRIT, 'c', "crit", "SEVERITY", "From here on it is CRITICAL (critical); or never" },
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
	fprintf(out, "\nExit status: %s.\nMore in closewatchctl(1).\n",
		verb && verb->exit_status ? verb->exit_status :
					    "0 done, 1 it failed, 2 usage, 3 the daemon is not running");
}
