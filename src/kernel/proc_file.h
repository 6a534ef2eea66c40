/* SPDX-License-Identifier: MIT */
/* Reads the small files and links of /proc. */
#ifndef CW_KERNEL_PROC_FILE_H
#define CW_KERNEL_PROC_FILE_H

#include <stddef.h>
#include <stdint.h>

/* The file's first size - 1 bytes, and a NUL. Its length, or -errno. path is relative to at_fd. */
int proc_file_read(int at_fd, const char *path, char *buffer, size_t size);

/* The number in a link such as "socket:[123]", where what is "socket". 1; 0: the link names something else; -errno. */
int proc_link_number(int at_fd, const char *path, const char *what, uint32_t *ret);

/* For CW_CLEANUP(): closes a descriptor that is not negative. */
void proc_closep(int *fd);

#endif
