/* SPDX-License-Identifier: MIT */
#include "core/backlog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare_key(uint32_t netns, uint64_t cookie, const struct backlog_entry *entry)
{
	if (netns != entry->netns)
		return netns < entry->netns ? -1 : 1;
	return (cookie > entry->cookie) - (cookie < entry->cookie);
}

static int compare_entries(const void *left, const void *right)
{
	const struct backlog_entry *a = left;

	return compare_key(a->netns, a->cookie, right);
}

const struct backlog_entry *backlog_find(const struct backlog *backlog, uint32_t netns, uint64_t cookie)
{
	size_t low = 0, high = backlog->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_key(netns, cookie, &backlog->entries[middle]);

		if (!order)
			return &backlog->entries[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* A listener's drops rise for other reasons too, and the namespace's overflows may be another listener's: what rose in
 * both is what this one can have lost. */
static uint32_t overflowed(const struct backlog_entry *before, uint32_t drops, uint64_t overflows)
{
	uint32_t rise = drops - before->drops; /* the kernel's counter is 32 bits and may wrap */

	return rise < overflows ? rise : (uint32_t)overflows;
}

static struct backlog_entry follow(const struct backlog *backlog, uint32_t netns, const struct look *look,
				   const struct sock_row *row, uint64_t overflows)
{
	const struct backlog_entry *before = backlog_find(backlog, netns, row->cookie);
	struct backlog_entry now = {
		.cookie = row->cookie,
		.netns = netns,
		.look = backlog->look + 1,
		.queue = row->rqueue,
		.drops = row->drops,
	};

	if (row->rqueue) {
		now.waiting_since_usec = look->start_usec;
		now.stuck_since_usec = look->start_usec;
	}
	if (!before)
		return now;
	now.queue_before = before->queue;
	if (row->flags & SOCK_HAS_DROPS)
		now.overflowed = overflowed(before, row->drops, overflows);
	else
		now.drops = before->drops;
	if (row->rqueue && before->waiting_since_usec)
		now.waiting_since_usec = before->waiting_since_usec;
	if (row->rqueue && row->rqueue >= before->queue && before->stuck_since_usec)
		now.stuck_since_usec = before->stuck_since_usec;
	return now;
}

/* Sorts rows by cookie and keeps one of each; returns how many. */
static size_t unique(struct backlog_entry *entries, size_t n)
{
	size_t kept = 0;

	if (n)
		qsort(entries, n, sizeof(*entries), compare_entries);
	for (size_t i = 0; i < n; i++)
		if (!kept || compare_entries(&entries[kept - 1], &entries[i]))
			entries[kept++] = entries[i];
	return kept;
}

/* Drops the second and further rows of each listener. marks: one for each entry, all false. */
static void drop_duplicates(struct look *look, const struct backlog *seen, uint32_t netns, bool *marks)
{
	size_t kept = 0;

	for (size_t i = 0; i < look->n_rows; i++) {
		const struct sock_row *row = &look->rows[i];

		if (row->state == SOCK_LISTEN) {
			const struct backlog_entry *entry = backlog_find(seen, netns, row->cookie);
			bool *mark = &marks[entry - seen->entries];

			if (*mark) {
				look->tally.count[SOCK_LISTEN]--;
				continue;
			}
			*mark = true;
		}
		look->rows[kept++] = *row;
	}
	look->n_rows = kept;
}

static uint64_t new_overflows(const struct backlog *backlog, const struct look *look)
{
	if (!backlog->has_counters || !look->has_counters ||
	    look->counters.listen_overflows < backlog->counters.listen_overflows)
		return 0;
	return look->counters.listen_overflows - backlog->counters.listen_overflows;
}

static uint64_t spare(const struct backlog *backlog, uint64_t fresh)
{
	uint64_t matched = 0;

	for (size_t i = 0; i < backlog->n; i++)
		matched += backlog->entries[i].overflowed;
	return fresh > matched ? fresh - matched : 0;
}

static size_t count_listeners(const struct look *look)
{
	size_t n = 0;

	for (size_t i = 0; i < look->n_rows; i++)
		n += look->rows[i].state == SOCK_LISTEN;
	return n;
}

int backlog_update(struct backlog *backlog, uint32_t netns, struct look *look)
{
	uint64_t fresh = new_overflows(backlog, look);
	size_t n = count_listeners(look);
	struct backlog next = { .look = backlog->look + 1,
				.has_counters = look->has_counters,
				.counters = look->counters };
	bool *marks;

	if (!look->complete)
		return 0;
	next.entries = malloc((n + 1) * sizeof(*next.entries));
	marks = calloc(n + 1, sizeof(*marks));
	if (!next.entries || !marks) {
		free(next.entries);
		free(marks);
		return -ENOMEM;
	}
	for (size_t i = 0; i < look->n_rows; i++)
		if (look->rows[i].state == SOCK_LISTEN)
			next.entries[next.n++] =
				follow(backlog, netns, look, &look->rows[i], fresh + backlog->spare_overflows);
	next.n = unique(next.entries, next.n);
	next.spare_overflows = spare(&next, fresh);
	drop_duplicates(look, &next, netns, marks);
	free(marks);
	free(backlog->entries);
	*backlog = next;
	return 0;
}

void backlog_done(struct backlog *backlog)
{
	free(backlog->entries);
	*backlog = (struct backlog){ 0 };
}
