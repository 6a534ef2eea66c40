/* SPDX-License-Identifier: MIT */
/* The report as a person reads it: status and scan. */
#ifndef CW_CTL_STATUS_VIEW_H
#define CW_CTL_STATUS_VIEW_H

#include "core/report.h"
#include "ctl/screen.h"

#define STATUS_VIEW_FINDINGS 20 /* shown in full; the rest is counted */

/* What the daemon wrote; old: too long ago to be true now. */
void status_view(const struct screen *screen, const struct report *report, bool old);

/* What one look of ours found. */
void scan_view(const struct screen *screen, const struct report *report);

#endif
