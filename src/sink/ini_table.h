/* SPDX-License-Identifier: MIT */
/* A struct as the keys of one section: one table says how to write it, read it and what may be left out. */
#ifndef CW_SINK_INI_TABLE_H
#define CW_SINK_INI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum ini_type {
	INI_NAME, /* char[]: escaped */
	INI_TEXT, /* char[]: our own words */
	INI_ADDRESS, /* char[]: as sock_address_print() writes it */
	INI_ENDPOINT, /* char[]: as sock_endpoint_print() writes it */
	INI_NUMBER, /* uint16_t, uint32_t or uint64_t */
	INI_PID, /* int32_t, never negative */
	INI_FLAG, /* bool: yes or no */
	INI_TIME, /* uint64_t, CLOCK_REALTIME in microseconds */
	INI_SPAN, /* uint64_t, whole milliseconds: "10s", as in closewatch.conf */
	INI_DURATION, /* uint64_t, microseconds; UINT64_MAX: "never" */
	INI_AGE, /* struct age */
	INI_CHOICE, /* an enum with names */
	INI_TYPES,
};

/* An enum's names. */
struct ini_names {
	const char *(*name)(unsigned value);
	int (*value)(const char *name);
};

struct ini_field {
	const char *key;
	enum ini_type type;
	size_t offset, size;
	bool always; /* written and expected even if it is empty or 0 */
	const struct ini_names *names;
};

#define INI_FIELD(object, member, key, type, always) \
	{ \
		key, type, offsetof(struct object, member), sizeof(((struct object *)0)->member), always, NULL \
	}
#define INI_FIELD_CHOICE(object, member, key, names) \
	{ \
		key, INI_CHOICE, offsetof(struct object, member), sizeof(((struct object *)0)->member), true, names \
	}

struct ini_table {
	const struct ini_field *fields; /* 64 at most */
	size_t n;
};

/* Errors stay in the stream. */
void ini_table_write(FILE *out, const struct ini_table *table, const void *object);

/* Sets the field of a key, and its bit in *seen. 1; 0: no key of the table; -EINVAL: a bad value, or seen before. */
int ini_table_set(const struct ini_table *table, void *object, uint64_t *seen, const char *key, const char *value);

/* The first key that must be there and was not seen, NULL: none. */
const char *ini_table_missing(const struct ini_table *table, uint64_t seen);

/* Whether the text is an address, or ADDRESS:PORT, in the form that the table writes. */
bool ini_is_address(const char *text);
bool ini_is_endpoint(const char *text);

#endif
