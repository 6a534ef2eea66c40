/* SPDX-License-Identifier: MIT */
/* One TCP socket in one dump, decoded: only our own types, host byte order. */
#ifndef CW_CORE_SOCK_ROW_H
#define CW_CORE_SOCK_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The kernel's numbers (include/net/tcp_states.h). NEW_SYN_RECV (12) is decoded as SYN_RECV. */
enum sock_state {
	SOCK_ESTABLISHED = 1,
	SOCK_SYN_SENT,
	SOCK_SYN_RECV,
	SOCK_FIN_WAIT1,
	SOCK_FIN_WAIT2,
	SOCK_TIME_WAIT,
	SOCK_CLOSE,
	SOCK_CLOSE_WAIT,
	SOCK_LAST_ACK,
	SOCK_LISTEN,
	SOCK_CLOSING,
	SOCK_STATES, /* one more than the last */
};

enum sock_flag {
	SOCK_HAS_INFO = 1 << 0, /* the three last_* ages are set */
	SOCK_SENT_DATA = 1 << 1, /* tcpi_bytes_sent > 0: last_data_sent_ms counts from a send, not from the handshake */
	SOCK_HAS_DROPS = 1 << 2, /* drops is set */
	SOCK_TIMEWAIT = 1 << 3, /* a small timewait socket: its uid 0 means nobody (inet_twsk_diag_fill()) */
	SOCK_IPV6 = 1 << 4, /* the socket is AF_INET6, also with an IPv4 peer */
};

struct sock_row {
	uint64_t cookie;
	uint64_t cgroup_id; /* cgroup v2, 0: not told */
	uint8_t address[16]; /* LISTEN: the local address, else the peer's; IPv4 is stored as ::ffff:a.b.c.d */
	uint32_t inode; /* 0: not accepted yet, or a timewait socket */
	uint32_t uid;
	uint32_t rqueue; /* unread bytes, FIN included; LISTEN: connections waiting (tcp_diag_get_info()) */
	union {
		struct { /* LISTEN */
			uint32_t limit; /* the accept queue's; the kernel admits one more (sk_acceptq_is_full()) */
			uint32_t drops;
		};
		struct { /* the others: milliseconds ago, they wrap at 49.7 days (struct tcp_info) */
			uint32_t last_ack_recv_ms;
			uint32_t last_data_recv_ms;
			uint32_t last_data_sent_ms;
		};
	};
	uint16_t local_port; /* host byte order */
	uint16_t remote_port; /* host byte order */
	uint8_t state; /* enum sock_state */
	uint8_t flags; /* enum sock_flag */
	uint8_t reserved[2];
};

_Static_assert(sizeof(struct sock_row) == 64, "a row is one cache line");

/* How many sockets are in each state; index: enum sock_state. */
struct sock_tally {
	uint64_t count[SOCK_STATES];
};

/* "CLOSE_WAIT", as the kernel spells it; NULL outside the enum. */
const char *sock_state_name(unsigned state);

/* Accepted, half-closed by the peer: what a leak is made of. */
static inline bool sock_row_accepted(const struct sock_row *row)
{
	return row->inode != 0;
}

/* Writes "10.1.2.3" or "2001:db8::1"; ::ffff:0.0.0.0/96 addresses are written as IPv4. size >= 46. */
void sock_address_print(const uint8_t address[16], char *buffer, size_t size);

/* Writes "10.1.2.3:80" or "[2001:db8::1]:80". size >= 54. */
void sock_endpoint_print(const uint8_t address[16], uint16_t port, char *buffer, size_t size);
#define SOCK_ENDPOINT_MAX 54

#endif
