/* SPDX-License-Identifier: MIT */
#include "kernel/keeper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Makes *array hold at least n elements. 0 or -ENOMEM: as before. */
static int grow(void *array, size_t *size, size_t n, size_t element)
{
	size_t wanted = *size * 2 > n ? *size * 2 : n;
	void *larger, *old;

	if (n <= *size)
		return 0;
	memcpy(&old, array, sizeof(old));
	larger = reallocarray(old, wanted, element);
	if (!larger)
		return -ENOMEM;
	memcpy(array, &larger, sizeof(larger));
	*size = wanted;
	return 0;
}

int keeper_reserve_sockets(struct keeper *keeper, size_t n)
{
	return grow(&keeper->book.sockets, &keeper->sockets_size, n, sizeof(*keeper->book.sockets));
}

int64_t keeper_process(struct keeper *keeper, const struct process *process)
{
	struct holder_book *book = &keeper->book;
	size_t size;

	for (size_t i = 0; i < book->n_processes; i++) {
		if (book->processes[i].pid == process->pid && book->processes[i].start_ticks == process->start_ticks) {
			book->processes[i] = *process;
			return (int64_t)i;
		}
	}
	/* first[] has one more: the end of the last. */
	size = keeper->processes_size;
	if (grow(&keeper->first, &size, book->n_processes + 2, sizeof(*keeper->first)) < 0 ||
	    grow(&book->processes, &keeper->processes_size, book->n_processes + 2, sizeof(*book->processes)) < 0)
		return -ENOMEM;
	keeper->dirty = true;
	book->processes[book->n_processes] = *process;
	return (int64_t)book->n_processes++;
}

int keeper_hold(struct keeper *keeper, struct hold hold)
{
	struct holder_book *book = &keeper->book;
	size_t size = keeper->holds_size;

	if (grow(&keeper->by_process, &size, book->n_holds + 1, sizeof(*keeper->by_process)) < 0 ||
	    grow(&book->holds, &keeper->holds_size, book->n_holds + 1, sizeof(*book->holds)) < 0)
		return -ENOMEM;
	book->holds[book->n_holds++] = hold;
	keeper->dirty = true;
	return 0;
}

void keeper_lose(struct keeper *keeper, struct hold *hold)
{
	hold->process = KEEPER_LOST;
	keeper->dirty = true;
}

static void drop_lost(struct holder_book *book)
{
	size_t kept = 0;

	for (size_t i = 0; i < book->n_holds; i++) {
		if (book->holds[i].process != KEEPER_LOST)
			book->holds[kept++] = book->holds[i];
	}
	book->n_holds = kept;
}

static void drop_idle_processes(struct keeper *keeper)
{
	struct holder_book *book = &keeper->book;
	uint32_t *index = keeper->first; /* first the number of holds, then where the process goes */
	uint32_t kept = 0;

	memset(index, 0, book->n_processes * sizeof(*index));
	for (size_t i = 0; i < book->n_holds; i++)
		index[book->holds[i].process]++;
	for (size_t i = 0; i < book->n_processes; i++) {
		if (!index[i])
			continue;
		book->processes[kept] = book->processes[i];
		index[i] = kept++;
	}
	for (size_t i = 0; i < book->n_holds; i++)
		book->holds[i].process = index[book->holds[i].process];
	book->n_processes = kept;
}

static void drop_twins(struct holder_book *book)
{
	size_t kept = 0;

	for (size_t i = 0; i < book->n_holds; i++) {
		const struct hold *hold = &book->holds[i], *last = kept ? &book->holds[kept - 1] : NULL;

		if (last && last->inode == hold->inode && last->process == hold->process && last->fd == hold->fd)
			continue;
		book->holds[kept++] = *hold;
	}
	book->n_holds = kept;
}

/* A counting sort. */
static void group_by_process(struct keeper *keeper)
{
	const struct holder_book *book = &keeper->book;
	uint32_t *first = keeper->first;

	memset(first, 0, (book->n_processes + 1) * sizeof(*first));
	for (size_t i = 0; i < book->n_holds; i++)
		first[book->holds[i].process + 1]++;
	for (size_t i = 0; i < book->n_processes; i++)
		first[i + 1] += first[i];
	for (size_t i = 0; i < book->n_holds; i++)
		keeper->by_process[first[book->holds[i].process]++] = (uint32_t)i;
	/* Each first[] has moved on to its successor's: move them back. */
	memmove(first + 1, first, book->n_processes * sizeof(*first));
	first[0] = 0;
}

void keeper_settle(struct keeper *keeper)
{
	if (!keeper->dirty)
		return;
	keeper->dirty = false;
	if (!keeper->first)
		return;
	drop_lost(&keeper->book);
	drop_idle_processes(keeper);
	holders_sort(&keeper->book);
	drop_twins(&keeper->book);
	group_by_process(keeper);
}

void keeper_done(struct keeper *keeper)
{
	holders_done(&keeper->book);
	free(keeper->by_process);
	free(keeper->first);
	*keeper = (struct keeper){ 0 };
}
