/* SPDX-License-Identifier: MIT */
#include "some_report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define assert_same(a, b, member) assert_int_equal((a)->member, (b)->member)
#define assert_same_text(a, b, member) assert_string_equal((a)->member, (b)->member)

static void assert_same_age(struct age a, struct age b)
{
	assert_same(&a, &b, at_least_usec);
	assert_same(&a, &b, at_most_usec);
}

static void assert_same_finding(const struct finding *a, const struct finding *b)
{
	assert_same_text(a, b, id);
	assert_same(a, b, kind);
	assert_same(a, b, severity);
	assert_same(a, b, role);
	assert_same(a, b, trend);
	assert_same_text(a, b, netns);
	assert_same_text(a, b, owner);
	assert_same_text(a, b, unit);
	assert_same_text(a, b, process);
	assert_same_text(a, b, address);
	assert_same(a, b, port);
	assert_same_text(a, b, remote);
	assert_same(a, b, n_pids);
	assert_memory_equal(a->pids, b->pids, sizeof(a->pids));
	assert_same(a, b, count);
	assert_same(a, b, cause);
	assert_same(a, b, inherited);
	assert_same_age(a->age, b->age);
	assert_same(a, b, since_usec);
	assert_same(a, b, gone_usec);
	assert_same(a, b, full_in_usec);
	assert_same_text(a, b, message);
	assert_same_text(a, b, advice);
}

static void assert_same_holder(const struct report_holder *a, const struct report_holder *b)
{
	assert_same(a, b, pid);
	assert_same_text(a, b, process);
	assert_same(a, b, descriptors_open);
	assert_same(a, b, descriptors_limit);
	assert_same(a, b, n_fds);
	assert_memory_equal(a->fds, b->fds, sizeof(a->fds));
	assert_same(a, b, more_fds);
}

static void assert_same_sample(const struct report_sample *a, const struct report_sample *b)
{
	assert_same_text(a, b, remote);
	assert_same(a, b, pid);
	assert_same(a, b, fd);
	assert_same(a, b, unread);
	assert_same(a, b, cause);
	assert_same_age(a->age, b->age);
}

static void assert_same_group(const struct report_group *a, const struct report_group *b)
{
	assert_same_text(a, b, netns);
	assert_same_text(a, b, owner);
	assert_same_text(a, b, unit);
	assert_same_text(a, b, process);
	assert_same(a, b, uid);
	assert_same(a, b, role);
	assert_same(a, b, port);
	assert_same_text(a, b, remote);
	assert_same(a, b, close_wait);
	assert_same(a, b, stale);
	assert_same(a, b, not_accepted);
	assert_same(a, b, active);
	assert_same(a, b, pending);
	assert_same(a, b, unheld);
	assert_same(a, b, lasting);
	assert_memory_equal(a->causes, b->causes, sizeof(a->causes));
	assert_same(a, b, inherited);
	assert_same_age(a->oldest, b->oldest);
	assert_same(a, b, n_holders);
	for (size_t i = 0; i < a->n_holders; i++)
		assert_same_holder(&a->holders[i], &b->holders[i]);
	assert_same(a, b, more_holders);
	assert_same(a, b, n_samples);
	for (size_t i = 0; i < a->n_samples; i++)
		assert_same_sample(&a->samples[i], &b->samples[i]);
}

static void assert_same_listener(const struct report_listener *a, const struct report_listener *b)
{
	assert_same_text(a, b, netns);
	assert_same_text(a, b, address);
	assert_same(a, b, port);
	assert_same(a, b, cookie);
	assert_same(a, b, inode);
	assert_same(a, b, uid);
	assert_same(a, b, queue);
	assert_same(a, b, limit);
	assert_same(a, b, drops);
	assert_same(a, b, not_accepted);
	assert_same(a, b, overflowed);
	assert_same(a, b, oldest_wait_usec);
	assert_same_text(a, b, owner);
	assert_same_text(a, b, unit);
	assert_same_text(a, b, process);
	assert_same(a, b, pid);
}

void assert_same_report(const struct report *a, const struct report *b)
{
	assert_same_text(a, b, version);
	assert_same_text(a, b, host);
	assert_same_text(a, b, boot_id);
	assert_same(a, b, pid);
	assert_same(a, b, started_usec);
	assert_same(a, b, updated_usec);
	assert_same(a, b, interval_usec);
	assert_same(a, b, stale_age_usec);
	assert_same(a, b, cycles);
	assert_same(a, b, last_cycle_usec);
	assert_same(a, b, complete);
	assert_same(a, b, config_read_usec);
	assert_same_text(a, b, config_error);
	assert_same_text(a, b, health);
	assert_memory_equal(&a->sockets, &b->sockets, sizeof(a->sockets));
	assert_same(a, b, n_listeners);
	for (size_t i = 0; i < a->n_listeners; i++)
		assert_same_listener(&a->listeners[i], &b->listeners[i]);
	assert_same(a, b, n_groups);
	for (size_t i = 0; i < a->n_groups; i++)
		assert_same_group(&a->groups[i], &b->groups[i]);
	assert_same(a, b, more_groups);
	assert_same(a, b, n_findings);
	for (size_t i = 0; i < a->n_findings; i++)
		assert_same_finding(&a->findings[i], &b->findings[i]);
}

void assert_printable(const char *text, size_t size)
{
	assert_true(strnlen(text, size) < size);
	for (; *text; text++)
		assert_in_range(*text, 0x20, 0x7e);
}

static void assert_clean(const char *name, size_t size)
{
	assert_printable(name, size);
	assert_true(escape_is_clean(name));
}

static void assert_sound_group(const struct report_group *group)
{
	assert_clean(group->netns, sizeof(group->netns));
	assert_clean(group->owner, sizeof(group->owner));
	assert_clean(group->unit, sizeof(group->unit));
	assert_clean(group->process, sizeof(group->process));
	assert_printable(group->remote, sizeof(group->remote));
	assert_non_null(role_name(group->role));
	assert_true(group->n_holders <= GROUP_HOLDERS && group->n_samples <= GROUP_SAMPLES);
	for (size_t i = 0; i < group->n_holders; i++) {
		assert_clean(group->holders[i].process, sizeof(group->holders[i].process));
		assert_true(group->holders[i].n_fds <= HOLDER_FDS && group->holders[i].pid >= 0);
	}
	for (size_t i = 0; i < group->n_samples; i++) {
		assert_printable(group->samples[i].remote, sizeof(group->samples[i].remote));
		assert_non_null(cause_name(group->samples[i].cause));
	}
}

static void assert_sound_finding(const struct finding *f)
{
	assert_int_equal(strspn(f->id, "0123456789abcdef"), 8);
	assert_non_null(finding_kind_name(f->kind));
	assert_non_null(severity_name(f->severity));
	assert_non_null(role_name(f->role));
	assert_non_null(trend_name(f->trend));
	assert_non_null(cause_name(f->cause));
	assert_true(f->n_pids <= FINDING_PIDS);
	assert_clean(f->netns, sizeof(f->netns));
	assert_clean(f->owner, sizeof(f->owner));
	assert_clean(f->unit, sizeof(f->unit));
	assert_clean(f->process, sizeof(f->process));
	assert_printable(f->address, sizeof(f->address));
	assert_printable(f->remote, sizeof(f->remote));
	assert_printable(f->message, sizeof(f->message));
	assert_printable(f->advice, sizeof(f->advice));
}

void assert_sound_report(const struct report *report)
{
	assert_clean(report->version, sizeof(report->version));
	assert_clean(report->host, sizeof(report->host));
	assert_clean(report->boot_id, sizeof(report->boot_id));
	assert_printable(report->health, sizeof(report->health));
	assert_clean(report->config_error, sizeof(report->config_error));
	for (size_t i = 0; i < report->n_groups; i++)
		assert_sound_group(&report->groups[i]);
	for (size_t i = 0; i < report->n_findings; i++)
		assert_sound_finding(&report->findings[i]);
	for (size_t i = 0; i < report->n_listeners; i++) {
		assert_clean(report->listeners[i].owner, sizeof(report->listeners[i].owner));
		assert_clean(report->listeners[i].process, sizeof(report->listeners[i].process));
		assert_printable(report->listeners[i].address, sizeof(report->listeners[i].address));
	}
}
