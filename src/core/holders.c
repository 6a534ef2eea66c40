/* SPDX-License-Identifier: MIT */
#include "core/holders.h"

#include <stdlib.h>
#include <string.h>

static const struct held_socket *find_socket(const struct holder_book *book, uint32_t inode)
{
	size_t low = 0, high = book->n_sockets;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (book->sockets[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return low < book->n_sockets && book->sockets[low].inode == inode ? &book->sockets[low] : NULL;
}

const struct hold *holders_of(const struct holder_book *book, uint32_t inode, size_t *ret_n)
{
	size_t low = 0, high = book->n_holds, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (book->holds[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < book->n_holds && book->holds[end].inode == inode;)
		end++;
	*ret_n = end - low;
	return end > low ? &book->holds[low] : NULL;
}

enum attribution_state holders_state(const struct holder_book *book, uint32_t inode)
{
	const struct held_socket *socket = find_socket(book, inode);

	return socket ? (enum attribution_state)socket->state : ATTRIBUTION_PENDING;
}

bool process_same_program(const struct process *a, const struct process *b)
{
	if (a->exe_inode && b->exe_inode)
		return a->exe_device == b->exe_device && a->exe_inode == b->exe_inode;
	return strcmp(a->name, b->name) == 0;
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_holds(const void *left, const void *right, void *context)
{
	const struct hold *a = left, *b = right;
	const struct process *processes = context;
	const struct process *p = &processes[a->process], *q = &processes[b->process];
	int order = compare_u64(a->inode, b->inode);

	if (!order)
		order = compare_u64(p->start_ticks, q->start_ticks);
	if (!order)
		order = (p->pid > q->pid) - (p->pid < q->pid);
	return order ? order : (a->fd > b->fd) - (a->fd < b->fd);
}

static int compare_sockets(const void *left, const void *right)
{
	const struct held_socket *a = left, *b = right;

	return compare_u64(a->inode, b->inode);
}

void holders_sort(struct holder_book *book)
{
	if (book->n_holds)
		qsort_r(book->holds, book->n_holds, sizeof(*book->holds), compare_holds, book->processes);
	if (book->n_sockets)
		qsort(book->sockets, book->n_sockets, sizeof(*book->sockets), compare_sockets);
}

void holders_done(struct holder_book *book)
{
	free(book->processes);
	free(book->holds);
	free(book->sockets);
	*book = (struct holder_book){ 0 };
}
