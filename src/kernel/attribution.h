/* SPDX-License-Identifier: MIT */
/* Finds out which processes hold which sockets, by looking through /proc/PID/fd, within a budget of time. It remembers
 * what it found until the socket is no longer asked for or its holder has gone. */
#ifndef CW_KERNEL_ATTRIBUTION_H
#define CW_KERNEL_ATTRIBUTION_H

#include "core/holders.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct attribution;

/* A socket whose holders are asked for. */
struct attribution_want {
	uint32_t inode; /* not 0 */
	uint32_t uid;
	uint16_t port; /* local; the holders of other sockets on the same port are looked at first */
	bool urgent; /* looks through processes if it is not known yet; otherwise it is only picked up on the way */
};

/* proc_fd: a descriptor of /proc (or of a tree like it), kept until attribution_free() but not owned.
 * 0, or -ENOMEM. */
int attribution_new(int proc_fd, struct attribution **ret);
struct attribution *attribution_free(struct attribution *a); /* NULL is fine; returns NULL */

/* Looks for holders for at most budget_usec (UINT64_MAX: until all is known); what is left over goes on in the next
 * call. wants is the whole list, in any order; sockets that are no longer in it are forgotten. Holders known from
 * before are checked again, a few descriptors in each call, and looked for anew where they have changed.
 * Processes that vanish and descriptors that close meanwhile are normal. 0, or -errno (-ENOMEM, -EMFILE, -ENFILE): the
 * book is as good as it was, and the search goes on in the next call. */
int attribution_update(struct attribution *a, const struct attribution_want *wants, size_t n, uint64_t budget_usec);

/* Good until the next update. */
const struct holder_book *attribution_book(const struct attribution *a);

struct attribution_progress {
	size_t processes_total; /* of the pass that is under way; 0: none is */
	size_t processes_done;
	size_t denied; /* processes of the last whole pass that could not be looked into */
	uint64_t scanned; /* processes looked through since the start */
};

void attribution_progress(const struct attribution *a, struct attribution_progress *ret);

#endif
