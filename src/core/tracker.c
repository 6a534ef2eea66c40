/* SPDX-License-Identifier: MIT */
#include "core/tracker.h"

#include "core/span.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The kernel counts in ticks of up to 10 ms and tells whole milliseconds. */
#define TICK_USEC (10 * USEC_PER_MSEC)

/* tcp_info's ages are 32-bit milliseconds: every 49.7 days they start again. */
#define WRAP_USEC ((1ull << 32) * USEC_PER_MSEC)

/* Differences from what the kernel says that are not worth a line in the state file. */
#define WORTH_USEC USEC_PER_SEC

struct interval {
	uint64_t first_usec, last_usec;
};

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static size_t bucket_of(const struct tracker *tracker, uint32_t netns, uint64_t cookie)
{
	uint64_t hash = (cookie ^ ((uint64_t)netns << 32)) * 0x9e3779b97f4a7c15ull;

	return (size_t)(hash >> 32) & (tracker->n_buckets - 1);
}

static struct tracked *find(const struct tracker *tracker, uint32_t netns, uint64_t cookie)
{
	if (!tracker->n_buckets)
		return NULL;
	for (size_t i = bucket_of(tracker, netns, cookie);; i = (i + 1) & (tracker->n_buckets - 1)) {
		struct tracked *entry;

		if (!tracker->buckets[i])
			return NULL;
		entry = &tracker->entries[tracker->buckets[i] - 1];
		if (entry->cookie == cookie && entry->netns == netns)
			return entry;
	}
}

const struct tracked *tracker_find(const struct tracker *tracker, uint32_t netns, uint64_t cookie)
{
	return find(tracker, netns, cookie);
}

static void put_bucket(struct tracker *tracker, size_t index)
{
	const struct tracked *entry = &tracker->entries[index];
	size_t i = bucket_of(tracker, entry->netns, entry->cookie);

	while (tracker->buckets[i])
		i = (i + 1) & (tracker->n_buckets - 1);
	tracker->buckets[i] = (uint32_t)index + 1;
}

static void fill_buckets(struct tracker *tracker)
{
	if (tracker->n_buckets)
		memset(tracker->buckets, 0, tracker->n_buckets * sizeof(*tracker->buckets));
	for (size_t i = 0; i < tracker->n; i++)
		put_bucket(tracker, i);
}

/* Room for one more entry; the table stays at most half full. */
static int make_room(struct tracker *tracker)
{
	if (tracker->n == tracker->size) {
		size_t size = tracker->size ? tracker->size + tracker->size / 2 : 32;
		struct tracked *entries = realloc(tracker->entries, size * sizeof(*entries));

		if (!entries)
			return -ENOMEM;
		tracker->entries = entries;
		tracker->size = size;
	}
	if (2 * (tracker->n + 1) > tracker->n_buckets) {
		size_t n_buckets = tracker->n_buckets ? 2 * tracker->n_buckets : 64;
		uint32_t *buckets = realloc(tracker->buckets, n_buckets * sizeof(*buckets));

		if (!buckets)
			return -ENOMEM;
		tracker->buckets = buckets;
		tracker->n_buckets = n_buckets;
		fill_buckets(tracker);
	}
	return 0;
}

static struct tracked *add(struct tracker *tracker, const struct tracked *entry)
{
	if (make_room(tracker) < 0)
		return NULL;
	tracker->entries[tracker->n] = *entry;
	put_bucket(tracker, tracker->n);
	return &tracker->entries[tracker->n++];
}

static struct interval ago(const struct look *look, uint32_t at_least_ms, uint32_t at_most_ms)
{
	return (struct interval){
		.first_usec = less(look->start_usec, at_most_ms * USEC_PER_MSEC + TICK_USEC),
		.last_usec = min_u64(less(look->end_usec + TICK_USEC, at_least_ms * USEC_PER_MSEC), look->end_usec),
	};
}

/* When the FIN came, as far as this row alone tells. The FIN came no earlier than the last data and no later than the
 * last acknowledgement; a keepalive's answer is an acknowledgement too. */
static struct interval fin_of(const struct look *look, const struct sock_row *row)
{
	if (!(row->flags & SOCK_HAS_INFO))
		return (struct interval){ 0, look->end_usec };
	if (row->last_data_recv_ms + TICK_USEC / USEC_PER_MSEC < row->last_ack_recv_ms) {
		struct interval fin = ago(look, row->last_ack_recv_ms, row->last_ack_recv_ms);

		fin.first_usec = 0; /* The last data's age has wrapped: only "at least" is left. */
		return fin;
	}
	return ago(look, row->last_ack_recv_ms,
		   row->last_data_recv_ms > row->last_ack_recv_ms ? row->last_data_recv_ms : row->last_ack_recv_ms);
}

static void narrow_fin(struct tracked *entry, struct interval fin)
{
	uint64_t first = max_u64(entry->fin_first_usec, fin.first_usec);
	uint64_t last = min_u64(entry->fin_last_usec, fin.last_usec);

	/* There is one FIN. Where the kernel's answer leaves what is known, its ages have wrapped. */
	if (first > last)
		return;
	entry->fin_first_usec = first;
	entry->fin_last_usec = last;
}

/* When data was last sent, as far as this row alone tells; 0, 0: never, or not known. */
static struct interval sent_of(const struct look *look, const struct sock_row *row)
{
	if (!(row->flags & SOCK_HAS_INFO) || !(row->flags & SOCK_SENT_DATA))
		return (struct interval){ 0, 0 };
	return ago(look, row->last_data_sent_ms, row->last_data_sent_ms);
}

static void note_send(struct tracked *entry, struct interval sent)
{
	/* The send that is known already may have an age that has wrapped since. */
	uint64_t shift = (less(sent.first_usec, entry->sent_first_usec) + WRAP_USEC / 2) / WRAP_USEC * WRAP_USEC;
	uint64_t first = less(sent.first_usec, shift), last = less(sent.last_usec, shift);

	if (!sent.last_usec)
		return;
	if (!entry->sent_last_usec || first > entry->sent_last_usec || last < entry->sent_first_usec) {
		entry->sent_first_usec = sent.first_usec;
		entry->sent_last_usec = sent.last_usec;
		return;
	}
	/* If it can have come after the last look, it may also be the next one, however close the two are. */
	entry->sent_first_usec = max_u64(entry->sent_first_usec, first);
	entry->sent_last_usec = last < entry->seen_usec ? min_u64(entry->sent_last_usec, last) : last;
}

static void note_read(struct tracked *entry, const struct look *look, const struct sock_row *row)
{
	if (row->rqueue == entry->rqueue)
		return;
	entry->rqueue = row->rqueue;
	entry->read_first_usec = entry->seen_usec;
	entry->read_last_usec = look->end_usec;
}

static bool is_worth_saving(const struct tracked *entry, struct interval fin, struct interval sent, bool listening)
{
	return entry->read_last_usec || entry->fin_last_usec + WORTH_USEC < fin.last_usec ||
	       entry->fin_first_usec > fin.first_usec + WORTH_USEC ||
	       entry->sent_last_usec + WORTH_USEC < sent.last_usec || (entry->server && !listening);
}

static struct tracked *meet(struct tracker *tracker, uint32_t netns, const struct sock_row *row, struct interval fin)
{
	struct tracked entry = {
		.cookie = row->cookie,
		.netns = netns,
		.rqueue = row->rqueue,
		.fin_first_usec = fin.first_usec,
		.fin_last_usec = fin.last_usec,
	};

	/* It was not half-closed two looks ago. One look would not do: a dump is no snapshot and can miss a socket. Nor if
	 * the last look lost any: this may be one of them, back again. */
	if (!tracker->lost && tracker->look_before_usec[1] <= fin.last_usec)
		entry.fin_first_usec = max_u64(fin.first_usec, tracker->look_before_usec[1]);
	return add(tracker, &entry);
}

/* 1: taken in. 0: it stood in this look before. -ENOMEM. */
static int observe(struct tracker *tracker, uint32_t netns, const struct look *look, const struct sock_row *row,
		   bool listening)
{
	struct interval fin = fin_of(look, row), sent = sent_of(look, row);
	struct tracked *entry = find(tracker, netns, row->cookie);

	if (entry && entry->look == tracker->look)
		return 0;
	if (entry)
		narrow_fin(entry, fin);
	else
		entry = meet(tracker, netns, row, fin);
	if (!entry)
		return -ENOMEM;
	note_send(entry, sent);
	note_read(entry, look, row);
	entry->server = entry->server || listening;
	entry->worth_saving = is_worth_saving(entry, fin, sent, listening);
	entry->seen_usec = look->start_usec;
	entry->look = tracker->look;
	return 1;
}

static void forget_unseen(struct tracker *tracker, uint32_t netns)
{
	size_t kept = 0;

	for (size_t i = 0; i < tracker->n; i++) {
		if (tracker->entries[i].netns == netns && tracker->entries[i].look != tracker->look)
			continue;
		tracker->entries[kept++] = tracker->entries[i];
	}
	tracker->lost = kept < tracker->n;
	if (!tracker->lost)
		return;
	tracker->n = kept;
	fill_buckets(tracker);
}

static void note_listening(const struct look *look, uint8_t ports[65536 / 8])
{
	for (size_t i = 0; i < look->n_rows; i++)
		if (look->rows[i].state == SOCK_LISTEN)
			ports[look->rows[i].local_port / 8] |= (uint8_t)(1u << (look->rows[i].local_port % 8));
}

static bool is_listening(const uint8_t ports[65536 / 8], uint16_t port)
{
	return ports[port / 8] >> (port % 8) & 1;
}

int tracker_update(struct tracker *tracker, uint32_t netns, struct look *look)
{
	uint8_t ports[65536 / 8] = { 0 };
	size_t kept = 0;
	int result = 0;

	tracker->look++;
	note_listening(look, ports);
	for (size_t i = 0; i < look->n_rows; i++) {
		const struct sock_row *row = &look->rows[i];
		int r = 1;

		if (row->state == SOCK_CLOSE_WAIT)
			r = observe(tracker, netns, look, row, is_listening(ports, row->local_port));
		if (r < 0)
			result = r;
		if (r == 0)
			look->tally.count[SOCK_CLOSE_WAIT]--;
		else
			look->rows[kept++] = *row;
	}
	look->n_rows = kept;
	if (!look->complete)
		return result;
	forget_unseen(tracker, netns);
	tracker->look_before_usec[1] = tracker->look_before_usec[0];
	tracker->look_before_usec[0] = look->start_usec;
	return result;
}

struct age tracked_idle(const struct tracked *socket, uint64_t now_usec)
{
	uint64_t first = max_u64(socket->fin_first_usec, max_u64(socket->sent_first_usec, socket->read_first_usec));
	uint64_t last = max_u64(socket->fin_last_usec, max_u64(socket->sent_last_usec, socket->read_last_usec));

	return (struct age){ .at_least_usec = less(now_usec, last), .at_most_usec = less(now_usec, first) };
}

int tracker_restore(struct tracker *tracker, const struct tracked *socket)
{
	if (find(tracker, socket->netns, socket->cookie))
		return -EEXIST;
	return add(tracker, socket) ? 0 : -ENOMEM;
}

void tracker_done(struct tracker *tracker)
{
	free(tracker->entries);
	free(tracker->buckets);
	*tracker = (struct tracker){ 0 };
}
