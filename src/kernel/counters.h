/* SPDX-License-Identifier: MIT */
/* The namespace's counters, from /proc/self/net and /proc/sys. */
#ifndef CW_KERNEL_COUNTERS_H
#define CW_KERNEL_COUNTERS_H

#include "core/look.h"

struct sockstat {
	uint64_t inuse; /* TCP and TCP6: every socket that is in a table, timewait and request sockets left out */
	uint64_t timewait; /* timewait sockets, FIN_WAIT2 ones included */
};

/* proc_fd: a descriptor of /proc. 0, or -errno; -EBADMSG: not the format we know. */
int counters_read_sockstat(int proc_fd, struct sockstat *ret);
int counters_read_netstat(int proc_fd, struct tcp_counters *ret);
int counters_read_somaxconn(int proc_fd, uint32_t *ret);

#endif
