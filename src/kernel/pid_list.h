/* SPDX-License-Identifier: MIT */
/* All processes, those most likely to hold what is searched for first. */
#ifndef CW_KERNEL_PID_LIST_H
#define CW_KERNEL_PID_LIST_H

#include "kernel/asked.h"
#include "kernel/keeper.h"

struct ranked_pid {
	int32_t pid;
	uint32_t rank; /* small: likely */
};

struct pid_list {
	struct ranked_pid *items;
	size_t n, size;
};

/* Lists the processes of now. First come holders of sockets on a port that is searched for, then holders of any, then
 * processes of a user whose socket is searched for, then the rest, and ourselves at last; the newest first in each.
 * 0, -ENOMEM, or -errno. */
int pid_list_read(struct pid_list *list, int proc_fd, const struct asked_list *asked, const struct keeper *keeper);

void pid_list_done(struct pid_list *list);

#endif
