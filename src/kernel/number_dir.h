/* SPDX-License-Identifier: MIT */
/* The numbered entries of a directory: the pids of /proc, the threads or the descriptors of a process. Read through a
 * descriptor that stays open, without allocating, so that a long one can be put aside and gone on with later. */
#ifndef CW_KERNEL_NUMBER_DIR_H
#define CW_KERNEL_NUMBER_DIR_H

#include <stdint.h>

struct number_dir {
	int fd; /* of the directory, for openat() and its kin */
	uint32_t at, end; /* what of buffer is not handed out yet */
	_Alignas(8) char buffer[8192];
};

/* 0 or -errno. path is relative to at_fd. */
int number_dir_open(int at_fd, const char *path, struct number_dir *dir);

/* The next number that names an entry, in the kernel's order. 1; 0: the end; -errno. */
int number_dir_next(struct number_dir *dir, int32_t *ret_number);

void number_dir_close(struct number_dir *dir);

#endif
