/* SPDX-License-Identifier: MIT */
#include "kernel/pid_list.h"

#include "core/cleanup.h"
#include "kernel/number_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	RANK_SAME_PORT,
	RANK_HOLDER,
	RANK_SAME_USER,
	RANK_OTHER,
	RANK_SELF,
};

/* Few users have sockets that leak at the same time; those beyond have to wait for their turn. */
#define USERS_MAX 32

/* What is searched for. */
struct clues {
	uint64_t ports[65536 / 64];
	uint32_t users[USERS_MAX];
	size_t n_users;
};

static bool has_user(const struct clues *clues, uint32_t uid)
{
	for (size_t i = 0; i < clues->n_users; i++) {
		if (clues->users[i] == uid)
			return true;
	}
	return false;
}

static bool has_port(const struct clues *clues, uint16_t port)
{
	return clues->ports[port / 64] >> (port % 64) & 1;
}

static void read_clues(const struct asked_list *asked, struct clues *clues)
{
	for (size_t i = 0; i < asked->n; i++) {
		const struct asked *socket = &asked->items[i];

		if (!socket->urgent || socket->search != SEARCH_WAITS)
			continue;
		clues->ports[socket->port / 64] |= 1ull << (socket->port % 64);
		if (clues->n_users < USERS_MAX && !has_user(clues, socket->uid))
			clues->users[clues->n_users++] = socket->uid;
	}
}

static int add(struct pid_list *list, int32_t pid)
{
	if (list->n == list->size) {
		size_t size = list->size ? list->size * 2 : 256;
		struct ranked_pid *larger = reallocarray(list->items, size, sizeof(*larger));

		if (!larger)
			return -ENOMEM;
		list->items = larger;
		list->size = size;
	}
	list->items[list->n++] = (struct ranked_pid){ pid, RANK_OTHER };
	return 0;
}

static void closep(struct number_dir *dir)
{
	if (dir->fd >= 0)
		number_dir_close(dir);
}

static int list_pids(struct pid_list *list, int proc_fd)
{
	CW_CLEANUP(closep) struct number_dir dir = { .fd = -1 };
	int32_t pid;
	/* Opened anew: the offset of proc_fd is not ours. */
	int r = number_dir_open(proc_fd, ".", &dir);

	list->n = 0;
	while (r == 0) {
		r = number_dir_next(&dir, &pid);
		if (r <= 0)
			break;
		r = add(list, pid);
	}
	return r;
}

static uint32_t rank_by_user(const struct clues *clues, int proc_fd, int32_t pid)
{
	struct stat st;
	char name[16];

	if (pid == getpid())
		return RANK_SELF;
	snprintf(name, sizeof(name), "%d", pid);
	if (fstatat(proc_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return RANK_OTHER;
	return has_user(clues, st.st_uid) ? RANK_SAME_USER : RANK_OTHER;
}

static uint32_t rank_of_holder(const struct clues *clues, const struct asked_list *asked, const struct keeper *keeper,
			       size_t process)
{
	for (uint32_t i = keeper->first[process]; i < keeper->first[process + 1]; i++) {
		const struct hold *hold = &keeper->book.holds[keeper->by_process[i]];
		const struct asked *socket = asked_find(asked, hold->inode);

		if (socket && has_port(clues, socket->port))
			return RANK_SAME_PORT;
	}
	return RANK_HOLDER;
}

static int compare_pids(const void *left, const void *right)
{
	const struct ranked_pid *a = left, *b = right;

	return (a->pid < b->pid) - (a->pid > b->pid);
}

static int compare_ranks(const void *left, const void *right)
{
	const struct ranked_pid *a = left, *b = right;
	int order = (a->rank > b->rank) - (a->rank < b->rank);

	return order ? order : compare_pids(a, b);
}

int pid_list_read(struct pid_list *list, int proc_fd, const struct asked_list *asked, const struct keeper *keeper)
{
	const struct holder_book *book = &keeper->book;
	struct clues clues = { 0 };
	int r = list_pids(list, proc_fd);

	if (r < 0 || list->n == 0)
		return r;
	read_clues(asked, &clues);
	qsort(list->items, list->n, sizeof(*list->items), compare_pids);
	for (size_t i = 0; i < list->n; i++)
		list->items[i].rank = rank_by_user(&clues, proc_fd, list->items[i].pid);
	for (size_t i = 0; i < book->n_processes; i++) {
		struct ranked_pid key = { .pid = book->processes[i].pid }, *found;

		found = bsearch(&key, list->items, list->n, sizeof(*list->items), compare_pids);
		if (found)
			found->rank = rank_of_holder(&clues, asked, keeper, i);
	}
	qsort(list->items, list->n, sizeof(*list->items), compare_ranks);
	return 0;
}

void pid_list_done(struct pid_list *list)
{
	free(list->items);
	*list = (struct pid_list){ 0 };
}
