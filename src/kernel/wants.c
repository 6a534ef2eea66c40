/* SPDX-License-Identifier: MIT */
#include "kernel/wants.h"

#include "core/judge.h"

#include <errno.h>
#include <stdlib.h>

static int add(struct wants *wants, const struct sock_row *row, bool urgent)
{
	if (wants->n == wants->size) {
		size_t size = wants->size ? wants->size + wants->size / 2 : 64;
		struct attribution_want *list = realloc(wants->list, size * sizeof(*list));

		if (!list)
			return -ENOMEM;
		wants->list = list;
		wants->size = size;
	}
	wants->list[wants->n++] = (struct attribution_want){
		.inode = row->inode,
		.uid = row->uid,
		.port = row->local_port,
		.urgent = urgent,
	};
	return 0;
}

static bool is_stale(const struct wants_input *input, const struct sock_row *row, uint64_t age_usec)
{
	const struct tracked *tracked = tracker_find(input->tracker, input->netns, row->cookie);

	return tracked && tracked_idle(tracked, input->look->end_usec).at_least_usec >= age_usec;
}

static int collect_close_wait(struct wants *wants, const struct wants_input *input)
{
	struct thresholds strictest;
	int r = 0;

	config_strictest(input->config, &strictest);
	wants->n = 0;
	for (size_t i = 0; r == 0 && i < input->look->n_rows; i++) {
		const struct sock_row *row = &input->look->rows[i];

		if (row->state == SOCK_CLOSE_WAIT && sock_row_accepted(row))
			r = add(wants, row, input->everything || is_stale(input, row, strictest.close_wait_age_usec));
	}
	wants->n_close_wait = wants->n;
	return r;
}

static void mark_ports(const struct wants *wants, uint8_t ports[65536 / 8])
{
	for (size_t i = 0; i < wants->n_close_wait; i++)
		if (wants->list[i].urgent)
			ports[wants->list[i].port / 8] |= (uint8_t)(1u << (wants->list[i].port % 8));
}

static bool is_troubled(const struct wants_input *input, const struct sock_row *row)
{
	const struct backlog_entry *entry = backlog_find(input->backlog, input->netns, row->cookie);

	return entry && judge_is_troubled(input->config, entry, row->limit, input->look->end_usec);
}

int wants_collect(struct wants *wants, const struct wants_input *input)
{
	uint8_t ports[65536 / 8] = { 0 };
	int r = 0;

	if (!input->look->listen_only)
		r = collect_close_wait(wants, input);
	wants->n = wants->n_close_wait;
	mark_ports(wants, ports);
	for (size_t i = 0; r == 0 && i < input->look->n_rows; i++) {
		const struct sock_row *row = &input->look->rows[i];

		if (row->state == SOCK_LISTEN && row->inode)
			r = add(wants, row,
				input->everything || is_troubled(input, row) ||
					(ports[row->local_port / 8] >> (row->local_port % 8) & 1));
	}
	return r;
}

void wants_done(struct wants *wants)
{
	free(wants->list);
	*wants = (struct wants){ 0 };
}
