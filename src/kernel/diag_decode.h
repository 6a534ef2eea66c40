/* SPDX-License-Identifier: MIT */
/* One socket of a sock_diag answer: from the kernel's bytes to our own type. Pure. */
#ifndef CW_KERNEL_DIAG_DECODE_H
#define CW_KERNEL_DIAG_DECODE_H

#include "core/sock_row.h"

/* Decodes what follows the netlink header of one message: a struct inet_diag_msg and its attributes.
 * 0; -EBADMSG: too short, an attribute that does not fit, or a family or state we do not know. */
int diag_decode(const void *payload, size_t length, struct sock_row *ret);

#endif
