/* SPDX-License-Identifier: MIT */
#include "kernel/asked.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PAUSE_MAX 64

struct asked *asked_find(const struct asked_list *list, uint32_t inode)
{
	size_t low = 0, high = list->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->items[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return low < list->n && list->items[low].inode == inode ? &list->items[low] : NULL;
}

static int compare_asked(const void *left, const void *right)
{
	const struct asked *a = left, *b = right;

	return (a->inode > b->inode) - (a->inode < b->inode);
}

/* A socket may be asked for twice: then it is urgent if one of them is. */
static void ask_again(struct asked *socket, const struct attribution_want *want, uint64_t update)
{
	socket->urgent = want->urgent || (socket->seen == update && socket->urgent);
	socket->uid = want->uid;
	socket->port = want->port;
	socket->seen = update;
}

static struct asked ask(const struct attribution_want *want, uint64_t update)
{
	return (struct asked){
		.inode = want->inode,
		.uid = want->uid,
		.port = want->port,
		.urgent = want->urgent,
		.state = ATTRIBUTION_PENDING,
		.search = SEARCH_WAITS,
		.seen = update,
	};
}

/* Sorts, and makes one of those that are there twice. */
static void tidy(struct asked_list *list)
{
	size_t kept = 0;

	if (list->n)
		qsort(list->items, list->n, sizeof(*list->items), compare_asked);
	for (size_t i = 0; i < list->n; i++) {
		if (kept && list->items[kept - 1].inode == list->items[i].inode)
			list->items[kept - 1].urgent |= list->items[i].urgent;
		else
			list->items[kept++] = list->items[i];
	}
	list->n = kept;
}

/* Takes over what is still asked for, and adds the n_new wants that the list does not have. */
static int rebuild(struct asked_list *list, const struct attribution_want *wants, size_t n, size_t n_kept, size_t n_new,
		   uint64_t update)
{
	struct asked_list fresh = { .items = malloc((n_kept + n_new + 1) * sizeof(*fresh.items)) };

	if (!fresh.items)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++) {
		if (list->items[i].seen == update)
			fresh.items[fresh.n++] = list->items[i];
	}
	for (size_t i = 0; n_new && i < n; i++) {
		if (wants[i].inode && !asked_find(list, wants[i].inode))
			fresh.items[fresh.n++] = ask(&wants[i], update);
	}
	tidy(&fresh);
	free(list->items);
	*list = fresh;
	return 1;
}

int asked_update(struct asked_list *list, const struct attribution_want *wants, size_t n, uint64_t update)
{
	size_t n_kept = 0, n_new = 0;

	for (size_t i = 0; i < n; i++) {
		struct asked *socket = asked_find(list, wants[i].inode);

		if (socket) {
			n_kept += socket->seen != update;
			ask_again(socket, &wants[i], update);
		} else if (wants[i].inode) {
			n_new++;
		}
	}
	if (n_kept == list->n && !n_new)
		return 0;
	return rebuild(list, wants, n, n_kept, n_new, update);
}

void asked_search_anew(struct asked *socket)
{
	/* Also when a pass is under way: it may have been at the new holder before that got the socket. */
	socket->state = ATTRIBUTION_PENDING;
	socket->search = SEARCH_WAITS;
	socket->pause = 0;
	socket->retry = 0;
}

static bool has_holder(const struct holder_book *book, const struct asked *socket)
{
	size_t n;

	return holders_of(book, socket->inode, &n) != NULL;
}

void asked_retry(struct asked_list *list, const struct holder_book *book, uint64_t update)
{
	for (size_t i = 0; i < list->n; i++) {
		struct asked *socket = &list->items[i];

		/* The state stays: "nobody holds it" is still the best answer. */
		if (socket->search == SEARCH_NONE && socket->pause && update >= socket->retry &&
		    !has_holder(book, socket))
			socket->search = SEARCH_WAITS;
	}
}

static bool any_urgent(const struct asked_list *list, enum asked_search search)
{
	for (size_t i = 0; i < list->n; i++) {
		if (list->items[i].urgent && list->items[i].search == search)
			return true;
	}
	return false;
}

bool asked_needs_pass(const struct asked_list *list)
{
	return any_urgent(list, SEARCH_WAITS);
}

bool asked_needs_this_pass(const struct asked_list *list)
{
	return any_urgent(list, SEARCH_UNDERWAY);
}

void asked_pass_begins(struct asked_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		struct asked *socket = &list->items[i];

		/* Those searched in vain go along: it costs nothing more. */
		if (socket->search == SEARCH_WAITS || (socket->search == SEARCH_NONE && socket->pause))
			socket->search = SEARCH_UNDERWAY;
	}
}

void asked_pass_given_up(struct asked_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		if (list->items[i].search == SEARCH_UNDERWAY)
			list->items[i].search = SEARCH_WAITS;
	}
}

/* Retries fall on multiples of the pause, so that many sockets share one pass. */
static void pause_search(struct asked *socket, uint64_t update)
{
	if (update < socket->retry)
		return;
	socket->pause = (uint8_t)(socket->pause >= PAUSE_MAX ? PAUSE_MAX : socket->pause ? socket->pause * 2 : 1);
	socket->retry = (update / socket->pause + 1) * socket->pause;
}

void asked_pass_ends(struct asked_list *list, const struct holder_book *book, bool denied, uint64_t update)
{
	for (size_t i = 0; i < list->n; i++) {
		struct asked *socket = &list->items[i];

		if (socket->search != SEARCH_UNDERWAY)
			continue;
		socket->search = SEARCH_NONE;
		if (has_holder(book, socket)) {
			socket->state = ATTRIBUTION_DONE;
			socket->pause = 0;
			socket->retry = 0;
		} else {
			socket->state = denied ? ATTRIBUTION_DENIED : ATTRIBUTION_DONE;
			pause_search(socket, update);
		}
	}
}

void asked_done(struct asked_list *list)
{
	free(list->items);
	*list = (struct asked_list){ 0 };
}
