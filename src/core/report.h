/* SPDX-License-Identifier: MIT */
/* The picture closewatch has of the machine, as the status file, JSON and a person see it: names are escaped, numbers
 * are final, nothing in it points into another object. */
#ifndef CW_CORE_REPORT_H
#define CW_CORE_REPORT_H

#include "core/finding.h"

#define GROUP_HOLDERS 8 /* named in a report; the rest is counted */
#define HOLDER_FDS 16 /* named for each holder; the rest is counted */
#define GROUP_SAMPLES 5 /* the oldest stale sockets */

struct report_holder {
	int32_t pid;
	char process[COMM_MAX_ESCAPED];
	uint64_t descriptors_open; /* 0: not known */
	uint64_t descriptors_limit; /* 0: not known, UINT64_MAX: unlimited */
	int32_t fds[HOLDER_FDS]; /* of this group's CLOSE_WAIT sockets, lowest first */
	size_t n_fds;
	uint64_t more_fds;
};

struct report_sample {
	char remote[SOCK_ENDPOINT_MAX];
	int32_t pid; /* 0: no holder is known */
	int32_t fd; /* -1 then */
	uint32_t unread; /* bytes, without the FIN */
	enum cause cause;
	struct age age;
};

/* CLOSE_WAIT sockets of one (namespace, owner, role, endpoint). */
struct report_group {
	char netns[NAME_MAX_ESCAPED];
	char owner[NAME_MAX_ESCAPED];
	char unit[NAME_MAX_ESCAPED]; /* "": none */
	char process[COMM_MAX_ESCAPED]; /* of the main holder; "": not known */
	uint32_t uid;
	enum role role;
	uint16_t port;
	char remote[SOCK_ENDPOINT_MAX];
	uint64_t close_wait; /* all of them: stale, active, not accepted and young */
	uint64_t stale;
	uint64_t not_accepted;
	uint64_t active;
	uint64_t pending; /* stale, but who holds them is not known yet; among the stale */
	uint64_t unheld; /* stale, and no process holds them */
	uint64_t lasting; /* stale for a whole trend window already */
	uint64_t causes[CAUSES]; /* of the stale ones */
	uint64_t inherited; /* of the stale ones */
	struct age oldest; /* of the stale ones; 0, 0: none */
	struct report_holder holders[GROUP_HOLDERS]; /* the main one first */
	size_t n_holders;
	uint64_t more_holders;
	struct report_sample samples[GROUP_SAMPLES]; /* oldest first */
	size_t n_samples;
};

struct report_listener {
	char netns[NAME_MAX_ESCAPED];
	char address[46];
	uint16_t port;
	uint64_t cookie;
	uint32_t inode;
	uint32_t uid;
	uint32_t queue;
	uint32_t limit;
	uint32_t drops;
	uint64_t not_accepted; /* CLOSE_WAIT sockets nobody accepted, on this address and port */
	uint64_t overflowed; /* connections dropped on overflow since the last look */
	uint64_t oldest_wait_usec; /* how long the oldest connection waits at least; 0: none does, or not known */
	char owner[NAME_MAX_ESCAPED];
	char unit[NAME_MAX_ESCAPED];
	char process[COMM_MAX_ESCAPED];
	int32_t pid; /* its oldest holder; 0: not known */
};

#define REPORT_ERROR_GAP " | "

struct report {
	char version[32];
	char host[NAME_MAX_ESCAPED];
	char boot_id[37];
	int32_t pid; /* of the daemon; 0: scan */
	uint64_t started_usec; /* CLOCK_REALTIME */
	uint64_t updated_usec; /* CLOCK_REALTIME */
	uint64_t interval_usec; /* 0: scan */
	uint64_t stale_age_usec; /* close-wait.age of the daemon's config, which rules may override; 0: not told */
	uint64_t cycles;
	uint64_t last_cycle_usec;
	bool complete;
	uint64_t config_read_usec; /* CLOCK_REALTIME: when the daemon last read its configuration, taken or not */
	char config_error[1024]; /* why it was not, escaped as a name, REPORT_ERROR_GAP between two; "": it was */
	char health[512]; /* "ok", or what is missing, in words */
	struct sock_tally sockets;
	struct report_listener *listeners; /* by port, then address, then cookie */
	size_t n_listeners;
	struct report_group *groups; /* most stale first */
	size_t n_groups;
	uint64_t more_groups; /* beyond max_groups */
	struct finding *findings; /* finding_compare order */
	size_t n_findings;
};

/* Frees what the report owns and leaves an empty one. */
void report_done(struct report *report);

const struct finding *report_find(const struct report *report, const char *id);

/* The group a close-wait-leak is about; NULL if it is not in the report (any more). */
const struct report_group *report_group_of(const struct report *report, const struct finding *finding);

/* The listener an accept-queue finding is about: the one that waits worst; NULL as above. */
const struct report_listener *report_listener_of(const struct report *report, const struct finding *finding);

/* The worst severity of all findings; SEVERITY_NONE without any. */
enum severity report_severity(const struct report *report);

#endif
