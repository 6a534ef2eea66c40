/* SPDX-License-Identifier: MIT */
/* Random numbers that are the same everywhere for one seed (xorshift). */
#ifndef CW_TESTS_DICE_H
#define CW_TESTS_DICE_H

#include <stdint.h>

struct dice {
	uint64_t state; /* the seed, not 0 */
};

static inline uint64_t roll(struct dice *dice, uint64_t sides)
{
	dice->state ^= dice->state << 13;
	dice->state ^= dice->state >> 7;
	dice->state ^= dice->state << 17;
	return dice->state % sides;
}

#endif
