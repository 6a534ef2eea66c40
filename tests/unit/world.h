/* SPDX-License-Identifier: MIT */
/* A made-up machine for tests: sockets, processes and looks as plain data, and the core's modules run over them. */
#ifndef CW_TESTS_UNIT_WORLD_H
#define CW_TESTS_UNIT_WORLD_H

#include "core/judge.h"
#include "core/picture.h"
#include "core/span.h"

struct world {
	struct config config;
	struct holder_book book;
	struct look look;
	struct tracker tracker;
	struct backlog backlog;
	struct trends trends;
	struct alarms alarms;
	struct report report;
	struct picture_row *rows; /* of the last world_look() */
	struct findings findings; /* of the last world_judge() */
	owner_unit_of unit_of; /* NULL at first */
	bool sees_holders;
};

#define WORLD_NETNS 7
#define WORLD_START (100 * USEC_PER_DAY)

/* The default config, nothing else. */
void world_init(struct world *w);
void world_done(struct world *w);
void world_set(struct world *w, const char *section, const char *key, const char *value);

/* An empty, complete look that begins and ends at this time. */
void world_begin(struct world *w, uint64_t now_usec);

/* Add a row to the look; the inode is the cookie. The pointer is good until the next row. */
struct sock_row *world_listen(struct world *w, uint32_t cookie, const char *address, uint16_t port, uint32_t queue,
			      uint32_t limit);
struct sock_row *world_close_wait(struct world *w, uint32_t cookie, uint16_t port, const char *remote,
				  uint64_t idle_usec);

/* A process older than those with a higher pid; returns its index in the book. */
uint32_t world_process(struct world *w, int32_t pid, const char *name, const char *unit);

/* One descriptor of a socket, all of whose holders are known by that. */
void world_hold(struct world *w, uint32_t inode, uint32_t process, int32_t fd);
void world_search(struct world *w, uint32_t inode, enum attribution_state state);

/* Backlog, tracker and picture take the look in. */
void world_look(struct world *w);
void world_judge(struct world *w);

/* "10.0.0.1" or "::1". */
void world_address(const char *text, uint8_t ret[16]);
void world_remote(struct sock_row *row, const char *endpoint);

/* The seed of a property: from $CLOSEWATCH_SEED, else a new one; printed, so that a failure can be seen again. */
uint64_t world_seed(const char *property);
uint64_t world_random(uint64_t *seed);

/* 0 to most. */
uint64_t world_below(uint64_t *seed, uint64_t most);
void world_shuffle(struct world *w, uint64_t *seed);

#endif
