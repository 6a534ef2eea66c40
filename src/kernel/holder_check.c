/* SPDX-License-Identifier: MIT */
#include "kernel/holder_check.h"

#include "core/cleanup.h"
#include "kernel/fd_table.h"
#include "kernel/machine.h"
#include "kernel/proc_file.h"
#include "kernel/process_info.h"

#include <errno.h>
#include <string.h>

#define PROCESSES_AT_ONCE 64
#define LINKS_AT_ONCE 256

static void lose(struct keeper *keeper, struct asked_list *asked, struct hold *hold)
{
	struct asked *socket = asked_find(asked, hold->inode);

	if (socket)
		asked_search_anew(socket);
	keeper_lose(keeper, hold);
}

static void lose_process(struct keeper *keeper, struct asked_list *asked, size_t process)
{
	for (uint32_t i = keeper->first[process]; i < keeper->first[process + 1]; i++)
		lose(keeper, asked, &keeper->book.holds[keeper->by_process[i]]);
}

/* What cannot be told (no right, no memory) changes nothing. */
static void check_process(int proc_fd, struct keeper *keeper, struct asked_list *asked, size_t index)
{
	struct process *known = &keeper->book.processes[index], now;
	int r = process_info_read(proc_fd, known->pid, &now);

	if (r == -ESRCH || (r == 0 && now.start_ticks != known->start_ticks)) {
		lose_process(keeper, asked, index);
		return;
	}
	if (r < 0)
		return;
	/* A process that only calls itself something else stays the same owner, and its findings keep their ids. */
	if (known->exe_inode && process_same_program(known, &now))
		memcpy(now.name, known->name, sizeof(now.name));
	*known = now;
}

void holder_check_processes(struct holder_check *check, int proc_fd, struct keeper *keeper, struct asked_list *asked,
			    uint64_t deadline_usec)
{
	size_t n = keeper->book.n_processes;

	if (n > PROCESSES_AT_ONCE)
		n = PROCESSES_AT_ONCE;
	for (size_t i = 0; i < n; i++) {
		check->process %= keeper->book.n_processes;
		check_process(proc_fd, keeper, asked, check->process++);
		if (machine_monotonic_usec() >= deadline_usec)
			break;
	}
}

static int open_known(int proc_fd, const struct process *known)
{
	CW_CLEANUP(proc_closep) int fd = process_info_open(proc_fd, known->pid);
	uint64_t start_ticks;
	int taken, r;

	if (fd < 0)
		return fd;
	r = process_info_start_at(fd, &start_ticks);
	if (r < 0)
		return r;
	if (start_ticks != known->start_ticks)
		return -ESRCH;
	taken = fd;
	fd = -1;
	return taken;
}

/* Some of one process's links: by_process[from] and on, up to by_process[to]. */
static void check_links_of(int proc_fd, struct keeper *keeper, struct asked_list *asked, uint32_t process, size_t from,
			   size_t to)
{
	CW_CLEANUP(proc_closep) int process_fd = open_known(proc_fd, &keeper->book.processes[process]);

	if (process_fd == -ESRCH)
		lose_process(keeper, asked, process);
	for (size_t i = from; process_fd >= 0 && i < to; i++) {
		struct hold *hold = &keeper->book.holds[keeper->by_process[i]];

		if (fd_table_has(process_fd, hold->fd, hold->inode) == 0)
			lose(keeper, asked, hold);
	}
}

/* The process that by_process[at] belongs to: the last that begins there or before. */
static uint32_t process_at(const struct keeper *keeper, size_t at)
{
	size_t low = 0, high = keeper->book.n_processes;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (keeper->first[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return (uint32_t)low;
}

void holder_check_links(struct holder_check *check, int proc_fd, struct keeper *keeper, struct asked_list *asked)
{
	size_t n = keeper->book.n_holds, left = n < LINKS_AT_ONCE ? n : LINKS_AT_ONCE;

	while (left) {
		size_t from, to;
		uint32_t process;

		check->link %= n;
		from = check->link;
		process = process_at(keeper, from);
		to = keeper->first[process + 1];
		if (to - from > left)
			to = from + left;
		check_links_of(proc_fd, keeper, asked, process, from, to);
		left -= to - from;
		check->link = to;
	}
}
