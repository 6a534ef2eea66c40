/* SPDX-License-Identifier: MIT */
#include "ctl/subject.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int subject_find(const struct report *report, const char *id, const struct finding **ret)
{
	const struct finding *found = NULL;
	size_t length = strlen(id);

	if (length < SUBJECT_PREFIX)
		return 0;
	for (size_t i = 0; i < report->n_findings; i++) {
		if (strncasecmp(report->findings[i].id, id, length) != 0)
			continue;
		if (found && length < FINDING_ID_MAX - 1)
			return -EEXIST;
		if (!found)
			found = &report->findings[i];
	}
	if (!found)
		return 0;
	*ret = found;
	return 1;
}

static bool same_endpoint(const struct report_group *group, const struct finding *finding)
{
	return group->role == finding->role && group->port == finding->port &&
	       strcmp(group->netns, finding->netns) == 0 && strcmp(group->remote, finding->remote) == 0;
}

static bool is_of_group(const struct live *live, const struct live_socket *socket, const struct finding *finding,
			const struct report_group *exact)
{
	const struct report_group *group;

	if (socket->group >= live->report.n_groups || !socket->accepted)
		return false;
	group = &live->report.groups[socket->group];
	return exact ? group == exact : same_endpoint(group, finding);
}

/* What the daemon found stale we may call young, by a config that is not the daemon's: then all that is not served. */
static size_t find_of_leak(const struct live *live, const struct finding *finding, struct live_socket *ret)
{
	const struct report_group *exact = report_group_of(&live->report, finding);
	bool any_stale = finding->gone_usec != 0; /* then young ones are none of its own */
	size_t n = 0, n_stale = 0;

	for (size_t i = 0; i < live->n_sockets; i++) {
		const struct live_socket *s = &live->sockets[i];

		if (!is_of_group(live, s, finding, exact) || s->active)
			continue;
		any_stale |= s->stale;
		ret[n++] = *s;
	}
	for (size_t i = 0; i < n; i++) {
		if (any_stale && !ret[i].stale)
			continue;
		ret[n_stale] = ret[i];
		ret[n_stale++].stale = true;
	}
	return n_stale;
}

static size_t find_of_queue(const struct live *live, const struct finding *finding, struct live_socket *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < live->n_sockets; i++)
		if (!live->sockets[i].accepted && live->sockets[i].port == finding->port)
			ret[n++] = live->sockets[i];
	return n;
}

int subject_sockets(const struct live *live, const struct finding *finding, struct live_socket **ret, size_t *ret_n)
{
	struct live_socket *sockets = calloc(live->n_sockets + 1, sizeof(*sockets));

	if (!sockets)
		return -ENOMEM;
	switch (finding->kind) {
	case FINDING_CLOSE_WAIT_LEAK:
		*ret_n = find_of_leak(live, finding, sockets);
		break;
	case FINDING_ACCEPT_QUEUE:
		*ret_n = find_of_queue(live, finding, sockets);
		break;
	case FINDING_KINDS:
		*ret_n = 0;
		break;
	}
	*ret = sockets;
	return 0;
}

static const char *name_of_holder(const struct report_group *group, int32_t pid)
{
	for (size_t i = 0; i < group->n_holders; i++)
		if (group->holders[i].pid == pid)
			return group->holders[i].process;
	return "";
}

size_t subject_samples(const struct report_group *group, struct live_socket *ret, size_t size)
{
	size_t n = group->n_samples < size ? group->n_samples : size;

	for (size_t i = 0; i < n; i++) {
		const struct report_sample *sample = &group->samples[i];

		ret[i] = (struct live_socket){
			.group = SIZE_MAX,
			.port = group->port,
			.uid = group->uid,
			.unread = sample->unread,
			.accepted = true,
			.stale = true,
			.cause = sample->cause,
			.idle = sample->age,
			.pid = sample->pid,
			.fd = sample->fd,
		};
		snprintf(ret[i].remote, sizeof(ret[i].remote), "%s", sample->remote);
		snprintf(ret[i].process, sizeof(ret[i].process), "%s", name_of_holder(group, sample->pid));
	}
	return n;
}
