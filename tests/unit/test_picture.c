/* SPDX-License-Identifier: MIT */
#include "core/picture.h"

#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEC USEC_PER_SEC
#define HOUR USEC_PER_HOUR

static void begin(struct world *w)
{
	world_init(w);
	world_begin(w, WORLD_START);
}

static const struct report_group *only_group(const struct world *w)
{
	assert_int_equal(w->report.n_groups, 1);
	return w->report.groups;
}

static void a_socket_is_stale_active_young_or_not_accepted(void **state)
{
	static const struct {
		const char *what;
		uint64_t idle_sec;
		uint32_t sent_ms, rqueue;
		bool sent, accepted;
		uint64_t stale, active, not_accepted, causes[CAUSES];
	} cases[] = {
		{ "just idle enough", 61, 0, 0, false, true, 1, 0, 0, { [CAUSE_DRAINED] = 1 } },
		{ "too young", 59, 0, 0, false, true, 0, 0, 0, { 0 } },
		{ "drained", 100, 0, 0, false, true, 1, 0, 0, { [CAUSE_DRAINED] = 1 } },
		{ "only the end-of-file is unread", 100, 0, 1, false, true, 1, 0, 0, { [CAUSE_UNREAD_EOF] = 1 } },
		{ "data is unread", 100, 0, 2, false, true, 1, 0, 0, { [CAUSE_UNREAD_DATA] = 1 } },
		{ "half-closed but still served", 7200, 3000, 0, true, true, 0, 1, 0, { 0 } },
		{ "answered, then forgotten", 7200, 7200000, 0, true, true, 1, 0, 0, { [CAUSE_DRAINED] = 1 } },
		{ "answered before the FIN, young", 10, 11000, 0, true, true, 0, 1, 0, { 0 } },
		{ "nothing sent: the age counts from the handshake",
		  100,
		  3000,
		  0,
		  false,
		  true,
		  1,
		  0,
		  0,
		  { [CAUSE_DRAINED] = 1 } },
		{ "its client left before accept()", 7200, 0, 17, false, false, 0, 0, 1, { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct report_group *group;
		struct sock_row *row;
		struct world w;

		begin(&w);
		print_message("%s\n", cases[i].what);
		world_listen(&w, 9, "0.0.0.0", 80, 0, 128);
		row = world_close_wait(&w, 1, 80, "10.0.0.1:5000", cases[i].idle_sec * SEC);
		row->rqueue = cases[i].rqueue;
		row->last_data_sent_ms = cases[i].sent_ms;
		row->flags = (uint8_t)(row->flags | (cases[i].sent ? SOCK_SENT_DATA : 0));
		row->inode = cases[i].accepted ? 1 : 0;
		world_look(&w);
		group = only_group(&w);
		assert_int_equal(group->close_wait, 1);
		assert_int_equal(group->stale, cases[i].stale);
		assert_int_equal(group->active, cases[i].active);
		assert_int_equal(group->not_accepted, cases[i].not_accepted);
		assert_int_equal(w.report.listeners[0].not_accepted, cases[i].not_accepted);
		assert_memory_equal(group->causes, cases[i].causes, sizeof(group->causes));
		assert_int_equal(group->n_samples, cases[i].stale);
		world_done(&w);
	}
}

static void a_pool_that_was_idle_before_the_fin_is_as_old_as_its_fin_at_least(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	world_close_wait(&w, 1, 50000, "10.0.0.5:5432", HOUR)->last_ack_recv_ms = 30000;
	world_look(&w);
	assert_int_equal(only_group(&w)->stale, 0);
	world_done(&w);
}

static void a_port_with_a_listener_makes_a_server_else_the_remote_end_makes_a_client(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	world_listen(&w, 9, "::", 443, 0, 128);
	world_close_wait(&w, 1, 443, "10.0.0.1:5000", HOUR);
	world_close_wait(&w, 2, 443, "::ffff:10.0.0.2:5001", HOUR); /* an IPv4 client of the same listener */
	world_close_wait(&w, 3, 443, "[2001:db8::7]:5002", HOUR);
	w.look.rows[2].flags |= SOCK_IPV6;
	w.look.rows[3].flags |= SOCK_IPV6;
	world_close_wait(&w, 4, 50000, "10.0.0.5:5432", HOUR);
	world_close_wait(&w, 5, 50001, "10.0.0.5:5432", HOUR);
	world_close_wait(&w, 6, 50002, "[2001:db8::5]:5432", HOUR);
	world_look(&w);
	assert_int_equal(w.report.n_groups, 3);
	assert_int_equal(w.report.groups[0].role, ROLE_SERVER);
	assert_int_equal(w.report.groups[0].port, 443);
	assert_string_equal(w.report.groups[0].remote, "");
	assert_int_equal(w.report.groups[0].stale, 3);
	assert_int_equal(w.report.groups[1].role, ROLE_CLIENT);
	assert_int_equal(w.report.groups[1].port, 0);
	assert_string_equal(w.report.groups[1].remote, "10.0.0.5:5432");
	assert_int_equal(w.report.groups[1].stale, 2);
	assert_string_equal(w.report.groups[2].remote, "[2001:db8::5]:5432");
	world_done(&w);
}

static void a_server_stays_one_when_its_listener_is_gone(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	for (uint64_t t = 0; t < 30; t += 10) {
		world_begin(&w, WORLD_START + t * SEC);
		if (t == 0)
			world_listen(&w, 9, "0.0.0.0", 80, 0, 128);
		world_close_wait(&w, 1, 80, "10.0.0.1:5000", HOUR + t * SEC);
		world_look(&w);
		assert_int_equal(only_group(&w)->role, ROLE_SERVER);
		assert_int_equal(only_group(&w)->port, 80);
	}
	world_done(&w);
}

static int unit_of_cgroup(void *context, uint64_t cgroup_id, char *buffer, size_t size)
{
	(void)context;
	if (cgroup_id == 77)
		snprintf(buffer, size, "batch.service");
	else
		snprintf(buffer, size, "half written");
	return cgroup_id == 77;
}

static void the_owner_is_the_unit_else_the_process_else_the_user(void **state)
{
	static const struct {
		const char *what, *process, *unit, *owner, *owner_unit;
		uint64_t cgroup_id;
	} cases[] = {
		{ "a unit", "java", "billing.service", "billing.service", "billing.service", 77 },
		{ "no unit", "java", "", "java", "", 77 },
		{ "a process whose name is not known", "", "", "uid 1000", "", 77 },
		{ "nobody holds it: by cgroup", NULL, NULL, "batch.service", "batch.service", 77 },
		{ "nobody holds it: by user", NULL, NULL, "uid 1000", "", 5 },
		{ "nobody holds it, no cgroup", NULL, NULL, "uid 1000", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sock_row *row;
		struct world w;

		begin(&w);
		print_message("%s\n", cases[i].what);
		w.unit_of = unit_of_cgroup;
		row = world_close_wait(&w, 1, 80, "10.0.0.1:5000", HOUR);
		row->uid = 1000;
		row->cgroup_id = cases[i].cgroup_id;
		w.sees_holders = true;
		world_search(&w, 1, ATTRIBUTION_DONE);
		if (cases[i].process) {
			uint32_t process = world_process(&w, 42, cases[i].process, cases[i].unit);

			w.book.processes[process].uid = 1000;
			world_hold(&w, 1, process, 5);
		}
		world_look(&w);
		assert_string_equal(only_group(&w)->owner, cases[i].owner);
		assert_string_equal(only_group(&w)->unit, cases[i].owner_unit);
		assert_int_equal(only_group(&w)->uid, 1000);
		assert_int_equal(only_group(&w)->unheld, !cases[i].process);
		world_done(&w);
	}
}

static void sockets_without_a_holder_yet_join_their_neighbours_or_the_listener(void **state)
{
	static const struct {
		bool neighbour, listener_known;
		const char *owner;
		size_t groups;
	} cases[] = {
		{ true, false, "worker", 1 },
		{ true, true, "worker", 1 },
		{ false, true, "master", 1 },
		{ false, false, "uid 33", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world w;

		begin(&w);
		world_listen(&w, 9, "0.0.0.0", 80, 0, 128);
		if (cases[i].listener_known)
			world_hold(&w, 9, world_process(&w, 1, "master", ""), 3);
		world_close_wait(&w, 1, 80, "10.0.0.1:5000", HOUR)->uid = 33; /* pending */
		world_close_wait(&w, 2, 80, "10.0.0.1:5001", HOUR)->uid = 33; /* not accepted */
		w.look.rows[2].inode = 0;
		if (cases[i].neighbour) {
			world_close_wait(&w, 3, 80, "10.0.0.1:5002", HOUR)->uid = 33;
			world_hold(&w, 3, world_process(&w, 2, "worker", ""), 7);
		}
		world_look(&w);
		assert_string_equal(only_group(&w)->owner, cases[i].owner);
		assert_int_equal(only_group(&w)->close_wait, cases[i].neighbour ? 3 : 2);
		assert_int_equal(only_group(&w)->pending, 1);
		assert_int_equal(only_group(&w)->unheld, 0);
		assert_int_equal(only_group(&w)->not_accepted, 1);
		world_done(&w);
	}
}

/* Who holds the socket (s), the listener (l): parent 1 and child 2. */
static void inherited_means_that_a_child_got_the_descriptor(void **state)
{
	static const struct {
		const char *what, *child;
		bool parent_s, parent_l, child_s, child_l, pending;
		uint64_t inherited;
	} cases[] = {
		{ "the server itself", "srv", true, true, false, false, false, 0 },
		{ "a child without the listener", "srv", false, true, true, false, false, 1 },
		{ "a child with the listener, the same program", "srv", false, true, true, true, false, 0 },
		{ "a child with the listener, another program", "sh", false, true, true, true, false, 1 },
		{ "parent and child", "sh", true, true, true, false, false, 0 },
		{ "the listener's holder is not known", "sh", false, false, true, false, false, 0 },
		{ "some holders are still looked for", "srv", false, true, true, false, true, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t parent, child;
		struct world w;

		begin(&w);
		print_message("%s\n", cases[i].what);
		world_listen(&w, 9, "0.0.0.0", 80, 0, 128);
		world_close_wait(&w, 1, 80, "10.0.0.1:5000", HOUR);
		parent = world_process(&w, 1, "srv", "");
		child = world_process(&w, 2, cases[i].child, "");
		if (cases[i].parent_l)
			world_hold(&w, 9, parent, 3);
		if (cases[i].child_l)
			world_hold(&w, 9, child, 3);
		if (cases[i].parent_s)
			world_hold(&w, 1, parent, 5);
		if (cases[i].child_s)
			world_hold(&w, 1, child, 5);
		if (cases[i].pending)
			world_search(&w, 1, ATTRIBUTION_PENDING);
		world_look(&w);
		assert_int_equal(only_group(&w)->stale, 1);
		assert_int_equal(only_group(&w)->inherited, cases[i].inherited);
		assert_string_equal(only_group(&w)->owner, cases[i].parent_s ? "srv" : cases[i].child);
		world_done(&w);
	}
}

static void a_client_inherits_nothing(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	world_listen(&w, 9, "0.0.0.0", 80, 0, 128);
	world_hold(&w, 9, world_process(&w, 1, "srv", ""), 3);
	world_close_wait(&w, 1, 50000, "10.0.0.1:80", HOUR);
	world_hold(&w, 1, world_process(&w, 2, "sh", ""), 3);
	world_look(&w);
	assert_int_equal(only_group(&w)->inherited, 0);
	world_done(&w);
}

static void what_is_not_known_about_holders_is_counted(void **state)
{
	static const struct {
		enum attribution_state state;
		bool sees_holders;
		uint64_t pending, unheld;
	} cases[] = {
		{ ATTRIBUTION_PENDING, false, 1, 0 }, { ATTRIBUTION_PENDING, true, 1, 0 },
		{ ATTRIBUTION_DONE, false, 0, 0 },    { ATTRIBUTION_DONE, true, 0, 1 },
		{ ATTRIBUTION_DENIED, false, 0, 0 },  { ATTRIBUTION_DENIED, true, 0, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world w;

		begin(&w);
		world_close_wait(&w, 1, 80, "10.0.0.1:5000", HOUR);
		world_search(&w, 1, cases[i].state);
		w.sees_holders = cases[i].sees_holders;
		world_look(&w);
		assert_int_equal(only_group(&w)->stale, 1);
		assert_int_equal(only_group(&w)->pending, cases[i].pending);
		assert_int_equal(only_group(&w)->unheld, cases[i].unheld);
		assert_int_equal(only_group(&w)->samples[0].pid, 0);
		assert_int_equal(only_group(&w)->samples[0].fd, -1);
		world_done(&w);
	}
}

static void holders_come_with_most_sockets_first_and_their_lowest_descriptors(void **state)
{
	uint64_t seed = world_seed(__func__);
	uint32_t processes[12];
	const struct report_group *group;
	struct world w;

	(void)state;
	begin(&w);
	for (int32_t i = 0; i < 12; i++) {
		processes[i] = world_process(&w, 100 - i, "worker", "app.service");
		w.book.processes[processes[i]].start_ticks = i == 5 ? 1 : 10; /* the oldest of all but the first */
		w.book.processes[processes[i]].descriptors_open = 40;
		w.book.processes[processes[i]].descriptors_limit = UINT64_MAX;
	}
	for (uint32_t i = 0; i < 20; i++) {
		world_close_wait(&w, i + 1, 80, "10.0.0.1:5000", HOUR);
		world_hold(&w, i + 1, processes[3], 100 - (int32_t)i);
	}
	for (uint32_t i = 0; i < 12; i++)
		world_hold(&w, 1, processes[i], 7);
	world_shuffle(&w, &seed);
	world_look(&w);
	group = only_group(&w);
	assert_string_equal(group->owner, "app.service");
	assert_string_equal(group->process, "worker");
	assert_int_equal(group->n_holders, GROUP_HOLDERS);
	assert_int_equal(group->more_holders, 12 - GROUP_HOLDERS);
	assert_int_equal(group->holders[0].pid, 97);
	assert_int_equal(group->holders[0].n_fds, HOLDER_FDS);
	assert_int_equal(group->holders[0].more_fds, 21 - HOLDER_FDS);
	assert_int_equal(group->holders[0].fds[0], 7);
	for (int32_t i = 1; i < HOLDER_FDS; i++)
		assert_int_equal(group->holders[0].fds[i], 80 + i);
	assert_int_equal(group->holders[0].descriptors_open, 40);
	assert_int_equal(group->holders[0].descriptors_limit, UINT64_MAX);
	assert_int_equal(group->holders[1].pid, 95);
	for (size_t i = 2; i < GROUP_HOLDERS; i++)
		assert_int_equal(group->holders[i].pid, 87 + i);
	world_done(&w);
}

static void descriptors_are_sorted_however_they_come(void **state)
{
	(void)state;
	for (int down = 0; down < 2; down++) {
		struct world w;
		uint32_t process;

		begin(&w);
		process = world_process(&w, 42, "srv", "");
		for (int32_t i = 0; i < HOLDER_FDS; i++) {
			world_close_wait(&w, (uint32_t)i + 1, 80, "10.0.0.1:5000", HOUR);
			world_hold(&w, (uint32_t)i + 1, process, down ? 100 - i : 85 + i);
		}
		world_look(&w);
		assert_int_equal(only_group(&w)->holders[0].n_fds, HOLDER_FDS);
		assert_int_equal(only_group(&w)->holders[0].more_fds, 0);
		for (int32_t i = 0; i < HOLDER_FDS; i++)
			assert_int_equal(only_group(&w)->holders[0].fds[i], 85 + i);
		world_done(&w);
	}
}

static void samples_are_the_oldest_stale_sockets(void **state)
{
	static const uint64_t idle_sec[] = { 100, 900, 30, 300, 800, 200, 700, 300, 500 };
	static const char *const remotes[] = { "10.0.0.1:900", "10.0.0.1:800", "10.0.0.1:700", "10.0.0.1:500",
					       "10.0.0.1:300" };
	const struct report_group *group;
	struct world w;

	(void)state;
	begin(&w);
	world_listen(&w, 99, "0.0.0.0", 80, 0, 128);
	for (uint32_t i = 0; i < 9; i++) {
		char remote[32];

		snprintf(remote, sizeof(remote), "10.0.0.%d:%d", i == 7 ? 2 : 1, (int)idle_sec[i]);
		world_close_wait(&w, i + 1, 80, remote, idle_sec[i] * SEC)->rqueue = i == 1 ? 17 : i == 4;
	}
	world_hold(&w, 2, world_process(&w, 42, "srv", ""), 311);
	world_look(&w);
	group = only_group(&w); /* the others are pending and join the one that is known */
	assert_int_equal(group->n_samples, GROUP_SAMPLES);
	for (size_t i = 0; i < GROUP_SAMPLES; i++)
		assert_string_equal(group->samples[i].remote, remotes[i]);
	assert_int_equal(group->samples[0].pid, 42);
	assert_int_equal(group->samples[0].fd, 311);
	assert_int_equal(group->samples[0].unread, 16);
	assert_int_equal(group->samples[0].cause, CAUSE_UNREAD_DATA);
	assert_int_equal(group->samples[1].unread, 0);
	assert_int_equal(group->samples[1].cause, CAUSE_UNREAD_EOF);
	assert_int_equal(group->samples[2].cause, CAUSE_DRAINED);
	assert_in_range(group->oldest.at_least_usec, 899 * SEC, 900 * SEC);
	assert_in_range(group->oldest.at_most_usec, 900 * SEC, 901 * SEC);
	world_done(&w);
}

static void lasting_sockets_were_stale_for_a_whole_window(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	world_set(&w, "rule r", "match_port", "81");
	world_set(&w, "rule r", "close-wait.window", "20m");
	world_listen(&w, 98, "0.0.0.0", 80, 0, 128);
	world_listen(&w, 99, "0.0.0.0", 81, 0, 128);
	for (uint32_t i = 0; i < 4; i++) {
		static const uint64_t idle_sec[] = { 659, 661, 1259, 1261 };

		world_close_wait(&w, 10 + i, 80, "10.0.0.1:5000", idle_sec[i] * SEC);
		world_close_wait(&w, 20 + i, 81, "10.0.0.1:5000", idle_sec[i] * SEC);
	}
	world_look(&w);
	assert_int_equal(w.report.groups[0].port, 80);
	assert_int_equal(w.report.groups[0].lasting, 3);
	assert_int_equal(w.report.groups[1].lasting, 1);
	world_done(&w);
}

/* A unit with several programs: the rule goes by the group's main holder, whichever row came first. */
static void a_rule_for_a_process_goes_by_the_main_holder(void **state)
{
	uint64_t seed = world_seed(__func__);

	(void)state;
	for (int round = 0; round < 20; round++) {
		struct world w;
		uint32_t parent, worker;

		begin(&w);
		world_set(&w, "rule r", "match_process", "worker");
		world_set(&w, "rule r", "close-wait.age", "10m");
		world_listen(&w, 99, "0.0.0.0", 80, 0, 128);
		parent = world_process(&w, 1, "parent", "app.service");
		worker = world_process(&w, 2, "worker", "app.service");
		for (uint32_t i = 1; i <= 5; i++) {
			world_close_wait(&w, i, 80, "10.0.0.1:5000", 300 * SEC);
			world_hold(&w, i, i == 1 ? parent : worker, 5);
		}
		world_shuffle(&w, &seed);
		world_look(&w);
		assert_string_equal(only_group(&w)->process, "worker");
		assert_int_equal(only_group(&w)->stale, 0);
		world_done(&w);
	}
}

static void listeners_are_listed_by_port_with_their_oldest_holder(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	world_begin(&w, WORLD_START);
	w.look.has_counters = true;
	world_listen(&w, 3, "0.0.0.0", 443, 0, 128)->drops = 5;
	world_listen(&w, 2, "10.0.0.1", 80, 3, 2);
	world_listen(&w, 5, "0.0.0.0", 80, 1, 128)->uid = 33;
	world_listen(&w, 4, "0.0.0.0", 80, 0, 128);
	world_listen(&w, 1, "::", 80, 0, 128)->flags = 0;
	w.look.rows[4].drops = 9;
	world_hold(&w, 2, world_process(&w, 20, "worker", "web.service"), 6);
	world_hold(&w, 2, world_process(&w, 10, "master", "web.service"), 6);
	world_look(&w);
	assert_int_equal(w.report.n_listeners, 5);
	assert_int_equal(w.report.sockets.count[SOCK_LISTEN], 5);
	assert_int_equal(w.report.listeners[0].cookie, 4);
	assert_int_equal(w.report.listeners[1].cookie, 5);
	assert_string_equal(w.report.listeners[1].owner, "uid 33");
	assert_int_equal(w.report.listeners[1].pid, 0);
	assert_int_equal(w.report.listeners[2].cookie, 2);
	assert_string_equal(w.report.listeners[2].address, "10.0.0.1");
	assert_string_equal(w.report.listeners[2].owner, "web.service");
	assert_string_equal(w.report.listeners[2].unit, "web.service");
	assert_string_equal(w.report.listeners[2].process, "master");
	assert_int_equal(w.report.listeners[2].pid, 10);
	assert_int_equal(w.report.listeners[2].queue, 3);
	assert_int_equal(w.report.listeners[2].limit, 2);
	assert_string_equal(w.report.listeners[3].address, "::");
	assert_int_equal(w.report.listeners[3].drops, 0);
	assert_int_equal(w.report.listeners[4].drops, 5);

	/* A look at listeners alone keeps what only a whole one can count, and the groups. */
	world_begin(&w, WORLD_START + SEC);
	world_listen(&w, 2, "10.0.0.1", 80, 3, 2);
	world_close_wait(&w, 7, 80, "10.0.0.9:5000", HOUR)->inode = 0;
	world_look(&w);
	assert_int_equal(w.report.listeners[0].not_accepted, 1);
	world_begin(&w, WORLD_START + 2 * SEC);
	w.look.listen_only = true;
	world_listen(&w, 2, "10.0.0.1", 80, 1, 2);
	world_look(&w);
	assert_int_equal(w.report.n_listeners, 1);
	assert_int_equal(w.report.listeners[0].not_accepted, 1);
	assert_int_equal(w.report.listeners[0].queue, 1);
	assert_int_equal(w.report.n_groups, 1);
	assert_int_equal(w.report.sockets.count[SOCK_CLOSE_WAIT], 1);
	world_done(&w);
}

static void the_fullest_listener_of_a_port_gets_the_sockets_nobody_accepted(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	for (uint32_t i = 1; i <= 4; i++)
		world_listen(&w, i, "0.0.0.0", 80, i == 3 ? 3 : 0, 128);
	world_listen(&w, 5, "0.0.0.0", 81, 9, 128);
	for (uint32_t i = 0; i < 3; i++)
		world_close_wait(&w, 10 + i, 80, "10.0.0.9:5000", HOUR)->inode = 0;
	world_look(&w);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(w.report.listeners[i].not_accepted, w.report.listeners[i].cookie == 3 ? 3 : 0);
	world_done(&w);
}

/* A crowd: several programs, roles, causes and states. */
static void crowd(struct world *w, uint64_t *seed, uint32_t n)
{
	static const char *const names[] = { "a", "b", "c" };
	uint32_t processes[6];

	for (int32_t i = 0; i < 6; i++)
		processes[i] = world_process(w, 10 + i, names[i % 3], i < 2 ? "u.service" : "");
	for (uint16_t port = 80; port < 84; port++) {
		world_listen(w, port, "0.0.0.0", port, (uint32_t)world_below(seed, 200), 128);
		world_hold(w, port, processes[port % 6], 3);
	}
	for (uint32_t i = 0; i < n; i++) {
		struct sock_row *row;
		char remote[32];

		snprintf(remote, sizeof(remote), "10.0.0.%d:%d", (int)world_below(seed, 3),
			 (int)world_below(seed, 3) + 1);
		row = world_close_wait(w, 1000 + i, (uint16_t)(80 + world_below(seed, 7)), remote,
				       world_below(seed, 20) * 300 * SEC);
		row->rqueue = (uint32_t)world_below(seed, 3);
		row->uid = (uint32_t)world_below(seed, 2);
		row->flags = (uint8_t)(row->flags | (world_below(seed, 3) ? 0 : SOCK_SENT_DATA));
		row->last_data_sent_ms = (uint32_t)world_below(seed, 100000);
		if (world_below(seed, 9) == 0)
			row->inode = 0;
		for (uint64_t j = world_below(seed, 2); row->inode && j > 0; j--)
			world_hold(w, row->inode, processes[world_below(seed, 5)], (int32_t)world_below(seed, 900) + 3);
		if (row->inode && world_below(seed, 5) == 0)
			world_search(w, row->inode, (enum attribution_state)world_below(seed, 2));
	}
}

static void group_counts_add_up_to_the_rows(void **state)
{
	uint64_t seed = world_seed(__func__);

	(void)state;
	for (int round = 0; round < 50; round++) {
		uint64_t total = 0, stale = 0, active = 0, not_accepted = 0;
		struct world w;

		begin(&w);
		crowd(&w, &seed, 300);
		world_look(&w);
		for (size_t i = 0; i < w.report.n_groups; i++) {
			const struct report_group *g = &w.report.groups[i];

			total += g->close_wait;
			stale += g->stale;
			active += g->active;
			not_accepted += g->not_accepted;
			assert_in_range(g->stale + g->active + g->not_accepted, 0, g->close_wait);
			assert_int_equal(g->causes[0] + g->causes[1] + g->causes[2], g->stale);
			assert_in_range(g->pending + g->unheld, 0, g->stale);
			assert_in_range(g->inherited, 0, g->stale);
			assert_in_range(g->lasting, 0, g->stale);
			assert_int_equal(g->n_samples, g->stale < GROUP_SAMPLES ? g->stale : GROUP_SAMPLES);
		}
		assert_int_equal(total, 300);
		assert_int_equal(total, w.look.tally.count[SOCK_CLOSE_WAIT]);
		for (size_t i = 0; i < w.look.n_rows; i++) {
			if (w.look.rows[i].state != SOCK_CLOSE_WAIT) {
				assert_int_equal(w.rows[i].group, UINT32_MAX);
				continue;
			}
			assert_in_range(w.rows[i].group, 0, w.report.n_groups - 1);
			stale -= w.rows[i].stale;
			active -= w.rows[i].active;
			not_accepted -= w.look.rows[i].inode == 0;
		}
		assert_int_equal(stale | active | not_accepted, 0);
		world_done(&w);
	}
}

static void assert_same_report(const struct report *a, const struct report *b)
{
	assert_int_equal(a->n_groups, b->n_groups);
	assert_int_equal(a->n_listeners, b->n_listeners);
	assert_int_equal(a->more_groups, b->more_groups);
	for (size_t i = 0; i < a->n_groups; i++)
		assert_memory_equal(&a->groups[i], &b->groups[i], sizeof(a->groups[i]));
	for (size_t i = 0; i < a->n_listeners; i++)
		assert_memory_equal(&a->listeners[i], &b->listeners[i], sizeof(a->listeners[i]));
}

static void assert_same_findings(const struct findings *a, const struct findings *b)
{
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++)
		assert_memory_equal(&a->list[i], &b->list[i], sizeof(a->list[i]));
}

static void the_order_of_a_dump_changes_nothing(void **state)
{
	uint64_t seed = world_seed(__func__);

	(void)state;
	for (int round = 0; round < 40; round++) {
		uint64_t same = seed;
		struct world w, shuffled;

		begin(&w);
		begin(&shuffled);
		w.config.max_groups = shuffled.config.max_groups = round % 2 ? 5 : 1000;
		crowd(&w, &seed, 200);
		crowd(&shuffled, &same, 200);
		world_shuffle(&shuffled, &seed);
		world_look(&w);
		world_look(&shuffled);
		world_judge(&w);
		world_judge(&shuffled);
		assert_same_report(&w.report, &shuffled.report);
		assert_same_findings(&w.findings, &shuffled.findings);
		assert_in_range(w.findings.n, 1, 100);
		world_done(&w);
		world_done(&shuffled);
	}
}

static void groups_beyond_the_limit_are_counted_and_the_worst_are_kept(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	w.config.max_groups = 3;
	for (uint16_t port = 1; port <= 8; port++) {
		world_listen(&w, port, "0.0.0.0", port, 0, 128);
		for (uint16_t i = 0; i < (port < 6 ? port : 2); i++)
			world_close_wait(&w, 100u * port + i, port, "10.0.0.1:5000", HOUR);
		for (uint16_t i = 0; i < (port < 6 ? 0 : 20); i++)
			world_close_wait(&w, 100u * port + 50 + i, port, "10.0.0.1:5000",
					 SEC); /* young ones do not count */
	}
	world_look(&w);
	assert_int_equal(w.report.n_groups, 3);
	assert_int_equal(w.report.more_groups, 5);
	for (uint16_t i = 0; i < 3; i++)
		assert_int_equal(w.report.groups[i].port, 5 - i);
	for (size_t i = 0; i < w.look.n_rows; i++)
		if (w.look.rows[i].state == SOCK_CLOSE_WAIT)
			assert_int_equal(w.rows[i].group, w.look.rows[i].local_port == 5 ? 0 :
							  w.look.rows[i].local_port == 4 ? 1 :
							  w.look.rows[i].local_port == 3 ? 2 :
											   UINT32_MAX);
	world_done(&w);
}

static void a_machine_without_sockets_has_an_empty_picture(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	world_look(&w);
	world_judge(&w);
	assert_int_equal(w.report.n_groups, 0);
	assert_int_equal(w.report.n_listeners, 0);
	assert_int_equal(w.findings.n, 0);
	world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_socket_is_stale_active_young_or_not_accepted),
		cmocka_unit_test(a_pool_that_was_idle_before_the_fin_is_as_old_as_its_fin_at_least),
		cmocka_unit_test(a_port_with_a_listener_makes_a_server_else_the_remote_end_makes_a_client),
		cmocka_unit_test(a_server_stays_one_when_its_listener_is_gone),
		cmocka_unit_test(the_owner_is_the_unit_else_the_process_else_the_user),
		cmocka_unit_test(sockets_without_a_holder_yet_join_their_neighbours_or_the_listener),
		cmocka_unit_test(inherited_means_that_a_child_got_the_descriptor),
		cmocka_unit_test(a_client_inherits_nothing),
		cmocka_unit_test(what_is_not_known_about_holders_is_counted),
		cmocka_unit_test(holders_come_with_most_sockets_first_and_their_lowest_descriptors),
		cmocka_unit_test(descriptors_are_sorted_however_they_come),
		cmocka_unit_test(samples_are_the_oldest_stale_sockets),
		cmocka_unit_test(lasting_sockets_were_stale_for_a_whole_window),
		cmocka_unit_test(a_rule_for_a_process_goes_by_the_main_holder),
		cmocka_unit_test(listeners_are_listed_by_port_with_their_oldest_holder),
		cmocka_unit_test(the_fullest_listener_of_a_port_gets_the_sockets_nobody_accepted),
		cmocka_unit_test(group_counts_add_up_to_the_rows),
		cmocka_unit_test(the_order_of_a_dump_changes_nothing),
		cmocka_unit_test(groups_beyond_the_limit_are_counted_and_the_worst_are_kept),
		cmocka_unit_test(a_machine_without_sockets_has_an_empty_picture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
