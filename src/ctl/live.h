/* SPDX-License-Identifier: MIT */
/* One look at the machine by ourselves, with no daemon: what scan, list sockets and explain's evidence show. */
#ifndef CW_CTL_LIVE_H
#define CW_CTL_LIVE_H

#include "core/config.h"
#include "core/report.h"

/* One CLOSE_WAIT socket, as seen live. */
struct live_socket {
	size_t group; /* index into live.report.groups; SIZE_MAX: not in a group */
	uint16_t port; /* local */
	char remote[SOCK_ENDPOINT_MAX];
	uint32_t uid;
	uint32_t unread; /* bytes, without the FIN */
	bool accepted;
	bool stale;
	bool active;
	bool inherited;
	enum cause cause;
	struct age idle;
	int32_t pid; /* main holder; 0: none is known */
	int32_t fd;
	size_t more_holders; /* other (process, descriptor) pairs that hold it */
	char process[COMM_MAX_ESCAPED];
};

struct live {
	struct report report;
	struct live_socket *sockets; /* longest idle first */
	size_t n_sockets;
};

/* Looks once. 0 (report.complete and report.health tell what was missing), or -errno with ret_why. */
int live_look(const struct config *config, struct live *ret, char *ret_why, size_t why_size);

void live_done(struct live *live);

#endif
