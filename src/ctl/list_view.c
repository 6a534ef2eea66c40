/* SPDX-License-Identifier: MIT */
#include "ctl/list_view.h"

#include "core/cleanup.h"
#include "core/span.h"
#include "ctl/phrase.h"
#include "ctl/table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int print(const struct screen *screen, struct table *table)
{
	CW_CLEANUP(freep) char *text = NULL;
	int r = table_text(table, &text);

	if (r < 0)
		return r;
	if (*text)
		fprintf(screen->out, "%s\n", text);
	return 0;
}

/* One table: columns, and what fills its rows from items. */
struct list {
	const struct table_column *columns;
	size_t n_columns;
	void (*fill)(struct table *table, const void *items, size_t i);
};

static int view(const struct screen *screen, const struct list *list, const void *items, size_t n, bool headings)
{
	struct table *table = NULL;
	int r = table_new(screen, list->columns, list->n_columns, 0, headings, &table);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		table_row(table);
		list->fill(table, items, i);
	}
	r = print(screen, table);
	table_free(table);
	return r;
}

/* "-" is what is not known or does not apply: every row has as many words as the headings. */
static void text_cell(struct table *table, const char *text)
{
	table_cell(table, PAINT_PLAIN, "%s", *text ? text : "-");
}

static void count_cell(struct table *table, uint64_t count)
{
	table_cell(table, PAINT_PLAIN, "%" PRIu64, count);
}

static void pid_cell(struct table *table, int32_t pid)
{
	if (pid > 0)
		table_cell(table, PAINT_PLAIN, "%" PRId32, pid);
	else
		text_cell(table, "");
}

static void age_cell(struct table *table, const struct age *age)
{
	char text[40] = "";

	if (age->at_least_usec || age->at_most_usec)
		phrase_short_age(text, sizeof(text), age);
	text_cell(table, text);
}

static const char *finding_endpoint(const struct finding *f, char *buffer, size_t size)
{
	if (f->kind == FINDING_ACCEPT_QUEUE)
		phrase_listener(buffer, size, f->address, f->port);
	else
		phrase_endpoint(buffer, size, f->role, f->port, f->remote);
	return buffer;
}

static const struct table_column finding_columns[] = {
	{ "ID", 0 },
	{ "SEVERITY", 0 },
	{ "KIND", 0 },
	{ "OWNER", TABLE_CUT },
	{ "ENDPOINT", TABLE_ADDRESS },
	{ "COUNT", TABLE_RIGHT },
	{ "OLDEST", TABLE_RIGHT },
	{ "TREND", TABLE_WIDE },
	{ "PID", TABLE_RIGHT | TABLE_WIDE },
	{ "NAMESPACE", TABLE_WIDE | TABLE_CUT },
};

static void fill_finding(struct table *table, const void *items, size_t i)
{
	const struct finding *f = (const struct finding *)items + i;
	char endpoint[64];

	text_cell(table, f->id);
	if (f->gone_usec)
		table_cell(table, PAINT_FAINT, "over");
	else
		table_cell(table, paint_of_severity(f->severity), "%s", severity_name(f->severity));
	text_cell(table, finding_kind_name(f->kind));
	text_cell(table, f->owner);
	text_cell(table, finding_endpoint(f, endpoint, sizeof(endpoint)));
	count_cell(table, f->count);
	age_cell(table, &f->age);
	text_cell(table, trend_name(f->trend));
	pid_cell(table, f->n_pids ? f->pids[0] : 0);
	text_cell(table, f->netns);
}

int list_view_findings(const struct screen *screen, const struct finding *findings, size_t n, bool headings)
{
	static const struct list list = { finding_columns, CW_ELEMENTS(finding_columns), fill_finding };

	return view(screen, &list, findings, n, headings);
}

static const struct table_column group_columns[] = {
	{ "OWNER", TABLE_CUT },
	{ "ROLE", 0 },
	{ "ENDPOINT", TABLE_ADDRESS },
	{ "TOTAL", TABLE_RIGHT },
	{ "STALE", TABLE_RIGHT },
	{ "ACTIVE", TABLE_RIGHT | TABLE_WIDE },
	{ "CAUSE", 0 },
	{ "OLDEST", TABLE_RIGHT },
	{ "PID", TABLE_RIGHT },
	{ "PROCESS", TABLE_CUT | TABLE_WIDE },
	{ "FDS", TABLE_RIGHT | TABLE_WIDE },
	{ "NAMESPACE", TABLE_WIDE | TABLE_CUT },
};

/* The most common cause; "-" without stale sockets. */
static const char *main_cause(const struct report_group *group)
{
	unsigned most = 0;

	for (unsigned cause = 1; cause < CAUSES; cause++)
		if (group->causes[cause] > group->causes[most])
			most = cause;
	return group->causes[most] ? cause_name(most) : "-";
}

/* "1530/4096": descriptors of the main holder. */
static void descriptors_cell(struct table *table, const struct report_group *group)
{
	const struct report_holder *holder = group->holders;

	if (group->n_holders == 0 || holder->descriptors_open == 0 || holder->descriptors_limit == 0)
		text_cell(table, "");
	else if (holder->descriptors_limit == UINT64_MAX)
		count_cell(table, holder->descriptors_open);
	else
		table_cell(table, PAINT_PLAIN, "%" PRIu64 "/%" PRIu64, holder->descriptors_open,
			   holder->descriptors_limit);
}

static void fill_group(struct table *table, const void *items, size_t i)
{
	const struct report_group *group = (const struct report_group *)items + i;
	char endpoint[64];

	phrase_endpoint(endpoint, sizeof(endpoint), group->role, group->port, group->remote);
	text_cell(table, group->owner);
	text_cell(table, role_name(group->role));
	text_cell(table, endpoint);
	count_cell(table, group->close_wait);
	count_cell(table, group->stale);
	count_cell(table, group->active);
	text_cell(table, main_cause(group));
	age_cell(table, &group->oldest);
	pid_cell(table, group->n_holders ? group->holders[0].pid : 0);
	text_cell(table, group->process);
	descriptors_cell(table, group);
	text_cell(table, group->netns);
}

int list_view_groups(const struct screen *screen, const struct report_group *groups, size_t n, bool headings)
{
	static const struct list list = { group_columns, CW_ELEMENTS(group_columns), fill_group };

	return view(screen, &list, groups, n, headings);
}

static const struct table_column listener_columns[] = {
	{ "ADDRESS", TABLE_ADDRESS },
	{ "QUEUE", TABLE_RIGHT },
	{ "LIMIT", TABLE_RIGHT },
	{ "DROPS", TABLE_RIGHT },
	{ "WAITS", TABLE_RIGHT },
	{ "OWNER", TABLE_CUT },
	{ "PID", TABLE_RIGHT },
	{ "PROCESS", TABLE_CUT | TABLE_WIDE },
	{ "NAMESPACE", TABLE_WIDE | TABLE_CUT },
};

static void fill_listener(struct table *table, const void *items, size_t i)
{
	const struct report_listener *l = (const struct report_listener *)items + i;
	const struct age waits = { l->oldest_wait_usec, l->oldest_wait_usec };
	char address[64];

	phrase_listener(address, sizeof(address), l->address, l->port);
	text_cell(table, address);
	table_cell(table, l->queue > l->limit ? PAINT_CRITICAL : PAINT_PLAIN, "%" PRIu32, l->queue);
	count_cell(table, l->limit);
	count_cell(table, l->drops);
	age_cell(table, &waits);
	text_cell(table, l->owner);
	pid_cell(table, l->pid);
	text_cell(table, l->process);
	text_cell(table, l->netns);
}

int list_view_listeners(const struct screen *screen, const struct report_listener *listeners, size_t n, bool headings)
{
	static const struct list list = { listener_columns, CW_ELEMENTS(listener_columns), fill_listener };

	return view(screen, &list, listeners, n, headings);
}

static const struct table_column socket_columns[] = {
	{ "PID", TABLE_RIGHT },
	{ "FD", TABLE_RIGHT },
	{ "PROCESS", TABLE_CUT },
	{ "PORT", TABLE_RIGHT },
	{ "PEER", TABLE_ADDRESS },
	{ "UNREAD", TABLE_RIGHT },
	{ "IDLE", TABLE_RIGHT },
	{ "CAUSE", 0 },
	{ "INHERITED", TABLE_WIDE },
	{ "HOLDERS", TABLE_RIGHT | TABLE_WIDE },
	{ "UID", TABLE_RIGHT | TABLE_WIDE },
};

/* Why it stays, or why it is none of those that stay. */
static const char *socket_cause(const struct live_socket *s)
{
	if (!s->accepted)
		return "not-accepted";
	if (s->active)
		return "active";
	return s->stale ? cause_name(s->cause) : "young";
}

static void fill_socket(struct table *table, const void *items, size_t i)
{
	const struct live_socket *s = (const struct live_socket *)items + i;

	pid_cell(table, s->pid);
	if (s->pid > 0)
		table_cell(table, PAINT_PLAIN, "%" PRId32, s->fd);
	else
		text_cell(table, "");
	text_cell(table, s->process);
	if (s->port)
		count_cell(table, s->port);
	else
		text_cell(table, "");
	text_cell(table, s->remote);
	count_cell(table, s->unread);
	age_cell(table, &s->idle);
	text_cell(table, socket_cause(s));
	text_cell(table, s->inherited ? "yes" : "no");
	count_cell(table, s->more_holders + (s->pid > 0));
	count_cell(table, s->uid);
}

int list_view_sockets(const struct screen *screen, const struct live_socket *sockets, size_t n, bool headings)
{
	static const struct list list = { socket_columns, CW_ELEMENTS(socket_columns), fill_socket };

	return view(screen, &list, sockets, n, headings);
}
