/* SPDX-License-Identifier: MIT */
/* The host: its name, its boot, our rights on it. */
#ifndef CW_KERNEL_MACHINE_H
#define CW_KERNEL_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The host's name, escaped; "localhost" if it cannot be told. size >= 2. */
void machine_host(char *buffer, size_t size);

/* The boot id, 36 characters and NUL. 0 or -errno. */
int machine_boot_id(int proc_fd, char buffer[37]);

/* The inode number of our network namespace; 0 if it cannot be told. */
uint32_t machine_netns(int proc_fd);

/* Whether we hold CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, without which other users' descriptors cannot be seen. */
bool machine_sees_holders(void);

/* The clocks, in microseconds: the only place that reads them. */
uint64_t machine_monotonic_usec(void);
uint64_t machine_realtime_usec(void);

#endif
