/* SPDX-License-Identifier: MIT */
/* A question about one finding: the finding as the daemon knows it, and a look of our own at its subject. */
#ifndef CW_CTL_INQUIRY_H
#define CW_CTL_INQUIRY_H

#include "ctl/command.h"
#include "ctl/subject.h"

struct inquiry {
	struct report status; /* the daemon's; empty if there is none */
	struct live live; /* empty if the look failed */
	bool has_live;
	const struct finding *finding; /* in one of the two */
	const struct report *report; /* that one's report */
	struct live_socket *sockets; /* of the subject, seen live */
	size_t n_sockets;
};

/* Reads the status, looks, and finds the id in the status, else in the look; with --live in the look alone. EXIT_DONE,
 * or EXIT_NOT_RUNNING without a daemon at work: *ret is set if ret->finding is. Otherwise another exit code; stderr says
 * why. */
int inquiry_open(const struct command *command, const char *id, uint64_t now_usec, struct inquiry *ret);

void inquiry_done(struct inquiry *inquiry);

/* As subject_find(), and says on stderr what is wrong with the id. NULL: not found. */
const struct finding *inquiry_find(const struct command *command, const struct report *report, const char *id);

/* Looks with the config of the command line; without one, with what the daemon calls stale. status: the daemon's,
 * or empty. EXIT_DONE, or EXIT_FAILED and stderr says why. */
int inquiry_look(const struct command *command, const struct report *status, struct live *ret);

#endif
