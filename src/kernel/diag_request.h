/* SPDX-License-Identifier: MIT */
/* What can be asked of sock_diag, as a netlink message. Pure. */
#ifndef CW_KERNEL_DIAG_REQUEST_H
#define CW_KERNEL_DIAG_REQUEST_H

#include "core/sock_row.h"

struct diag_request {
	uint32_t states; /* bit: 1 << enum sock_state */
	bool info; /* struct tcp_info: takes the lock of each socket that matches */
	bool memory; /* SK_MEMINFO: the drops of a listener */
	uint16_t port_min; /* local ports; 0, 0: all */
	uint16_t port_max;
};

#define DIAG_REQUEST_MAX 256 /* bytes that every request fits in */

/* Writes the message for one walk over both families (family AF_UNSPEC), or over one (AF_INET, AF_INET6), to buffer,
 * which is aligned for struct nlmsghdr and DIAG_REQUEST_MAX long. Returns its type, which the answer's rows have too;
 * its length stands in its header. */
uint16_t diag_request_write(const struct diag_request *request, uint8_t family, uint32_t sequence, void *buffer);

#endif
