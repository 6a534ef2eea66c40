/* SPDX-License-Identifier: MIT */
#include "core/sock_row.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const char *const state_names[SOCK_STATES] = {
	[SOCK_ESTABLISHED] = "ESTABLISHED",
	[SOCK_SYN_SENT] = "SYN_SENT",
	[SOCK_SYN_RECV] = "SYN_RECV",
	[SOCK_FIN_WAIT1] = "FIN_WAIT1",
	[SOCK_FIN_WAIT2] = "FIN_WAIT2",
	[SOCK_TIME_WAIT] = "TIME_WAIT",
	[SOCK_CLOSE] = "CLOSE",
	[SOCK_CLOSE_WAIT] = "CLOSE_WAIT",
	[SOCK_LAST_ACK] = "LAST_ACK",
	[SOCK_LISTEN] = "LISTEN",
	[SOCK_CLOSING] = "CLOSING",
};

const char *sock_state_name(unsigned state)
{
	return state < SOCK_STATES ? state_names[state] : NULL;
}

static bool is_ipv4(const uint8_t address[16])
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	return memcmp(address, mapped, sizeof(mapped)) == 0;
}

void sock_address_print(const uint8_t address[16], char *buffer, size_t size)
{
	if (is_ipv4(address))
		inet_ntop(AF_INET, address + 12, buffer, (socklen_t)size);
	else
		inet_ntop(AF_INET6, address, buffer, (socklen_t)size);
}

void sock_endpoint_print(const uint8_t address[16], uint16_t port, char *buffer, size_t size)
{
	char host[INET6_ADDRSTRLEN];

	sock_address_print(address, host, sizeof(host));
	snprintf(buffer, size, is_ipv4(address) ? "%s:%u" : "[%s]:%u", host, port);
}
