/* SPDX-License-Identifier: MIT */
/* closewatchd's events, read back from the journal. */
#ifndef CW_CTL_EVENT_LOG_H
#define CW_CTL_EVENT_LOG_H

#include "core/finding.h"

#include <stdbool.h>
#include <stdint.h>

/* An entry of the journal. Anything may stand there: every text is printable ASCII and cut to fit, "" if the entry
 * does not have it, and says what closewatchd said only as far as its writer can be believed. */
struct logged_event {
	uint64_t time_usec; /* CLOCK_REALTIME, when journald got it */
	char event[16];
	char severity[16];
	char kind[32];
	char id[16];
	char owner[NAME_MAX_ESCAPED];
	char netns[NAME_MAX_ESCAPED];
	char role[16];
	char port[16];
	char remote[SOCK_ENDPOINT_MAX];
	char count[24];
	char cause[32]; /* "inherited" apart */
	bool inherited;
	char age_seconds[24];
	char pids[128]; /* with a space between two */
	char message[1024];
};

struct sd_journal;

struct event_log {
	struct sd_journal *journal;
	bool at_entry; /* where it stands is to be read yet */
};

/* This host's journal, or the files in a directory. Only entries that root has written: the user id is journald's word,
 * all else anybody can write into an entry. They begin with the first. 0 or -errno. */
int event_log_open(struct event_log *log, const char *directory);

/* Whether there is any journal file that we may read. */
bool event_log_is_readable(const struct event_log *log);

/* Where to begin. 0 or -errno. */
int event_log_seek_since(struct event_log *log, uint64_t realtime_usec);
int event_log_seek_last(struct event_log *log, unsigned n);

/* The next event. 1: *ret is set, 0: there is no more now, -errno. */
int event_log_next(struct event_log *log, struct logged_event *ret);

/* Waits for more. 1: there may be, 0: a signal has come to signal_fd, or nobody reads standard output any more. */
int event_log_wait(struct event_log *log, int signal_fd);

void event_log_close(struct event_log *log);

#endif
