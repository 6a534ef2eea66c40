/* SPDX-License-Identifier: MIT */
/* What /proc tells about one process. */
#ifndef CW_KERNEL_PROCESS_INFO_H
#define CW_KERNEL_PROCESS_INFO_H

#include "core/holders.h"

/* Fills *ret: pid, start, uid, name (escaped), unit, program file, open descriptors and their limit. What cannot be
 * read is left at 0 or "". proc_fd: a descriptor of /proc. 0; -ESRCH: it has gone; -errno. */
int process_info_read(int proc_fd, int32_t pid, struct process *ret);

/* The start time alone: the cheap way to see that a pid is still the same process. 0, -ESRCH, -errno. */
int process_info_start(int proc_fd, int32_t pid, uint64_t *ret_ticks);

/* Reads open descriptors and limit again. 0, -ESRCH, -errno. */
int process_info_descriptors(int proc_fd, struct process *process);

/* The process's directory: a descriptor that never becomes another process's when the pid is used again. -ESRCH: it
 * has gone; -errno. The two below read through it, as the ones above do by pid. */
int process_info_open(int proc_fd, int32_t pid);
int process_info_read_at(int process_fd, int32_t pid, struct process *ret);
int process_info_start_at(int process_fd, uint64_t *ret_ticks);

/* The unit in a cgroup path such as "/system.slice/nginx.service/worker": "nginx.service". Units of a user's manager
 * count, as "user@1000.service/foo.service"; session scopes, init.scope and slices do not. Writes the name unescaped. 1, or 0: none. */
int process_info_unit_of_cgroup(const char *path, char *buffer, size_t size);

/* The unit in a whole /proc/PID/cgroup; else as above. */
int process_info_unit_of_cgroup_file(const char *text, char *buffer, size_t size);

/* The unit of a socket's cgroup v2 id (INET_DIAG_CGROUP_ID); needs CAP_DAC_READ_SEARCH. Escaped. 1; 0: none or not known.
 * cgroup_fd: a descriptor of the cgroup2 mount, or -1. */
int process_info_unit_of_cgroup_id(int cgroup_fd, uint64_t cgroup_id, char *buffer, size_t size);

/* Opens the cgroup2 mount: /sys/fs/cgroup, or /sys/fs/cgroup/unified on a hybrid host. A descriptor, or -errno. */
int process_info_open_cgroup(void);

#endif
