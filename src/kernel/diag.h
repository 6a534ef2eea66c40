/* SPDX-License-Identifier: MIT */
/* Asks the kernel for the TCP sockets of one network namespace: sock_diag over netlink. */
#ifndef CW_KERNEL_DIAG_H
#define CW_KERNEL_DIAG_H

#include "core/look.h"

struct diag;

/* Opens a sock_diag socket in the caller's network namespace. 0 or -errno (-EPROTONOSUPPORT: no netlink sock_diag). */
int diag_open(struct diag **ret);
struct diag *diag_close(struct diag *diag); /* NULL is fine; returns NULL */

/* One look. listen_only asks for LISTEN alone, which never walks the established hash, and tallies nothing else.
 * Otherwise one walk for both families, or one dump a family where the kernel refuses that, brings every state but
 * ESTABLISHED and TIME_WAIT with INFO and SKMEMINFO (the kernel adds CGROUP_ID to every full socket by itself, it
 * cannot be asked for); LISTEN and CLOSE_WAIT rows are kept, the others tallied while decoding. ESTABLISHED and
 * TIME_WAIT are what is left of the namespace's own counts (kernel/counters.h), read right after the dump.
 * Any failure is tried once more; if it stays, look->complete is false, look->error says why in words (a missing
 * module: how to load it), and the rows that came are kept. Always leaves a valid look; returns 0 or -errno. */
int diag_look(struct diag *diag, bool listen_only, struct look *look);

/* A connection in an accept queue. */
struct diag_waiting {
	uint16_t port; /* the listener's; listeners on several addresses share what is counted for it */
	uint64_t oldest_usec; /* how long the connection that waits longest does: since its handshake */
	uint64_t count; /* connections seen waiting, of those not reset meanwhile */
};

/* Sets oldest_usec and count for each of the n ports, by a dump of the not accepted connections (inode 0) between the
 * lowest and the highest of them. 0 or -errno. Walks the established hash: ask only with a reason. */
int diag_waiting(struct diag *diag, struct diag_waiting *ports, size_t n);

#endif
