/* SPDX-License-Identifier: MIT */
#include "kernel/pass.h"

#include "kernel/machine.h"
#include "kernel/process_info.h"

#include <errno.h>
#include <unistd.h>

/* Between two looks at the clock: about 0.2 ms. A process with many descriptors does not break the budget, it is gone
 * on with at the next call. */
#define DESCRIPTORS_AT_ONCE 64

void pass_init(struct pass *pass)
{
	pass->active = false;
	pass->process_fd = -1;
	pass->scanned = 0;
	pass->pids = (struct pid_list){ 0 };
}

/* Those searched for in vain may be in a table that only a thread has. */
static bool any_in_vain(const struct asked_list *asked)
{
	for (size_t i = 0; i < asked->n; i++) {
		if (asked->items[i].urgent && asked->items[i].search == SEARCH_WAITS && asked->items[i].pause)
			return true;
	}
	return false;
}

int pass_begin(struct pass *pass, int proc_fd, struct asked_list *asked, const struct keeper *keeper)
{
	int r = pid_list_read(&pass->pids, proc_fd, asked, keeper);

	if (r < 0)
		return r;
	pass->active = true;
	pass->all_tables = any_in_vain(asked);
	pass->next = 0;
	pass->denied = 0;
	asked_pass_begins(asked);
	return 0;
}

static void leave_process(struct pass *pass)
{
	if (pass->process_fd >= 0) {
		fd_table_close(&pass->table);
		close(pass->process_fd);
		pass->process_fd = -1;
	}
}

/* Only a fault of ours stops the pass. */
static int give_up_process(struct pass *pass, int r)
{
	leave_process(pass);
	if (r == -ENOMEM || r == -EMFILE || r == -ENFILE)
		return r;
	if (r != -ESRCH && r != -ENOENT)
		pass->denied++;
	pass->next++;
	return 0;
}

static int enter_process(struct pass *pass, int proc_fd)
{
	int r;

	pass->process = -1;
	pass->process_fd = process_info_open(proc_fd, pass->pids.items[pass->next].pid);
	if (pass->process_fd < 0)
		return give_up_process(pass, pass->process_fd);
	r = fd_table_open(&pass->table, pass->process_fd, pass->all_tables);
	return r < 0 ? give_up_process(pass, r) : 0;
}

static int note(struct pass *pass, struct keeper *keeper, uint32_t inode, int32_t fd)
{
	/* Asked only now: most processes hold nothing that is asked for. */
	if (pass->process < 0) {
		struct process process;
		int r = process_info_read_at(pass->process_fd, pass->pids.items[pass->next].pid, &process);

		if (r < 0)
			return r;
		pass->process = keeper_process(keeper, &process);
		if (pass->process < 0)
			return (int)pass->process;
	}
	return keeper_hold(keeper, (struct hold){ inode, (uint32_t)pass->process, fd });
}

/* A few descriptors of the process. 0: go on, -errno: a fault of ours. */
static int walk(struct pass *pass, const struct asked_list *asked, struct keeper *keeper)
{
	for (int i = 0; i < DESCRIPTORS_AT_ONCE; i++) {
		uint32_t inode;
		int32_t fd;
		int r = fd_table_next(&pass->table, &fd, &inode);

		if (r == 0) {
			leave_process(pass);
			pass->scanned++;
			pass->next++;
			return 0;
		}
		if (r == 1 && inode && asked_find(asked, inode))
			r = note(pass, keeper, inode, fd);
		if (r < 0)
			return give_up_process(pass, r);
	}
	return 0;
}

int pass_go_on(struct pass *pass, int proc_fd, const struct asked_list *asked, struct keeper *keeper,
	       uint64_t deadline_usec)
{
	/* The book may have been sorted since. */
	pass->process = -1;
	while (pass->next < pass->pids.n) {
		int r = pass->process_fd < 0 ? enter_process(pass, proc_fd) : 0;

		if (r == 0 && pass->process_fd >= 0)
			r = walk(pass, asked, keeper);
		if (r < 0)
			return r;
		if (machine_monotonic_usec() >= deadline_usec)
			break;
	}
	pass->active = pass->next < pass->pids.n;
	return !pass->active;
}

void pass_give_up(struct pass *pass, struct asked_list *asked)
{
	leave_process(pass);
	pass->active = false;
	asked_pass_given_up(asked);
}

void pass_done(struct pass *pass)
{
	leave_process(pass);
	pid_list_done(&pass->pids);
	pass->active = false;
}
