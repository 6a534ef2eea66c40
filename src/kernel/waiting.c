/* SPDX-License-Identifier: MIT */
#include "kernel/waiting.h"

#include "core/judge.h"

static bool is_worth_asking(const struct waiting_input *input, const struct report_listener *listener)
{
	const struct backlog_entry *entry = backlog_find(input->backlog, input->netns, listener->cookie);

	if (!listener->queue || !entry)
		return false;
	return input->first_look || judge_is_troubled(input->config, entry, listener->limit, input->now_usec);
}

size_t waiting_collect(const struct waiting_input *input, const struct report *report,
		       struct diag_waiting ports[WAITING_PORTS])
{
	size_t n = 0;

	/* The listeners are sorted by port. */
	for (size_t i = 0; i < report->n_listeners && n < WAITING_PORTS; i++) {
		const struct report_listener *listener = &report->listeners[i];

		if (!is_worth_asking(input, listener) || (n && ports[n - 1].port == listener->port))
			continue;
		ports[n++] = (struct diag_waiting){ .port = listener->port };
	}
	return n;
}

static const struct diag_waiting *find(const struct diag_waiting *ports, size_t n, uint16_t port)
{
	for (size_t i = 0; i < n; i++)
		if (ports[i].port == port)
			return &ports[i];
	return NULL;
}

void waiting_apply(const struct waiting_input *input, const struct diag_waiting *ports, size_t n, struct report *report)
{
	for (size_t i = 0; i < report->n_listeners; i++) {
		struct report_listener *listener = &report->listeners[i];
		const struct diag_waiting *answer = find(ports, n, listener->port);
		const struct backlog_entry *entry = backlog_find(input->backlog, input->netns, listener->cookie);

		if (!listener->queue || !answer)
			continue;
		listener->oldest_wait_usec = answer->oldest_usec;
		if (!answer->count && entry && entry->stuck_since_usec)
			listener->oldest_wait_usec = input->now_usec - entry->stuck_since_usec;
	}
}
