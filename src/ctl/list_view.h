/* SPDX-License-Identifier: MIT */
/* The tables of list. */
#ifndef CW_CTL_LIST_VIEW_H
#define CW_CTL_LIST_VIEW_H

#include "core/report.h"
#include "ctl/live.h"
#include "ctl/screen.h"

/* Each returns 0, or -ENOMEM. */
int list_view_findings(const struct screen *screen, const struct finding *findings, size_t n, bool headings);
int list_view_groups(const struct screen *screen, const struct report_group *groups, size_t n, bool headings);
int list_view_listeners(const struct screen *screen, const struct report_listener *listeners, size_t n, bool headings);
int list_view_sockets(const struct screen *screen, const struct live_socket *sockets, size_t n, bool headings);

#endif
