/* SPDX-License-Identifier: MIT */
#include "kernel/config_errors.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#define TEXT_SIZE 4096

void config_errors_add(struct config_errors *errors, const char *where, unsigned line, const char *format, ...)
{
	char quoted[PATH_MAX], text[TEXT_SIZE], whole[PATH_MAX + TEXT_SIZE + 16];
	va_list arguments;

	errors->n++;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);

	escape_quote(where, quoted, sizeof(quoted));
	if (line > 0)
		snprintf(whole, sizeof(whole), "%s:%u: %s", quoted, line, text);
	else
		snprintf(whole, sizeof(whole), "%s: %s", quoted, text);
	errors->tell(errors->context, whole);
}
