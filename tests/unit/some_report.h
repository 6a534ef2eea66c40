/* SPDX-License-Identifier: MIT */
/* Reports for tests, and what tests ask of a report. */
#ifndef CW_TESTS_SOME_REPORT_H
#define CW_TESTS_SOME_REPORT_H

#include "core/report.h"
#include "dice.h"

/* Anything a report can be. The caller frees it with report_done(). */
struct report random_report(struct dice *dice);

/* One as the daemon makes it: a leak, a queue, a group with a holder and samples, a listener. */
struct report example_report(void);

/* Fails the test unless both are the same. */
void assert_same_report(const struct report *a, const struct report *b);

/* Fails the test unless the report is safe to print and to index with. */
void assert_sound_report(const struct report *report);

/* ... a text is safe to print. */
void assert_printable(const char *text, size_t size);

#endif
