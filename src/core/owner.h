/* SPDX-License-Identifier: MIT */
/* Who a socket is billed to: the systemd unit of its holder, else the process's name, else the user id. */
#ifndef CW_CORE_OWNER_H
#define CW_CORE_OWNER_H

#include "core/escape.h"
#include "core/holders.h"
#include "core/sock_row.h"

#define OWNER_NONE UINT32_MAX

struct owner {
	char name[NAME_MAX_ESCAPED];
	char unit[NAME_MAX_ESCAPED]; /* "": none */
	char process[COMM_MAX_ESCAPED]; /* "": not known */
};

/* The unit of a socket's cgroup: writes an escaped name and returns 1; 0: none. For sockets nobody holds. */
typedef int (*owner_unit_of)(void *context, uint64_t cgroup_id, char *buffer, size_t size);

/* The owners met in one look, each once: an index names one. */
struct owners {
	struct owner *list;
	size_t n, size;
	uint32_t *of_process; /* by index in the book; OWNER_NONE: not asked yet */
	const struct holder_book *book;
	owner_unit_of unit_of; /* may be NULL */
	void *unit_context;
	struct owner_memo { /* answers of owners_of_row(): asking for a cgroup's unit costs system calls */
		uint64_t cgroup_id;
		uint32_t uid;
		uint32_t owner; /* index + 1; 0: empty */
	} memo[64];
};

/* 0, or -ENOMEM. */
int owners_init(struct owners *owners, const struct holder_book *book, owner_unit_of unit_of, void *unit_context);
void owners_done(struct owners *owners);

/* Index into list, or OWNER_NONE: out of memory. process: index in the book. */
uint32_t owners_of_process(struct owners *owners, uint32_t process);

/* The same for a socket without a known holder: by its cgroup, else its uid. */
uint32_t owners_of_row(struct owners *owners, const struct sock_row *row);

#endif
