/* SPDX-License-Identifier: MIT */
#include "sink/journal.h"

#include "core/cleanup.h"
#include "core/escape.h"
#include "core/span.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

/* No code locations: they would be this file's, in every entry. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#define SOCKET "/run/systemd/journal/socket"
#define IDENTIFIER "closewatchd"
#define LINE_MAX_LENGTH 2048
#define FIELDS_MAX 24

/* catalog/closewatch.catalog explains these: they never change. */
static const struct {
	const char *raised, *cleared;
} message_ids[FINDING_KINDS] = {
	[FINDING_CLOSE_WAIT_LEAK] = { "8780c5b59430495d9d9dd27e34b4d457", "114ceeade88c45ffb4b3823dfd425423" },
	[FINDING_ACCEPT_QUEUE] = { "1d6b4d469db540df90a6ebfecff46062", "c03956b1c8a64c8e87d66a5602f76595" },
};

static const int priorities[SEVERITIES] = {
	[SEVERITY_NONE] = LOG_INFO,
	[SEVERITY_NOTICE] = LOG_NOTICE,
	[SEVERITY_WARNING] = LOG_WARNING,
	[SEVERITY_CRITICAL] = LOG_CRIT,
};

static bool journald_is_there(void)
{
	return access(SOCKET, F_OK) == 0;
}

void journal_open(struct journal *journal)
{
	bool person = isatty(STDERR_FILENO);

	*journal = (struct journal){
		.structured = !person && journald_is_there(),
		.prefix = !person,
	};
}

/* An entry under way: the fields lie one after the other in text. All of them have a bound, and text room for all. */
struct entry {
	struct iovec fields[FIELDS_MAX];
	int n;
	char text[2 * LINE_MAX_LENGTH];
	size_t used;
};

static void add(struct entry *entry, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct entry *entry, const char *format, ...)
{
	size_t room = sizeof(entry->text) - entry->used;
	char *field = entry->text + entry->used;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(field, room, format, arguments);
	va_end(arguments);
	assert(length >= 0 && (size_t)length < room && entry->n < FIELDS_MAX);
	entry->fields[entry->n++] = (struct iovec){ field, (size_t)length };
	entry->used += (size_t)length;
}

static void add_message(struct entry *entry, int priority, const char *message)
{
	add(entry, "MESSAGE=%s", message);
	add(entry, "PRIORITY=%d", priority);
	add(entry, "SYSLOG_IDENTIFIER=" IDENTIFIER);
}

static void add_pids(struct entry *entry, const struct finding *finding)
{
	char pids[FINDING_PIDS * 12];
	size_t used = 0;

	if (finding->n_pids == 0)
		return;
	for (size_t i = 0; i < finding->n_pids; i++)
		used += (size_t)snprintf(pids + used, sizeof(pids) - used, "%s%d", i ? " " : "", finding->pids[i]);
	add(entry, "CLOSEWATCH_PIDS=%s", pids);
}

/* What systemd lets a unit be called; a cgroup can be called anything. */
static bool is_unit_name(const char *name)
{
	return name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@")] == '\0';
}

/* Either way "journalctl -u UNIT" shows the entry. journald adds what it knows of a living process. When it is over, the
 * process may have ended, and after a reboot its number is another's: then the unit's name has to do. */
static void add_object(struct entry *entry, const struct finding *finding, bool cleared)
{
	char unit[NAME_MAX_ESCAPED];

	if (finding->n_pids && !cleared)
		add(entry, "OBJECT_PID=%d", finding->pids[0]);
	else if (*finding->unit && escape_undo(finding->unit, unit, sizeof(unit)) && is_unit_name(unit))
		add(entry, "OBJECT_SYSTEMD_UNIT=%s", unit);
}

static void add_cause(struct entry *entry, const struct finding *finding)
{
	if (finding->kind != FINDING_CLOSE_WAIT_LEAK)
		return;
	add(entry, "CLOSEWATCH_CAUSE=%s", cause_name(finding->cause));
	/* A field may come twice in an entry; both match. */
	if (finding->inherited)
		add(entry, "CLOSEWATCH_CAUSE=inherited");
}

static void add_finding(struct entry *entry, const struct finding *finding)
{
	add(entry, "CLOSEWATCH_KIND=%s", finding_kind_name(finding->kind));
	add(entry, "CLOSEWATCH_ID=%s", finding->id);
	add(entry, "CLOSEWATCH_SEVERITY=%s", severity_name(finding->severity));
	add(entry, "CLOSEWATCH_OWNER=%s", finding->owner);
	add(entry, "CLOSEWATCH_NAMESPACE=%s", finding->netns);
	add(entry, "CLOSEWATCH_ROLE=%s", role_name(finding->role));
	if (finding->port)
		add(entry, "CLOSEWATCH_PORT=%u", finding->port);
	if (*finding->remote)
		add(entry, "CLOSEWATCH_REMOTE=%s", finding->remote);
	add(entry, "CLOSEWATCH_COUNT=%" PRIu64, finding->count);
	add_cause(entry, finding);
	add(entry, "CLOSEWATCH_AGE_SEC=%llu", (unsigned long long)(finding->age.at_least_usec / USEC_PER_SEC));
	add_pids(entry, finding);
}

/* Whether a line can be written without waiting for whoever reads it. A pipe takes up to PIPE_BUF bytes at once. */
static bool stderr_takes_a_line(void)
{
	struct pollfd fd = { .fd = STDERR_FILENO, .events = POLLOUT };

	return poll(&fd, 1, 0) != 0;
}

_Static_assert(LINE_MAX_LENGTH + 8 <= PIPE_BUF, "a line is written in one piece");

static int write_line(const struct journal *journal, int priority, const char *message)
{
	char line[LINE_MAX_LENGTH + 8], prefix[16] = "";
	int length;
	ssize_t n;

	if (journal->prefix)
		snprintf(prefix, sizeof(prefix), "<%d>", priority);
	length = snprintf(line, sizeof(line), "%s%s\n", prefix, message);
	/* A reader that is stuck must not stop us: its line is lost. */
	if (!stderr_takes_a_line())
		return -EAGAIN;
	/* In one piece: other processes may write there too. */
	do
		n = write(STDERR_FILENO, line, (size_t)length);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* What journald does not take is still told. sd_journal_sendv() alone would not do: without a journald it says that
 * all is well. */
static int send_entry(const struct journal *journal, const struct entry *entry, int priority, const char *message)
{
	if (journal->structured && journald_is_there() && sd_journal_sendv(entry->fields, entry->n) >= 0)
		return 0;
	return write_line(journal, priority, message);
}

const char *journal_message_id(enum finding_kind kind, bool cleared)
{
	return cleared ? message_ids[kind].cleared : message_ids[kind].raised;
}

int journal_event(const struct journal *journal, const struct event *event)
{
	const struct finding *finding = &event->finding;
	bool cleared = event->type == EVENT_CLEAR;
	int priority = cleared ? LOG_NOTICE : priorities[finding->severity];
	char message[LINE_MAX_LENGTH];
	struct entry entry = { .n = 0 };

	escape_quote(finding->message, message, sizeof(message));
	add_message(&entry, priority, message);
	add(&entry, "MESSAGE_ID=%s", journal_message_id(finding->kind, cleared));
	add(&entry, "CLOSEWATCH_EVENT=%s", event_type_name(event->type));
	add_finding(&entry, finding);
	add_object(&entry, finding, cleared);
	return send_entry(journal, &entry, priority, message);
}

void journal_log(const struct journal *journal, int priority, const char *format, ...)
{
	char raw[LINE_MAX_LENGTH], message[LINE_MAX_LENGTH];
	struct entry entry = { .n = 0 };
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(raw, sizeof(raw), format, arguments);
	va_end(arguments);
	escape_quote(raw, message, sizeof(message));
	add_message(&entry, priority, message);
	send_entry(journal, &entry, priority, message);
}
