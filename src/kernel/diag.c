/* SPDX-License-Identifier: MIT */
#include "kernel/diag.h"

#include "core/cleanup.h"
#include "kernel/counters.h"
#include "kernel/diag_link.h"
#include "kernel/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BIT(state) (1u << (state))

/* Never ~0: newer kernels have a bit for bound sockets that are in no connection. Not ESTABLISHED and TIME_WAIT: they
 * are the many, the kernel would lock each of them for its tcp_info, and their numbers are known without. */
#define WATCHED_STATES \
	(BIT(SOCK_SYN_SENT) | BIT(SOCK_SYN_RECV) | BIT(SOCK_FIN_WAIT1) | BIT(SOCK_FIN_WAIT2) | BIT(SOCK_CLOSE) | \
	 BIT(SOCK_CLOSE_WAIT) | BIT(SOCK_LAST_ACK) | BIT(SOCK_LISTEN) | BIT(SOCK_CLOSING))

struct diag {
	struct diag_link link;
	int proc_fd;
	bool one_family; /* the kernel refuses to walk both families at once */
};

int diag_open(struct diag **ret)
{
	struct diag *diag = calloc(1, sizeof(*diag));
	int r;

	if (!diag)
		return -ENOMEM;
	diag->proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	r = diag->proc_fd < 0 ? -errno : diag_link_open(&diag->link);
	if (r < 0) {
		diag_close(diag);
		return r;
	}
	*ret = diag;
	return 0;
}

struct diag *diag_close(struct diag *diag)
{
	if (!diag)
		return NULL;
	diag_link_close(&diag->link);
	if (diag->proc_fd >= 0)
		close(diag->proc_fd);
	free(diag);
	return NULL;
}

static int dump_families(struct diag *diag, const struct diag_request *request, struct diag_stream *stream)
{
	int r = diag_link_dump(&diag->link, request, AF_INET, stream);

	return r < 0 ? r : diag_link_dump(&diag->link, request, AF_INET6, stream);
}

static bool walk_is_refused(const struct diag_stream *stream, int error)
{
	return stream->refused && stream->rows == 0 &&
	       (error == -EOPNOTSUPP || error == -EINVAL || error == -ENOENT || error == -EPROTONOSUPPORT);
}

/* Both families in one walk if the kernel can do that; whether it can is found out once. */
static int dump_once(struct diag *diag, const struct diag_request *request, struct diag_stream *stream)
{
	int r;

	if (diag->one_family)
		return dump_families(diag, request, stream);
	r = diag_link_dump(&diag->link, request, AF_UNSPEC, stream);
	if (!walk_is_refused(stream, r))
		return r;
	r = dump_families(diag, request, stream);
	if (r == 0)
		diag->one_family = true;
	return r;
}

/* What is left of a failed answer must not meet the next request: then the next one gets a new socket. */
static int dump(struct diag *diag, const struct diag_request *request, struct diag_stream *stream)
{
	int r = diag->link.socket ? 0 : diag_link_open(&diag->link);

	if (r >= 0)
		r = dump_once(diag, request, stream);
	if (r < 0)
		diag_link_close(&diag->link);
	return r;
}

/* A look that is being taken. */
struct taking {
	struct look *look;
	uint64_t counted; /* rows that sockstat's inuse has too */
	uint64_t timewait; /* rows that sockstat's tw has too */
};

/* Whether sockstat's inuse counts the socket. It counts full sockets in a table: connection requests, which are all
 * there is in SYN_RECV save the rare full socket with its tcp_info, are not among them, and a socket that was closed
 * while the kernel showed it to us has left. */
static bool is_inuse(const struct sock_row *row)
{
	if (row->state == SOCK_SYN_RECV)
		return row->flags & SOCK_HAS_INFO;
	return row->state != SOCK_CLOSE;
}

/* The kernel looks at the state first and copies it later: it can have changed in between. ESTABLISHED and TIME_WAIT
 * are counted in finish_tally(). */
static int take_row(void *context, const struct sock_row *row)
{
	struct taking *taking = context;
	struct look *look = taking->look;

	if (look->listen_only && row->state != SOCK_LISTEN)
		return 0;
	if (row->state == SOCK_ESTABLISHED || row->state == SOCK_TIME_WAIT)
		return 0;
	look->tally.count[row->state]++;
	if (row->flags & SOCK_TIMEWAIT)
		taking->timewait++;
	else if (is_inuse(row))
		taking->counted++;
	return row->state == SOCK_LISTEN || row->state == SOCK_CLOSE_WAIT ? look_add(look, row) : 0;
}

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* The many that were not asked for are what is left of the namespace's own counts. Those were read a moment later, so
 * the difference can be a little below 0. */
static void finish_tally(const struct taking *taking, const struct sockstat *sockstat)
{
	uint64_t *count = taking->look->tally.count;

	count[SOCK_ESTABLISHED] = minus(sockstat->inuse, taking->counted);
	count[SOCK_TIME_WAIT] = minus(sockstat->timewait, taking->timewait);
}

struct reason {
	int error; /* positive */
	const char *text;
};

#define NO_MODULE "the kernel cannot list TCP sockets, its tcp_diag module is missing; load it with: modprobe tcp_diag"

static const struct reason reasons[] = {
	{ ENOENT, NO_MODULE },
	{ EOPNOTSUPP, NO_MODULE },
	{ EPROTONOSUPPORT, NO_MODULE },
	{ ETIMEDOUT, "the kernel did not answer in time when asked for the TCP sockets" },
	{ EINTR, "the TCP sockets changed too much while the kernel listed them" },
	{ ENOBUFS, "a part of the kernel's list of TCP sockets was lost (no buffer space)" },
	{ EMSGSIZE, "the kernel's list of TCP sockets came in larger pieces than expected" },
	{ EBADMSG, "the kernel's list of TCP sockets is damaged" },
	{ EPROTO, "something came back that is not the kernel's answer to our question for the TCP sockets" },
	{ ENOMEM, "out of memory while listing the TCP sockets" },
};

static int fail(struct look *look, int error)
{
	for (size_t i = 0; i < CW_ELEMENTS(reasons); i++)
		if (reasons[i].error == -error) {
			snprintf(look->error, sizeof(look->error), "%s", reasons[i].text);
			return error;
		}
	snprintf(look->error, sizeof(look->error), "cannot list the TCP sockets: %s", strerror(-error));
	return error;
}

static int fail_sockstat(struct look *look, int error)
{
	snprintf(look->error, sizeof(look->error),
		 "cannot count the ESTABLISHED and TIME_WAIT sockets from /proc/self/net/sockstat: %s",
		 error == -EBADMSG ? "unknown format" : strerror(-error));
	return error;
}

static int take_look(struct diag *diag, struct look *look)
{
	const struct diag_request request = {
		.states = look->listen_only ? BIT(SOCK_LISTEN) : WATCHED_STATES,
		.info = !look->listen_only,
		.memory = true,
	};
	struct taking taking = { .look = look };
	struct diag_stream stream = { .take = take_row, .context = &taking };
	struct sockstat sockstat;
	int r;

	r = dump(diag, &request, &stream);
	if (r < 0)
		return fail(look, r);
	if (look->listen_only)
		return 0;
	r = counters_read_sockstat(diag->proc_fd, &sockstat);
	if (r < 0)
		return fail_sockstat(look, r);
	finish_tally(&taking, &sockstat);
	return 0;
}

static int try_look(struct diag *diag, bool listen_only, struct look *look)
{
	int r;

	look_reset(look);
	look->listen_only = listen_only;
	look->start_usec = machine_monotonic_usec();
	r = take_look(diag, look);
	look->has_counters = counters_read_netstat(diag->proc_fd, &look->counters) >= 0;
	counters_read_somaxconn(diag->proc_fd, &look->somaxconn);
	look->end_usec = machine_monotonic_usec();
	look->complete = r >= 0;
	return r;
}

int diag_look(struct diag *diag, bool listen_only, struct look *look)
{
	int r = try_look(diag, listen_only, look);

	return r < 0 ? try_look(diag, listen_only, look) : r;
}

/* The ports that are asked about. */
struct waiting {
	struct diag_waiting *ports;
	size_t n;
};

static void count_waiting(struct diag_waiting *port, const struct sock_row *row)
{
	uint64_t age_usec = row->last_data_sent_ms * UINT64_C(1000);

	port->count++;
	/* While nothing was sent, the time of the last send is that of the handshake. */
	if ((row->flags & SOCK_HAS_INFO) && !(row->flags & SOCK_SENT_DATA) && age_usec > port->oldest_usec)
		port->oldest_usec = age_usec;
}

/* A connection nobody accepted has no inode yet. */
static int take_waiting(void *context, const struct sock_row *row)
{
	struct waiting *waiting = context;

	if (row->inode != 0 || (row->state != SOCK_ESTABLISHED && row->state != SOCK_CLOSE_WAIT))
		return 0;
	for (size_t i = 0; i < waiting->n; i++)
		if (waiting->ports[i].port == row->local_port)
			count_waiting(&waiting->ports[i], row);
	return 0;
}

static int try_waiting(struct diag *diag, struct waiting *waiting)
{
	struct diag_request request = {
		.states = BIT(SOCK_ESTABLISHED) | BIT(SOCK_CLOSE_WAIT),
		.info = true,
		.port_min = UINT16_MAX,
	};
	struct diag_stream stream = { .take = take_waiting, .context = waiting };

	for (size_t i = 0; i < waiting->n; i++) {
		struct diag_waiting *port = &waiting->ports[i];

		port->oldest_usec = 0;
		port->count = 0;
		request.port_min = port->port < request.port_min ? port->port : request.port_min;
		request.port_max = port->port > request.port_max ? port->port : request.port_max;
	}
	return dump(diag, &request, &stream);
}

int diag_waiting(struct diag *diag, struct diag_waiting *ports, size_t n)
{
	struct waiting waiting = { ports, n };
	int r;

	if (n == 0)
		return 0;
	r = try_waiting(diag, &waiting);
	return r < 0 ? try_waiting(diag, &waiting) : r;
}
