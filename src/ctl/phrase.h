/* SPDX-License-Identifier: MIT */
/* Parts of sentences that more than one verb says. */
#ifndef CW_CTL_PHRASE_H
#define CW_CTL_PHRASE_H

#include "core/report.h"

#define PHRASE_MAX 512

/* "1 socket", "12 sockets". */
void phrase_count(char *buffer, size_t size, uint64_t n, const char *noun);

/* "java (4211)"; "process 4211" without a name. */
void phrase_process(char *buffer, size_t size, const char *process, int32_t pid);

/* "java (4211) uses 1530 of 4096 descriptors, full in about 10 h." from the group's main holder.
 * false: the numbers are not known. full_in_usec: FULL_NEVER leaves the end out. */
bool phrase_descriptors(char *buffer, size_t size, const struct report_group *group, uint64_t full_in_usec);

/* "5 h 12 min"; "at least 5 h 12 min" when it can be much more; in a table ">5 h 12 min". */
void phrase_age(char *buffer, size_t size, const struct age *age);
void phrase_short_age(char *buffer, size_t size, const struct age *age);

/* ":8443" of a server, "10.0.0.5:5432" of a client. */
void phrase_endpoint(char *buffer, size_t size, enum role role, uint16_t port, const char *remote);

/* "0.0.0.0:80", "[::]:80". */
void phrase_listener(char *buffer, size_t size, const char *address, uint16_t port);

/* "Not found any more for 12 s, its alert ends soon." Only of a finding with gone_usec. */
void phrase_gone(char *buffer, size_t size, const struct finding *finding, uint64_t now_usec);

#endif
