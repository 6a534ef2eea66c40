/* SPDX-License-Identifier: MIT */
#include "core/wording.h"

#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MINUTE USEC_PER_MINUTE
#define HOUR USEC_PER_HOUR

/* A leak of 12 sockets by java (4211) of billing.service, changed by what a case sets. */
struct leak {
	enum severity severity;
	enum role role;
	enum cause cause;
	uint64_t count;
	bool inherited, unheld, nobody_known;
	uint64_t per_hour_millis;
	bool growing;
	uint64_t open, limit, full_in_usec; /* full_in 0: never */
	bool full;
};

static struct finding word_leak(const struct leak *leak)
{
	uint64_t count = leak->count ? leak->count : 12;
	struct report_group group = {
		.stale = count,
		.unheld = leak->unheld ? count : 0,
		.n_holders = leak->unheld || leak->nobody_known ? 0 : 1,
		.holders[0] = { .pid = 4211,
				.process = "java",
				.descriptors_open = leak->open,
				.descriptors_limit = leak->limit },
	};
	struct leak_facts facts = { .group = &group, .per_hour_millis = leak->per_hour_millis };
	struct finding f = {
		.kind = FINDING_CLOSE_WAIT_LEAK,
		.severity = leak->severity ? leak->severity : SEVERITY_WARNING,
		.role = leak->role,
		.cause = leak->cause,
		.inherited = leak->inherited,
		.trend = leak->growing ? TREND_GROWING : TREND_STEADY,
		.owner = "billing.service",
		.port = leak->role == ROLE_SERVER ? 8443 : 0,
		.pids = { group.n_holders ? 4211 : 0 },
		.n_pids = group.n_holders,
		.count = count,
		.age = { 312 * MINUTE, 313 * MINUTE },
		.full_in_usec = leak->full_in_usec || leak->full ? leak->full_in_usec : FULL_NEVER,
	};

	if (leak->role == ROLE_CLIENT)
		snprintf(f.remote, sizeof(f.remote), "10.0.0.5:5432");
	wording_leak(&f, &facts);
	return f;
}

static void a_leak_is_told_in_a_sentence_or_two(void **state)
{
	static const struct {
		struct leak leak;
		const char *message;
	} cases[] = {
		{ { .cause = CAUSE_DRAINED },
		  "billing.service leaks CLOSE_WAIT on port 8443: 12 sockets idle, the oldest for 5 h 12 min. Everything was read, "
		  "close() is missing." },
		{ { .cause = CAUSE_DRAINED, .count = 1 },
		  "billing.service leaks CLOSE_WAIT on port 8443: 1 socket idle for 5 h 12 min. Everything was read, close() is "
		  "missing." },
		{ { .cause = CAUSE_UNREAD_EOF },
		  "billing.service leaks CLOSE_WAIT on port 8443: 12 sockets idle, the oldest for 5 h 12 min. The end-of-file was "
		  "never read: the program does not look any more." },
		{ { .cause = CAUSE_UNREAD_EOF, .count = 1 },
		  "billing.service leaks CLOSE_WAIT on port 8443: 1 socket idle for 5 h 12 min. The end-of-file was never read: "
		  "the program does not look any more." },
		{ { .cause = CAUSE_UNREAD_DATA },
		  "billing.service leaks CLOSE_WAIT on port 8443: 12 sockets idle, the oldest for 5 h 12 min. Data is still "
		  "unread: the reader is stuck, and closing will send a reset." },
		{ { .cause = CAUSE_UNREAD_DATA, .count = 1 },
		  "billing.service leaks CLOSE_WAIT on port 8443: 1 socket idle for 5 h 12 min. Data is still unread: the reader "
		  "is stuck, and closing will send a reset." },
		{ { .role = ROLE_CLIENT, .cause = CAUSE_UNREAD_EOF, .severity = SEVERITY_NOTICE, .count = 3 },
		  "billing.service keeps connections to 10.0.0.5:5432 that the other side has closed: 3 sockets idle, the oldest "
		  "for 5 h 12 min. The end-of-file was never read: idle connections of a pool, or forgotten ones." },
		{ { .role = ROLE_CLIENT, .cause = CAUSE_UNREAD_EOF, .severity = SEVERITY_CRITICAL, .count = 300 },
		  "billing.service leaks CLOSE_WAIT to 10.0.0.5:5432: 300 sockets idle, the oldest for 5 h 12 min. The end-of-file "
		  "was never read: idle connections of a pool, or forgotten ones." },
		{ { .role = ROLE_CLIENT, .cause = CAUSE_UNREAD_DATA },
		  "billing.service leaks CLOSE_WAIT to 10.0.0.5:5432: 12 sockets idle, the oldest for 5 h 12 min. Data is still "
		  "unread: the reader is stuck, and closing will send a reset." },
		{ { .role = ROLE_CLIENT, .cause = CAUSE_DRAINED },
		  "billing.service leaks CLOSE_WAIT to 10.0.0.5:5432: 12 sockets idle, the oldest for 5 h 12 min. Everything was "
		  "read, close() is missing." },
		{ { .cause = CAUSE_DRAINED, .inherited = true },
		  "billing.service holds inherited CLOSE_WAIT sockets on port 8443: 12 sockets idle, the oldest for 5 h 12 min. "
		  "Everything was read, close() is missing." },
		{ { .cause = CAUSE_UNREAD_EOF, .unheld = true },
		  "CLOSE_WAIT sockets that no process holds (billing.service) on port 8443: 12 sockets idle, the oldest for "
		  "5 h 12 min. The end-of-file was never read." },
		{ { .cause = CAUSE_DRAINED, .unheld = true, .count = 1 },
		  "CLOSE_WAIT sockets that no process holds (billing.service) on port 8443: 1 socket idle for 5 h 12 min. "
		  "Everything was read." },
		{ { .cause = CAUSE_UNREAD_DATA, .unheld = true, .inherited = true },
		  "CLOSE_WAIT sockets that no process holds (billing.service) on port 8443: 12 sockets idle, the oldest for "
		  "5 h 12 min. Data is still unread." },
		{ { .role = ROLE_CLIENT, .cause = CAUSE_DRAINED, .unheld = true, .severity = SEVERITY_NOTICE },
		  "CLOSE_WAIT sockets that no process holds (billing.service) to 10.0.0.5:5432: 12 sockets idle, the oldest for "
		  "5 h 12 min. Everything was read." },
		{ { .cause = CAUSE_DRAINED, .growing = true, .per_hour_millis = 240000 },
		  "billing.service leaks CLOSE_WAIT on port 8443: 12 sockets idle, the oldest for 5 h 12 min, growing by 4 a "
		  "minute. Everything was read, close() is missing." },
		{ { .cause = CAUSE_DRAINED, .growing = true, .per_hour_millis = 18000 },
		  "billing.service leaks CLOSE_WAIT on port 8443: 12 sockets idle, the oldest for 5 h 12 min, growing by 18 an "
		  "hour. Everything was read, close() is missing." },
		{ { .cause = CAUSE_DRAINED, .growing = true },
		  "billing.service leaks CLOSE_WAIT on port 8443: 12 sockets idle, the oldest for 5 h 12 min, growing. Everything "
		  "was read, close() is missing." },
		{ { .cause = CAUSE_DRAINED,
		    .growing = true,
		    .per_hour_millis = 240000,
		    .open = 1530,
		    .limit = 4096,
		    .full_in_usec = 10 * HOUR },
		  "billing.service leaks CLOSE_WAIT on port 8443: 12 sockets idle, the oldest for 5 h 12 min, growing by 4 a "
		  "minute. Everything was read, close() is missing. java (4211) uses 1530 of 4096 descriptors, full in about "
		  "10 h at this rate." },
		{ { .cause = CAUSE_DRAINED, .open = 1530, .limit = 4096 },
		  "billing.service leaks CLOSE_WAIT on port 8443: 12 sockets idle, the oldest for 5 h 12 min. Everything was read, "
		  "close() is missing. java (4211) uses 1530 of 4096 descriptors." },
		{ { .cause = CAUSE_DRAINED, .open = 4096, .limit = 4096, .full = true },
		  "billing.service leaks CLOSE_WAIT on port 8443: 12 sockets idle, the oldest for 5 h 12 min. Everything was read, "
		  "close() is missing. java (4211) uses 4096 of 4096 descriptors, no more are left." },
		{ { .cause = CAUSE_DRAINED, .open = 1530, .limit = UINT64_MAX },
		  "billing.service leaks CLOSE_WAIT on port 8443: 12 sockets idle, the oldest for 5 h 12 min. Everything was read, "
		  "close() is missing. java (4211) uses 1530 descriptors, without a limit." },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(word_leak(&cases[i].leak).message, cases[i].message);
}

static void the_advice_follows_from_role_and_cause(void **state)
{
	static const struct {
		struct leak leak;
		const char *advice;
	} cases[] = {
		{ { .cause = CAUSE_DRAINED },
		  "Look for a path after read() = 0 that does not reach close(): error handling, timeouts and callbacks first. To "
		  "see the descriptors: ls -l /proc/4211/fd" },
		{ { .cause = CAUSE_DRAINED, .nobody_known = true },
		  "Look for a path after read() = 0 that does not reach close(): error handling, timeouts and callbacks first." },
		{ { .cause = CAUSE_UNREAD_EOF },
		  "Look for connections that the program dropped from its event loop, or for workers that wait for something else "
		  "while the client hangs up: nobody reads these sockets. To see the descriptors: ls -l /proc/4211/fd" },
		{ { .cause = CAUSE_UNREAD_DATA },
		  "Look at what the reading thread waits for: a lock, a full queue, a slow back end. The data that is unread will "
		  "be lost when the socket is closed. To see the descriptors: ls -l /proc/4211/fd" },
		{ { .role = ROLE_CLIENT, .cause = CAUSE_UNREAD_EOF },
		  "Probably a connection pool: let it drop connections that are idle for longer than the server keeps them, or test "
		  "them before use. If their number grows, responses or clients are not closed. To see the descriptors: "
		  "ls -l /proc/4211/fd" },
		{ { .role = ROLE_CLIENT, .cause = CAUSE_UNREAD_DATA },
		  "Answers are not read to their end: look for response bodies that nobody consumes or closes. To see the "
		  "descriptors: ls -l /proc/4211/fd" },
		{ { .role = ROLE_CLIENT, .cause = CAUSE_DRAINED },
		  "Look for responses and clients that are read to the end but never closed: error handling and early returns "
		  "first. If they are an idle pool's, let it drop connections that are idle for longer than the server keeps "
		  "them. To see the descriptors: ls -l /proc/4211/fd" },
		{ { .cause = CAUSE_DRAINED, .inherited = true },
		  "A child process got these descriptors over fork() or exec(), and the connection cannot end before the child "
		  "closes them too: set close-on-exec (SOCK_CLOEXEC, accept4) in the parent, or close them in the child. To see "
		  "the descriptors: ls -l /proc/4211/fd" },
		{ { .cause = CAUSE_DRAINED, .unheld = true },
		  "No process has a descriptor of these sockets. They can be on their way over a unix socket (scm_fds in "
		  "/proc/PID/fdinfo), be fixed files of an io_uring (UserFiles in /proc/PID/fdinfo), or belong to the kernel "
		  "itself." },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(word_leak(&cases[i].leak).advice, cases[i].advice);
}

struct queue {
	enum severity severity;
	const char *address;
	uint32_t queue, limit, somaxconn;
	uint64_t overflowed, wait_usec;
	size_t n_listeners;
	bool nobody_known;
};

static struct finding word_queue(const struct queue *queue)
{
	struct report_listener listener = {
		.port = 80,
		.queue = queue->queue,
		.limit = queue->limit,
		.overflowed = queue->overflowed,
		.oldest_wait_usec = queue->wait_usec,
		.process = "nginx",
		.pid = queue->nobody_known ? 0 : 812,
	};
	struct queue_facts facts = {
		.listener = &listener,
		.n_listeners = queue->n_listeners ? queue->n_listeners : 1,
		.somaxconn = queue->somaxconn,
	};
	struct finding f = {
		.kind = FINDING_ACCEPT_QUEUE,
		.severity = queue->severity,
		.port = 80,
		.owner = "nginx.service",
		.count = queue->queue,
	};

	snprintf(f.address, sizeof(f.address), "%s", queue->address ? queue->address : "0.0.0.0");
	wording_queue(&f, &facts);
	return f;
}

static void a_slow_listener_is_told_with_its_queue_its_limit_and_what_to_do(void **state)
{
	static const struct {
		struct queue queue;
		const char *message, *advice;
	} cases[] = {
		{ { SEVERITY_WARNING, NULL, 410, 511, 4096, 0, 0, 1, false },
		  "nginx.service does not accept fast enough on 0.0.0.0:80: 410 of 511 wait. nginx (812) holds the listener.",
		  "See whether the program is short of workers or CPU, or stuck: it must call accept() more often. The queue's "
		  "limit of 511 is the program's own backlog, the argument of listen(). It can be raised in its configuration up "
		  "to net.core.somaxconn (4096). A longer queue only helps against bursts. To watch it: ss -ltn 'sport = :80'" },
		{ { SEVERITY_NOTICE, "::", 1, 128, 128, 0, 12 * USEC_PER_SEC, 1, false },
		  "nginx.service does not accept fast enough on [::]:80: 1 of 128 wait, the longest for 12 s. nginx (812) holds "
		  "the listener.",
		  "See what the program waits for instead of calling accept(): grep State /proc/812/status (T: stopped), cat "
		  "/proc/812/wchan. The queue's limit is net.core.somaxconn (128). Raising it works only at the program's next "
		  "listen(), so restart it afterwards. A longer queue only helps against bursts. To watch it: ss -ltn 'sport = "
		  ":80'" },
		{ { SEVERITY_CRITICAL, NULL, 3, 2, 0, 0, 90 * USEC_PER_SEC, 4, true },
		  "nginx.service does not accept fast enough on 0.0.0.0:80 (one of 4 listeners there): the queue is full, 3 of 2 "
		  "wait, new connections are dropped, the longest for 1 min 30 s.",
		  "See whether the program is short of workers or CPU, or stuck: it must call accept() more often. A longer queue "
		  "only helps against bursts. To watch it: ss -ltn 'sport = :80'" },
		{ { SEVERITY_CRITICAL, NULL, 0, 511, 4096, 7, 0, 1, true },
		  "nginx.service does not accept fast enough on 0.0.0.0:80: 7 connection attempts were dropped since the last "
		  "look, 0 of 511 wait.",
		  "See whether the program is short of workers or CPU, or stuck: it must call accept() more often. The queue's "
		  "limit of 511 is the program's own backlog, the argument of listen(). It can be raised in its configuration up "
		  "to net.core.somaxconn (4096). A longer queue only helps against bursts. To watch it: ss -ltn 'sport = :80'" },
		{ { SEVERITY_CRITICAL, NULL, 512, 511, 511, 1, 0, 1, true },
		  "nginx.service does not accept fast enough on 0.0.0.0:80: 1 connection attempt was dropped since the last look, "
		  "512 of 511 wait.",
		  "See whether the program is short of workers or CPU, or stuck: it must call accept() more often. The queue's "
		  "limit is net.core.somaxconn (511). Raising it works only at the program's next listen(), so restart it "
		  "afterwards. A longer queue only helps against bursts. To watch it: ss -ltn 'sport = :80'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct finding f = word_queue(&cases[i].queue);

		assert_string_equal(f.message, cases[i].message);
		assert_string_equal(f.advice, cases[i].advice);
	}
}

static void the_end_is_told_with_how_long_it_lasted(void **state)
{
	static const struct {
		enum finding_kind kind;
		enum role role;
		const char *address;
		uint64_t since_usec;
		const char *message;
	} cases[] = {
		{ FINDING_CLOSE_WAIT_LEAK, ROLE_SERVER, "", HOUR,
		  "app leaks CLOSE_WAIT on port 80 no longer, after 2 h 5 min." },
		{ FINDING_CLOSE_WAIT_LEAK, ROLE_CLIENT, "", HOUR,
		  "app leaks CLOSE_WAIT to 10.0.0.5:5432 no longer, after 2 h 5 min." },
		{ FINDING_CLOSE_WAIT_LEAK, ROLE_SERVER, "", 0, "app leaks CLOSE_WAIT on port 80 no longer." },
		{ FINDING_CLOSE_WAIT_LEAK, ROLE_SERVER, "", 9 * HOUR, "app leaks CLOSE_WAIT on port 80 no longer." },
		{ FINDING_ACCEPT_QUEUE, ROLE_SERVER, "0.0.0.0", HOUR,
		  "app lets no connections wait any more on 0.0.0.0:80, after 2 h 5 min." },
		{ FINDING_ACCEPT_QUEUE, ROLE_SERVER, "::", HOUR,
		  "app lets no connections wait any more on [::]:80, after 2 h 5 min." },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct finding f = { .kind = cases[i].kind,
				     .role = cases[i].role,
				     .port = 80,
				     .owner = "app",
				     .remote = "10.0.0.5:5432",
				     .since_usec = cases[i].since_usec,
				     .advice = "old",
				     .message = "old" };

		snprintf(f.address, sizeof(f.address), "%s", cases[i].address);
		wording_clear(&f, false, HOUR + 125 * MINUTE);
		assert_string_equal(f.message, cases[i].message);
		assert_string_equal(f.advice, "");
	}
}

static void a_rule_that_ignores_it_is_no_end(void **state)
{
	struct finding leak = { .kind = FINDING_CLOSE_WAIT_LEAK, .port = 80, .owner = "app", .since_usec = HOUR };
	struct finding queue = { .kind = FINDING_ACCEPT_QUEUE, .port = 80, .owner = "app", .address = "::" };

	(void)state;
	wording_clear(&leak, true, 2 * HOUR);
	assert_string_equal(leak.message, "app: CLOSE_WAIT on port 80 is ignored from now on, by a rule.");
	wording_clear(&queue, true, 2 * HOUR);
	assert_string_equal(queue.message, "app: the accept queue of [::]:80 is ignored from now on, by a rule.");
}

/* The longest a name can get: every byte of it was escaped. */
static void longest(char *buffer, size_t size)
{
	*buffer = '\0';
	while (strlen(buffer) + 4 < size)
		strcat(buffer, "\\xff");
}

static void assert_sound(const char *text, size_t size, char end)
{
	size_t length = strlen(text);

	assert_in_range(length, 10, size - 2); /* one byte is left: nothing was cut */
	if (end)
		assert_int_equal(text[length - 1], end);
	for (size_t i = 0; i < length; i++)
		if (text[i] < ' ' || text[i] > '~' || text[i] == ';' || text[i] == '#')
			fail_msg("byte 0x%02x in: %s", (unsigned char)text[i], text);
}

static void leak_with_longest_names(uint64_t *seed, struct finding *f)
{
	struct report_group group = { .stale = 1 + world_below(seed, 9999999), .n_holders = world_below(seed, 3) > 0 };
	struct leak_facts facts = { .group = &group, .per_hour_millis = world_below(seed, 3600000000ull) };

	group.unheld = group.n_holders ? 0 : world_below(seed, group.stale);
	group.holders[0] =
		(struct report_holder){ .pid = 4194304, .descriptors_open = 1048576, .descriptors_limit = 1073741816 };
	longest(group.holders[0].process, sizeof(group.holders[0].process));
	f->count = group.stale;
	f->n_pids = group.n_holders;
	f->pids[0] = 4194304;
	f->inherited = world_below(seed, 1);
	f->cause = (enum cause)world_below(seed, CAUSES - 1);
	f->trend = (enum trend)world_below(seed, TRENDS - 1);
	f->age.at_least_usec = world_below(seed, 999 * USEC_PER_DAY);
	f->full_in_usec = world_below(seed, 1) ? FULL_NEVER : world_below(seed, 9999 * USEC_PER_DAY);
	wording_leak(f, &facts);
}

static void queue_with_longest_names(uint64_t *seed, struct finding *f)
{
	struct report_listener listener = {
		.queue = (uint32_t)world_random(seed),
		.limit = (uint32_t)world_random(seed),
		.overflowed = world_below(seed, 1) ? 0 : world_below(seed, UINT32_MAX),
		.oldest_wait_usec = world_below(seed, 99 * USEC_PER_DAY),
		.pid = world_below(seed, 1) ? 4194304 : 0,
	};
	struct queue_facts facts = {
		.listener = &listener,
		.n_listeners = world_below(seed, 100000),
		.somaxconn = world_below(seed, 3) ? (uint32_t)world_random(seed) : 0,
	};

	longest(listener.process, sizeof(listener.process));
	wording_queue(f, &facts);
}

static void no_text_is_cut_or_harmful_with_the_longest_names(void **state)
{
	uint64_t seed = world_seed(__func__);

	(void)state;
	for (int round = 0; round < 5000; round++) {
		struct finding f = {
			.kind = (enum finding_kind)world_below(&seed, FINDING_KINDS - 1),
			.severity = (enum severity)(1 + world_below(&seed, 2)),
			.role = (enum role)world_below(&seed, ROLES - 1),
			.port = 65535,
			.since_usec = world_below(&seed, 1),
			.remote = "[1111:2222:3333:4444:5555:6666:7777:8888]:65535",
			.address = "1111:2222:3333:4444:5555:6666:7777:8888",
		};

		longest(f.owner, sizeof(f.owner));
		if (f.kind == FINDING_CLOSE_WAIT_LEAK)
			leak_with_longest_names(&seed, &f);
		else
			queue_with_longest_names(&seed, &f);
		assert_sound(f.message, sizeof(f.message), '.');
		assert_sound(f.advice, sizeof(f.advice), 0);
		wording_clear(&f, false, 9999 * USEC_PER_DAY);
		assert_sound(f.message, sizeof(f.message), '.');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_leak_is_told_in_a_sentence_or_two),
		cmocka_unit_test(the_advice_follows_from_role_and_cause),
		cmocka_unit_test(a_slow_listener_is_told_with_its_queue_its_limit_and_what_to_do),
		cmocka_unit_test(the_end_is_told_with_how_long_it_lasted),
		cmocka_unit_test(a_rule_that_ignores_it_is_no_end),
		cmocka_unit_test(no_text_is_cut_or_harmful_with_the_longest_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
