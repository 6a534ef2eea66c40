/* SPDX-License-Identifier: MIT */
#include "core/grouping.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct sock_row *row_at(const struct grouping *g, size_t i)
{
	return &g->input->look->rows[i];
}

static bool same_group(const struct grouped *a, const struct grouped *b)
{
	return a->owner == b->owner && a->role == b->role && a->port == b->port &&
	       memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

static size_t bucket_of(const struct grouping *g, const struct grouped *key)
{
	uint64_t words[2], hash;

	memcpy(words, key->address, sizeof(words));
	hash = words[0] ^ (words[1] * 0xff51afd7ed558ccdull) ^ ((uint64_t)key->owner << 32 | key->port);
	return (size_t)((hash * 0x9e3779b97f4a7c15ull) >> 32) & (g->n_buckets - 1);
}

static void put_bucket(struct grouping *g, size_t index)
{
	size_t i = bucket_of(g, &g->groups[index]);

	while (g->buckets[i])
		i = (i + 1) & (g->n_buckets - 1);
	g->buckets[i] = (uint32_t)index + 1;
}

static int make_room(struct grouping *g)
{
	size_t size = g->size ? 2 * g->size : 32;
	struct grouped *groups;
	uint32_t *buckets;

	if (g->n < g->size)
		return 0;
	groups = realloc(g->groups, size * sizeof(*groups));
	if (!groups)
		return -ENOMEM;
	g->groups = groups;
	buckets = calloc(2 * size, sizeof(*buckets));
	if (!buckets)
		return -ENOMEM;
	free(g->buckets);
	g->buckets = buckets;
	g->n_buckets = 2 * size;
	g->size = size;
	for (size_t i = 0; i < g->n; i++)
		put_bucket(g, i);
	return 0;
}

static uint32_t find_or_add(struct grouping *g, const struct grouped *key)
{
	if (make_room(g) < 0)
		return GROUP_NONE;
	for (size_t i = bucket_of(g, key); g->buckets[i]; i = (i + 1) & (g->n_buckets - 1))
		if (same_group(&g->groups[g->buckets[i] - 1], key))
			return g->buckets[i] - 1;
	g->groups[g->n] = *key;
	put_bucket(g, g->n);
	return (uint32_t)g->n++;
}

const struct report_listener *grouping_listeners_on(const struct report *report, uint16_t port, size_t *ret_n)
{
	size_t low = 0, high = report->n_listeners, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (report->listeners[middle].port < port)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < report->n_listeners && report->listeners[end].port == port;)
		end++;
	*ret_n = end - low;
	return report->listeners + low;
}

/* Everything of the key but the owner. */
static struct grouped endpoint_of(const struct grouping *g, const struct report *report, const struct sock_row *row)
{
	const struct tracked *tracked = tracker_find(g->input->tracker, g->input->netns, row->cookie);
	struct grouped key = { .owner = OWNER_NONE, .uid = row->uid, .members = GROUP_NONE };
	size_t n;

	grouping_listeners_on(report, row->local_port, &n);
	if (n || (tracked && tracked->server)) {
		key.role = ROLE_SERVER;
		key.port = row->local_port;
		return key;
	}
	key.role = ROLE_CLIENT;
	key.port = row->remote_port;
	memcpy(key.address, row->address, sizeof(key.address));
	return key;
}

/* The owner, if the socket itself tells; OWNER_NONE if its neighbours must. */
static uint32_t own_owner(struct grouping *g, const struct sock_row *row)
{
	size_t n;
	const struct hold *holds;

	if (!sock_row_accepted(row))
		return OWNER_NONE;
	holds = holders_of(g->input->book, row->inode, &n);
	if (holds)
		return owners_of_process(&g->owners, holds[0].process);
	if (holders_state(g->input->book, row->inode) == ATTRIBUTION_PENDING)
		return OWNER_NONE;
	return owners_of_row(&g->owners, row);
}

static int compare_endpoints(const struct grouped *a, const struct grouped *b)
{
	if (a->role != b->role)
		return a->role < b->role ? -1 : 1;
	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	return memcmp(a->address, b->address, sizeof(a->address));
}

/* By endpoint; of one endpoint the group with most sockets first, ties by name: the order of a dump must not matter. */
static int compare_settled(const void *left, const void *right, void *context)
{
	const struct grouping *g = context;
	const struct grouped *a = &g->groups[*(const uint32_t *)left], *b = &g->groups[*(const uint32_t *)right];
	int order = compare_endpoints(a, b);

	if (!order && a->close_wait != b->close_wait)
		order = a->close_wait > b->close_wait ? -1 : 1;
	return order ? order : strcmp(g->owners.list[a->owner].name, g->owners.list[b->owner].name);
}

/* The groups whose sockets told their owner, sorted by endpoint. */
struct settled {
	uint32_t *groups;
	size_t n;
};

static int settle(struct grouping *g, struct settled *ret)
{
	uint32_t *groups = malloc((g->n + 1) * sizeof(*groups));

	if (!groups)
		return -ENOMEM;
	for (size_t i = 0; i < g->n; i++)
		groups[i] = (uint32_t)i;
	if (g->n)
		qsort_r(groups, g->n, sizeof(*groups), compare_settled, g);
	*ret = (struct settled){ groups, g->n };
	return 0;
}

static uint32_t neighbours_owner(const struct grouping *g, const struct settled *settled,
				 const struct grouped *endpoint)
{
	size_t low = 0, high = settled->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_endpoints(&g->groups[settled->groups[middle]], endpoint) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == settled->n || compare_endpoints(&g->groups[settled->groups[low]], endpoint))
		return OWNER_NONE;
	return g->groups[settled->groups[low]].owner;
}

static uint32_t listener_owner(struct grouping *g, const struct report *report, uint16_t port)
{
	size_t n, n_holds;
	const struct report_listener *listeners = grouping_listeners_on(report, port, &n);

	for (size_t i = 0; i < n; i++) {
		const struct hold *holds = holders_of(g->input->book, listeners[i].inode, &n_holds);

		if (holds)
			return owners_of_process(&g->owners, holds[0].process);
	}
	return OWNER_NONE;
}

/* For a socket that was not accepted, or whose holders are not known yet. */
static uint32_t likely_owner(struct grouping *g, const struct report *report, const struct settled *settled,
			     const struct sock_row *row, const struct grouped *endpoint)
{
	uint32_t owner = neighbours_owner(g, settled, endpoint);

	if (owner == OWNER_NONE && endpoint->role == ROLE_SERVER)
		owner = listener_owner(g, report, endpoint->port);
	return owner == OWNER_NONE ? owners_of_row(&g->owners, row) : owner;
}

static int join(struct grouping *g, size_t i, const struct grouped *key)
{
	uint32_t index;

	if (key->owner == OWNER_NONE)
		return -ENOMEM;
	index = find_or_add(g, key);
	if (index == GROUP_NONE)
		return -ENOMEM;
	g->rows[i].group = index;
	g->groups[index].close_wait++;
	if (key->uid < g->groups[index].uid)
		g->groups[index].uid = key->uid;
	return 0;
}

/* The sockets that tell their owner themselves. */
static int join_settled(struct grouping *g, const struct report *report)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < g->input->look->n_rows; i++) {
		struct grouped key;

		g->rows[i].group = GROUP_NONE;
		if (row_at(g, i)->state != SOCK_CLOSE_WAIT)
			continue;
		key = endpoint_of(g, report, row_at(g, i));
		key.owner = own_owner(g, row_at(g, i));
		if (key.owner != OWNER_NONE)
			r = join(g, i, &key);
	}
	return r;
}

/* The others, by their neighbours. */
static int join_unsettled(struct grouping *g, const struct report *report)
{
	struct settled settled = { 0 };
	int r = settle(g, &settled);

	for (size_t i = 0; r == 0 && i < g->input->look->n_rows; i++) {
		struct grouped key;

		if (row_at(g, i)->state != SOCK_CLOSE_WAIT || g->rows[i].group != GROUP_NONE)
			continue;
		key = endpoint_of(g, report, row_at(g, i));
		key.owner = likely_owner(g, report, &settled, row_at(g, i), &key);
		r = join(g, i, &key);
	}
	free(settled.groups);
	return r;
}

int grouping_init(struct grouping *grouping, const struct picture_input *input, const struct report *listeners)
{
	int r;

	*grouping = (struct grouping){ .input = input };
	grouping->rows = calloc(input->look->n_rows + 1, sizeof(*grouping->rows));
	if (!grouping->rows)
		return -ENOMEM;
	r = owners_init(&grouping->owners, input->book, input->unit_of, input->unit_context);
	if (r == 0)
		r = join_settled(grouping, listeners);
	if (r == 0)
		r = join_unsettled(grouping, listeners);
	if (r < 0)
		grouping_done(grouping);
	return r;
}

void grouping_done(struct grouping *grouping)
{
	if (grouping->owners.of_process)
		owners_done(&grouping->owners);
	free(grouping->groups);
	free(grouping->buckets);
	free(grouping->members);
	free(grouping->rows);
	*grouping = (struct grouping){ 0 };
}
