/* SPDX-License-Identifier: MIT */
#include "ctl/options.h"

#include "core/cleanup.h"
#include "ctl/verbs.h"

#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONS_MAX 32
#define VAL_LONG 256 /* getopt's number of an option without a letter: this plus its place in the table */

struct getopt_tables {
	struct option names[OPTIONS_MAX];
	char letters[2 * OPTIONS_MAX + 1];
};

static void fill_tables(struct getopt_tables *tables)
{
	size_t n, n_names = 0, n_letters = 0;
	const struct option_entry *options = verbs_options(&n);

	for (size_t i = 0; i < n && i < OPTIONS_MAX - 1; i++) {
		if (options[i].name)
			tables->names[n_names++] = (struct option){
				.name = options[i].name,
				.has_arg = options[i].argument ? required_argument : no_argument,
				.val = VAL_LONG + (int)i,
			};
		if (!options[i].letter)
			continue;
		tables->letters[n_letters++] = options[i].letter;
		if (options[i].argument)
			tables->letters[n_letters++] = ':';
	}
}

static const struct option_entry *entry_of(int value)
{
	size_t n;
	const struct option_entry *options = verbs_options(&n);

	if (value >= VAL_LONG && (size_t)(value - VAL_LONG) < n)
		return &options[value - VAL_LONG];
	for (size_t i = 0; i < n; i++)
		if (options[i].letter && options[i].letter == value)
			return &options[i];
	return NULL;
}

/* Its form alone: which keys there are the config knows. */
static bool is_assignment(const char *text)
{
	const char *equals = strchr(text, '=');
	const char *dot = equals ? memrchr(text, '.', (size_t)(equals - text)) : NULL;

	return dot && dot > text && dot + 1 < equals;
}

static int take_assignment(struct command *command, const char *text)
{
	char safe[128];

	if (is_assignment(text)) {
		command->assignments[command->n_assignments++] = text;
		return EXIT_DONE;
	}
	escape_name(text, strlen(text), safe, sizeof(safe));
	warnx("-o takes SECTION.KEY=VALUE, but this is: %s", safe);
	return EXIT_USAGE;
}

static int take_kind(struct command *command, const char *name)
{
	int kind = finding_kind_from_name(name);

	if (kind >= 0) {
		command->kinds |= 1u << kind;
		return EXIT_DONE;
	}
	fprintf(stderr, "%s: --kind takes", program_invocation_short_name);
	for (unsigned i = 0; i < FINDING_KINDS; i++)
		fprintf(stderr, "%s %s", i ? " or" : "", finding_kind_name(i));
	fputc('\n', stderr);
	return EXIT_USAGE;
}

static int take_severity(enum severity *severity, const char *option, const char *name)
{
	int value = strcmp(name, "never") == 0 ? SEVERITIES : severity_from_name(name);

	if (value > SEVERITY_NONE) {
		*severity = (enum severity)value;
		return EXIT_DONE;
	}
	warnx("%s takes notice, warning, critical or never", option);
	return EXIT_USAGE;
}

static int take(struct command *command, enum option_bit bit, const char *argument)
{
	command->given |= bit;
	switch (bit) {
	case OPTION_RUNTIME_DIR:
		command->runtime_dir = argument;
		return EXIT_DONE;
	case OPTION_CONFIG:
		command->config = argument;
		return EXIT_DONE;
	case OPTION_ASSIGN:
		return take_assignment(command, argument);
	case OPTION_JSON:
		command->json = true;
		return EXIT_DONE;
	case OPTION_COLOR:
		if (color_mode_parse(argument, &command->color) == 0)
			return EXIT_DONE;
		warnx("--color takes auto, always or never");
		return EXIT_USAGE;
	case OPTION_FINDING:
		command->finding = argument;
		return EXIT_DONE;
	case OPTION_FOLLOW:
		command->follow = true;
		return EXIT_DONE;
	case OPTION_SINCE:
		command->since = argument;
		return EXIT_DONE;
	case OPTION_DIRECTORY:
		command->directory = argument;
		return EXIT_DONE;
	case OPTION_KIND:
		return take_kind(command, argument);
	case OPTION_WARN:
		return take_severity(&command->warn, "--warn", argument);
	case OPTION_CRIT:
		return take_severity(&command->crit, "--crit", argument);
	case OPTION_NO_HEADINGS:
		command->no_headings = true;
		return EXIT_DONE;
	case OPTION_PRINT:
		command->print = true;
		return EXIT_DONE;
	case OPTION_LIVE:
		command->live = true;
		return EXIT_DONE;
	case OPTION_HELP:
		command->help = true;
		return EXIT_DONE;
	case OPTION_VERSION:
		command->version = true;
		return EXIT_DONE;
	}
	return EXIT_USAGE;
}

static int take_verb(struct command *command, const char *name)
{
	char safe[64];

	command->verb = verbs_find(name);
	if (command->verb)
		return EXIT_DONE;
	escape_name(name, strlen(name), safe, sizeof(safe));
	warnx("there is no verb %s", safe);
	return EXIT_USAGE;
}

static int take_arguments(struct command *command, char **words, int n)
{
	const struct verb *verb = command->verb;
	size_t count = (size_t)n;

	if (command->help || command->version)
		return EXIT_DONE;
	if (count < verb->least_arguments || count > verb->most_arguments) {
		warnx("%s: %s, expected: %s%s%s", verb->name,
		      count < verb->least_arguments ? "an argument is missing" : "too many arguments", verb->name,
		      *verb->synopsis ? " " : "", verb->synopsis);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < count && i < COMMAND_ARGUMENTS; i++)
		command->arguments[command->n_arguments++] = words[i];
	return EXIT_DONE;
}

static int check_options(const struct command *command)
{
	size_t n;
	const struct option_entry *options = verbs_options(&n);

	for (size_t i = 0; i < n; i++) {
		if (!(command->given & options[i].bit) || (command->verb->options & options[i].bit))
			continue;
		warnx("%s does not take --%s", command->verb->name, options[i].name);
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

/* What is wrong with an option does not keep us from the verb: it says how to end. */
static int take_options(struct command *command, int argc, char **argv)
{
	struct getopt_tables tables = { 0 };
	int value, code = EXIT_DONE;

	fill_tables(&tables);
	while ((value = getopt_long(argc, argv, tables.letters, tables.names, NULL)) != -1) {
		const struct option_entry *entry = entry_of(value);

		/* getopt_long() has said already what it did not like. */
		if (!entry || take(command, entry->bit, optarg) != EXIT_DONE)
			code = EXIT_USAGE;
	}
	return code;
}

int options_parse(int argc, char **argv, struct command *command)
{
	int verb_code, code;

	command->warn = SEVERITY_WARNING;
	command->crit = SEVERITY_CRITICAL;
	code = take_options(command, argc, argv);
	command->verb_given = optind < argc;
	verb_code = take_verb(command, optind < argc ? argv[optind] : "status");
	if (code == EXIT_DONE)
		code = verb_code;
	if (code == EXIT_DONE)
		code = check_options(command);
	if (code == EXIT_DONE)
		code = take_arguments(command, argv + optind + 1, optind < argc ? argc - optind - 1 : 0);
	invocation_print(command, command->invocation);
	if (code != EXIT_USAGE)
		return code;
	fprintf(stderr, "Try: closewatchctl --help\n");
	return command->verb && command->verb->misused ? command->verb->misused() : EXIT_USAGE;
}
