/* SPDX-License-Identifier: MIT */
/* Looks again at what the book of holders says, a little at a time: processes end, descriptors close. */
#ifndef CW_KERNEL_HOLDER_CHECK_H
#define CW_KERNEL_HOLDER_CHECK_H

#include "kernel/asked.h"
#include "kernel/keeper.h"

/* Where the next check goes on. */
struct holder_check {
	size_t process;
	size_t link;
};

/* Reads up to 64 processes anew (a program may have been replaced by exec()), one at least, until deadline_usec
 * (CLOCK_MONOTONIC). What has gone loses its holds; the sockets are searched for anew. Leaves the book unsettled. */
void holder_check_processes(struct holder_check *check, int proc_fd, struct keeper *keeper, struct asked_list *asked,
			    uint64_t deadline_usec);

/* Reads up to 256 descriptors again; those that are another file now are lost. Leaves the book unsettled. */
void holder_check_links(struct holder_check *check, int proc_fd, struct keeper *keeper, struct asked_list *asked);

#endif
