/* SPDX-License-Identifier: MIT */
#include "world.h"

#include <arpa/inet.h>
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void *grow(void *array, size_t n, size_t element_size)
{
	void *grown = realloc(array, (n + 1) * element_size);

	if (!grown)
		abort();
	return grown;
}

void world_init(struct world *w)
{
	*w = (struct world){ 0 };
	config_init(&w->config);
}

void world_done(struct world *w)
{
	config_done(&w->config);
	holders_done(&w->book);
	look_done(&w->look);
	tracker_done(&w->tracker);
	backlog_done(&w->backlog);
	trends_done(&w->trends);
	alarms_done(&w->alarms);
	report_done(&w->report);
	findings_done(&w->findings);
	free(w->rows);
}

void world_set(struct world *w, const char *section, const char *key, const char *value)
{
	char why[200];

	if (config_set(&w->config, section, key, value, why, sizeof(why)) < 0) {
		fprintf(stderr, "%s\n", why);
		abort();
	}
}

void world_begin(struct world *w, uint64_t now_usec)
{
	look_reset(&w->look);
	w->look.start_usec = w->look.end_usec = now_usec;
	w->look.complete = true;
}

void world_address(const char *text, uint8_t ret[16])
{
	char mapped[64];

	snprintf(mapped, sizeof(mapped), "%s%s", strchr(text, ':') ? "" : "::ffff:", text);
	if (inet_pton(AF_INET6, mapped, ret) != 1)
		abort();
}

void world_remote(struct sock_row *row, const char *endpoint)
{
	const char *colon = strrchr(endpoint, ':');
	char address[64];
	size_t bracket = *endpoint == '[';

	snprintf(address, sizeof(address), "%.*s", (int)((size_t)(colon - endpoint) - 2 * bracket), endpoint + bracket);
	world_address(address, row->address);
	row->remote_port = (uint16_t)strtoul(colon + 1, NULL, 10);
}

static struct sock_row *add_row(struct world *w, const struct sock_row *row)
{
	if (look_add(&w->look, row) < 0)
		abort();
	w->look.tally.count[row->state]++;
	return &w->look.rows[w->look.n_rows - 1];
}

struct sock_row *world_listen(struct world *w, uint32_t cookie, const char *address, uint16_t port, uint32_t queue,
			      uint32_t limit)
{
	struct sock_row row = {
		.cookie = cookie,
		.inode = cookie,
		.state = SOCK_LISTEN,
		.local_port = port,
		.rqueue = queue,
		.limit = limit,
		.flags = SOCK_HAS_DROPS,
	};

	world_address(address, row.address);
	return add_row(w, &row);
}

struct sock_row *world_close_wait(struct world *w, uint32_t cookie, uint16_t port, const char *remote,
				  uint64_t idle_usec)
{
	struct sock_row row = {
		.cookie = cookie,
		.inode = cookie,
		.state = SOCK_CLOSE_WAIT,
		.local_port = port,
		.last_ack_recv_ms = (uint32_t)(idle_usec / USEC_PER_MSEC),
		.last_data_recv_ms = (uint32_t)(idle_usec / USEC_PER_MSEC),
		.flags = SOCK_HAS_INFO,
	};

	world_remote(&row, remote);
	return add_row(w, &row);
}

uint32_t world_process(struct world *w, int32_t pid, const char *name, const char *unit)
{
	struct process *process;

	w->book.processes = grow(w->book.processes, w->book.n_processes, sizeof(*process));
	process = &w->book.processes[w->book.n_processes];
	*process = (struct process){ .pid = pid, .start_ticks = (uint64_t)pid };
	snprintf(process->name, sizeof(process->name), "%s", name);
	snprintf(process->unit, sizeof(process->unit), "%s", unit);
	return (uint32_t)w->book.n_processes++;
}

void world_search(struct world *w, uint32_t inode, enum attribution_state state)
{
	size_t i;

	for (i = 0; i < w->book.n_sockets && w->book.sockets[i].inode != inode;)
		i++;
	if (i == w->book.n_sockets)
		w->book.sockets = grow(w->book.sockets, w->book.n_sockets++, sizeof(*w->book.sockets));
	w->book.sockets[i] = (struct held_socket){ .inode = inode, .state = (uint8_t)state };
}

void world_hold(struct world *w, uint32_t inode, uint32_t process, int32_t fd)
{
	w->book.holds = grow(w->book.holds, w->book.n_holds, sizeof(*w->book.holds));
	w->book.holds[w->book.n_holds++] = (struct hold){ .inode = inode, .process = process, .fd = fd };
	world_search(w, inode, ATTRIBUTION_DONE);
}

static void check(int r)
{
	if (r < 0)
		abort();
}

void world_look(struct world *w)
{
	struct picture_input input = {
		.look = &w->look,
		.tracker = &w->tracker,
		.backlog = &w->backlog,
		.book = &w->book,
		.config = &w->config,
		.netns_name = "host",
		.netns = WORLD_NETNS,
		.unit_of = w->unit_of,
		.sees_holders = w->sees_holders,
	};

	holders_sort(&w->book);
	check(backlog_update(&w->backlog, WORLD_NETNS, &w->look));
	if (!w->look.listen_only)
		check(tracker_update(&w->tracker, WORLD_NETNS, &w->look));
	check(picture_listeners(&input, &w->report));
	if (w->look.listen_only)
		return;
	w->rows = grow(w->rows, w->look.n_rows, sizeof(*w->rows));
	check(picture_groups(&input, &w->report, w->rows));
}

void world_judge(struct world *w)
{
	struct judge judge = {
		.config = &w->config,
		.report = &w->report,
		.backlog = &w->backlog,
		.netns = WORLD_NETNS,
		.trends = &w->trends,
		.alarms = &w->alarms,
		.somaxconn = 4096,
		.now_usec = w->look.end_usec,
	};

	findings_done(&w->findings);
	check(judge_leaks(&judge, &w->findings));
	check(judge_queues(&judge, &w->findings));
}

uint64_t world_seed(const char *property)
{
	const char *given = getenv("CLOSEWATCH_SEED");
	struct timespec now;
	uint64_t seed;

	clock_gettime(CLOCK_REALTIME, &now);
	seed = given ? strtoull(given, NULL, 10) : (uint64_t)now.tv_sec * 1000003u + (uint64_t)now.tv_nsec;
	printf("%s: CLOSEWATCH_SEED=%" PRIu64 "\n", property, seed);
	fflush(stdout);
	return seed;
}

/* splitmix64 */
uint64_t world_random(uint64_t *seed)
{
	uint64_t x = *seed += 0x9e3779b97f4a7c15u;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

uint64_t world_below(uint64_t *seed, uint64_t most)
{
	return world_random(seed) % (most + 1);
}

void world_shuffle(struct world *w, uint64_t *seed)
{
	for (size_t i = w->look.n_rows; i > 1; i--) {
		size_t j = world_below(seed, i - 1);
		struct sock_row row = w->look.rows[j];

		w->look.rows[j] = w->look.rows[i - 1];
		w->look.rows[i - 1] = row;
	}
}
