/* SPDX-License-Identifier: MIT */
#include "sink/ini_value.h"

#include "core/cleanup.h"
#include "core/span.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define YEAR_9999_END_USEC 253402300799999999ull

static const char separator[] = " .. ";

int ini_value_number(const char *text, uint64_t most, uint64_t *ret)
{
	uint64_t number = 0;

	if (*text == '\0' || (*text == '0' && text[1] != '\0'))
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || __builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, (uint64_t)(*text - '0'), &number))
			return -EINVAL;
	}
	if (number > most)
		return -EINVAL;
	*ret = number;
	return 0;
}

void ini_value_print_time(uint64_t usec, char *buffer, size_t size)
{
	struct tm tm = { 0 };
	time_t seconds;
	char day[24];

	if (usec > YEAR_9999_END_USEC)
		usec = YEAR_9999_END_USEC;
	seconds = (time_t)(usec / USEC_PER_SEC);
	gmtime_r(&seconds, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buffer, size, "%s.%06uZ", day, (unsigned)(usec % USEC_PER_SEC));
}

int ini_value_time(const char *text, uint64_t *ret_usec)
{
	struct tm tm = { 0 };
	unsigned fraction;
	char again[32];
	uint64_t usec;
	time_t seconds;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%6uZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
		   &tm.tm_sec, &fraction) != 7)
		return -EINVAL;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	seconds = timegm(&tm);
	if (seconds < 0)
		return -EINVAL;

	/* What sscanf() and timegm() let pass, such as a 31st of June, prints as something else. */
	usec = (uint64_t)seconds * USEC_PER_SEC + fraction;
	ini_value_print_time(usec, again, sizeof(again));
	if (strcmp(text, again) != 0)
		return -EINVAL;
	*ret_usec = usec;
	return 0;
}

static const struct part {
	char unit;
	uint64_t usec;
} parts[] = {
	{ 'd', USEC_PER_DAY },
	{ 'h', USEC_PER_HOUR },
	{ 'm', USEC_PER_MINUTE },
};

/* "6.25s": as many decimals as it takes. */
static void print_seconds(uint64_t usec, char *buffer, size_t size)
{
	uint64_t seconds = usec / USEC_PER_SEC;
	unsigned fraction = (unsigned)(usec % USEC_PER_SEC);
	int digits = 6;

	if (fraction == 0) {
		snprintf(buffer, size, "%" PRIu64 "s", seconds);
		return;
	}
	for (; fraction % 10 == 0; fraction /= 10)
		digits--;
	snprintf(buffer, size, "%" PRIu64 ".%0*us", seconds, digits, fraction);
}

void ini_value_print_duration(uint64_t usec, char *buffer, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < CW_ELEMENTS(parts); i++) {
		if (usec < parts[i].usec)
			continue;
		used += (size_t)snprintf(buffer + used, size - used, "%s%" PRIu64 "%c", used ? " " : "",
					 usec / parts[i].usec, parts[i].unit);
		usec %= parts[i].usec;
	}
	if (used && usec == 0)
		return;
	if (used)
		buffer[used++] = ' ';
	print_seconds(usec, buffer + used, size - used);
}

static uint64_t usec_of_unit(char unit)
{
	for (size_t i = 0; i < CW_ELEMENTS(parts); i++)
		if (parts[i].unit == unit)
			return parts[i].usec;
	return unit == 's' ? USEC_PER_SEC : 0;
}

/* One "4h" or "6.25s". Overflows wrap: the caller prints the sum again and compares. NULL: neither. */
static const char *take_part(const char *p, uint64_t *sum)
{
	uint64_t number = 0, fraction = 0, weight = USEC_PER_SEC, unit;

	for (; *p >= '0' && *p <= '9'; p++)
		number = number * 10 + (uint64_t)(*p - '0');
	if (*p == '.')
		for (p++; *p >= '0' && *p <= '9'; p++)
			fraction += (weight /= 10) * (uint64_t)(*p - '0');
	unit = usec_of_unit(*p);
	if (unit == 0)
		return NULL;
	*sum += number * unit + fraction;
	return p + 1;
}

int ini_value_duration(const char *text, uint64_t *ret_usec)
{
	const char *p = text;
	uint64_t usec = 0;
	char again[48];

	while (p && *p)
		p = take_part(*p == ' ' ? p + 1 : p, &usec);
	if (!p)
		return -EINVAL;
	ini_value_print_duration(usec, again, sizeof(again));
	if (strcmp(text, again) != 0)
		return -EINVAL;
	*ret_usec = usec;
	return 0;
}

void ini_value_print_age(const struct age *age, char *buffer, size_t size)
{
	size_t used;

	ini_value_print_duration(age->at_least_usec, buffer, size);
	if (age->at_least_usec == age->at_most_usec)
		return;
	used = strlen(buffer);
	used += (size_t)snprintf(buffer + used, size - used, "%s", separator);
	ini_value_print_duration(age->at_most_usec, buffer + used, size - used);
}

int ini_value_age(const char *text, struct age *ret)
{
	const char *second = strstr(text, separator);
	char first[48];
	struct age age;

	if (!second) {
		if (ini_value_duration(text, &age.at_least_usec) < 0)
			return -EINVAL;
		*ret = (struct age){ age.at_least_usec, age.at_least_usec };
		return 0;
	}
	if ((size_t)(second - text) >= sizeof(first))
		return -EINVAL;
	memcpy(first, text, (size_t)(second - text));
	first[second - text] = '\0';
	if (ini_value_duration(first, &age.at_least_usec) < 0 ||
	    ini_value_duration(second + strlen(separator), &age.at_most_usec) < 0 ||
	    age.at_least_usec == age.at_most_usec)
		return -EINVAL;
	*ret = age;
	return 0;
}
