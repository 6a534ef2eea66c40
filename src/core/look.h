/* SPDX-License-Identifier: MIT */
/* What one look at the machine's sockets brought: plain data, read by kernel/, understood by the rest of core. */
#ifndef CW_CORE_LOOK_H
#define CW_CORE_LOOK_H

#include "core/sock_row.h"

/* Per-namespace counters that only ever rise. */
struct tcp_counters {
	uint64_t listen_overflows; /* TcpExt ListenOverflows */
	uint64_t listen_drops; /* TcpExt ListenDrops: rises for more reasons than overflows */
};

struct look {
	uint64_t start_usec; /* CLOCK_MONOTONIC, before the first request ... */
	uint64_t end_usec; /* ... and after the last answer: a row's own time lies between the two */
	bool complete; /* false: something failed or is missing; nothing may be concluded from absence */
	bool listen_only; /* only LISTEN rows were asked for */
	bool has_counters;
	uint32_t somaxconn; /* 0: unknown */
	struct tcp_counters counters;
	struct sock_tally tally; /* all states, also those whose rows are not kept */
	struct sock_row *rows; /* LISTEN and CLOSE_WAIT only, in the kernel's order, duplicates possible */
	size_t n_rows;
	size_t rows_size; /* allocated; the array is used again by the next look */
	char error[160]; /* !complete: what failed, for health; "" otherwise */
};

/* Forgets the last look but keeps the array for the next. */
void look_reset(struct look *look);

/* Adds a copy of row. 0, or -ENOMEM. */
int look_add(struct look *look, const struct sock_row *row);

void look_done(struct look *look);

#endif
