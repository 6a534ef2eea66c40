/* SPDX-License-Identifier: MIT */
/* A fake /proc and an attribution that looks through it. For tests; include it after cmocka.h. */
#ifndef CW_TESTS_ATTRIBUTION_WORLD_H
#define CW_TESTS_ATTRIBUTION_WORLD_H

#include "fake_proc.h"

#include "kernel/attribution.h"

#define NO_LIMIT UINT64_MAX
#define TINY 1 /* microsecond: the least step a call can make */

struct world {
	struct fake_proc fake;
	struct attribution *a;
};

static inline int setup(void **state)
{
	static struct world world;

	fake_begin(&world.fake);
	*state = &world;
	return attribution_new(world.fake.fd, &world.a);
}

static inline int teardown(void **state)
{
	struct world *world = *state;

	world->a = attribution_free(world->a);
	fake_end(&world->fake);
	return 0;
}

static inline struct attribution_want urgent(uint32_t inode)
{
	return (struct attribution_want){ .inode = inode, .uid = 54321, .port = 80, .urgent = true };
}

/* Asks for one urgent socket. */
static inline void ask(struct world *world, uint32_t inode, uint64_t budget_usec)
{
	struct attribution_want want = urgent(inode);

	assert_int_equal(attribution_update(world->a, &want, 1, budget_usec), 0);
}

/* "web 3 5, sh 3": the holders of a socket in the book's order. */
static inline const char *holders(const struct world *world, uint32_t inode)
{
	static char text[4096];
	const struct holder_book *book = attribution_book(world->a);
	uint32_t last = UINT32_MAX;
	size_t n, at = 0;
	const struct hold *hold = holders_of(book, inode, &n);

	text[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (hold[i].process != last)
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s", at ? ", " : "",
					       book->processes[hold[i].process].name);
		last = hold[i].process;
		at += (size_t)snprintf(text + at, sizeof(text) - at, " %d", hold[i].fd);
		assert_true(at < sizeof(text));
	}
	return text;
}

static inline enum attribution_state state_of(const struct world *world, uint32_t inode)
{
	return holders_state(attribution_book(world->a), inode);
}

static inline uint64_t scanned(const struct world *world)
{
	struct attribution_progress progress;

	attribution_progress(world->a, &progress);
	return progress.scanned;
}

#endif
