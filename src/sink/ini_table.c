/* SPDX-License-Identifier: MIT */
#include "sink/ini_table.h"

#include "core/escape.h"
#include "core/sock_row.h"
#include "core/span.h"
#include "sink/ini_value.h"
#include "sink/ini_writer.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

static bool address_bytes(const char *text, uint8_t ret[16])
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	if (inet_pton(AF_INET6, text, ret) == 1)
		return true;
	memcpy(ret, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, ret + sizeof(mapped)) == 1;
}

bool ini_is_address(const char *text)
{
	char again[INET6_ADDRSTRLEN];
	uint8_t address[16];

	if (!address_bytes(text, address))
		return false;
	sock_address_print(address, again, sizeof(again));
	return strcmp(text, again) == 0;
}

bool ini_is_endpoint(const char *text)
{
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN], again[SOCK_ENDPOINT_MAX];
	bool bracket = text[0] == '[';
	uint8_t address[16];
	uint64_t port;
	size_t length;

	if (!colon || (size_t)(colon - text) >= sizeof(host) || ini_value_number(colon + 1, UINT16_MAX, &port) < 0)
		return false;
	length = (size_t)(colon - text);
	if (bracket && (length < 2 || colon[-1] != ']'))
		return false;
	length -= bracket ? 2 : 0;
	memcpy(host, text + bracket, length);
	host[length] = '\0';
	if (!address_bytes(host, address))
		return false;
	sock_endpoint_print(address, (uint16_t)port, again, sizeof(again));
	return strcmp(text, again) == 0;
}

static bool is_string(enum ini_type type)
{
	return type == INI_NAME || type == INI_TEXT || type == INI_ADDRESS || type == INI_ENDPOINT;
}

static bool is_empty(const struct ini_field *field, const void *place)
{
	const unsigned char *bytes = place;
	size_t size = is_string(field->type) ? 1 : field->size;

	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}

static uint64_t load(const void *place, size_t size)
{
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;

	assert(size == 8 || size == 4 || size == 2);
	if (size == 8)
		return memcpy(&u64, place, 8), u64;
	if (size == 4)
		return memcpy(&u32, place, 4), u32;
	return memcpy(&u16, place, 2), u16;
}

static void store(void *place, size_t size, uint64_t value)
{
	uint32_t u32 = (uint32_t)value;
	uint16_t u16 = (uint16_t)value;

	assert(size == 8 || size == 4 || size == 2);
	memcpy(place, size == 8 ? (void *)&value : size == 4 ? (void *)&u32 : (void *)&u16, size);
}

static void print_string(const struct ini_field *field, const char *text, char *buffer, size_t size)
{
	bool ok = true;

	if (field->type == INI_ADDRESS)
		ok = ini_is_address(text);
	if (field->type == INI_ENDPOINT)
		ok = ini_is_endpoint(text);
	if (field->type == INI_NAME && !escape_is_clean(text))
		escape_name(text, strlen(text), buffer, field->size < size ? field->size : size);
	else
		snprintf(buffer, size, "%s", ok ? text : "");
}

static void print_duration(uint64_t usec, char *buffer, size_t size)
{
	if (usec == UINT64_MAX)
		snprintf(buffer, size, "never");
	else
		ini_value_print_duration(usec, buffer, size);
}

static void print(const struct ini_field *field, const void *place, char *buffer, size_t size)
{
	switch (field->type) {
	case INI_NAME:
	case INI_TEXT:
	case INI_ADDRESS:
	case INI_ENDPOINT:
		return print_string(field, place, buffer, size);
	case INI_NUMBER:
	case INI_PID:
		snprintf(buffer, size, "%" PRIu64, load(place, field->size));
		return;
	case INI_FLAG:
		snprintf(buffer, size, "%s", *(const bool *)place ? "yes" : "no");
		return;
	case INI_TIME:
		return ini_value_print_time(load(place, field->size), buffer, size);
	case INI_SPAN:
		return span_print(load(place, field->size), buffer, size);
	case INI_DURATION:
		return print_duration(load(place, field->size), buffer, size);
	case INI_AGE:
		return ini_value_print_age(place, buffer, size);
	case INI_CHOICE:
		snprintf(buffer, size, "%s", field->names->name((unsigned)load(place, field->size)));
		return;
	case INI_TYPES:
		break;
	}
	assert(false);
}

void ini_table_write(FILE *out, const struct ini_table *table, const void *object)
{
	char buffer[INI_VALUE_MAX];

	for (size_t i = 0; i < table->n; i++) {
		const struct ini_field *field = &table->fields[i];
		const void *place = (const char *)object + field->offset;

		if (!field->always && is_empty(field, place))
			continue;
		print(field, place, buffer, sizeof(buffer));
		/* An address that is none is left out like one that is not there. */
		if (field->always || buffer[0])
			ini_write(out, field->key, buffer);
	}
}

static int set_string(const struct ini_field *field, char *place, const char *value)
{
	bool ok = strlen(value) < field->size && ini_is_harmless(value);

	if (field->type == INI_NAME)
		ok = ok && escape_is_clean(value);
	if (field->type == INI_ADDRESS)
		ok = ok && (*value == '\0' || ini_is_address(value));
	if (field->type == INI_ENDPOINT)
		ok = ok && (*value == '\0' || ini_is_endpoint(value));
	if (!ok)
		return -EINVAL;
	strcpy(place, value);
	return 0;
}

static int set_number(const struct ini_field *field, void *place, const char *value)
{
	uint64_t most = field->size >= 8 ? UINT64_MAX : (UINT64_C(1) << 8 * field->size) - 1;
	uint64_t number;
	int r = ini_value_number(value, field->type == INI_PID ? INT32_MAX : most, &number);

	if (r == 0)
		store(place, field->size, number);
	return r;
}

static int set_flag(bool *place, const char *value)
{
	bool yes = strcmp(value, "yes") == 0;

	if (!yes && strcmp(value, "no") != 0)
		return -EINVAL;
	*place = yes;
	return 0;
}

static int set_span(uint64_t *place, const char *value)
{
	uint64_t usec;
	char again[24];
	int r = span_parse(value, &usec);

	if (r < 0)
		return r;
	span_print(usec, again, sizeof(again));
	if (strcmp(value, again) != 0)
		return -EINVAL;
	*place = usec;
	return 0;
}

static int set_duration(uint64_t *place, const char *value)
{
	if (strcmp(value, "never") != 0)
		return ini_value_duration(value, place);
	*place = UINT64_MAX;
	return 0;
}

static int set_choice(const struct ini_field *field, void *place, const char *value)
{
	int choice = field->names->value(value);

	if (choice < 0)
		return choice;
	store(place, field->size, (uint64_t)choice);
	return 0;
}

static int set(const struct ini_field *field, void *place, const char *value)
{
	switch (field->type) {
	case INI_NAME:
	case INI_TEXT:
	case INI_ADDRESS:
	case INI_ENDPOINT:
		return set_string(field, place, value);
	case INI_NUMBER:
	case INI_PID:
		return set_number(field, place, value);
	case INI_FLAG:
		return set_flag(place, value);
	case INI_TIME:
		return ini_value_time(value, place);
	case INI_SPAN:
		return set_span(place, value);
	case INI_DURATION:
		return set_duration(place, value);
	case INI_AGE:
		return ini_value_age(value, place);
	case INI_CHOICE:
		return set_choice(field, place, value);
	case INI_TYPES:
		break;
	}
	return -EINVAL;
}

int ini_table_set(const struct ini_table *table, void *object, uint64_t *seen, const char *key, const char *value)
{
	for (size_t i = 0; i < table->n; i++) {
		const struct ini_field *field = &table->fields[i];
		uint64_t bit = UINT64_C(1) << i;

		if (strcmp(field->key, key) != 0)
			continue;
		if (*seen & bit || set(field, (char *)object + field->offset, value) < 0)
			return -EINVAL;
		*seen |= bit;
		return 1;
	}
	return 0;
}

const char *ini_table_missing(const struct ini_table *table, uint64_t seen)
{
	for (size_t i = 0; i < table->n; i++)
		if (table->fields[i].always && !(seen & UINT64_C(1) << i))
			return table->fields[i].key;
	return NULL;
}
