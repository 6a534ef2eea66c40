/* SPDX-License-Identifier: MIT */
#include "core/config_value.h"

#include "core/cleanup.h"
#include "core/span.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define QUOTE_SIZE 64

/* 0; -EINVAL: other things than digits; -ERANGE: it overflows. */
static int parse_digits(const char *text, size_t length, unsigned base, uint64_t *ret)
{
	bool overflow = false;
	uint64_t number = 0;

	if (length == 0)
		return -EINVAL;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] >= (char)('0' + base))
			return -EINVAL;
		overflow |= __builtin_mul_overflow(number, base, &number);
		overflow |= __builtin_add_overflow(number, (uint64_t)(text[i] - '0'), &number);
	}
	if (overflow)
		return -ERANGE;
	*ret = number;
	return 0;
}

static int parse_count(const char *text, uint64_t *ret)
{
	return parse_digits(text, strlen(text), 10, ret);
}

static int parse_percent(const char *text, uint64_t *ret)
{
	size_t length = strcspn(text, "%");

	if (strcmp(text + length, "%") != 0)
		return -EINVAL;
	return parse_digits(text, length, 10, ret);
}

static int parse_mode(const char *text, uint64_t *ret)
{
	return parse_digits(text, strlen(text), 8, ret);
}

static int parse_bool(const char *text, uint64_t *ret)
{
	static const struct {
		const char *name;
		uint64_t value;
	} names[] = {
		{ "yes", 1 }, { "no", 0 },  { "true", 1 }, { "false", 0 },
		{ "on", 1 },  { "off", 0 }, { "1", 1 },    { "0", 0 },
	};

	for (size_t i = 0; i < CW_ELEMENTS(names); i++) {
		if (strcmp(names[i].name, text) != 0)
			continue;
		*ret = names[i].value;
		return 0;
	}
	return -EINVAL;
}

static void print_count(uint64_t number, char *buffer, size_t size)
{
	snprintf(buffer, size, "%" PRIu64, number);
}

static void print_percent(uint64_t number, char *buffer, size_t size)
{
	snprintf(buffer, size, "%" PRIu64 "%%", number);
}

static void print_mode(uint64_t number, char *buffer, size_t size)
{
	snprintf(buffer, size, "0%03" PRIo64, number);
}

static void print_bool(uint64_t number, char *buffer, size_t size)
{
	snprintf(buffer, size, "%s", number ? "yes" : "no");
}

static const struct number_type {
	int (*parse)(const char *text, uint64_t *ret);
	void (*print)(uint64_t number, char *buffer, size_t size);
	const char *what;
	const char *hint;
} number_types[] = {
	[CONFIG_SPAN] = { span_parse, span_print, "a span of time", " (a whole number and ms, s, m, h or d)" },
	[CONFIG_PERCENT] = { parse_percent, print_percent, "a share", "" },
	[CONFIG_COUNT] = { parse_count, print_count, "a whole number", "" },
	[CONFIG_MODE] = { parse_mode, print_mode, "a file mode", " (octal)" },
	[CONFIG_BOOL] = { parse_bool, print_bool, "a boolean", "" },
};

static bool is_text(const struct config_key *key)
{
	return key->type == CONFIG_PATH || key->type == CONFIG_GLOB;
}

void config_value_range(const struct config_key *key, char *buffer, size_t size)
{
	char least[32], most[32];

	if (key->type == CONFIG_BOOL || is_text(key)) {
		snprintf(buffer, size, "%s",
			 key->type == CONFIG_BOOL ? "yes or no" :
			 key->type == CONFIG_PATH ? "an absolute path, or nothing" :
						    "a pattern");
		return;
	}
	number_types[key->type].print(key->least, least, sizeof(least));
	number_types[key->type].print(key->most, most, sizeof(most));
	snprintf(buffer, size, "%s to %s", least, most);
}

static int refuse(const struct config_key *key, const char *label, const char *text, const char *what, const char *hint,
		  char *ret_why, size_t why_size)
{
	char quoted[QUOTE_SIZE], range[64];

	escape_quote(text, quoted, sizeof(quoted));
	config_value_range(key, range, sizeof(range));
	snprintf(ret_why, why_size, "%s = '%s' %s, expected %s%s", label, quoted, what, range, hint);
	return -EINVAL;
}

static int parse_number(const struct config_key *key, const char *label, const char *text, uint64_t *ret, char *ret_why,
			size_t why_size)
{
	const struct number_type *type = &number_types[key->type];
	uint64_t number = 0;
	char what[48];
	int r;

	r = type->parse(text, &number);
	if (r == -EINVAL) {
		snprintf(what, sizeof(what), "is not %s", type->what);
		return refuse(key, label, text, what, type->hint, ret_why, why_size);
	}
	if (r < 0 || number < key->least || number > key->most)
		return refuse(key, label, text, "is out of range", "", ret_why, why_size);
	*ret = number;
	return 0;
}

/* What would not come back from a file, or could not be meant. NULL: it is fine. */
static const char *text_fault(enum config_type type, const char *text)
{
	size_t length = strlen(text);

	_Static_assert(CONFIG_TEXT_MAX == 160, "the text says so");
	if (length > CONFIG_TEXT_MAX)
		return "is too long (at most 160 characters)";
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)text[i];

		/* A glob is compared with names in their escaped form, which is ASCII: it could never match. */
		if (byte < 0x20 || byte == 0x7f || (byte > 0x7f && type == CONFIG_GLOB))
			return "has a byte that is not printable ASCII";
	}
	if (length > 0 && (text[0] == ' ' || text[length - 1] == ' '))
		return "starts or ends with a space";
	if (text[0] == ';' || strstr(text, " ;"))
		return "has a ';' that would start a comment";
	if (type == CONFIG_GLOB)
		return length == 0 ? "is empty" : NULL;
	if (length > 0 && text[0] != '/')
		return "does not start with a slash";
	return length > 0 && text[length - 1] == '/' ? "is not the path of a file" : NULL;
}

static int parse_text(const struct config_key *key, const char *label, const char *text, char **field, char *ret_why,
		      size_t why_size)
{
	const char *fault = text_fault(key->type, text);
	char *copy = NULL;

	if (fault)
		return refuse(key, label, text, fault, "", ret_why, why_size);
	if (*text) {
		copy = strdup(text);
		if (!copy)
			return -ENOMEM;
	}
	free(*field);
	*field = copy;
	return 0;
}

int config_value_parse(const struct config_key *key, const char *label, const char *text, void *object, size_t offset,
		       char *ret_why, size_t why_size)
{
	void *field = (char *)object + offset;
	uint64_t number = 0;
	int r;

	if (is_text(key))
		return parse_text(key, label, text, field, ret_why, why_size);

	r = parse_number(key, label, text, &number, ret_why, why_size);
	if (r < 0)
		return r;
	if (key->type == CONFIG_BOOL)
		*(bool *)field = number != 0;
	else
		*(uint64_t *)field = number;
	return 0;
}

void config_value_print(const struct config_key *key, const void *object, size_t offset, char *buffer, size_t size)
{
	const void *field = (const char *)object + offset;
	const char *text;

	assert(size >= CONFIG_VALUE_SIZE);
	if (is_text(key)) {
		text = *(char *const *)field;
		snprintf(buffer, size, "%s", text ? text : "");
		return;
	}
	number_types[key->type].print(key->type == CONFIG_BOOL ? *(const bool *)field : *(const uint64_t *)field,
				      buffer, size);
}
