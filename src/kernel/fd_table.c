/* SPDX-License-Identifier: MIT */
#include "kernel/fd_table.h"

#include "core/cleanup.h"
#include "kernel/proc_file.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* Nobody may make us read the tables of a million threads one by one for a single descriptor. */
#define THREADS_MAX 64

/* Without rights on other users' processes we are still allowed to look into our own user's, but for the table of a
 * leader that has exited: that one belongs to root. A third refusal means that the process is not ours. */
#define REFUSALS_MAX 2

/* What closes or ends while it is looked at is no error. */
static bool vanished(int r)
{
	return r == -ENOENT || r == -ESRCH;
}

static bool refused(int r)
{
	return r == -EACCES || r == -EPERM;
}

static void dir_closep(struct number_dir *dir)
{
	if (dir->fd >= 0)
		number_dir_close(dir);
}

static int open_table(struct fd_table *table, const char *path)
{
	int r;

	dir_closep(&table->table);
	r = number_dir_open(table->process_fd, path, &table->table);
	if (r == 0)
		snprintf(table->current, sizeof(table->current), "%s", path);
	return r;
}

void fd_table_close(struct fd_table *table)
{
	dir_closep(&table->table);
	dir_closep(&table->tasks);
}

/* Since Linux 6.2 the size of the directory is the number of descriptors; before, it is 0. */
static int64_t size_of(int process_fd, const char *path)
{
	struct stat st;

	return fstatat(process_fd, path, &st, 0) < 0 ? -1 : st.st_size;
}

/* Both sizes are read now: a busy process opens and closes all the time. */
static bool looks_the_same(const struct fd_table *table, const char *path)
{
	return size_of(table->process_fd, table->first) == size_of(table->process_fd, path);
}

/* Opens the next thread's table that is worth reading. 1, 0: there is none, -errno. */
static int next_table(struct fd_table *table)
{
	char path[sizeof(table->first)];
	int32_t tid;
	int r = 0;

	if (table->listed && !table->all_tables)
		return 0;
	if (table->tasks.fd < 0)
		r = number_dir_open(table->process_fd, "task", &table->tasks);
	while (r == 0) {
		r = number_dir_next(&table->tasks, &tid);
		if (r <= 0)
			break;
		snprintf(path, sizeof(path), "task/%d/fd", tid);
		r = 0;
		if (table->listed && looks_the_same(table, path))
			continue;
		r = open_table(table, path);
		if (r == 0)
			return 1;
		if (vanished(r) || (refused(r) && table->refusals++ < REFUSALS_MAX))
			r = 0;
	}
	return vanished(r) ? 0 : r;
}

int fd_table_open(struct fd_table *table, int process_fd, bool all_tables)
{
	int r;

	table->process_fd = process_fd;
	table->all_tables = all_tables;
	table->listed = false;
	table->refusals = 0;
	table->table.fd = table->tasks.fd = -1;
	r = open_table(table, "fd");
	if (refused(r)) {
		int thread;

		table->refusals = 1;
		thread = next_table(table);
		r = thread == 1 ? 0 : thread < 0 ? thread : r;
	}
	if (r < 0)
		fd_table_close(table);
	return vanished(r) ? -ESRCH : r;
}

static int look_at(const struct fd_table *table, int32_t fd, uint32_t *ret_inode)
{
	char name[16];
	uint32_t inode;
	int r;

	snprintf(name, sizeof(name), "%d", fd);
	r = proc_link_number(table->table.fd, name, "socket", &inode);
	if (refused(r))
		return r;
	*ret_inode = r == 1 ? inode : 0;
	return 1;
}

int fd_table_next(struct fd_table *table, int32_t *ret_fd, uint32_t *ret_inode)
{
	for (;;) {
		int r = table->table.fd < 0 ? 0 : number_dir_next(&table->table, ret_fd);

		if (r == 1) {
			if (!table->listed)
				memcpy(table->first, table->current, sizeof(table->first));
			table->listed = true;
			return look_at(table, *ret_fd, ret_inode);
		}
		if (r < 0 && !vanished(r))
			return r;
		r = next_table(table);
		if (r <= 0)
			return r;
	}
}

static int link_is(int at_fd, const char *path, uint32_t inode)
{
	uint32_t target;
	int r = proc_link_number(at_fd, path, "socket", &target);

	if (r == 1)
		return target == inode;
	return vanished(r) ? 0 : r;
}

/* Where the leader has exited, or a thread has a table of its own. 1, 0, -EACCES: none could be looked into. */
static int thread_has(int process_fd, int32_t fd, uint32_t inode)
{
	CW_CLEANUP(dir_closep) struct number_dir tasks = { .fd = -1 };
	int answer = -EACCES, refusals = 0;
	int32_t tid;

	if (number_dir_open(process_fd, "task", &tasks) < 0)
		return answer;
	for (int i = 0; i < THREADS_MAX && refusals <= REFUSALS_MAX && number_dir_next(&tasks, &tid) == 1; i++) {
		char path[48];
		int r;

		snprintf(path, sizeof(path), "%d/fd/%d", tid, fd);
		r = link_is(tasks.fd, path, inode);
		if (r == 1)
			return 1;
		if (r == 0)
			answer = 0;
		else
			refusals++;
	}
	return answer;
}

int fd_table_has(int process_fd, int32_t fd, uint32_t inode)
{
	char path[32];
	int r, thread;

	snprintf(path, sizeof(path), "fd/%d", fd);
	r = link_is(process_fd, path, inode);
	if (r == 1)
		return 1;
	thread = thread_has(process_fd, fd, inode);
	return r < 0 || thread == 1 ? thread : 0;
}

static int count_entries(int at_fd, const char *path, uint64_t *ret)
{
	CW_CLEANUP(dir_closep) struct number_dir dir = { .fd = -1 };
	uint64_t n = 0;
	int32_t fd;
	int r = number_dir_open(at_fd, path, &dir);

	if (r < 0)
		return r;
	while ((r = number_dir_next(&dir, &fd)) == 1)
		n++;
	if (r == 0)
		*ret = n;
	return r;
}

static int count(int process_fd, const char *path, uint64_t *ret)
{
	struct statfs fs;
	int64_t size = size_of(process_fd, path);

	/* The size of other file systems' directories means something else. */
	if (size <= 0 || fstatfs(process_fd, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC)
		return count_entries(process_fd, path, ret);
	*ret = (uint64_t)size;
	return 0;
}

static void count_of_thread(int process_fd, uint64_t *ret)
{
	CW_CLEANUP(dir_closep) struct number_dir tasks = { .fd = -1 };
	int32_t tid;

	if (number_dir_open(process_fd, "task", &tasks) < 0)
		return;
	for (int i = 0; *ret == 0 && i < THREADS_MAX && number_dir_next(&tasks, &tid) == 1; i++) {
		char path[32];

		snprintf(path, sizeof(path), "task/%d/fd", tid);
		count(process_fd, path, ret);
	}
}

int fd_table_count(int process_fd, uint64_t *ret)
{
	uint64_t n = 0;
	int r = count(process_fd, "fd", &n);

	if (n == 0)
		count_of_thread(process_fd, &n);
	if (r < 0 && n == 0)
		return r;
	*ret = n;
	return 0;
}
