/* SPDX-License-Identifier: MIT */
/* Where a person reads us: how wide it is, whether it has colours, and what time it is there. */
#ifndef CW_CTL_SCREEN_H
#define CW_CTL_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define SCREEN_LEAST_WIDTH 40

struct screen {
	FILE *out;
	size_t width; /* columns, at least SCREEN_LEAST_WIDTH */
	bool color;
	bool cut; /* tables lose columns and parts of long cells to fit the width; else they show everything */
	uint64_t now_usec; /* CLOCK_REALTIME */
	const char *mark; /* one column wide: something was cut here; NULL: "~" */
	const char *invocation; /* how commands that we suggest begin; NULL: "closewatchctl" */
};

const char *screen_invocation(const struct screen *screen);

/* The terminal's width; else COLUMNS; else 80. Tables are cut on a terminal alone: what scripts read does not depend on
 * a window. */
void screen_init(struct screen *screen, FILE *out, bool color, uint64_t now_usec);

#endif
