/* SPDX-License-Identifier: MIT */
/* Keeps a book of holders: takes in what is found, takes out what is lost, and keeps it sorted. */
#ifndef CW_KERNEL_KEEPER_H
#define CW_KERNEL_KEEPER_H

#include "core/holders.h"

#include <stddef.h>

#define KEEPER_LOST UINT32_MAX /* hold.process of what the next keeper_settle() takes out */

struct keeper {
	struct holder_book book;
	size_t processes_size, holds_size, sockets_size;
	uint32_t *by_process; /* the holds' indices, grouped by process ... */
	uint32_t *first; /* ... process p's are by_process[first[p]] and on, up to first[p + 1] */
	bool dirty;
};

/* Makes room for so many sockets, so that filling them in cannot fail. 0 or -ENOMEM. */
int keeper_reserve_sockets(struct keeper *keeper, size_t n);

/* The process's index, good until the next keeper_settle(); a new one is added. Or -ENOMEM. */
int64_t keeper_process(struct keeper *keeper, const struct process *process);

/* Notes a descriptor, known before or not. 0 or -ENOMEM. */
int keeper_hold(struct keeper *keeper, struct hold hold);

void keeper_lose(struct keeper *keeper, struct hold *hold);

/* Sorts; takes out what is lost or there twice, and processes that hold nothing. Cheap when nothing was done. */
void keeper_settle(struct keeper *keeper);

void keeper_done(struct keeper *keeper);

#endif
