/* SPDX-License-Identifier: MIT */
#include "ctl/event_log.h"

#include "core/cleanup.h"
#include "core/span.h"
#include "sink/journal.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-journal.h>
#include <time.h>
#include <unistd.h>

#define VALUE_MAX 4096 /* of a field; longer than any of ours */

#define FIELD(name, member) \
	{ \
		name, offsetof(struct logged_event, member), sizeof(((struct logged_event *)0)->member) \
	}

static const struct {
	const char *name;
	size_t offset, size;
} fields[] = {
	FIELD("CLOSEWATCH_EVENT", event),   FIELD("CLOSEWATCH_SEVERITY", severity),
	FIELD("CLOSEWATCH_KIND", kind),     FIELD("CLOSEWATCH_ID", id),
	FIELD("CLOSEWATCH_OWNER", owner),   FIELD("CLOSEWATCH_NAMESPACE", netns),
	FIELD("CLOSEWATCH_ROLE", role),     FIELD("CLOSEWATCH_PORT", port),
	FIELD("CLOSEWATCH_REMOTE", remote), FIELD("CLOSEWATCH_COUNT", count),
	FIELD("CLOSEWATCH_CAUSE", cause),   FIELD("CLOSEWATCH_AGE_SEC", age_seconds),
	FIELD("CLOSEWATCH_PIDS", pids),     FIELD("MESSAGE", message),
};

/* Matches of one field are alternatives; those of different fields must all fit. */
static int match(sd_journal *journal)
{
	int r = sd_journal_add_match(journal, "_UID=0", 0);

	for (unsigned i = 0; i < 2 * FINDING_KINDS && r >= 0; i++) {
		char text[64];

		snprintf(text, sizeof(text), "MESSAGE_ID=%s", journal_message_id((enum finding_kind)(i / 2), i % 2));
		r = sd_journal_add_match(journal, text, 0);
	}
	return r;
}

int event_log_open(struct event_log *log, const char *directory)
{
	sd_journal *journal;
	int r = directory ? sd_journal_open_directory(&journal, directory, 0) :
			    sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY);

	if (r < 0)
		return r;
	r = match(journal);
	if (r >= 0)
		r = sd_journal_seek_head(journal);
	if (r < 0) {
		sd_journal_close(journal);
		return r;
	}
	*log = (struct event_log){ .journal = journal };
	return 0;
}

bool event_log_is_readable(const struct event_log *log)
{
	uint64_t bytes = 0;

	/* Not sd_journal_has_persistent_files(): it knows no other directory than its own. */
	return sd_journal_get_usage(log->journal, &bytes) >= 0 && bytes > 0;
}

int event_log_seek_since(struct event_log *log, uint64_t realtime_usec)
{
	log->at_entry = false;
	return sd_journal_seek_realtime_usec(log->journal, realtime_usec);
}

int event_log_seek_last(struct event_log *log, unsigned n)
{
	int r = sd_journal_seek_tail(log->journal);

	if (r >= 0)
		r = sd_journal_previous_skip(log->journal, n);
	if (r < 0)
		return r;
	log->at_entry = r > 0;
	/* Without an entry to go on from: whatever comes is behind the head as well. */
	return r > 0 ? 0 : sd_journal_seek_head(log->journal);
}

/* "NAME=VALUE" into the member of that name. */
static void take_field(struct logged_event *event, const char *data, size_t length)
{
	const char *equals = memchr(data, '=', length);
	size_t name_length = equals ? (size_t)(equals - data) : length;

	for (size_t i = 0; equals && i < CW_ELEMENTS(fields); i++) {
		char value[VALUE_MAX];
		size_t n = length - name_length - 1;

		if (strlen(fields[i].name) != name_length || memcmp(fields[i].name, data, name_length) != 0)
			continue;
		n = n < sizeof(value) ? n : sizeof(value) - 1;
		memcpy(value, equals + 1, n);
		value[n] = '\0';
		/* The cause stands there twice where the sockets are inherited. */
		if (fields[i].offset == offsetof(struct logged_event, cause) && strcmp(value, "inherited") == 0)
			event->inherited = true;
		else
			escape_quote(value, (char *)event + fields[i].offset, fields[i].size);
	}
}

static int read_entry(sd_journal *journal, struct logged_event *ret)
{
	struct logged_event event = { .time_usec = 0 };
	const void *data;
	size_t length;
	int r = sd_journal_get_realtime_usec(journal, &event.time_usec);

	if (r < 0)
		return r;
	sd_journal_restart_data(journal);
	while (sd_journal_enumerate_data(journal, &data, &length) > 0)
		take_field(&event, data, length);
	*ret = event;
	return 1;
}

int event_log_next(struct event_log *log, struct logged_event *ret)
{
	for (;;) {
		int r = log->at_entry ? 1 : sd_journal_next(log->journal);

		log->at_entry = false;
		if (r <= 0)
			return r;
		r = read_entry(log->journal, ret);
		/* Gone with its file, or damaged: the next one may be whole. */
		if (r != -EBADMSG && r != -EADDRNOTAVAIL)
			return r;
	}
}

static int milliseconds_until(uint64_t monotonic_usec)
{
	struct timespec now;
	uint64_t now_usec;

	if (monotonic_usec == UINT64_MAX)
		return -1;
	clock_gettime(CLOCK_MONOTONIC, &now);
	now_usec = (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
	if (monotonic_usec <= now_usec)
		return 0;
	return (int)((monotonic_usec - now_usec) / USEC_PER_MSEC % INT32_MAX) + 1;
}

int event_log_wait(struct event_log *log, int signal_fd)
{
	struct pollfd polled[] = {
		{ .fd = sd_journal_get_fd(log->journal) },
		{ .fd = signal_fd, .events = POLLIN },
		{ .fd = STDOUT_FILENO }, /* its other end may be closed */
	};
	uint64_t due_usec = UINT64_MAX;
	int r = polled[0].fd < 0 ? polled[0].fd : sd_journal_get_events(log->journal);

	if (r < 0)
		return r;
	polled[0].events = (short)r;
	r = sd_journal_get_timeout(log->journal, &due_usec);
	if (r < 0)
		return r;
	if (poll(polled, CW_ELEMENTS(polled), milliseconds_until(due_usec)) < 0)
		return errno == EINTR ? 1 : -errno;
	if (polled[1].revents || polled[2].revents)
		return 0;
	r = sd_journal_process(log->journal);
	return r < 0 ? r : 1;
}

void event_log_close(struct event_log *log)
{
	sd_journal_close(log->journal);
	*log = (struct event_log){ 0 };
}
