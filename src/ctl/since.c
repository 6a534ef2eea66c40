/* SPDX-License-Identifier: MIT */
#include "ctl/since.h"

#include "core/cleanup.h"
#include "core/span.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

/* mktime() makes March of the 31st of February: what it had to change was no date. */
static int to_usec(const struct tm *wanted, uint64_t *ret_usec)
{
	struct tm tm = *wanted;
	time_t seconds;

	tm.tm_isdst = -1;
	seconds = mktime(&tm);
	if (seconds < 0 || tm.tm_mday != wanted->tm_mday || tm.tm_mon != wanted->tm_mon)
		return -EINVAL;
	*ret_usec = (uint64_t)seconds * USEC_PER_SEC;
	return 0;
}

/* Midnight of this day; days: so many days before. */
static bool midnight(uint64_t now_usec, int days, struct tm *ret)
{
	time_t seconds = (time_t)(now_usec / USEC_PER_SEC);

	if (!localtime_r(&seconds, ret))
		return false;
	ret->tm_hour = ret->tm_min = ret->tm_sec = 0;
	/* By noon: a day can have 23 hours. */
	ret->tm_mday -= days;
	ret->tm_hour = 12;
	ret->tm_isdst = -1;
	if (mktime(ret) < 0)
		return false;
	ret->tm_hour = 0;
	return true;
}

static int parse_ago(const char *text, uint64_t now_usec, uint64_t *ret_usec)
{
	uint64_t ago_usec;

	if (span_parse(text, &ago_usec) < 0)
		return -EINVAL;
	*ret_usec = ago_usec < now_usec ? now_usec - ago_usec : 0;
	return 0;
}

int since_parse(const char *text, uint64_t now_usec, uint64_t *ret_usec)
{
	static const struct {
		const char *form;
		int days; /* before today, where the form has no date */
	} forms[] = {
		{ "%Y-%m-%d %H:%M:%S", 0 }, { "%Y-%m-%d %H:%M", 0 }, { "%Y-%m-%d", 0 },
		{ "%H:%M:%S", 0 },          { "%H:%M", 0 },          { "today", 0 },
		{ "yesterday", 1 },
	};

	if (*text == '-')
		return parse_ago(text + 1, now_usec, ret_usec);
	for (size_t i = 0; i < CW_ELEMENTS(forms); i++) {
		struct tm tm;
		const char *end;

		if (!midnight(now_usec, forms[i].days, &tm))
			return -EINVAL;
		end = strptime(text, forms[i].form, &tm);
		if (end && !*end)
			return to_usec(&tm, ret_usec);
	}
	return -EINVAL;
}
