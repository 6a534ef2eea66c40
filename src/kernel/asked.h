/* SPDX-License-Identifier: MIT */
/* The sockets whose holders are asked for, and how far the search for each has come. */
#ifndef CW_KERNEL_ASKED_H
#define CW_KERNEL_ASKED_H

#include "core/holders.h"
#include "kernel/attribution.h"

enum asked_search {
	SEARCH_NONE, /* nothing to find out */
	SEARCH_WAITS, /* for a pass through all processes that has not begun yet */
	SEARCH_UNDERWAY, /* the pass that is under way will tell */
};

struct asked {
	uint32_t inode;
	uint32_t uid;
	uint16_t port;
	bool urgent;
	uint8_t state; /* enum attribution_state */
	uint8_t search; /* enum asked_search */
	uint8_t pause; /* updates between two searches in vain; 0: none was in vain */
	uint64_t retry; /* number of the update that searches again */
	uint64_t seen; /* number of the last update that asked for it */
};

struct asked_list {
	struct asked *items; /* sorted by inode */
	size_t n;
};

/* Makes the list what wants says. update: the number of this call, rising by one from 1. 1: the sockets have changed,
 * 0: they are those of the last call (nothing is allocated then), -ENOMEM: the sockets are those of the last call. */
int asked_update(struct asked_list *list, const struct attribution_want *wants, size_t n, uint64_t update);

struct asked *asked_find(const struct asked_list *list, uint32_t inode);

/* A holder was lost: there may be others. */
void asked_search_anew(struct asked *socket);

/* Lets those be searched again that were searched in vain and whose pause is over. */
void asked_retry(struct asked_list *list, const struct holder_book *book, uint64_t update);

/* A search is called for if it is urgent. */
bool asked_needs_pass(const struct asked_list *list);

/* Whether the pass that is under way still serves an urgent search. */
bool asked_needs_this_pass(const struct asked_list *list);

/* A pass through all processes begins; those searched for have to wait for the next if it is given up. */
void asked_pass_begins(struct asked_list *list);
void asked_pass_given_up(struct asked_list *list);

/* ... and is over, all holders that it found are in the book. denied: some process could not be looked into. */
void asked_pass_ends(struct asked_list *list, const struct holder_book *book, bool denied, uint64_t update);

void asked_done(struct asked_list *list);

#endif
