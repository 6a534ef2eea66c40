/* SPDX-License-Identifier: MIT */
#include "kernel/diag_link.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>

/* The kernel fills at most 32 KiB with one message block, however large the buffer; a smaller one costs more calls and,
 * where pages are 64 KiB, cuts messages. (libmnl's MNL_SOCKET_BUFFER_SIZE is one page, at most 8 KiB.) */
#define BUFFER_SIZE (32 * 1024)

static int socket_open(struct mnl_socket **ret)
{
	const struct timeval timeout = { .tv_sec = DIAG_LINK_TIMEOUT_SEC };
	struct mnl_socket *s = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	int r;

	if (!s)
		return -errno;
	if (mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    setsockopt(mnl_socket_get_fd(s), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0) {
		r = -errno;
		mnl_socket_close(s);
		return r;
	}
	*ret = s;
	return 0;
}

int diag_link_open(struct diag_link *link)
{
	int r;

	*link = (struct diag_link){ .buffer = malloc(BUFFER_SIZE) };
	if (!link->buffer)
		return -ENOMEM;
	r = socket_open(&link->socket);
	if (r < 0)
		diag_link_close(link);
	return r;
}

void diag_link_close(struct diag_link *link)
{
	if (link->socket)
		mnl_socket_close(link->socket);
	free(link->buffer);
	*link = (struct diag_link){ 0 };
}

/* mnl_socket_recvfrom() does not tell who sent it; any process may send to a netlink socket that has the right. */
static ssize_t receive(struct diag_link *link)
{
	struct sockaddr_nl from = { 0 };
	struct iovec vector = { .iov_base = link->buffer, .iov_len = BUFFER_SIZE };
	struct msghdr message = { .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &vector, .msg_iovlen = 1 };
	ssize_t n;

	do
		n = recvmsg(mnl_socket_get_fd(link->socket), &message, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? -ETIMEDOUT : -errno;
	if (message.msg_namelen != sizeof(from) || from.nl_family != AF_NETLINK || from.nl_pid != 0)
		return -EPROTO;
	return message.msg_flags & MSG_TRUNC ? -EMSGSIZE : n;
}

int diag_link_dump(struct diag_link *link, const struct diag_request *request, uint8_t family,
		   struct diag_stream *stream)
{
	uint32_t words[DIAG_REQUEST_MAX / sizeof(uint32_t)];
	const struct nlmsghdr *header = (const struct nlmsghdr *)words;
	int r;

	if (!link->socket)
		return -ENOTCONN;
	if (++link->sequence == 0) /* libmnl takes 0 for "any" */
		link->sequence = 1;
	stream->sequence = link->sequence;
	stream->port = mnl_socket_get_portid(link->socket);
	stream->type = diag_request_write(request, family, link->sequence, words);
	stream->rows = 0;
	stream->refused = false;
	if (mnl_socket_sendto(link->socket, words, header->nlmsg_len) < 0)
		return -errno;
	do {
		ssize_t n = receive(link);

		if (n < 0)
			return (int)n;
		r = diag_stream_feed(stream, link->buffer, (size_t)n);
	} while (r == 1);
	return r;
}
