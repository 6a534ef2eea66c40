/* SPDX-License-Identifier: MIT */
#include "sink/status_file.h"

#include "core/cleanup.h"
#include "sink/finding_text.h"
#include "sink/ini_reader.h"
#include "sink/ini_value.h"
#include "sink/status_group.h"
#include "sink/status_table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Nobody's host has more; a hostile file shall not fill the memory. */
#define SECTIONS_MAX 65536

enum section {
	SECTION_NONE,
	SECTION_HEAD,
	SECTION_SOCKETS,
	SECTION_LISTENER,
	SECTION_GROUP,
	SECTION_FINDING,
	SECTION_END,
	SECTION_UNKNOWN, /* of a later version: its keys are passed over */
};

struct parser {
	struct report report;
	struct status_end end;
	size_t listeners_size, groups_size, findings_size; /* allocated */
	enum section section;
	uint64_t seen; /* keys of this section */
	unsigned sections_seen; /* 1 << enum section */
	bool has_format;
};

static int refuse(char *ret_why, size_t why_size, const char *why)
{
	snprintf(ret_why, why_size, "%s", why);
	return -EBADMSG;
}

/* Makes room for one more, by what was read and never by a number in the file. The new element is zeroed. */
static void *grow(void **array, size_t *n, size_t *size, size_t element)
{
	if (*n >= SECTIONS_MAX)
		return NULL;
	if (*n == *size) {
		size_t more = *size ? *size * 2 : 8;
		void *bigger = reallocarray(*array, more, element);

		if (!bigger)
			return NULL;
		*array = bigger;
		*size = more;
	}
	return memset((char *)*array + (*n)++ * element, 0, element);
}

static int grow_error(size_t n, char *ret_why, size_t why_size)
{
	if (n < SECTIONS_MAX) {
		snprintf(ret_why, why_size, "not enough memory");
		return -ENOMEM;
	}
	return refuse(ret_why, why_size, "too many sections");
}

static const char *missing_key(const struct parser *p)
{
	switch (p->section) {
	case SECTION_HEAD:
		return p->has_format ? ini_table_missing(&status_table_head, p->seen) : "format";
	case SECTION_SOCKETS:
		for (unsigned state = SOCK_ESTABLISHED; state < SOCK_STATES; state++)
			if (!(p->seen & UINT64_C(1) << state))
				return sock_state_name(state);
		return NULL;
	case SECTION_LISTENER:
		return ini_table_missing(&status_table_listener, p->seen);
	case SECTION_GROUP:
		return status_group_missing(p->seen);
	case SECTION_FINDING:
		return finding_text_missing(p->seen);
	case SECTION_END:
		return ini_table_missing(&status_table_end, p->seen);
	case SECTION_NONE:
	case SECTION_UNKNOWN:
		break;
	}
	return NULL;
}

static int finish_section(const struct parser *p, char *ret_why, size_t why_size)
{
	const char *key = missing_key(p);

	if (!key)
		return 0;
	snprintf(ret_why, why_size, "the section before lacks \"%s\"", key);
	return -EBADMSG;
}

/* Whether name is "WORD N" with the number that comes next. 1, 0: another word, -EBADMSG: another number. */
static int is_next(const char *name, const char *word, size_t n)
{
	char expected[32];

	if (strncmp(name, word, strlen(word)) != 0 || name[strlen(word)] != ' ')
		return 0;
	snprintf(expected, sizeof(expected), "%s %zu", word, n + 1);
	return strcmp(name, expected) == 0 ? 1 : -EBADMSG;
}

static enum section single_section(const char *name)
{
	static const struct {
		const char *name;
		enum section section;
	} singles[] = {
		{ "closewatch", SECTION_HEAD },
		{ "sockets", SECTION_SOCKETS },
		{ "end", SECTION_END },
	};

	for (size_t i = 0; i < CW_ELEMENTS(singles); i++)
		if (strcmp(name, singles[i].name) == 0)
			return singles[i].section;
	return SECTION_UNKNOWN;
}

static int begin_single(struct parser *p, const char *name, char *ret_why, size_t why_size)
{
	enum section section = single_section(name);

	if (section != SECTION_UNKNOWN && p->sections_seen & 1u << section)
		return refuse(ret_why, why_size, "the section was there before");
	p->section = section;
	p->sections_seen |= 1u << section;
	return 0;
}

static int begin_listener(struct parser *p, char *ret_why, size_t why_size)
{
	struct report *report = &p->report;

	if (!grow((void **)&report->listeners, &report->n_listeners, &p->listeners_size, sizeof(*report->listeners)))
		return grow_error(report->n_listeners, ret_why, why_size);
	p->section = SECTION_LISTENER;
	return 0;
}

static int begin_group(struct parser *p, char *ret_why, size_t why_size)
{
	struct report *report = &p->report;

	if (!grow((void **)&report->groups, &report->n_groups, &p->groups_size, sizeof(*report->groups)))
		return grow_error(report->n_groups, ret_why, why_size);
	p->section = SECTION_GROUP;
	return 0;
}

static int begin_finding(struct parser *p, const struct finding *finding, char *ret_why, size_t why_size)
{
	struct report *report = &p->report;
	struct finding *place =
		grow((void **)&report->findings, &report->n_findings, &p->findings_size, sizeof(*finding));

	if (!place)
		return grow_error(report->n_findings, ret_why, why_size);
	*place = *finding;
	p->section = SECTION_FINDING;
	return 0;
}

static int begin_section(void *context, const char *name, char *ret_why, size_t why_size)
{
	struct parser *p = context;
	struct finding finding;
	int listener, group, is_finding;

	if (p->section == SECTION_END)
		return refuse(ret_why, why_size, "something follows the end");
	if (p->section == SECTION_NONE && strcmp(name, "closewatch") != 0)
		return refuse(ret_why, why_size, "not a status file of closewatch");
	if (finish_section(p, ret_why, why_size) < 0)
		return -EBADMSG;
	p->seen = 0;

	listener = is_next(name, "listener", p->report.n_listeners);
	group = is_next(name, "group", p->report.n_groups);
	is_finding = finding_text_begin(&finding, name);
	if (listener < 0 || group < 0 || is_finding < 0)
		return refuse(ret_why, why_size, "a section out of order, or not an id");
	if (listener)
		return begin_listener(p, ret_why, why_size);
	if (group)
		return begin_group(p, ret_why, why_size);
	if (is_finding)
		return begin_finding(p, &finding, ret_why, why_size);
	return begin_single(p, name, ret_why, why_size);
}

/* The first key of all: nothing else is understood before. */
static int take_format(struct parser *p, const char *key, const char *value, char *ret_why, size_t why_size)
{
	uint64_t format;

	if (strcmp(key, "format") != 0 || ini_value_number(value, UINT64_MAX, &format) < 0 || format == 0)
		return refuse(ret_why, why_size, "not a status file of closewatch");
	if (format > STATUS_FORMAT) {
		snprintf(ret_why, why_size, "format %" PRIu64 " was written by a newer closewatch", format);
		return -EPROTONOSUPPORT;
	}
	p->has_format = true;
	return 0;
}

static int take_state(struct parser *p, const char *key, const char *value)
{
	for (unsigned state = SOCK_ESTABLISHED; state < SOCK_STATES; state++) {
		uint64_t bit = UINT64_C(1) << state;

		if (strcmp(key, sock_state_name(state)) != 0)
			continue;
		if (p->seen & bit || ini_value_number(value, UINT64_MAX, &p->report.sockets.count[state]) < 0)
			return -EINVAL;
		p->seen |= bit;
		return 1;
	}
	return 0;
}

/* 1: taken; 0: a key we do not know; -EINVAL. */
static int take(struct parser *p, const char *key, const char *value)
{
	struct report *report = &p->report;

	switch (p->section) {
	case SECTION_HEAD:
		if (strcmp(key, "format") == 0)
			return -EINVAL;
		return ini_table_set(&status_table_head, report, &p->seen, key, value);
	case SECTION_SOCKETS:
		return take_state(p, key, value);
	case SECTION_LISTENER:
		return ini_table_set(&status_table_listener, &report->listeners[report->n_listeners - 1], &p->seen, key,
				     value);
	case SECTION_GROUP:
		return status_group_key(&report->groups[report->n_groups - 1], &p->seen, key, value);
	case SECTION_FINDING:
		return finding_text_key(&report->findings[report->n_findings - 1], &p->seen, key, value);
	case SECTION_END:
		return ini_table_set(&status_table_end, &p->end, &p->seen, key, value);
	case SECTION_NONE:
		return -EINVAL;
	case SECTION_UNKNOWN:
		break;
	}
	return 0;
}

static int take_key(void *context, const char *key, const char *value, char *ret_why, size_t why_size)
{
	struct parser *p = context;

	if (p->section == SECTION_NONE)
		return refuse(ret_why, why_size, "not a status file of closewatch");
	if (!p->has_format && p->section == SECTION_HEAD)
		return take_format(p, key, value, ret_why, why_size);
	/* A key we do not know is a later version's, which needed no new format. */
	if (take(p, key, value) >= 0)
		return 0;
	snprintf(ret_why, why_size, "%s: not a value of this key, or the key comes twice", key);
	return -EBADMSG;
}

static int compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, FINDING_ID_MAX);
}

/* 1, 0, or -ENOMEM. */
static int has_double_ids(const struct report *report)
{
	CW_CLEANUP(freep) char(*ids)[FINDING_ID_MAX] = NULL;
	size_t n = report->n_findings;

	if (n < 2)
		return 0;
	ids = calloc(n, sizeof(*ids));
	if (!ids)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		memcpy(ids[i], report->findings[i].id, FINDING_ID_MAX);
	qsort(ids, n, sizeof(*ids), compare_ids);
	for (size_t i = 1; i < n; i++)
		if (compare_ids(ids[i - 1], ids[i]) == 0)
			return 1;
	return 0;
}

static int finish(const struct parser *p, char *ret_why, size_t why_size)
{
	const struct report *report = &p->report;
	int r;

	if (p->section == SECTION_NONE)
		return refuse(ret_why, why_size, "empty, or not a status file of closewatch");
	if (p->section != SECTION_END)
		return refuse(ret_why, why_size, "cut short: the end is missing");
	if (finish_section(p, ret_why, why_size) < 0)
		return -EBADMSG;
	if (!(p->sections_seen & 1u << SECTION_SOCKETS) || p->end.listeners != report->n_listeners ||
	    p->end.groups != report->n_groups || p->end.findings != report->n_findings)
		return refuse(ret_why, why_size, "sections are missing");
	r = has_double_ids(report);
	if (r > 0)
		return refuse(ret_why, why_size, "a finding stands there twice");
	return r;
}

int status_parse(const char *text, size_t length, struct report *ret, char *ret_why, size_t why_size)
{
	static const struct ini_events events = { begin_section, take_key };
	CW_CLEANUP(freep) struct parser *p = calloc(1, sizeof(*p));
	int r;

	if (!p)
		return -ENOMEM;
	r = ini_read(text, length, &events, p, ret_why, why_size);
	if (r == 0)
		r = finish(p, ret_why, why_size);
	if (r < 0) {
		report_done(&p->report);
		return r;
	}
	*ret = p->report;
	return 0;
}
