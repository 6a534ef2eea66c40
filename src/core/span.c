/* SPDX-License-Identifier: MIT */
#include "core/span.h"

#include "core/cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The largest first. */
static const struct unit {
	const char *name;
	uint64_t usec;
} units[] = {
	{ "d", USEC_PER_DAY }, { "h", USEC_PER_HOUR },  { "m", USEC_PER_MINUTE },
	{ "s", USEC_PER_SEC }, { "ms", USEC_PER_MSEC },
};

static const struct unit *find_unit(const char *name)
{
	for (size_t i = 0; i < CW_ELEMENTS(units); i++)
		if (strcmp(units[i].name, name) == 0)
			return &units[i];
	return NULL;
}

int span_parse(const char *text, uint64_t *ret_usec)
{
	const char *p = text;
	const struct unit *unit;
	bool overflow = false;
	uint64_t number = 0;

	for (; *p >= '0' && *p <= '9'; p++) {
		overflow |= __builtin_mul_overflow(number, 10, &number);
		overflow |= __builtin_add_overflow(number, (uint64_t)(*p - '0'), &number);
	}
	if (p == text)
		return -EINVAL;
	if (*p == '\0' && number == 0 && !overflow) {
		*ret_usec = 0;
		return 0;
	}

	unit = find_unit(p);
	if (!unit)
		return -EINVAL;
	if (overflow || __builtin_mul_overflow(number, unit->usec, &number))
		return -ERANGE;
	*ret_usec = number;
	return 0;
}

void span_print(uint64_t usec, char *buffer, size_t size)
{
	usec -= usec % USEC_PER_MSEC;
	if (usec == 0) {
		snprintf(buffer, size, "0");
		return;
	}
	for (size_t i = 0; i < CW_ELEMENTS(units); i++) {
		if (usec % units[i].usec != 0)
			continue;
		snprintf(buffer, size, "%" PRIu64 "%s", usec / units[i].usec, units[i].name);
		return;
	}
}

/* The two units that tell enough: nobody asks for the seconds of three days. */
static const struct pair {
	uint64_t usec, part_usec;
	const char *name, *part_name;
} pairs[] = {
	{ USEC_PER_DAY, USEC_PER_HOUR, "d", "h" },
	{ USEC_PER_HOUR, USEC_PER_MINUTE, "h", "min" },
	{ USEC_PER_MINUTE, USEC_PER_SEC, "min", "s" },
};

void span_print_human(uint64_t usec, char *buffer, size_t size)
{
	for (size_t i = 0; i < CW_ELEMENTS(pairs); i++) {
		const struct pair *pair = &pairs[i];
		uint64_t part = usec % pair->usec / pair->part_usec;

		if (usec < pair->usec)
			continue;
		if (part == 0)
			snprintf(buffer, size, "%" PRIu64 " %s", usec / pair->usec, pair->name);
		else
			snprintf(buffer, size, "%" PRIu64 " %s %" PRIu64 " %s", usec / pair->usec, pair->name, part,
				 pair->part_name);
		return;
	}

	if (usec >= USEC_PER_SEC || usec < USEC_PER_SEC / 10)
		snprintf(buffer, size, "%llu s", usec / USEC_PER_SEC);
	else
		snprintf(buffer, size, "0.%llu s", usec / (USEC_PER_SEC / 10));
}
