/* SPDX-License-Identifier: MIT */
/* Something wrong now, about one subject. */
#ifndef CW_CORE_FINDING_H
#define CW_CORE_FINDING_H

#include "core/age.h"
#include "core/escape.h"
#include "core/sock_row.h"

#include <stdbool.h>
#include <stdint.h>

enum finding_kind {
	FINDING_CLOSE_WAIT_LEAK,
	FINDING_ACCEPT_QUEUE,
	FINDING_KINDS, /* one more than the last */
};

#define FINDING_ALL_KINDS ((1u << FINDING_KINDS) - 1)

enum severity {
	SEVERITY_NONE,
	SEVERITY_NOTICE,
	SEVERITY_WARNING,
	SEVERITY_CRITICAL,
	SEVERITIES,
};

enum role {
	ROLE_SERVER,
	ROLE_CLIENT,
	ROLES,
};

/* Why a stale socket stays: what of its data the program has not read. */
enum cause {
	CAUSE_UNREAD_EOF,
	CAUSE_UNREAD_DATA,
	CAUSE_DRAINED,
	CAUSES,
};

enum trend {
	TREND_UNKNOWN, /* not watched for a whole window yet */
	TREND_STEADY,
	TREND_GROWING,
	TREND_SHRINKING,
	TRENDS,
};

#define FINDING_ID_MAX 9 /* 8 hex digits and NUL */
#define FINDING_MESSAGE_MAX 768 /* the longest names fit */
#define FINDING_ADVICE_MAX 1024
#define FINDING_PIDS 8

#define FULL_NEVER UINT64_MAX /* the descriptors do not run out at this rate, or the rate is not known */

struct finding {
	char id[FINDING_ID_MAX];
	enum finding_kind kind;
	enum severity severity;
	enum role role;
	enum trend trend;
	char netns[NAME_MAX_ESCAPED]; /* "host" */
	char owner[NAME_MAX_ESCAPED]; /* never empty */
	char unit[NAME_MAX_ESCAPED]; /* "": none */
	char process[COMM_MAX_ESCAPED]; /* of the main holder; "": not known */
	char address[46]; /* accept-queue: the listener's address; else "" */
	uint16_t port; /* server: the local port; client: 0 */
	char remote[SOCK_ENDPOINT_MAX]; /* client: ADDRESS:PORT; server: "" */
	int32_t pids[FINDING_PIDS]; /* holders, the main one first */
	size_t n_pids;
	uint64_t count; /* stale sockets, or connections waiting */
	enum cause cause; /* close-wait-leak: the most common one */
	bool inherited; /* close-wait-leak: most of the stale sockets are */
	struct age age; /* of the oldest */
	uint64_t since_usec; /* CLOCK_REALTIME of the raise; 0: not raised by a daemon */
	uint64_t
		gone_usec; /* CLOCK_REALTIME of the first look without it, its alert is not cleared yet; 0: it is there */
	uint64_t full_in_usec; /* until the holder's descriptors run out; FULL_NEVER */
	char message[FINDING_MESSAGE_MAX]; /* one sentence or two, one line */
	char advice[FINDING_ADVICE_MAX]; /* what to look at next, one line */
};

/* Names as users write them ("close-wait-leak", "warning", "server", "unread-eof", "growing"); NULL outside the enum. */
const char *finding_kind_name(unsigned kind);
const char *severity_name(unsigned severity);
const char *role_name(unsigned role);
const char *cause_name(unsigned cause);
const char *trend_name(unsigned trend);

/* The reverse: the enum's value, or -EINVAL. */
int finding_kind_from_name(const char *name);
int severity_from_name(const char *name);
int role_from_name(const char *name);
int cause_from_name(const char *name);
int trend_from_name(const char *name);

/* Sets f->id from the kind and the subject (namespace, owner or address, role, port, remote): the same after a restart
 * of anything. */
void finding_identify(struct finding *f);

/* Another id for the same subject, where another subject has the first one. salt: 1, 2, ... */
void finding_identify_again(struct finding *f, unsigned salt);

/* Whether both are about the same subject: an id is short enough for somebody to search for one that is taken. */
bool finding_same_subject(const struct finding *a, const struct finding *b);

/* qsort order: worst first, then the larger count, then the id. */
int finding_compare(const void *a, const void *b);

#endif
