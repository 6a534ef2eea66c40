/* SPDX-License-Identifier: MIT */
#include "ctl/json.h"

#include "core/span.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct member {
	const char *key;
	json_t *value; /* owned */
};

/* An object of members up to the one without a key. NULL, and nothing leaks, if a value is NULL. */
static json_t *of_members(const struct member *members)
{
	json_t *object = json_object();
	bool failed = !object;

	for (; members->key; members++) {
		if (failed)
			json_decref(members->value);
		else
			failed = json_object_set_new(object, members->key, members->value) < 0;
	}
	if (!failed)
		return object;
	json_decref(object);
	return NULL;
}

#define OBJECT(...) of_members((const struct member[]){ __VA_ARGS__, { NULL, NULL } })

/* An array of n items, each made by of_item(context, index). */
static json_t *of_items(json_t *(*of_item)(const void *context, size_t i), const void *context, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < n; i++) {
		if (json_array_append_new(array, of_item(context, i)) == 0)
			continue;
		json_decref(array);
		return NULL;
	}
	return array;
}

static json_t *of_count(uint64_t count)
{
	return json_integer(count > INT64_MAX ? INT64_MAX : (json_int_t)count);
}

static json_t *of_count_if(bool known, uint64_t count)
{
	return known ? of_count(count) : json_null();
}

static json_t *of_text(const char *text)
{
	return *text ? json_string(text) : json_null();
}

static json_t *of_seconds(uint64_t usec)
{
	if (usec % USEC_PER_SEC == 0)
		return of_count(usec / USEC_PER_SEC);
	return json_real((double)(usec / USEC_PER_MSEC) / 1000);
}

static json_t *of_seconds_if(bool known, uint64_t usec)
{
	return known ? of_seconds(usec) : json_null();
}

static json_t *of_time(uint64_t realtime_usec)
{
	time_t seconds = (time_t)(realtime_usec / USEC_PER_SEC);
	char text[64];
	struct tm tm;

	if (realtime_usec == 0 || !gmtime_r(&seconds, &tm))
		return json_null();
	if (strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return json_null();
	return json_string(text);
}

static json_t *of_age(const struct age *age)
{
	bool known = age->at_least_usec != 0 || age->at_most_usec != 0;

	return OBJECT({ "at_least", of_seconds_if(known, age->at_least_usec) },
		      { "at_most", of_seconds_if(known, age->at_most_usec) });
}

static json_t *of_tally(const struct sock_tally *tally)
{
	struct member members[SOCK_STATES] = { 0 };

	/* States count from 1, and so the last member is the end's. */
	for (unsigned state = SOCK_ESTABLISHED; state < SOCK_STATES; state++)
		members[state - 1] = (struct member){ sock_state_name(state), of_count(tally->count[state]) };
	return of_members(members);
}

static json_t *of_causes(const uint64_t causes[CAUSES])
{
	struct member members[CAUSES + 1] = { 0 };

	for (unsigned cause = 0; cause < CAUSES; cause++)
		members[cause] = (struct member){ cause_name(cause), of_count(causes[cause]) };
	return of_members(members);
}

static json_t *of_integer_item(const void *context, size_t i)
{
	return json_integer(((const int32_t *)context)[i]);
}

static json_t *of_holder_item(const void *context, size_t i)
{
	const struct report_holder *holder = (const struct report_holder *)context + i;
	uint64_t open = holder->descriptors_open, limit = holder->descriptors_limit;

	return OBJECT({ "pid", json_integer(holder->pid) }, { "process", of_text(holder->process) },
		      { "fds", of_items(of_integer_item, holder->fds, holder->n_fds) },
		      { "more", of_count(holder->more_fds) },
		      { "descriptors", OBJECT({ "open", of_count_if(open != 0, open) },
					      { "limit", of_count_if(limit != 0 && limit != UINT64_MAX, limit) }) });
}

json_t *json_of_finding(const struct finding *f)
{
	bool leak = f->kind == FINDING_CLOSE_WAIT_LEAK;

	return OBJECT(
		{ "id", of_text(f->id) }, { "kind", json_string(finding_kind_name(f->kind)) },
		{ "severity", json_string(severity_name(f->severity)) }, { "since", of_time(f->since_usec) },
		{ "gone", of_time(f->gone_usec) },
		{ "trend", json_string(trend_name(f->trend)) }, { "namespace", of_text(f->netns) },
		{ "owner", of_text(f->owner) }, { "unit", of_text(f->unit) }, { "process", of_text(f->process) },
		{ "pids", of_items(of_integer_item, f->pids, f->n_pids) }, { "role", json_string(role_name(f->role)) },
		{ "address", of_text(f->address) }, { "port", of_count_if(f->port != 0, f->port) },
		{ "remote", of_text(f->remote) }, { "count", of_count(f->count) },
		{ "cause", leak ? json_string(cause_name(f->cause)) : json_null() },
		{ "inherited", leak ? json_boolean(f->inherited) : json_null() }, { "oldest_seconds", of_age(&f->age) },
		{ "message", of_text(f->message) }, { "advice", of_text(f->advice) },
		{ "full_in_seconds", of_seconds_if(f->full_in_usec != FULL_NEVER, f->full_in_usec) });
}

json_t *json_of_group(const struct report_group *g)
{
	return OBJECT({ "namespace", of_text(g->netns) }, { "owner", of_text(g->owner) }, { "unit", of_text(g->unit) },
		      { "process", of_text(g->process) }, { "uid", json_integer(g->uid) },
		      { "role", json_string(role_name(g->role)) }, { "port", of_count_if(g->port != 0, g->port) },
		      { "remote", of_text(g->remote) },
		      { "states", OBJECT({ sock_state_name(SOCK_CLOSE_WAIT), of_count(g->close_wait) }) },
		      { "stale", of_count(g->stale) }, { "not_accepted", of_count(g->not_accepted) },
		      { "active", of_count(g->active) }, { "pending", of_count(g->pending) },
		      { "unheld", of_count(g->unheld) }, { "causes", of_causes(g->causes) },
		      { "inherited", of_count(g->inherited) }, { "oldest_seconds", of_age(&g->oldest) },
		      { "holders", of_items(of_holder_item, g->holders, g->n_holders) },
		      { "more_holders", of_count(g->more_holders) });
}

json_t *json_of_listener(const struct report_listener *l)
{
	return OBJECT({ "namespace", of_text(l->netns) }, { "address", of_text(l->address) },
		      { "port", json_integer(l->port) }, { "queue", json_integer(l->queue) },
		      { "limit", json_integer(l->limit) }, { "drops", json_integer(l->drops) },
		      { "overflowed", of_count(l->overflowed) }, { "not_accepted", of_count(l->not_accepted) },
		      { "oldest_wait_seconds", of_seconds_if(l->oldest_wait_usec != 0, l->oldest_wait_usec) },
		      { "owner", of_text(l->owner) }, { "unit", of_text(l->unit) }, { "process", of_text(l->process) },
		      { "pid", of_count_if(l->pid > 0, (uint64_t)l->pid) }, { "uid", json_integer(l->uid) });
}

json_t *json_of_socket(const struct live_socket *s)
{
	return OBJECT({ "port", of_count_if(s->port != 0, s->port) }, { "remote", of_text(s->remote) },
		      { "uid", json_integer(s->uid) }, { "pid", of_count_if(s->pid > 0, (uint64_t)s->pid) },
		      { "fd", s->pid > 0 ? json_integer(s->fd) : json_null() }, { "process", of_text(s->process) },
		      { "more_holders", of_count(s->more_holders) }, { "unread", json_integer(s->unread) },
		      { "accepted", json_boolean(s->accepted) }, { "active", json_boolean(s->active) },
		      { "stale", json_boolean(s->stale) },
		      { "cause", s->stale ? json_string(cause_name(s->cause)) : json_null() },
		      { "inherited", json_boolean(s->inherited) }, { "idle_seconds", of_age(&s->idle) });
}

static json_t *of_finding_item(const void *context, size_t i)
{
	return json_of_finding((const struct finding *)context + i);
}

static json_t *of_group_item(const void *context, size_t i)
{
	return json_of_group((const struct report_group *)context + i);
}

static json_t *of_listener_item(const void *context, size_t i)
{
	return json_of_listener((const struct report_listener *)context + i);
}

static json_t *of_socket_item(const void *context, size_t i)
{
	return json_of_socket((const struct live_socket *)context + i);
}

json_t *json_of_findings(const struct finding *findings, size_t n)
{
	return of_items(of_finding_item, findings, n);
}

json_t *json_of_groups(const struct report_group *groups, size_t n)
{
	return of_items(of_group_item, groups, n);
}

json_t *json_of_listeners(const struct report_listener *listeners, size_t n)
{
	return of_items(of_listener_item, listeners, n);
}

json_t *json_of_sockets(const struct live_socket *sockets, size_t n)
{
	return of_items(of_socket_item, sockets, n);
}

static json_t *of_cycle(const struct report *report)
{
	return OBJECT({ "number", of_count(report->cycles) }, { "seconds", of_seconds(report->last_cycle_usec) },
		      { "complete", json_boolean(report->complete) }, { "health", of_text(report->health) });
}

json_t *json_of_report(const struct report *r, bool running)
{
	return OBJECT({ "format", json_integer(JSON_FORMAT) }, { "version", of_text(r->version) },
		      { "host", of_text(r->host) }, { "boot_id", of_text(r->boot_id) },
		      { "updated", of_time(r->updated_usec) }, { "running", json_boolean(running) },
		      { "pid", of_count_if(r->pid > 0, (uint64_t)r->pid) }, { "started", of_time(r->started_usec) },
		      { "interval_seconds", of_seconds_if(r->interval_usec != 0, r->interval_usec) },
		      { "cycle", of_cycle(r) }, { "sockets", of_tally(&r->sockets) },
		      { "listeners", json_of_listeners(r->listeners, r->n_listeners) },
		      { "groups", json_of_groups(r->groups, r->n_groups) }, { "more_groups", of_count(r->more_groups) },
		      { "findings", json_of_findings(r->findings, r->n_findings) });
}

json_t *json_of_explanation(const struct explanation *e)
{
	return OBJECT({ "format", json_integer(JSON_FORMAT) }, { "finding", json_of_finding(e->finding) },
		      { "group", e->group ? json_of_group(e->group) : json_null() },
		      { "listener", e->listener ? json_of_listener(e->listener) : json_null() },
		      { "live", json_boolean(e->live) }, { "over", json_boolean(e->over) }, { "sockets", json_of_sockets(e->sockets, e->n_sockets) },
		      { "more_sockets", of_count(e->all_sockets - e->n_sockets) });
}

/* A number as an entry of the journal has it; null for anything else. */
static json_t *of_digits(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return of_count_if(digits > 0 && digits < 19 && !text[digits], strtoull(text, NULL, 10));
}

/* Numbers with a space between two. */
static json_t *of_number_list(const char *text)
{
	json_t *array = json_array();

	for (size_t length; array && *text; text += length, text += *text == ' ') {
		char number[24];

		length = strcspn(text, " ");
		snprintf(number, sizeof(number), "%.*s", (int)length, text);
		if (json_array_append_new(array, of_digits(number)) == 0)
			continue;
		json_decref(array);
		return NULL;
	}
	return array;
}

json_t *json_of_event(const struct logged_event *e)
{
	return OBJECT({ "time", of_time(e->time_usec) }, { "event", of_text(e->event) },
		      { "severity", of_text(e->severity) }, { "id", of_text(e->id) }, { "kind", of_text(e->kind) },
		      { "namespace", of_text(e->netns) }, { "owner", of_text(e->owner) },
		      { "pids", of_number_list(e->pids) }, { "role", of_text(e->role) }, { "port", of_digits(e->port) },
		      { "remote", of_text(e->remote) }, { "count", of_digits(e->count) },
		      { "cause", of_text(e->cause) }, { "inherited", json_boolean(e->inherited) },
		      { "age_seconds", of_digits(e->age_seconds) }, { "message", of_text(e->message) });
}

static int dump(FILE *out, json_t *value, size_t flags)
{
	int r;

	if (!value)
		return -ENOMEM;
	errno = 0;
	/* 15 digits: 17 would print 0.004 as 0.0040000000000000001. */
	r = json_dumpf(value, out, flags | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15));
	json_decref(value);
	if (r < 0 || fputc('\n', out) == EOF)
		return errno > 0 ? -errno : -EIO;
	return 0;
}

int json_write(FILE *out, json_t *value)
{
	return dump(out, value, JSON_INDENT(2));
}

int json_write_line(FILE *out, json_t *value)
{
	return dump(out, value, 0);
}
