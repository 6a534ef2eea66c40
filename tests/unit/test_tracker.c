/* SPDX-License-Identifier: MIT */
#include "core/tracker.h"

#include "world.h"

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS USEC_PER_MSEC
#define SEC USEC_PER_SEC
#define DAY USEC_PER_DAY
#define WRAP ((1ull << 32) * MS)
#define SLACK (11 * MS) /* a tick of the kernel, and its rounding */

static void track(struct world *w)
{
	assert_int_equal(tracker_update(&w->tracker, WORLD_NETNS, &w->look), 0);
}

static struct age idle(const struct world *w, uint64_t cookie)
{
	const struct tracked *socket = tracker_find(&w->tracker, WORLD_NETNS, cookie);

	assert_non_null(socket);
	return tracked_idle(socket, w->look.end_usec);
}

/* About this age: the kernel's tick is all that is unknown. */
static void assert_idle(const struct world *w, uint64_t cookie, uint64_t at_least_usec, uint64_t at_most_usec)
{
	struct age age = idle(w, cookie);

	assert_in_range(age.at_least_usec, at_least_usec - (at_least_usec < SLACK ? at_least_usec : SLACK),
			at_least_usec);
	assert_in_range(age.at_most_usec, at_most_usec, at_most_usec + SLACK);
}

/* What the kernel says at the first look, and the ages that follow from it. */
static void the_first_look_at_an_old_socket_tells_its_age(void **state)
{
	static const struct {
		const char *what;
		uint32_t ack_ms, data_ms, sent_ms;
		uint8_t flags;
		uint64_t at_least_ms, at_most_ms;
	} cases[] = {
		{ "data and FIN together", 61300, 61300, 0, SOCK_HAS_INFO, 61300, 61300 },
		{ "an idle pool", 5000, 300000, 0, SOCK_HAS_INFO, 5000, 300000 },
		{ "a keepalive answer", 416, 4512, 0, SOCK_HAS_INFO, 416, 4512 },
		{ "still being sent to", 2000, 3204, 1100, SOCK_HAS_INFO | SOCK_SENT_DATA, 1100, 1100 },
		{ "sent before the FIN", 2000, 3204, 3004, SOCK_HAS_INFO | SOCK_SENT_DATA, 2000, 3004 },
		{ "nothing was ever sent", 2000, 3204, 9000, SOCK_HAS_INFO, 2000, 3204 },
		{ "no tcp_info at all", 0, 0, 0, 0, 0, WORLD_START / MS },
		{ "data older than 49.7 days", 70000, 60000, 0, SOCK_HAS_INFO, 70000, WORLD_START / MS },
		{ "a tick between the two", 5000, 4996, 0, SOCK_HAS_INFO, 5000, 5000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world w;
		struct sock_row *row;

		world_init(&w);
		world_begin(&w, WORLD_START);
		row = world_close_wait(&w, 1, 80, "10.0.0.1:5000", 0);
		row->flags = cases[i].flags;
		row->last_ack_recv_ms = cases[i].ack_ms;
		row->last_data_recv_ms = cases[i].data_ms;
		row->last_data_sent_ms = cases[i].sent_ms;
		track(&w);
		print_message("%s\n", cases[i].what);
		assert_idle(&w, 1, cases[i].at_least_ms * MS, cases[i].at_most_ms * MS);
		world_done(&w);
	}
}

static void keepalive_answers_do_not_make_a_socket_younger(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	for (uint64_t t = 0; t <= 300; t += 10) {
		struct sock_row *row;

		world_begin(&w, WORLD_START + t * SEC);
		row = world_close_wait(&w, 1, 80, "10.0.0.1:5000", (t + 2) * SEC);
		row->last_ack_recv_ms = t % 20 ? 100 : 2000; /* an answer every now and then */
		track(&w);
		assert_idle(&w, 1, (t + 2) * SEC, (t + 2) * SEC);
	}
	world_done(&w);
}

static void a_new_socket_came_after_the_look_before_the_last(void **state)
{
	struct world w;
	struct sock_row *row;

	(void)state;
	world_init(&w);
	for (uint64_t t = 0; t <= 20; t += 10) {
		world_begin(&w, WORLD_START + t * SEC);
		if (t == 20) {
			row = world_close_wait(&w, 1, 80, "10.0.0.1:5000", 3600 * SEC);
			row->last_ack_recv_ms = 4000;
		}
		track(&w);
	}
	assert_idle(&w, 1, 4 * SEC, 20 * SEC);
	world_done(&w);
}

/* A dump is no snapshot. The socket is not new, although the last look did not have it. */
static void a_socket_that_one_look_missed_is_not_taken_for_a_new_one(void **state)
{
	struct world w;
	struct sock_row *row;

	(void)state;
	world_init(&w);
	for (uint64_t t = 0; t <= 60; t += 10) {
		world_begin(&w, WORLD_START + t * SEC);
		if (t != 50) {
			row = world_close_wait(&w, 1, 80, "10.0.0.1:5000", (3600 + t) * SEC);
			row->last_ack_recv_ms = 1000; /* keepalive */
		}
		track(&w);
	}
	assert_in_range(idle(&w, 1).at_most_usec, 3660 * SEC, UINT64_MAX);
	world_done(&w);
}

static void reading_and_sending_start_the_idle_time_again(void **state)
{
	struct world w;
	struct sock_row *row;

	(void)state;
	world_init(&w);
	world_begin(&w, WORLD_START);
	world_close_wait(&w, 1, 80, "10.0.0.1:5000", 100 * SEC)->rqueue = 17;
	track(&w);
	assert_idle(&w, 1, 100 * SEC, 100 * SEC);

	/* Read: some time between the two looks. */
	world_begin(&w, WORLD_START + 10 * SEC);
	world_close_wait(&w, 1, 80, "10.0.0.1:5000", 110 * SEC)->rqueue = 1;
	track(&w);
	assert_idle(&w, 1, 0, 10 * SEC);
	assert_true(tracker_find(&w.tracker, WORLD_NETNS, 1)->worth_saving);

	world_begin(&w, WORLD_START + 70 * SEC);
	row = world_close_wait(&w, 1, 80, "10.0.0.1:5000", 170 * SEC);
	row->rqueue = 1;
	row->flags |= SOCK_SENT_DATA;
	row->last_data_sent_ms = 3000;
	track(&w);
	assert_idle(&w, 1, 3 * SEC, 3 * SEC);
	world_done(&w);
}

/* So close to the look before that a tick, or the time a look takes, is all that lies between the two. */
static void a_send_right_after_a_look_is_not_taken_for_the_one_before(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	for (uint64_t look = 0; look < 2; look++) {
		struct sock_row *row;

		world_begin(&w, WORLD_START + look * 250 * MS);
		row = world_close_wait(&w, 1, 80, "10.0.0.1:5000", 100 * SEC);
		row->flags |= SOCK_SENT_DATA;
		row->last_data_sent_ms = look ? 240 : 5;
		track(&w);
	}
	assert_in_range(idle(&w, 1).at_least_usec, 0, 240 * MS);
	assert_in_range(idle(&w, 1).at_most_usec, 240 * MS, UINT64_MAX);
	world_done(&w);
}

static void the_age_of_a_send_may_wrap(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	for (uint64_t look = 0; look < 2; look++) {
		struct sock_row *row;

		world_begin(&w, WORLD_START + look * 10 * SEC);
		row = world_close_wait(&w, 1, 80, "10.0.0.1:5000", (100 + look * 10) * SEC);
		row->flags |= SOCK_SENT_DATA;
		row->last_data_sent_ms = look ? 4000 : UINT32_MAX - 5999;
		track(&w);
		assert_idle(&w, 1, (100 + look * 10) * SEC, (100 + look * 10) * SEC);
		/* After a restart the kernel would tell of a send four seconds ago. */
		assert_int_equal(tracker_find(&w.tracker, WORLD_NETNS, 1)->worth_saving, look);
	}
	world_done(&w);
}

static void a_cookie_that_leaves_and_comes_back_starts_anew(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	for (uint64_t t = 0; t <= 30; t += 10) {
		world_begin(&w, WORLD_START + t * SEC);
		world_listen(&w, 9, "0.0.0.0", t ? 81 : 80, 0, 128);
		if (t != 20)
			world_close_wait(&w, 1, 80, "10.0.0.1:5000", t == 30 ? 2 * SEC : (100 + t) * SEC);
		track(&w);
		if (t != 20)
			assert_int_equal(tracker_find(&w.tracker, WORLD_NETNS, 1)->server, t < 20);
	}
	assert_idle(&w, 1, 2 * SEC, 2 * SEC);
	assert_int_equal(tracker_find(&w.tracker, WORLD_NETNS, 1)->rqueue, 0);
	world_done(&w);
}

static void an_incomplete_look_forgets_nothing_and_still_narrows(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	world_begin(&w, WORLD_START);
	world_close_wait(&w, 1, 80, "10.0.0.1:5000", 100 * SEC);
	world_close_wait(&w, 2, 80, "10.0.0.1:5001", 100 * SEC)->last_ack_recv_ms = 1000;
	track(&w);

	world_begin(&w, WORLD_START + 10 * SEC);
	w.look.complete = false;
	world_close_wait(&w, 2, 80, "10.0.0.1:5001", 50 * SEC)->last_ack_recv_ms = 49000;
	world_close_wait(&w, 3, 80, "10.0.0.1:5002", 5 * SEC);
	track(&w);
	assert_int_equal(w.tracker.n, 3);
	assert_idle(&w, 1, 110 * SEC, 110 * SEC);
	assert_idle(&w, 2, 49 * SEC, 50 * SEC);
	assert_idle(&w, 3, 5 * SEC, 5 * SEC);

	world_begin(&w, WORLD_START + 20 * SEC);
	track(&w);
	assert_int_equal(w.tracker.n, 0);
	world_done(&w);
}

static void rows_that_stand_in_a_look_twice_are_dropped_and_the_tally_is_corrected(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	world_begin(&w, WORLD_START);
	world_listen(&w, 9, "0.0.0.0", 80, 0, 128);
	world_close_wait(&w, 1, 80, "10.0.0.1:5000", 100 * SEC)->rqueue = 5;
	world_close_wait(&w, 2, 80, "10.0.0.1:5001", 100 * SEC);
	world_close_wait(&w, 1, 80, "10.0.0.1:5000", 100 * SEC)->rqueue = 6;
	world_close_wait(&w, 3, 80, "10.0.0.1:5002", 100 * SEC);
	world_close_wait(&w, 1, 80, "10.0.0.1:5000", 100 * SEC);
	track(&w);
	assert_int_equal(w.look.n_rows, 4);
	assert_int_equal(w.look.tally.count[SOCK_CLOSE_WAIT], 3);
	assert_int_equal(w.look.tally.count[SOCK_LISTEN], 1);
	assert_int_equal(w.look.rows[1].cookie, 1);
	assert_int_equal(w.look.rows[3].cookie, 3);
	assert_idle(&w, 1, 100 * SEC, 100 * SEC); /* 5, then 6 bytes in one look are no read */
	world_done(&w);
}

static void the_same_cookie_in_another_namespace_is_another_socket(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	world_begin(&w, WORLD_START);
	world_close_wait(&w, 1, 80, "10.0.0.1:5000", 100 * SEC);
	track(&w);
	world_begin(&w, WORLD_START);
	world_close_wait(&w, 1, 80, "10.0.0.1:5000", 5 * SEC);
	assert_int_equal(tracker_update(&w.tracker, WORLD_NETNS + 1, &w.look), 0);
	assert_int_equal(w.tracker.n, 2);
	assert_idle(&w, 1, 100 * SEC, 100 * SEC);
	world_begin(&w, WORLD_START + SEC);
	assert_int_equal(tracker_update(&w.tracker, WORLD_NETNS + 1, &w.look), 0);
	assert_int_equal(w.tracker.n, 1);
	world_done(&w);
}

static void a_server_stays_one_when_its_listener_is_gone(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	for (uint64_t t = 0; t <= 20; t += 10) {
		world_begin(&w, WORLD_START + t * SEC);
		world_close_wait(&w, 1, 80, "10.0.0.1:5000", (100 + t) * SEC);
		if (t == 10)
			world_listen(&w, 9, "::", 80, 0, 128);
		track(&w);
		assert_int_equal(tracker_find(&w.tracker, WORLD_NETNS, 1)->server, t >= 10);
		/* After a restart the kernel would not tell it any more. */
		assert_int_equal(tracker_find(&w.tracker, WORLD_NETNS, 1)->worth_saving, t == 20);
	}
	world_done(&w);
}

static void only_what_the_kernel_would_not_tell_again_is_worth_saving(void **state)
{
	static const struct {
		uint32_t ack_ms, data_ms;
		bool worth;
	} second[] = {
		{ 110000, 110000, false },
		{ 109500, 110000, false }, /* nearly the same */
		{ 2000, 110000, true }, /* a keepalive answer came meanwhile */
		{ 2000, 5000, true }, /* wrapped */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(second) / sizeof(second[0]); i++) {
		struct world w;
		struct sock_row *row;

		world_init(&w);
		world_begin(&w, WORLD_START);
		world_close_wait(&w, 1, 80, "10.0.0.1:5000", 100 * SEC);
		track(&w);
		assert_false(tracker_find(&w.tracker, WORLD_NETNS, 1)->worth_saving);
		world_begin(&w, WORLD_START + 10 * SEC);
		row = world_close_wait(&w, 1, 80, "10.0.0.1:5000", 0);
		row->last_ack_recv_ms = second[i].ack_ms;
		row->last_data_recv_ms = second[i].data_ms;
		track(&w);
		assert_int_equal(tracker_find(&w.tracker, WORLD_NETNS, 1)->worth_saving, second[i].worth);
		assert_idle(&w, 1, 110 * SEC, 110 * SEC);
		world_done(&w);
	}
}

static void a_restored_socket_keeps_its_age_where_the_kernel_alone_knows_less(void **state)
{
	struct world w;
	struct tracker again = { 0 };
	struct tracked saved;

	(void)state;
	world_init(&w);
	world_begin(&w, WORLD_START);
	world_close_wait(&w, 1, 80, "10.0.0.1:5000", 3600 * SEC);
	track(&w);
	saved = *tracker_find(&w.tracker, WORLD_NETNS, 1);

	assert_int_equal(tracker_restore(&again, &saved), 0);
	assert_int_equal(tracker_restore(&again, &saved), -EEXIST);
	for (int restored = 0; restored < 2; restored++) {
		tracker_done(&w.tracker);
		if (restored)
			w.tracker = again;
		world_begin(&w, WORLD_START + 60 * SEC);
		world_close_wait(&w, 1, 80, "10.0.0.1:5000", 3660 * SEC)->last_ack_recv_ms = 1000; /* keepalive */
		track(&w);
		assert_idle(&w, 1, restored ? 3660 * SEC : SEC, 3660 * SEC);
	}
	world_done(&w);
}

/* The simulation: the kernel with its ticks and its wrapping counters, and one socket that lives there. */

enum { EVENTS = 64 };

struct life {
	uint64_t tick_usec;
	uint64_t connect, data, fin;
	uint64_t sends[EVENTS], acks[EVENTS], reads[EVENTS]; /* any order; UINT64_MAX: does not happen */
	uint32_t unread; /* bytes at the FIN */
};

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static uint64_t latest(const uint64_t *events, uint64_t now_usec, uint64_t otherwise)
{
	uint64_t found = otherwise;

	for (size_t i = 0; i < EVENTS; i++)
		if (events[i] <= now_usec && events[i] > found)
			found = events[i];
	return found;
}

static uint32_t kernel_age_ms(const struct life *life, uint64_t event_usec, uint64_t now_usec)
{
	uint64_t ticks = now_usec / life->tick_usec - event_usec / life->tick_usec;

	return (uint32_t)(ticks * life->tick_usec / MS);
}

static uint32_t unread_at(const struct life *life, uint64_t now_usec)
{
	uint32_t left = life->unread + 1;

	for (size_t i = 0; i < EVENTS && left; i++)
		left -= life->reads[i] <= now_usec;
	return left;
}

static void fill_row(const struct life *life, uint64_t now_usec, struct sock_row *row)
{
	uint64_t sent = latest(life->sends, now_usec, life->connect);

	row->flags = (uint8_t)(SOCK_HAS_INFO | (sent != life->connect ? SOCK_SENT_DATA : 0));
	row->last_ack_recv_ms = kernel_age_ms(life, latest(life->acks, now_usec, life->fin), now_usec);
	row->last_data_recv_ms = kernel_age_ms(life, life->data, now_usec);
	row->last_data_sent_ms = kernel_age_ms(life, sent, now_usec);
	row->rqueue = unread_at(life, now_usec);
}

static void scatter(uint64_t *seed, uint64_t *events, uint64_t most, uint64_t from_usec, uint64_t span_usec)
{
	uint64_t n = world_below(seed, most);

	for (size_t i = 0; i < EVENTS; i++)
		events[i] = i < n ? from_usec + world_below(seed, span_usec) : UINT64_MAX;
}

static struct life random_life(uint64_t *seed, uint64_t span_usec)
{
	static const uint64_t ticks[] = { 1000, 3333, 4000, 10000 };
	uint64_t before = world_below(seed, 1) ? world_below(seed, 100 * SEC) : world_below(seed, 30 * DAY);
	struct life life = {
		.tick_usec = ticks[world_below(seed, 3)],
		.fin = WORLD_START + world_below(seed, span_usec / 4),
		.unread = (uint32_t)world_below(seed, 20),
	};

	life.data = world_below(seed, 1) ? life.fin : life.fin - before / 2;
	life.connect = life.data - (before - before / 2);
	scatter(seed, life.sends, world_below(seed, 1) ? 0 : 12, life.connect + 1, life.fin - life.connect + span_usec);
	scatter(seed, life.acks, world_below(seed, 1) ? 0 : EVENTS, life.fin, span_usec);
	scatter(seed, life.reads, world_below(seed, 1) ? 0 : 12, life.fin, span_usec);
	return life;
}

/* What is checked from look to look. */
struct witness {
	struct life life;
	uint64_t read_known; /* the last read that two looks in a row could see; 0: none */
	uint64_t last_row; /* when the last row was taken; 0: the tracker does not know the socket */
	uint64_t truth; /* idle since, at the last row */
	uint64_t first, last; /* and what the tracker said */
};

static void restart(struct world *w)
{
	const struct tracked *socket = tracker_find(&w->tracker, WORLD_NETNS, 1);
	struct tracked saved = { 0 };

	if (socket && socket->worth_saving) {
		saved.cookie = socket->cookie;
		saved.netns = socket->netns;
		saved.rqueue = socket->rqueue;
		saved.server = socket->server;
		saved.fin_first_usec = socket->fin_first_usec;
		saved.fin_last_usec = socket->fin_last_usec;
		saved.sent_first_usec = socket->sent_first_usec;
		saved.sent_last_usec = socket->sent_last_usec;
		saved.read_first_usec = socket->read_first_usec;
		saved.read_last_usec = socket->read_last_usec;
		saved.seen_usec = socket->seen_usec;
		saved.worth_saving = true;
	}
	tracker_done(&w->tracker);
	if (saved.cookie)
		assert_int_equal(tracker_restore(&w->tracker, &saved), 0);
}

/* What the socket did until its row was taken. */
static uint64_t truth_at(struct witness *witness, uint64_t row_usec)
{
	const struct life *life = &witness->life;
	uint64_t read = latest(life->reads, row_usec, 0);
	uint64_t truth = latest(life->sends, row_usec, life->fin);

	if (witness->last_row && unread_at(life, row_usec) != unread_at(life, witness->last_row))
		witness->read_known = read;
	return truth > witness->read_known ? truth : witness->read_known;
}

static void check_row(struct witness *witness, const struct world *w, uint64_t row_usec)
{
	struct age age = idle(w, 1);
	uint64_t truth = truth_at(witness, row_usec), end = w->look.end_usec;
	uint64_t slack = end - w->look.start_usec + 2 * SLACK;

	if (truth < end - age.at_most_usec || truth > end - age.at_least_usec) {
		fail_msg("idle since %" PRIu64 " (FIN %" PRIu64 "), but told %" PRIu64 " to %" PRIu64, truth,
			 witness->life.fin, end - age.at_most_usec, end - age.at_least_usec);
	}
	/* What is known is never lost. A send so close to the look before that it may be the one known or the next is the
	 * exception, and costs the time a look takes. */
	if (witness->last_row && truth == witness->truth) {
		if (!latest(witness->life.sends, row_usec, 0))
			slack = 0;
		assert_in_range(end - age.at_most_usec, witness->first, UINT64_MAX);
		assert_in_range(end - age.at_least_usec, 0, witness->last + slack);
	}
	witness->truth = truth;
	witness->last_row = row_usec;
	witness->first = end - age.at_most_usec;
	witness->last = end - age.at_least_usec;
}

/* Whether the kernel's ages began again since the last row: a socket that is met anew then cannot be told right. */
static bool wrapped_since(const struct witness *witness, uint64_t row_usec)
{
	const struct life *life = &witness->life;
	uint64_t events[] = { life->data, latest(life->sends, witness->last_row, life->connect),
			      latest(life->acks, witness->last_row, life->fin) };

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (less(row_usec, events[i]) / WRAP != less(witness->last_row, events[i]) / WRAP)
			return true;
	return false;
}

static void stop_and_start(struct world *w, struct witness *witness, uint64_t row_usec)
{
	const struct tracked *socket = tracker_find(&w->tracker, WORLD_NETNS, 1);
	bool saved = socket && socket->worth_saving;

	if (!saved && witness->last_row && wrapped_since(witness, row_usec))
		return;
	restart(w);
	if (!saved)
		witness->last_row = 0;
}

struct course {
	uint64_t step_usec, looks;
	bool wraps; /* long enough for the counters to wrap: the socket must be known by then, so no look misses it */
};

static void live_through(uint64_t *seed, const struct course *course)
{
	struct witness witness = { .life = random_life(seed, course->step_usec * course->looks) };
	uint64_t now = WORLD_START - world_below(seed, 3) * course->step_usec;
	bool missed = false;
	struct world w;

	world_init(&w);
	for (uint64_t i = 0; i < course->looks; i++) {
		uint64_t length = world_below(seed, 3) ? world_below(seed, 50 * MS) : world_below(seed, 2 * SEC);
		uint64_t row_usec = now + world_below(seed, length);
		bool there = row_usec >= witness.life.fin, complete = world_below(seed, 9) > 0;

		/* A dump can miss a socket, but hardly twice in a row. */
		missed = there && !missed && !course->wraps && world_below(seed, 30) == 0;
		there = there && !missed;
		if (world_below(seed, 15) == 0)
			stop_and_start(&w, &witness, row_usec);
		world_begin(&w, now);
		w.look.end_usec = now + length;
		w.look.complete = complete;
		if (there)
			fill_row(&witness.life, row_usec, world_close_wait(&w, 1, 80, "10.0.0.1:5000", 0));
		track(&w);
		if (there)
			check_row(&witness, &w, row_usec);
		else if (complete)
			witness.last_row = witness.read_known = 0;
		now += length + course->step_usec / 2 + world_below(seed, course->step_usec);
	}
	world_done(&w);
}

static void the_truth_always_lies_within_the_age(void **state)
{
	static const struct course courses[] = {
		{ 250 * MS, 40, false },
		{ 10 * SEC, 60, false },
		{ 3600 * SEC, 40, false },
		{ 4 * DAY, 40, true },
	};
	uint64_t seed = world_seed(__func__);

	(void)state;
	for (int i = 0; i < 100; i++)
		for (size_t j = 0; j < sizeof(courses) / sizeof(courses[0]); j++)
			live_through(&seed, &courses[j]);
}

static void the_tracker_never_holds_more_than_the_last_complete_look_had(void **state)
{
	uint64_t seed = world_seed(__func__);
	struct world w;
	size_t known = 0;

	(void)state;
	world_init(&w);
	for (uint64_t look = 0; look < 300; look++) {
		bool there[200] = { false };
		size_t n = 0;

		world_begin(&w, WORLD_START + look * 10 * SEC);
		w.look.complete = world_below(&seed, 4) > 0;
		for (uint64_t i = world_below(&seed, 250); i > 0; i--) {
			uint32_t cookie = (uint32_t)world_below(&seed, 199);

			world_close_wait(&w, cookie + 1, 80, "10.0.0.1:5000", 100 * SEC);
			n += !there[cookie];
			there[cookie] = true;
		}
		track(&w);
		assert_int_equal(w.look.tally.count[SOCK_CLOSE_WAIT], n);
		if (w.look.complete)
			assert_int_equal(w.tracker.n, n);
		else
			assert_in_range(w.tracker.n, known > n ? known : n, known + n);
		for (uint32_t i = 0; w.look.complete && i < 200; i++)
			assert_int_equal(tracker_find(&w.tracker, WORLD_NETNS, i + 1) != NULL, there[i]);
		known = w.tracker.n;
	}
	world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_look_at_an_old_socket_tells_its_age),
		cmocka_unit_test(keepalive_answers_do_not_make_a_socket_younger),
		cmocka_unit_test(a_new_socket_came_after_the_look_before_the_last),
		cmocka_unit_test(a_socket_that_one_look_missed_is_not_taken_for_a_new_one),
		cmocka_unit_test(reading_and_sending_start_the_idle_time_again),
		cmocka_unit_test(a_send_right_after_a_look_is_not_taken_for_the_one_before),
		cmocka_unit_test(the_age_of_a_send_may_wrap),
		cmocka_unit_test(a_cookie_that_leaves_and_comes_back_starts_anew),
		cmocka_unit_test(an_incomplete_look_forgets_nothing_and_still_narrows),
		cmocka_unit_test(rows_that_stand_in_a_look_twice_are_dropped_and_the_tally_is_corrected),
		cmocka_unit_test(the_same_cookie_in_another_namespace_is_another_socket),
		cmocka_unit_test(a_server_stays_one_when_its_listener_is_gone),
		cmocka_unit_test(only_what_the_kernel_would_not_tell_again_is_worth_saving),
		cmocka_unit_test(a_restored_socket_keeps_its_age_where_the_kernel_alone_knows_less),
		cmocka_unit_test(the_truth_always_lies_within_the_age),
		cmocka_unit_test(the_tracker_never_holds_more_than_the_last_complete_look_had),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
