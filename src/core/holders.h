/* SPDX-License-Identifier: MIT */
/* Who holds which socket: processes, and the descriptors of theirs that are sockets somebody asked about. */
#ifndef CW_CORE_HOLDERS_H
#define CW_CORE_HOLDERS_H

#include "core/escape.h"

#include <stdbool.h>
#include <stdint.h>

struct process {
	int32_t pid;
	uint32_t uid;
	uint64_t start_ticks; /* /proc/PID/stat field 22: with the pid, names a process for good */
	uint64_t exe_device; /* of the program's file; both 0: not readable */
	uint64_t exe_inode;
	uint64_t descriptors_open; /* 0: not known */
	uint64_t descriptors_limit; /* soft RLIMIT_NOFILE; 0: not known, UINT64_MAX: unlimited */
	char name[COMM_MAX_ESCAPED]; /* comm, escaped */
	char unit[NAME_MAX_ESCAPED]; /* systemd unit, escaped; "": none, or a bare session or slice */
};

/* One descriptor of one socket. */
struct hold {
	uint32_t inode;
	uint32_t process; /* index into holder_book.processes */
	int32_t fd;
};

enum attribution_state {
	ATTRIBUTION_PENDING, /* not every process was looked through since the socket was asked for */
	ATTRIBUTION_DONE, /* all its holders are in the book; none: no process holds it */
	ATTRIBUTION_DENIED, /* as DONE, but some processes could not be looked into */
};

/* A socket somebody asked about. Sorted by inode. */
struct held_socket {
	uint32_t inode;
	uint8_t state; /* enum attribution_state */
};

struct holder_book {
	struct process *processes;
	size_t n_processes;
	struct hold *holds; /* sorted by inode, then the process's start, pid, then fd */
	size_t n_holds;
	struct held_socket *sockets;
	size_t n_sockets;
};

/* The holds of a socket: a slice of book->holds, *ret_n of them; NULL and 0 if none is known. */
const struct hold *holders_of(const struct holder_book *book, uint32_t inode, size_t *ret_n);

/* What is known of a socket's holders; one nobody asked about is pending. */
enum attribution_state holders_state(const struct holder_book *book, uint32_t inode);

/* Whether both run the same program: the same file, else (files not readable) the same name. */
bool process_same_program(const struct process *a, const struct process *b);

/* Sorts holds and sockets as the fields' comments say. For whoever fills a book. */
void holders_sort(struct holder_book *book);

/* Frees what the book owns and leaves an empty one. */
void holders_done(struct holder_book *book);

#endif
