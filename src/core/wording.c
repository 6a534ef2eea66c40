/* SPDX-License-Identifier: MIT */
#include "core/wording.h"

#include "core/span.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A text that grows until its buffer is full. */
struct sentence {
	char *buffer;
	size_t size;
};

static void say(struct sentence *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct sentence *s, const char *format, ...)
{
	size_t used = strlen(s->buffer);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(s->buffer + used, s->size - used, format, arguments);
	va_end(arguments);
}

static struct sentence begin(char *buffer, size_t size)
{
	*buffer = '\0';
	return (struct sentence){ buffer, size };
}

/* "on port 8443" or "to 10.0.0.5:5432" */
static void say_endpoint(struct sentence *s, const struct finding *f)
{
	if (f->role == ROLE_SERVER)
		say(s, "on port %u", f->port);
	else
		say(s, "to %s", f->remote);
}

/* "0.0.0.0:80" */
static void say_listener(struct sentence *s, const struct finding *f)
{
	say(s, strchr(f->address, ':') ? "[%s]:%u" : "%s:%u", f->address, f->port);
}

/* They hold for one socket and for many. */
static const char *const cause_sentences[ROLES][CAUSES] = {
	[ROLE_SERVER] = {
		[CAUSE_UNREAD_EOF] = "The end-of-file was never read: the program does not look any more.",
		[CAUSE_UNREAD_DATA] = "Data is still unread: the reader is stuck, and closing will send a reset.",
		[CAUSE_DRAINED] = "Everything was read, close() is missing.",
	},
	[ROLE_CLIENT] = {
		[CAUSE_UNREAD_EOF] = "The end-of-file was never read: idle connections of a pool, or forgotten ones.",
		[CAUSE_UNREAD_DATA] = "Data is still unread: the reader is stuck, and closing will send a reset.",
		[CAUSE_DRAINED] = "Everything was read, close() is missing.",
	},
};

/* There is no program to say anything about. */
static const char *const unheld_sentences[CAUSES] = {
	[CAUSE_UNREAD_EOF] = "The end-of-file was never read.",
	[CAUSE_UNREAD_DATA] = "Data is still unread.",
	[CAUSE_DRAINED] = "Everything was read.",
};

static bool nobody_holds(const struct report_group *group)
{
	return group->unheld && group->unheld >= group->stale - group->pending;
}

static void say_count(struct sentence *s, const struct finding *f)
{
	char age[32];

	span_print_human(f->age.at_least_usec, age, sizeof(age));
	if (f->count == 1)
		say(s, "1 socket idle for %s", age);
	else
		say(s, "%" PRIu64 " sockets idle, the oldest for %s", f->count, age);
}

static void say_growth(struct sentence *s, const struct finding *f, uint64_t per_hour_millis)
{
	uint64_t per_minute = (per_hour_millis + 30000) / 60000, per_hour = (per_hour_millis + 500) / 1000;

	if (f->trend != TREND_GROWING)
		return;
	if (per_hour_millis >= 60000)
		say(s, ", growing by %" PRIu64 " a minute", per_minute);
	else if (per_hour)
		say(s, ", growing by %" PRIu64 " an hour", per_hour);
	else
		say(s, ", growing");
}

static void say_descriptors(struct sentence *s, const struct finding *f, const struct report_group *group)
{
	const struct report_holder *holder = &group->holders[0];
	char span[32];

	if (!group->n_holders || !holder->descriptors_open || !holder->descriptors_limit)
		return;
	if (holder->descriptors_limit == UINT64_MAX)
		say(s, " %s (%d) uses %" PRIu64 " descriptors, without a limit", holder->process, holder->pid,
		    holder->descriptors_open);
	else
		say(s, " %s (%d) uses %" PRIu64 " of %" PRIu64 " descriptors", holder->process, holder->pid,
		    holder->descriptors_open, holder->descriptors_limit);
	if (f->full_in_usec == 0)
		say(s, ", no more are left");
	else if (f->full_in_usec != FULL_NEVER) {
		span_print_human(f->full_in_usec, span, sizeof(span));
		say(s, ", full in about %s at this rate", span);
	}
	say(s, ".");
}

static void say_who_leaks(struct sentence *s, const struct finding *f, const struct report_group *group)
{
	bool keeps = f->role == ROLE_CLIENT && f->severity == SEVERITY_NOTICE;

	if (nobody_holds(group))
		say(s, "CLOSE_WAIT sockets that no process holds (%s) ", f->owner);
	else if (keeps)
		say(s, "%s keeps connections ", f->owner);
	else if (f->inherited)
		say(s, "%s holds inherited CLOSE_WAIT sockets ", f->owner);
	else
		say(s, "%s leaks CLOSE_WAIT ", f->owner);
	say_endpoint(s, f);
	if (keeps && !nobody_holds(group))
		say(s, " that the other side has closed");
}

static const char *const leak_advice[ROLES][CAUSES] = {
	[ROLE_SERVER] = {
		[CAUSE_UNREAD_EOF] = "Look for connections that the program dropped from its event loop, or for workers that wait for "
				     "something else while the client hangs up: nobody reads these sockets.",
		[CAUSE_UNREAD_DATA] = "Look at what the reading thread waits for: a lock, a full queue, a slow back end. The data that "
				      "is unread will be lost when the socket is closed.",
		[CAUSE_DRAINED] = "Look for a path after read() = 0 that does not reach close(): error handling, timeouts and callbacks "
				  "first.",
	},
	[ROLE_CLIENT] = {
		[CAUSE_UNREAD_EOF] = "Probably a connection pool: let it drop connections that are idle for longer than the server keeps "
				     "them, or test them before use. If their number grows, responses or clients are not closed.",
		[CAUSE_UNREAD_DATA] = "Answers are not read to their end: look for response bodies that nobody consumes or closes.",
		[CAUSE_DRAINED] = "Look for responses and clients that are read to the end but never closed: error handling and early "
				  "returns first. If they are an idle pool's, let it drop connections that are idle for longer than the "
				  "server keeps them.",
	},
};

static const char inherited_advice[] =
	"A child process got these descriptors over fork() or exec(), and the connection cannot end before the child closes "
	"them too: set close-on-exec (SOCK_CLOEXEC, accept4) in the parent, or close them in the child.";

static const char unheld_advice[] =
	"No process has a descriptor of these sockets. They can be on their way over a unix socket (scm_fds in "
	"/proc/PID/fdinfo), be fixed files of an io_uring (UserFiles in /proc/PID/fdinfo), or belong to the kernel itself.";

void wording_leak(struct finding *finding, const struct leak_facts *facts)
{
	const struct report_group *group = facts->group;
	struct sentence s = begin(finding->message, sizeof(finding->message));
	bool unheld = nobody_holds(group);

	say_who_leaks(&s, finding, group);
	say(&s, ": ");
	say_count(&s, finding);
	say_growth(&s, finding, facts->per_hour_millis);
	say(&s, ". %s", unheld ? unheld_sentences[finding->cause] : cause_sentences[finding->role][finding->cause]);
	say_descriptors(&s, finding, group);

	s = begin(finding->advice, sizeof(finding->advice));
	if (unheld)
		say(&s, "%s", unheld_advice);
	else if (finding->inherited)
		say(&s, "%s", inherited_advice);
	else
		say(&s, "%s", leak_advice[finding->role][finding->cause]);
	if (!unheld && finding->n_pids)
		say(&s, " To see the descriptors: ls -l /proc/%d/fd", finding->pids[0]);
}

static void say_queue_state(struct sentence *s, const struct report_listener *l)
{
	char span[32];

	span_print_human(l->oldest_wait_usec, span, sizeof(span));
	if (l->overflowed)
		say(s, "%" PRIu64 " connection attempt%s dropped since the last look, %u of %u wait", l->overflowed,
		    l->overflowed == 1 ? " was" : "s were", l->queue, l->limit);
	else if (l->queue > l->limit)
		say(s, "the queue is full, %u of %u wait, new connections are dropped", l->queue, l->limit);
	else
		say(s, "%u of %u wait", l->queue, l->limit);
	if (l->queue && l->oldest_wait_usec)
		say(s, ", the longest for %s", span);
}

static void say_limit(struct sentence *s, const struct finding *f, const struct queue_facts *facts)
{
	const struct report_listener *l = facts->listener;

	if (facts->somaxconn && l->limit >= facts->somaxconn)
		say(s,
		    " The queue's limit is net.core.somaxconn (%u). Raising it works only at the program's next listen(), so "
		    "restart it afterwards.",
		    facts->somaxconn);
	else if (facts->somaxconn)
		say(s,
		    " The queue's limit of %u is the program's own backlog, the argument of listen(). It can be raised in its "
		    "configuration up to net.core.somaxconn (%u).",
		    l->limit, facts->somaxconn);
	say(s, " A longer queue only helps against bursts. To watch it: ss -ltn 'sport = :%u'", f->port);
}

void wording_queue(struct finding *finding, const struct queue_facts *facts)
{
	const struct report_listener *l = facts->listener;
	struct sentence s = begin(finding->message, sizeof(finding->message));

	say(&s, "%s does not accept fast enough on ", finding->owner);
	say_listener(&s, finding);
	if (facts->n_listeners > 1)
		say(&s, " (one of %zu listeners there)", facts->n_listeners);
	say(&s, ": ");
	say_queue_state(&s, l);
	say(&s, ".");
	if (l->pid)
		say(&s, " %s (%d) holds the listener.", l->process, l->pid);

	s = begin(finding->advice, sizeof(finding->advice));
	if (l->oldest_wait_usec && finding->severity < SEVERITY_CRITICAL && l->pid)
		say(&s,
		    "See what the program waits for instead of calling accept(): grep State /proc/%d/status (T: stopped), "
		    "cat /proc/%d/wchan.",
		    l->pid, l->pid);
	else
		say(&s,
		    "See whether the program is short of workers or CPU, or stuck: it must call accept() more often.");
	say_limit(&s, finding, facts);
}

void wording_clear(struct finding *finding, bool ignored, uint64_t now_usec)
{
	struct sentence s = begin(finding->message, sizeof(finding->message));
	char span[32] = "";

	if (finding->since_usec && now_usec > finding->since_usec)
		span_print_human(now_usec - finding->since_usec, span, sizeof(span));
	*finding->advice = '\0';
	switch (finding->kind) {
	case FINDING_CLOSE_WAIT_LEAK:
		say(&s, ignored ? "%s: CLOSE_WAIT " : "%s leaks CLOSE_WAIT ", finding->owner);
		say_endpoint(&s, finding);
		say(&s, ignored ? " is ignored from now on, by a rule" : " no longer");
		break;
	case FINDING_ACCEPT_QUEUE:
		say(&s, ignored ? "%s: the accept queue of " : "%s lets no connections wait any more on ",
		    finding->owner);
		say_listener(&s, finding);
		say(&s, "%s", ignored ? " is ignored from now on, by a rule" : "");
		break;
	case FINDING_KINDS:
		break;
	}
	if (*span && !ignored)
		say(&s, ", after %s", span);
	say(&s, ".");
}
