/* SPDX-License-Identifier: MIT */
#include "core/picture.h"

#include "core/classify.h"
#include "core/cleanup.h"
#include "core/grouping.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare_listeners(const void *left, const void *right)
{
	const struct report_listener *a = left, *b = right;
	int order;

	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	order = strcmp(a->address, b->address);
	return order ? order : (a->cookie > b->cookie) - (a->cookie < b->cookie);
}

static void name_listener(const struct picture_input *input, struct owners *owners, const struct sock_row *row,
			  struct report_listener *listener)
{
	size_t n;
	const struct hold *holds = holders_of(input->book, row->inode, &n);
	uint32_t index = holds ? owners_of_process(owners, holds[0].process) : owners_of_row(owners, row);

	if (index != OWNER_NONE) {
		memcpy(listener->owner, owners->list[index].name, sizeof(listener->owner));
		memcpy(listener->unit, owners->list[index].unit, sizeof(listener->unit));
	} else {
		snprintf(listener->owner, sizeof(listener->owner), "uid %u", row->uid);
	}
	if (!holds)
		return;
	listener->pid = input->book->processes[holds[0].process].pid;
	memcpy(listener->process, input->book->processes[holds[0].process].name, sizeof(listener->process));
}

static void fill_listener(const struct picture_input *input, struct owners *owners, const struct sock_row *row,
			  struct report_listener *listener)
{
	const struct backlog_entry *entry = backlog_find(input->backlog, input->netns, row->cookie);

	*listener = (struct report_listener){
		.port = row->local_port,
		.cookie = row->cookie,
		.inode = row->inode,
		.uid = row->uid,
		.queue = row->rqueue,
		.limit = row->limit,
		.drops = row->flags & SOCK_HAS_DROPS ? row->drops : 0,
		.overflowed = entry ? entry->overflowed : 0,
	};
	snprintf(listener->netns, sizeof(listener->netns), "%s", input->netns_name);
	sock_address_print(row->address, listener->address, sizeof(listener->address));
	name_listener(input, owners, row, listener);
}

static void count_not_accepted(const struct look *look, struct report_listener *listeners, size_t n)
{
	for (size_t i = 0; i < look->n_rows; i++) {
		const struct sock_row *row = &look->rows[i];
		struct report_listener *best = NULL;

		if (row->state != SOCK_CLOSE_WAIT || sock_row_accepted(row))
			continue;
		/* The row does not tell which of several listeners on the port it waits for: the fullest, then. */
		for (size_t j = 0; j < n; j++)
			if (listeners[j].port == row->local_port && (!best || listeners[j].queue > best->queue))
				best = &listeners[j];
		if (best)
			best->not_accepted++;
	}
}

static size_t count_listeners(const struct look *look)
{
	size_t n = 0;

	for (size_t i = 0; i < look->n_rows; i++)
		n += look->rows[i].state == SOCK_LISTEN;
	return n;
}

/* A look at listeners alone has no CLOSE_WAIT rows: what the last whole one counted still holds. */
static void keep_not_accepted(const struct report *before, struct report_listener *listeners, size_t n)
{
	for (size_t i = 0; i < n && before->n_listeners; i++) {
		const struct report_listener *old = bsearch(&listeners[i], before->listeners, before->n_listeners,
							    sizeof(*listeners), compare_listeners);

		if (old)
			listeners[i].not_accepted = old->not_accepted;
	}
}

int picture_listeners(const struct picture_input *input, struct report *report)
{
	const struct look *look = input->look;
	CW_CLEANUP(freep) struct report_listener *listeners = malloc((count_listeners(look) + 1) * sizeof(*listeners));
	struct owners owners;
	size_t n = 0;

	if (!listeners || owners_init(&owners, input->book, input->unit_of, input->unit_context) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < look->n_rows; i++)
		if (look->rows[i].state == SOCK_LISTEN)
			fill_listener(input, &owners, &look->rows[i], &listeners[n++]);
	owners_done(&owners);
	if (n)
		qsort(listeners, n, sizeof(*listeners), compare_listeners);
	if (look->listen_only)
		keep_not_accepted(report, listeners, n);
	else
		count_not_accepted(look, listeners, n);
	free(report->listeners);
	report->listeners = CW_TAKE(listeners);
	report->n_listeners = n;
	report->sockets.count[SOCK_LISTEN] = look->tally.count[SOCK_LISTEN];
	return 0;
}

/* Most stale first, then by what the groups are, never by where they stand. */
static int compare_groups(const void *left, const void *right, void *context)
{
	const struct grouping *g = context;
	const struct grouped *a = &g->groups[*(const uint32_t *)left], *b = &g->groups[*(const uint32_t *)right];
	int order;

	if (a->stale != b->stale)
		return a->stale > b->stale ? -1 : 1;
	if (a->close_wait != b->close_wait)
		return a->close_wait > b->close_wait ? -1 : 1;
	order = strcmp(g->owners.list[a->owner].name, g->owners.list[b->owner].name);
	if (!order)
		order = (int)a->role - (int)b->role;
	if (!order)
		order = (int)a->port - (int)b->port;
	return order ? order : memcmp(a->address, b->address, sizeof(a->address));
}

static void fill_group(const struct grouping *g, const struct grouped *from, struct report_group *to)
{
	const struct owner *owner = &g->owners.list[from->owner];

	*to = (struct report_group){
		.uid = from->uid,
		.role = from->role,
		.port = from->role == ROLE_SERVER ? from->port : 0,
		.close_wait = from->close_wait,
		.stale = from->stale,
		.not_accepted = from->not_accepted,
		.active = from->active,
		.pending = from->pending,
		.unheld = from->unheld,
		.lasting = from->lasting,
		.inherited = from->inherited,
		.oldest = from->oldest,
	};
	memcpy(to->causes, from->causes, sizeof(to->causes));
	snprintf(to->netns, sizeof(to->netns), "%s", g->input->netns_name);
	memcpy(to->owner, owner->name, sizeof(to->owner));
	memcpy(to->unit, owner->unit, sizeof(to->unit));
	if (from->role == ROLE_CLIENT)
		sock_endpoint_print(from->address, from->port, to->remote, sizeof(to->remote));
	classify_holders(g, from, to);
}

/* Sorted indices of the groups; NULL: out of memory. */
static uint32_t *rank(struct grouping *g)
{
	uint32_t *order = malloc((g->n + 1) * sizeof(*order));

	if (!order)
		return NULL;
	for (size_t i = 0; i < g->n; i++)
		order[i] = (uint32_t)i;
	if (g->n)
		qsort_r(order, g->n, sizeof(*order), compare_groups, g);
	return order;
}

/* Turns every row's group from the working number into its place in the report. */
static int renumber(struct grouping *g, const uint32_t *order, size_t kept)
{
	uint32_t *place = malloc((g->n + 1) * sizeof(*place));

	if (!place)
		return -ENOMEM;
	for (size_t i = 0; i < g->n; i++)
		place[order[i]] = i < kept ? (uint32_t)i : GROUP_NONE;
	for (size_t i = 0; i < g->input->look->n_rows; i++)
		if (g->rows[i].group != GROUP_NONE)
			g->rows[i].group = place[g->rows[i].group];
	free(place);
	return 0;
}

static int hand_over(struct grouping *g, struct report *report, struct picture_row *ret_rows)
{
	CW_CLEANUP(freep) uint32_t *order = rank(g);
	size_t kept = g->n < g->input->config->max_groups ? g->n : (size_t)g->input->config->max_groups;
	CW_CLEANUP(freep) struct report_group *groups = malloc((kept + 1) * sizeof(*groups));

	if (!order || !groups)
		return -ENOMEM;
	if (renumber(g, order, kept) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < kept; i++)
		fill_group(g, &g->groups[order[i]], &groups[i]);
	classify_samples(g, groups);
	if (ret_rows)
		memcpy(ret_rows, g->rows, g->input->look->n_rows * sizeof(*ret_rows));
	free(report->groups);
	report->groups = CW_TAKE(groups);
	report->n_groups = kept;
	report->more_groups = g->n - kept;
	report->sockets = g->input->look->tally;
	return 0;
}

int picture_groups(const struct picture_input *input, struct report *report, struct picture_row *ret_rows)
{
	struct grouping grouping;
	int r = grouping_init(&grouping, input, report);

	if (r < 0)
		return r;
	r = classify(&grouping, report);
	if (r == 0)
		r = hand_over(&grouping, report, ret_rows);
	grouping_done(&grouping);
	return r;
}
