/* SPDX-License-Identifier: MIT */
#include "some_report.h"

#include "core/cleanup.h"
#include "core/span.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Small, large and the two ends. */
static uint64_t roll_u64(struct dice *dice)
{
	switch (roll(dice, 4)) {
	case 0:
		return 0;
	case 1:
		return UINT64_MAX;
	case 2:
		return roll(dice, 5000);
	}
	return roll(dice, UINT64_MAX);
}

static uint32_t roll_u32(struct dice *dice)
{
	return (uint32_t)roll_u64(dice);
}

static int32_t roll_int(struct dice *dice)
{
	return (int32_t)(roll_u32(dice) & INT32_MAX);
}

/* Any bytes, escaped as they are where they are read. */
static void roll_name(struct dice *dice, char *buffer, size_t size)
{
	static const char nasty[] = "ab .=:;#[]\\\"'\n\r\t\033\177\377\200 x  ";
	char raw[300];
	size_t length = roll(dice, 2) ? roll(dice, 16) : roll(dice, sizeof(raw));

	for (size_t i = 0; i < length; i++)
		raw[i] = roll(dice, 3) ? (char)('a' + roll(dice, 26)) : nasty[roll(dice, sizeof(nasty))];
	escape_name(raw, length, buffer, size);
}

/* Words of all lengths, some longer than any line. */
static void roll_text(struct dice *dice, char *buffer, size_t size)
{
	size_t length = roll(dice, size), i;

	for (i = 0; i < length; i++) {
		bool edge = i == 0 || i == length - 1;

		buffer[i] = (char)(roll(dice, 90) ? '!' + roll(dice, 94) : ' ');
		if (strchr(";#\\", buffer[i]) || (edge && buffer[i] == ' '))
			buffer[i] = '-';
	}
	buffer[i] = '\0';
}

static uint64_t roll_time(struct dice *dice)
{
	return roll(dice, 3) ? roll(dice, 253402300799999999ull) + 1 : 0;
}

static struct age roll_age(struct dice *dice)
{
	struct age age = { roll_u64(dice), roll_u64(dice) };

	if (roll(dice, 3) == 0)
		age.at_most_usec = age.at_least_usec;
	return age;
}

static void roll_address(struct dice *dice, char *address, char *endpoint)
{
	uint8_t bytes[16] = { [10] = 0xff, 0xff };

	for (size_t i = roll(dice, 2) ? 12 : 0; i < 16; i++)
		bytes[i] = (uint8_t)(roll(dice, 3) ? roll(dice, 256) : 0);
	if (address)
		sock_address_print(bytes, address, 46);
	if (endpoint)
		sock_endpoint_print(bytes, (uint16_t)roll(dice, 65536), endpoint, SOCK_ENDPOINT_MAX);
}

static struct finding roll_finding(struct dice *dice, unsigned number)
{
	struct finding f = {
		.kind = (enum finding_kind)roll(dice, FINDING_KINDS),
		.severity = (enum severity)roll(dice, SEVERITIES),
		.role = (enum role)roll(dice, ROLES),
		.trend = (enum trend)roll(dice, TRENDS),
		.port = (uint16_t)roll(dice, 65536),
		.n_pids = roll(dice, FINDING_PIDS + 1),
		.count = roll_u64(dice),
		.cause = (enum cause)roll(dice, CAUSES),
		.inherited = roll(dice, 2),
		.age = roll_age(dice),
		.since_usec = roll_time(dice),
		.gone_usec = roll_time(dice),
		.full_in_usec = roll_u64(dice),
	};

	snprintf(f.id, sizeof(f.id), "%04x%04x", number & 0xffff, (unsigned)roll(dice, 65536));
	for (size_t i = 0; i < f.n_pids; i++)
		f.pids[i] = roll_int(dice);
	roll_name(dice, f.netns, sizeof(f.netns));
	roll_name(dice, f.owner, sizeof(f.owner));
	roll_name(dice, f.unit, sizeof(f.unit));
	roll_name(dice, f.process, sizeof(f.process));
	roll_address(dice, roll(dice, 2) ? f.address : NULL, roll(dice, 2) ? f.remote : NULL);
	roll_text(dice, f.message, sizeof(f.message));
	roll_text(dice, f.advice, sizeof(f.advice));
	return f;
}

static struct report_holder roll_holder(struct dice *dice)
{
	struct report_holder holder = {
		.pid = roll_int(dice),
		.descriptors_open = roll(dice, 3) * 1530,
		.descriptors_limit = roll_u64(dice),
		.n_fds = roll(dice, HOLDER_FDS + 1),
		.more_fds = roll_u64(dice),
	};

	for (size_t i = 0; i < holder.n_fds; i++)
		holder.fds[i] = roll_int(dice);
	roll_name(dice, holder.process, sizeof(holder.process));
	return holder;
}

static struct report_sample roll_sample(struct dice *dice)
{
	struct report_sample sample = {
		.unread = roll_u32(dice),
		.cause = (enum cause)roll(dice, CAUSES),
		.age = roll_age(dice),
	};

	if (roll(dice, 4)) {
		sample.pid = roll_int(dice) | 1;
		sample.fd = roll_int(dice);
	}
	roll_address(dice, NULL, roll(dice, 8) ? sample.remote : NULL);
	return sample;
}

static struct report_group roll_group(struct dice *dice)
{
	struct report_group group = {
		.uid = roll_u32(dice),
		.role = (enum role)roll(dice, ROLES),
		.port = (uint16_t)roll(dice, 65536),
		.close_wait = roll_u64(dice),
		.stale = roll_u64(dice),
		.not_accepted = roll_u64(dice),
		.active = roll_u64(dice),
		.pending = roll_u64(dice),
		.unheld = roll_u64(dice),
		.lasting = roll_u64(dice),
		.causes = { roll_u64(dice), roll_u64(dice), roll_u64(dice) },
		.inherited = roll_u64(dice),
		.oldest = roll_age(dice),
		.n_holders = roll(dice, GROUP_HOLDERS + 1),
		.more_holders = roll_u64(dice),
		.n_samples = roll(dice, GROUP_SAMPLES + 1),
	};

	roll_name(dice, group.netns, sizeof(group.netns));
	roll_name(dice, group.owner, sizeof(group.owner));
	roll_name(dice, group.unit, sizeof(group.unit));
	roll_name(dice, group.process, sizeof(group.process));
	roll_address(dice, NULL, roll(dice, 2) ? group.remote : NULL);
	for (size_t i = 0; i < group.n_holders; i++)
		group.holders[i] = roll_holder(dice);
	for (size_t i = 0; i < group.n_samples; i++)
		group.samples[i] = roll_sample(dice);
	return group;
}

static struct report_listener roll_listener(struct dice *dice)
{
	struct report_listener listener = {
		.port = (uint16_t)roll(dice, 65536),
		.cookie = roll_u64(dice),
		.inode = roll_u32(dice),
		.uid = roll_u32(dice),
		.queue = roll_u32(dice),
		.limit = roll_u32(dice),
		.drops = roll_u32(dice),
		.not_accepted = roll_u64(dice),
		.overflowed = roll_u64(dice),
		.oldest_wait_usec = roll_u64(dice),
		.pid = roll_int(dice),
	};

	roll_name(dice, listener.netns, sizeof(listener.netns));
	roll_address(dice, listener.address, NULL);
	roll_name(dice, listener.owner, sizeof(listener.owner));
	roll_name(dice, listener.unit, sizeof(listener.unit));
	roll_name(dice, listener.process, sizeof(listener.process));
	return listener;
}

struct report random_report(struct dice *dice)
{
	struct report report = {
		.pid = roll_int(dice),
		.started_usec = roll_time(dice),
		.config_read_usec = roll_time(dice),
		.updated_usec = roll_time(dice),
		.interval_usec = roll(dice, UINT64_MAX / 1000) * 1000,
		.stale_age_usec = roll(dice, UINT64_MAX / 1000) * 1000,
		.cycles = roll_u64(dice),
		.last_cycle_usec = roll_u64(dice),
		.complete = roll(dice, 2),
		.n_listeners = roll(dice, 4),
		.n_groups = roll(dice, 4),
		.n_findings = roll(dice, 4),
		.more_groups = roll_u64(dice),
	};

	roll_name(dice, report.version, sizeof(report.version));
	roll_name(dice, report.host, sizeof(report.host));
	roll_text(dice, report.health, sizeof(report.health));
	roll_name(dice, report.config_error, sizeof(report.config_error));
	strcpy(report.boot_id, "0a1b2c3d-0123-4567-89ab-0123456789ab");
	for (unsigned i = SOCK_ESTABLISHED; i < SOCK_STATES; i++)
		report.sockets.count[i] = roll_u64(dice);
	report.listeners = calloc(4, sizeof(*report.listeners));
	report.groups = calloc(4, sizeof(*report.groups));
	report.findings = calloc(4, sizeof(*report.findings));
	for (size_t i = 0; i < 4; i++) {
		report.listeners[i] = roll_listener(dice);
		report.groups[i] = roll_group(dice);
		report.findings[i] = roll_finding(dice, (unsigned)i);
	}
	return report;
}

struct report example_report(void)
{
	struct report report = {
		.version = "0.1.0",
		.host = "web1",
		.boot_id = "0a1b2c3d-0123-4567-89ab-0123456789ab",
		.pid = 812,
		.started_usec = 1769860800123456,
		.config_read_usec = 1769862600000000,
		.updated_usec = 1769864400000000,
		.interval_usec = 10 * USEC_PER_SEC,
		.stale_age_usec = 60 * USEC_PER_SEC,
		.cycles = 361,
		.last_cycle_usec = 4123,
		.complete = true,
		.health = "ok",
		.sockets.count = { [SOCK_ESTABLISHED] = 812,
				   [SOCK_LISTEN] = 23,
				   [SOCK_CLOSE_WAIT] = 1209,
				   [SOCK_TIME_WAIT] = 3311 },
		.n_listeners = 1,
		.n_groups = 1,
		.n_findings = 2,
	};
	struct report_listener listener = {
		.netns = "host",
		.address = "0.0.0.0",
		.port = 80,
		.cookie = 4107,
		.inode = 23311,
		.uid = 33,
		.queue = 410,
		.limit = 511,
		.drops = 7,
		.oldest_wait_usec = 12500000,
		.owner = "nginx.service",
		.unit = "nginx.service",
		.process = "nginx",
		.pid = 1021,
	};
	struct report_group group = {
		.netns = "host",
		.owner = "billing.service",
		.unit = "billing.service",
		.process = "java",
		.uid = 1001,
		.role = ROLE_SERVER,
		.port = 8443,
		.close_wait = 1207,
		.stale = 1204,
		.active = 3,
		.causes = { [CAUSE_UNREAD_EOF] = 2, [CAUSE_DRAINED] = 1202 },
		.oldest = { 18720 * USEC_PER_SEC, 18720 * USEC_PER_SEC + 250000 },
		.holders = { { .pid = 4211,
			       .process = "java",
			       .descriptors_open = 1530,
			       .descriptors_limit = 4096,
			       .fds = { 5, 6, 311 },
			       .n_fds = 3,
			       .more_fds = 1201 } },
		.n_holders = 1,
		.samples = { { .remote = "10.1.2.3:50122",
			       .pid = 4211,
			       .fd = 311,
			       .cause = CAUSE_DRAINED,
			       .age = { 18720 * USEC_PER_SEC, 18720 * USEC_PER_SEC + 250000 } },
			     { .remote = "[2001:db8::7]:41200",
			       .unread = 16,
			       .cause = CAUSE_UNREAD_DATA,
			       .age = { 61200000, 61200000 } } },
		.n_samples = 2,
	};
	struct finding leak = {
		.id = "5be1c02a",
		.kind = FINDING_CLOSE_WAIT_LEAK,
		.severity = SEVERITY_CRITICAL,
		.role = ROLE_SERVER,
		.trend = TREND_GROWING,
		.netns = "host",
		.owner = "billing.service",
		.unit = "billing.service",
		.process = "java",
		.port = 8443,
		.pids = { 4211 },
		.n_pids = 1,
		.count = 1204,
		.cause = CAUSE_DRAINED,
		.age = { 18720 * USEC_PER_SEC, 18720 * USEC_PER_SEC + 250000 },
		.since_usec = 1769861000000000,
		.full_in_usec = 10 * USEC_PER_HOUR,
		.message =
			"billing.service leaks CLOSE_WAIT on port 8443: 1204 sockets idle, the oldest for 5 h 12 min, "
			"growing by 4 a minute. Everything was read, close() is missing.",
		.advice =
			"Look for a path in the program that returns after read() = 0 without close(): error handling, "
			"timeouts and callbacks first.",
	};
	struct finding queue = {
		.id = "93ab00ff",
		.kind = FINDING_ACCEPT_QUEUE,
		.severity = SEVERITY_WARNING,
		.role = ROLE_SERVER,
		.netns = "host",
		.owner = "nginx.service",
		.unit = "nginx.service",
		.process = "nginx",
		.address = "0.0.0.0",
		.port = 80,
		.pids = { 1021, 1022 },
		.n_pids = 2,
		.count = 410,
		.full_in_usec = FULL_NEVER,
		.message = "nginx.service does not accept fast enough on 0.0.0.0:80: 410 of 511 wait.",
	};

	report.listeners = calloc(1, sizeof(listener));
	report.groups = calloc(1, sizeof(group));
	report.findings = calloc(2, sizeof(leak));
	*report.listeners = listener;
	*report.groups = group;
	report.findings[0] = leak;
	report.findings[1] = queue;
	return report;
}
