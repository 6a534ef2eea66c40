/* SPDX-License-Identifier: MIT */
#include "kernel/process_info.h"

#include "core/cleanup.h"
#include "kernel/fd_table.h"
#include "kernel/proc_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A process that ends while it is looked at gives ENOENT for what is opened by name, ESRCH for what is open. */
static int gone(int r)
{
	return r == -ENOENT ? -ESRCH : r;
}

int process_info_open(int proc_fd, int32_t pid)
{
	char name[16];
	int fd;

	snprintf(name, sizeof(name), "%d", pid);
	fd = openat(proc_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? gone(-errno) : fd;
}

static bool parse_u64(const char *text, uint64_t *ret)
{
	unsigned long long number;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || (*end != ' ' && *end != '\n' && *end != '\0'))
		return false;
	*ret = number;
	return true;
}

/* The name is the second field and holds what it likes, spaces, parentheses and newlines too. What follows the last
 * parenthesis is the kernel's own. */
static bool parse_start(const char *stat, size_t length, uint64_t *ret_ticks)
{
	const char *at = memrchr(stat, ')', length);

	if (!at)
		return false;
	for (int field = 2; field < 22; field++) {
		at = strchr(at, ' ');
		if (!at)
			return false;
		at++;
	}
	return parse_u64(at, ret_ticks);
}

int process_info_start_at(int process_fd, uint64_t *ret_ticks)
{
	char stat[1024];
	int length = proc_file_read(process_fd, "stat", stat, sizeof(stat));

	if (length < 0)
		return gone(length);
	return parse_start(stat, (size_t)length, ret_ticks) ? 0 : -EBADMSG;
}

int process_info_start(int proc_fd, int32_t pid, uint64_t *ret_ticks)
{
	CW_CLEANUP(proc_closep) int process_fd = process_info_open(proc_fd, pid);

	return process_fd < 0 ? process_fd : process_info_start_at(process_fd, ret_ticks);
}

static void read_name(int process_fd, struct process *process)
{
	char comm[64];
	int length = proc_file_read(process_fd, "comm", comm, sizeof(comm));

	if (length <= 0)
		return;
	/* The kernel adds one newline; any other is part of the name. */
	if (comm[length - 1] == '\n')
		length--;
	/* A process may call itself nothing at all; a sentence about it needs a word. */
	if (length == 0)
		snprintf(process->name, sizeof(process->name), "(nameless)");
	else
		escape_name(comm, (size_t)length, process->name, sizeof(process->name));
}

/* The unit is read from the path, not asked from sd_pid_get_unit(): that one reads the same file, but only in /proc,
 * calls every user's units user@UID.service, and reads it a second time to tell them apart. */
static void read_unit(int process_fd, struct process *process)
{
	char text[16 * 1024], unit[NAME_MAX_ESCAPED];

	if (proc_file_read(process_fd, "cgroup", text, sizeof(text)) <= 0)
		return;
	if (process_info_unit_of_cgroup_file(text, unit, sizeof(unit)) == 1)
		escape_name(unit, strlen(unit), process->unit, sizeof(process->unit));
}

static void read_limit(int process_fd, struct process *process)
{
	static const char title[] = "\nMax open files ";
	char text[4096];
	const char *at;

	if (proc_file_read(process_fd, "limits", text, sizeof(text)) <= 0)
		return;
	at = strstr(text, title);
	if (!at)
		return;
	at += sizeof(title) - 1;
	at += strspn(at, " ");
	if (strncmp(at, "unlimited ", 10) == 0)
		process->descriptors_limit = UINT64_MAX;
	else
		parse_u64(at, &process->descriptors_limit);
}

static void read_descriptors(int process_fd, struct process *process)
{
	process->descriptors_open = process->descriptors_limit = 0;
	fd_table_count(process_fd, &process->descriptors_open);
	read_limit(process_fd, process);
}

int process_info_read_at(int process_fd, int32_t pid, struct process *ret)
{
	struct process process = { .pid = pid };
	struct stat st;
	int r = process_info_start_at(process_fd, &process.start_ticks);

	if (r < 0)
		return r;
	/* The directory itself always belongs to the effective user; what is in it may be root's. */
	if (fstat(process_fd, &st) < 0)
		return gone(-errno);
	process.uid = st.st_uid;
	if (fstatat(process_fd, "exe", &st, 0) == 0) {
		process.exe_device = st.st_dev;
		process.exe_inode = st.st_ino;
	}
	read_name(process_fd, &process);
	read_unit(process_fd, &process);
	read_descriptors(process_fd, &process);
	*ret = process;
	return 0;
}

int process_info_read(int proc_fd, int32_t pid, struct process *ret)
{
	CW_CLEANUP(proc_closep) int process_fd = process_info_open(proc_fd, pid);

	return process_fd < 0 ? process_fd : process_info_read_at(process_fd, pid, ret);
}

int process_info_descriptors(int proc_fd, struct process *process)
{
	CW_CLEANUP(proc_closep) int process_fd = process_info_open(proc_fd, process->pid);
	uint64_t start_ticks;
	int r;

	if (process_fd < 0)
		return process_fd;
	r = process_info_start_at(process_fd, &start_ticks);
	if (r < 0)
		return r;
	if (start_ticks != process->start_ticks)
		return -ESRCH;
	read_descriptors(process_fd, process);
	return 0;
}
