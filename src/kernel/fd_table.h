/* SPDX-License-Identifier: MIT */
/* The descriptors of one process: which are sockets. process_fd is a descriptor of /proc/PID throughout, so that a pid
 * that is used again is never taken for its predecessor. Where the leader thread has exited, its table is empty, and
 * that of the other threads is read instead. */
#ifndef CW_KERNEL_FD_TABLE_H
#define CW_KERNEL_FD_TABLE_H

#include "kernel/number_dir.h"

#include <stdbool.h>
#include <stdint.h>

/* A walk over the descriptors. It can be put aside and gone on with as long as process_fd is open. */
struct fd_table {
	int process_fd;
	bool all_tables;
	uint8_t refusals;
	bool listed; /* some table had an entry: first names it */
	char first[32];
	char current[32];
	struct number_dir table; /* fd -1: none is open */
	struct number_dir tasks;
};

/* all_tables: also look for threads that have a table of their own beside the process's. These are told by the number
 * of their descriptors alone (which needs Linux 6.2): a table of the same size is taken for the same.
 * 0; -EACCES, -EPERM: may not be looked into; -ESRCH: gone; -errno. */
int fd_table_open(struct fd_table *table, int process_fd, bool all_tables);

/* The next descriptor; *ret_inode is 0 if it is no socket. 1; 0: that was all; -errno as above. */
int fd_table_next(struct fd_table *table, int32_t *ret_fd, uint32_t *ret_inode);

/* Leaves process_fd open. */
void fd_table_close(struct fd_table *table);

/* Whether the descriptor is the socket, in the table of the process or of one of its first 64 threads. 1, 0, or
 * -errno: cannot be told. */
int fd_table_has(int process_fd, int32_t fd, uint32_t inode);

/* How many descriptors are open. 0 or -errno. */
int fd_table_count(int process_fd, uint64_t *ret);

#endif
