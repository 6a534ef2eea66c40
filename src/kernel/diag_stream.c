/* SPDX-License-Identifier: MIT */
#include "kernel/diag_stream.h"

#include "kernel/diag_decode.h"

#include <errno.h>
#include <linux/netlink.h>

#define KERNEL_MAX_ERRNO 4095

/* This is done by hand because of what libmnl's mnl_cb_run() lets pass (1.0.4): NLMSG_DONE with an error in it is a
 * success, bytes that are no message end the run silently, a length of 2 GiB and more fits into every buffer, and a
 * sequence number of 0 is the answer to any question. */

static const void *payload_of(const struct nlmsghdr *header)
{
	return header + 1;
}

static size_t payload_length(const struct nlmsghdr *header)
{
	return header->nlmsg_len - sizeof(*header);
}

/* The kernel's errors are -1 to -4095; anything else is no error of its own. */
static int refuse(struct diag_stream *stream, int32_t error)
{
	if (error >= 0 || error < -KERNEL_MAX_ERRNO)
		return -EBADMSG;
	stream->refused = true;
	return error;
}

static int take_error(struct diag_stream *stream, const struct nlmsghdr *header)
{
	const struct nlmsgerr *message = payload_of(header);

	return payload_length(header) < sizeof(*message) ? -EBADMSG : refuse(stream, message->error);
}

/* A dump that fails on its way says so in its last message. */
static int take_done(struct diag_stream *stream, const struct nlmsghdr *header)
{
	const int32_t *error = payload_of(header);

	if (payload_length(header) < sizeof(*error))
		return -EBADMSG;
	return *error == 0 ? 0 : refuse(stream, *error);
}

static int take_row(struct diag_stream *stream, const struct nlmsghdr *header)
{
	struct sock_row row;
	int r = diag_decode(payload_of(header), payload_length(header), &row);

	if (r >= 0)
		r = stream->take(stream->context, &row);
	if (r < 0)
		return r;
	stream->rows++;
	return 1;
}

/* 1: more must come. 0: it was the last message. -errno. */
static int take_message(struct diag_stream *stream, const struct nlmsghdr *header)
{
	if (header->nlmsg_seq != stream->sequence || header->nlmsg_pid != stream->port)
		return -EPROTO;
	if (header->nlmsg_flags & NLM_F_DUMP_INTR)
		return -EINTR;
	if (header->nlmsg_type == stream->type)
		return take_row(stream, header);
	switch (header->nlmsg_type) {
	case NLMSG_NOOP:
		return 1;
	case NLMSG_DONE:
		return take_done(stream, header);
	case NLMSG_ERROR:
		return take_error(stream, header);
	case NLMSG_OVERRUN:
		return -ENOBUFS;
	default:
		return -EBADMSG;
	}
}

int diag_stream_feed(struct diag_stream *stream, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	int r;

	do {
		const struct nlmsghdr *header = (const struct nlmsghdr *)at;
		size_t step;

		if (length < sizeof(*header) || header->nlmsg_len < sizeof(*header) || header->nlmsg_len > length)
			return -EBADMSG;
		step = NLMSG_ALIGN(header->nlmsg_len);
		if (step > length)
			return -EBADMSG;
		r = take_message(stream, header);
		at += step;
		length -= step;
	} while (r == 1 && length > 0);
	return r == 0 && length > 0 ? -EBADMSG : r;
}
