/* SPDX-License-Identifier: MIT */
/* One pass through the descriptors of all processes, in as many steps as the time allows. */
#ifndef CW_KERNEL_PASS_H
#define CW_KERNEL_PASS_H

#include "kernel/asked.h"
#include "kernel/fd_table.h"
#include "kernel/keeper.h"
#include "kernel/pid_list.h"

struct pass {
	bool active;
	bool all_tables; /* looks at threads' own tables too */
	struct pid_list pids;
	size_t next; /* of pids */
	size_t denied; /* processes that could not be looked into */
	uint64_t scanned; /* processes looked through, in all passes */
	int process_fd; /* of pids[next], while it is walked through; else -1 */
	int64_t process; /* its index in the book; -1: it is not in there, or we do not know */
	struct fd_table table;
};

void pass_init(struct pass *pass);

/* Takes the list of processes, in one go; asked is told that a pass begins. 0 or -errno: none has. */
int pass_begin(struct pass *pass, int proc_fd, struct asked_list *asked, const struct keeper *keeper);

/* Goes on until deadline_usec (CLOCK_MONOTONIC), a few descriptors at least, and notes every socket that is asked for.
 * 1: the pass is over, 0: there is more to do, -errno: as 0, but it did not get that far. */
int pass_go_on(struct pass *pass, int proc_fd, const struct asked_list *asked, struct keeper *keeper,
	       uint64_t deadline_usec);

/* Nobody needs it any more. */
void pass_give_up(struct pass *pass, struct asked_list *asked);

void pass_done(struct pass *pass);

#endif
