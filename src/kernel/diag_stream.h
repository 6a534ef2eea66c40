/* SPDX-License-Identifier: MIT */
/* The answer to one sock_diag dump: takes received bytes, hands on rows, sees every way an answer can fail. Pure: it
 * knows buffers, no socket. */
#ifndef CW_KERNEL_DIAG_STREAM_H
#define CW_KERNEL_DIAG_STREAM_H

#include "core/sock_row.h"

/* Takes one row. 0, or -errno, which ends the dump. */
typedef int (*diag_take_row)(void *context, const struct sock_row *row);

struct diag_stream {
	diag_take_row take;
	void *context;
	uint32_t sequence; /* of the request; not 0 */
	uint32_t port; /* netlink port of the socket that asked */
	uint16_t type; /* message type of the request, which the kernel's rows carry too */
	uint64_t rows; /* handed on so far */
	bool refused; /* it failed, and by the kernel's own word: NLMSG_ERROR, or an error in NLMSG_DONE */
};

/* Takes in what one recvmsg() brought; bytes are aligned for struct nlmsghdr.
 * 1: more must come. 0: the dump has ended well. -errno: it has failed: the kernel's own error; -EBADMSG: cut,
 * trailing or senseless bytes; -EPROTO: not the answer to our request; -EINTR: the tables changed in a way that makes
 * the dump unusable (NLM_F_DUMP_INTR); -ENOBUFS: messages were lost (NLMSG_OVERRUN); or what take() returned. */
int diag_stream_feed(struct diag_stream *stream, const void *bytes, size_t length);

#endif
