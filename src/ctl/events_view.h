/* SPDX-License-Identifier: MIT */
/* Events as people read them: TIME  EVENT  SEVERITY  ID  MESSAGE. */
#ifndef CW_CTL_EVENTS_VIEW_H
#define CW_CTL_EVENTS_VIEW_H

#include "ctl/event_log.h"
#include "ctl/screen.h"

/* One line; on a terminal broken into lines that fit. */
void events_view(const struct screen *screen, const struct logged_event *event);

#endif
