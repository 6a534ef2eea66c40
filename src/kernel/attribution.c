/* SPDX-License-Identifier: MIT */
#include "kernel/attribution.h"

#include "core/cleanup.h"
#include "kernel/holder_check.h"
#include "kernel/machine.h"
#include "kernel/pass.h"

#include <errno.h>
#include <stdlib.h>

struct attribution {
	int proc_fd;
	uint64_t updates;
	struct asked_list asked;
	struct keeper keeper;
	struct holder_check check;
	struct pass pass;
	size_t denied; /* in the last whole pass */
};

int attribution_new(int proc_fd, struct attribution **ret)
{
	struct attribution *a = calloc(1, sizeof(*a));

	if (!a)
		return -ENOMEM;
	a->proc_fd = proc_fd;
	pass_init(&a->pass);
	*ret = a;
	return 0;
}

struct attribution *attribution_free(struct attribution *a)
{
	if (a) {
		pass_done(&a->pass);
		keeper_done(&a->keeper);
		asked_done(&a->asked);
		free(a);
	}
	return NULL;
}

/* What nobody asks for any more is forgotten. */
static void forget(struct attribution *a)
{
	struct holder_book *book = &a->keeper.book;

	for (size_t i = 0; i < book->n_holds; i++) {
		if (!asked_find(&a->asked, book->holds[i].inode))
			keeper_lose(&a->keeper, &book->holds[i]);
	}
	keeper_settle(&a->keeper);
}

static uint64_t later(uint64_t now_usec, uint64_t span_usec)
{
	return span_usec > UINT64_MAX - now_usec ? UINT64_MAX : now_usec + span_usec;
}

/* At most a quarter of the budget goes into reading processes again: before Linux 6.2 their descriptors are counted one
 * by one. */
static void check(struct attribution *a, uint64_t start_usec, uint64_t budget_usec)
{
	holder_check_processes(&a->check, a->proc_fd, &a->keeper, &a->asked, later(start_usec, budget_usec / 4));
	keeper_settle(&a->keeper);
	holder_check_links(&a->check, a->proc_fd, &a->keeper, &a->asked);
	keeper_settle(&a->keeper);
}

static void end_pass(struct attribution *a)
{
	keeper_settle(&a->keeper);
	a->denied = a->pass.denied;
	asked_pass_ends(&a->asked, &a->keeper.book, a->denied > 0, a->updates);
}

/* Goes on with the pass that is under way; begins another one for what came too late for it. Each ends its search, so
 * that there are two passes at most. */
static int search(struct attribution *a, uint64_t deadline_usec)
{
	if (a->pass.active && !asked_needs_this_pass(&a->asked))
		pass_give_up(&a->pass, &a->asked);
	do {
		int r = 0;

		if (!a->pass.active && !asked_needs_pass(&a->asked))
			return 0;
		if (!a->pass.active)
			r = pass_begin(&a->pass, a->proc_fd, &a->asked, &a->keeper);
		if (r == 0)
			r = pass_go_on(&a->pass, a->proc_fd, &a->asked, &a->keeper, deadline_usec);
		if (r <= 0)
			return r;
		end_pass(a);
	} while (machine_monotonic_usec() < deadline_usec);
	return 0;
}

/* There is room: see attribution_update(). */
static void list_sockets(struct attribution *a)
{
	struct holder_book *book = &a->keeper.book;

	for (size_t i = 0; i < a->asked.n; i++)
		book->sockets[i] = (struct held_socket){ a->asked.items[i].inode, a->asked.items[i].state };
	book->n_sockets = a->asked.n;
}

int attribution_update(struct attribution *a, const struct attribution_want *wants, size_t n, uint64_t budget_usec)
{
	uint64_t start_usec = machine_monotonic_usec();
	int r = keeper_reserve_sockets(&a->keeper, n);

	if (r == 0)
		r = asked_update(&a->asked, wants, n, ++a->updates);
	if (r < 0)
		return r;
	if (r == 1)
		forget(a);
	check(a, start_usec, budget_usec);
	asked_retry(&a->asked, &a->keeper.book, a->updates);
	r = budget_usec ? search(a, later(start_usec, budget_usec)) : 0;
	keeper_settle(&a->keeper);
	list_sockets(a);
	return r;
}

const struct holder_book *attribution_book(const struct attribution *a)
{
	return &a->keeper.book;
}

void attribution_progress(const struct attribution *a, struct attribution_progress *ret)
{
	*ret = (struct attribution_progress){
		.processes_total = a->pass.active ? a->pass.pids.n : 0,
		.processes_done = a->pass.active ? a->pass.next : 0,
		.denied = a->denied,
		.scanned = a->pass.scanned,
	};
}
