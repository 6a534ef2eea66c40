/* SPDX-License-Identifier: MIT */
/* An age known as an interval: the truth lies somewhere between the two ends. */
#ifndef CW_CORE_AGE_H
#define CW_CORE_AGE_H

#include <stdint.h>

struct age {
	uint64_t at_least_usec;
	uint64_t at_most_usec;
};

#endif
