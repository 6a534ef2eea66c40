/* SPDX-License-Identifier: MIT */
#include "core/classify.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum cause cause_of_rqueue(uint32_t rqueue)
{
	/* The FIN counts as one byte of its own. */
	if (rqueue == 0)
		return CAUSE_DRAINED;
	return rqueue == 1 ? CAUSE_UNREAD_EOF : CAUSE_UNREAD_DATA;
}

static void note_fd(struct member *member, int32_t fd)
{
	size_t n = member->n_fds < HOLDER_FDS ? (size_t)member->n_fds : HOLDER_FDS;
	size_t place = n;

	member->n_fds++;
	while (place > 0 && member->fds[place - 1] > fd)
		place--;
	if (place == HOLDER_FDS)
		return;
	memmove(&member->fds[place + 1], &member->fds[place],
		((n < HOLDER_FDS ? n : HOLDER_FDS - 1) - place) * sizeof(*member->fds));
	member->fds[place] = fd;
}

static struct member *add_member(struct grouping *g, struct grouped *group, uint32_t process)
{
	struct member *member;

	if (g->n_members == g->members_size) {
		size_t size = g->members_size ? 2 * g->members_size : 32;
		struct member *members = realloc(g->members, size * sizeof(*members));

		if (!members)
			return NULL;
		g->members = members;
		g->members_size = size;
	}
	member = &g->members[g->n_members];
	*member = (struct member){ .process = process, .next = group->members };
	group->members = (uint32_t)g->n_members++;
	return member;
}

static int note_hold(struct grouping *g, struct grouped *group, const struct hold *hold)
{
	struct member *member = NULL;

	for (uint32_t i = group->members; i != GROUP_NONE && !member; i = g->members[i].next)
		if (g->members[i].process == hold->process)
			member = &g->members[i];
	if (!member)
		member = add_member(g, group, hold->process);
	if (!member)
		return -ENOMEM;
	note_fd(member, hold->fd);
	return 0;
}

static int note_holders(struct grouping *g, size_t i)
{
	const struct sock_row *row = &g->input->look->rows[i];
	struct grouped *group = &g->groups[g->rows[i].group];
	size_t n;
	const struct hold *holds = holders_of(g->input->book, row->inode, &n);
	int r = 0;

	if (!sock_row_accepted(row))
		return 0;
	for (size_t j = 0; r == 0 && j < n; j++)
		r = note_hold(g, group, &holds[j]);
	return r;
}

static bool is_before(const struct grouping *g, const struct member *a, const struct member *b)
{
	const struct process *p = &g->input->book->processes[a->process], *q = &g->input->book->processes[b->process];

	if (a->n_fds != b->n_fds)
		return a->n_fds > b->n_fds;
	if (p->start_ticks != q->start_ticks)
		return p->start_ticks < q->start_ticks;
	return p->pid < q->pid;
}

/* The holder that the group is named after. */
static uint32_t main_member(const struct grouping *g, const struct grouped *group)
{
	uint32_t best = group->members;

	for (uint32_t i = group->members; i != GROUP_NONE; i = g->members[i].next)
		if (is_before(g, &g->members[i], &g->members[best]))
			best = i;
	return best;
}

static void set_thresholds(const struct grouping *g, struct grouped *group)
{
	const struct owner *owner = &g->owners.list[group->owner];
	uint32_t main_holder = main_member(g, group);
	char remote[SOCK_ENDPOINT_MAX] = "";
	struct rule_subject subject = {
		.unit = owner->unit,
		.process = main_holder == GROUP_NONE ? "" :
						       g->input->book->processes[g->members[main_holder].process].name,
		.remote = remote,
		.netns = g->input->netns_name,
		.port = group->port,
	};
	struct thresholds thresholds;

	if (group->role == ROLE_CLIENT)
		sock_endpoint_print(group->address, group->port, remote, sizeof(remote));
	config_thresholds(g->input->config, &subject, &thresholds);
	group->age_usec = thresholds.close_wait_age_usec;
	group->lasting_usec = thresholds.close_wait_age_usec + thresholds.close_wait_window_usec;
}

static bool holds_process(const struct hold *holds, size_t n, uint32_t process)
{
	for (size_t i = 0; i < n; i++)
		if (holds[i].process == process)
			return true;
	return false;
}

/* Whether a child got the descriptor: no holder has a listener of the port, or none runs the program of the listener's
 * oldest holder. A server without a known listener tells nothing, nor does one of whose holders some are still to be
 * found. */
static bool is_inherited(const struct grouping *g, const struct report *report, const struct sock_row *row,
			 const struct hold *holds, size_t n)
{
	const struct holder_book *book = g->input->book;
	const struct process *oldest = NULL;
	bool shared = false, alike = false, known = holders_state(book, row->inode) != ATTRIBUTION_PENDING;
	size_t n_listeners;
	const struct report_listener *listeners = grouping_listeners_on(report, row->local_port, &n_listeners);

	for (size_t i = 0; i < n_listeners; i++) {
		size_t n_listening;
		const struct hold *listening = holders_of(book, listeners[i].inode, &n_listening);

		known = known && holders_state(book, listeners[i].inode) != ATTRIBUTION_PENDING;
		if (!listening)
			continue;
		if (!oldest || book->processes[listening[0].process].start_ticks < oldest->start_ticks)
			oldest = &book->processes[listening[0].process];
		for (size_t j = 0; j < n; j++)
			shared = shared || holds_process(listening, n_listening, holds[j].process);
	}
	if (!oldest || !known)
		return false;
	for (size_t j = 0; j < n; j++)
		alike = alike || process_same_program(&book->processes[holds[j].process], oldest);
	return !shared || !alike;
}

static bool is_older(struct age a, struct age b)
{
	if (a.at_least_usec != b.at_least_usec)
		return a.at_least_usec > b.at_least_usec;
	return a.at_most_usec > b.at_most_usec;
}

static void count_stale(struct grouping *g, struct grouped *group, const struct sock_row *row, struct picture_row *what,
			size_t n_holds)
{
	enum attribution_state state = holders_state(g->input->book, row->inode);

	group->stale++;
	group->causes[what->cause]++;
	group->inherited += what->inherited;
	group->pending += !n_holds && state == ATTRIBUTION_PENDING;
	/* Without the rights, processes may be hidden altogether. With them some may refuse, such as an init above our
	 * container. */
	group->unheld += !n_holds && state != ATTRIBUTION_PENDING && g->input->sees_holders;
	group->lasting += what->idle.at_least_usec >= group->lasting_usec;
	if (is_older(what->idle, group->oldest))
		group->oldest = what->idle;
}

/* Half-closed, and data was sent to the peer lately: still being served. */
static bool is_active(const struct sock_row *row, uint64_t age_usec)
{
	return (row->flags & SOCK_HAS_INFO) && (row->flags & SOCK_SENT_DATA) &&
	       row->last_data_sent_ms * 1000ull < age_usec;
}

static void classify_row(struct grouping *g, const struct report *report, size_t i)
{
	const struct sock_row *row = &g->input->look->rows[i];
	const struct tracked *tracked = tracker_find(g->input->tracker, g->input->netns, row->cookie);
	struct picture_row *what = &g->rows[i];
	struct grouped *group = &g->groups[what->group];
	const struct hold *holds;
	size_t n;

	if (tracked)
		what->idle = tracked_idle(tracked, g->input->look->end_usec);
	what->cause = cause_of_rqueue(row->rqueue);
	if (!sock_row_accepted(row)) {
		group->not_accepted++;
		return;
	}
	what->stale = what->idle.at_least_usec >= group->age_usec;
	what->active = !what->stale && is_active(row, group->age_usec);
	group->active += what->active;
	if (!what->stale)
		return;
	holds = holders_of(g->input->book, row->inode, &n);
	what->inherited = n && group->role == ROLE_SERVER && is_inherited(g, report, row, holds, n);
	count_stale(g, group, row, what, n);
}

/* First who holds them: which rules hold for a group may depend on its main holder. */
int classify(struct grouping *grouping, const struct report *listeners)
{
	size_t n_rows = grouping->input->look->n_rows;
	int r = 0;

	for (size_t i = 0; r == 0 && i < n_rows; i++)
		if (grouping->rows[i].group != GROUP_NONE)
			r = note_holders(grouping, i);
	for (size_t i = 0; r == 0 && i < grouping->n; i++)
		set_thresholds(grouping, &grouping->groups[i]);
	for (size_t i = 0; r == 0 && i < n_rows; i++)
		if (grouping->rows[i].group != GROUP_NONE)
			classify_row(grouping, listeners, i);
	return r;
}

static void fill_holder(const struct grouping *g, const struct member *member, struct report_holder *holder)
{
	const struct process *process = &g->input->book->processes[member->process];

	*holder = (struct report_holder){
		.pid = process->pid,
		.descriptors_open = process->descriptors_open,
		.descriptors_limit = process->descriptors_limit,
		.n_fds = member->n_fds < HOLDER_FDS ? (size_t)member->n_fds : HOLDER_FDS,
	};
	holder->more_fds = member->n_fds - holder->n_fds;
	memcpy(holder->process, process->name, sizeof(holder->process));
	memcpy(holder->fds, member->fds, sizeof(holder->fds));
}

void classify_holders(const struct grouping *grouping, const struct grouped *from, struct report_group *to)
{
	const struct member *best[GROUP_HOLDERS];
	size_t n = 0;

	for (uint32_t i = from->members; i != GROUP_NONE; i = grouping->members[i].next) {
		const struct member *member = &grouping->members[i];
		size_t place = n;

		while (place > 0 && is_before(grouping, member, best[place - 1]))
			place--;
		if (n == GROUP_HOLDERS)
			to->more_holders++;
		if (place == GROUP_HOLDERS)
			continue;
		n += n < GROUP_HOLDERS;
		memmove(&best[place + 1], &best[place], (n - 1 - place) * sizeof(*best));
		best[place] = member;
	}
	to->n_holders = n;
	for (size_t i = 0; i < n; i++)
		fill_holder(grouping, best[i], &to->holders[i]);
	if (n)
		memcpy(to->process, to->holders[0].process, sizeof(to->process));
}

static void fill_sample(const struct grouping *g, size_t i, struct report_sample *sample)
{
	const struct sock_row *row = &g->input->look->rows[i];
	size_t n;
	const struct hold *holds = holders_of(g->input->book, row->inode, &n);

	*sample = (struct report_sample){
		.unread = row->rqueue ? row->rqueue - 1 : 0,
		.cause = g->rows[i].cause,
		.age = g->rows[i].idle,
		.pid = holds ? g->input->book->processes[holds[0].process].pid : 0,
		.fd = holds ? holds[0].fd : -1,
	};
	sock_endpoint_print(row->address, row->remote_port, sample->remote, sizeof(sample->remote));
}

/* Oldest first; equally old ones by all that is told of them, so that the order of a dump does not matter. */
static bool sample_before(const struct report_sample *a, const struct report_sample *b)
{
	int order = strcmp(a->remote, b->remote);

	if (is_older(a->age, b->age) || is_older(b->age, a->age))
		return is_older(a->age, b->age);
	if (!order)
		order = (a->pid > b->pid) - (a->pid < b->pid);
	if (!order)
		order = (a->fd > b->fd) - (a->fd < b->fd);
	if (!order)
		order = (a->unread > b->unread) - (a->unread < b->unread);
	return order ? order < 0 : a->cause < b->cause;
}

static void note_sample(struct report_group *group, const struct report_sample *sample)
{
	size_t place = group->n_samples;

	while (place > 0 && sample_before(sample, &group->samples[place - 1]))
		place--;
	if (place == GROUP_SAMPLES)
		return;
	group->n_samples += group->n_samples < GROUP_SAMPLES;
	memmove(&group->samples[place + 1], &group->samples[place],
		(group->n_samples - 1 - place) * sizeof(*group->samples));
	group->samples[place] = *sample;
}

void classify_samples(const struct grouping *grouping, struct report_group *groups)
{
	for (size_t i = 0; i < grouping->input->look->n_rows; i++) {
		struct report_sample sample;
		struct report_group *group;

		if (grouping->rows[i].group == GROUP_NONE || !grouping->rows[i].stale)
			continue;
		group = &groups[grouping->rows[i].group];
		/* Printing an address costs more than all the rest: only for those that can be among the oldest. */
		if (group->n_samples == GROUP_SAMPLES &&
		    is_older(group->samples[GROUP_SAMPLES - 1].age, grouping->rows[i].idle))
			continue;
		fill_sample(grouping, i, &sample);
		note_sample(group, &sample);
	}
}
