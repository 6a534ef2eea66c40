/* SPDX-License-Identifier: MIT */
#include "ctl/invocation.h"

#include "core/cleanup.h"
#include "ctl/command.h"

#include <stdio.h>
#include <string.h>

#define PROGRAM "closewatchctl"
#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%_+=:,./-"

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

/* '...', in which a quote can stand only outside: 'it'\''s'. */
static void quote(FILE *out, const char *text)
{
	fputc('\'', out);
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fputc(*text, out);
	}
	fputc('\'', out);
}

/* $'...', which bash and most others know: no control sequence reaches the terminal. */
static void quote_bytes(FILE *out, const char *text)
{
	fputs("$'", out);
	for (; *text; text++) {
		if (*text < 0x20 || *text > 0x7e || *text == '\'' || *text == '\\')
			fprintf(out, "\\%03o", (unsigned char)*text);
		else
			fputc(*text, out);
	}
	fputc('\'', out);
}

static void print_word(FILE *out, const char *before, const char *text)
{
	fputs(before, out);
	if (*text && text[strspn(text, PLAIN)] == '\0')
		fputs(text, out);
	else if (is_printable(text))
		quote(out, text);
	else
		quote_bytes(out, text);
}

void invocation_print(const struct command *command, char buffer[INVOCATION_MAX])
{
	CW_CLEANUP(freep) char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	snprintf(buffer, INVOCATION_MAX, PROGRAM);
	if (!out)
		return;
	fputs(PROGRAM, out);
	if (command->runtime_dir)
		print_word(out, " --runtime-dir=", command->runtime_dir);
	if (command->config)
		print_word(out, " --config=", command->config);
	for (size_t i = 0; i < command->n_assignments; i++)
		print_word(out, " -o ", command->assignments[i]);
	if (fclose(out) == 0 && length < INVOCATION_MAX)
		memcpy(buffer, text, length + 1);
}
