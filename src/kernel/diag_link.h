/* SPDX-License-Identifier: MIT */
/* A sock_diag socket and its receive buffer: sends a request, feeds what comes back to a stream. */
#ifndef CW_KERNEL_DIAG_LINK_H
#define CW_KERNEL_DIAG_LINK_H

#include "kernel/diag_request.h"
#include "kernel/diag_stream.h"

struct mnl_socket;

struct diag_link {
	struct mnl_socket *socket; /* NULL: not open */
	char *buffer;
	uint32_t sequence; /* of the last request */
};

#define DIAG_LINK_TIMEOUT_SEC 5

/* Opens the socket in the caller's network namespace. 0 or -errno: link is closed. */
int diag_link_open(struct diag_link *link);
void diag_link_close(struct diag_link *link);

/* Sends the request and receives its whole answer; stream has take and context set, the rest is filled in.
 * 0; -errno as diag_stream_feed(), and -ETIMEDOUT: no answer for DIAG_LINK_TIMEOUT_SEC; -EMSGSIZE: a message that is
 * longer than the buffer; -EPROTO: also bytes that the kernel did not send; -ENOBUFS: also messages that the kernel had
 * to drop. After a failure the rest of the answer may still be on its way: close the link and open it anew. */
int diag_link_dump(struct diag_link *link, const struct diag_request *request, uint8_t family,
		   struct diag_stream *stream);

#endif
