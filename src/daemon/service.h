/* SPDX-License-Identifier: MIT */
/* The daemon as a service: timers, signals, reload, watchdog. The only module that knows sd-event. */
#ifndef CW_DAEMON_SERVICE_H
#define CW_DAEMON_SERVICE_H

#include "core/config.h"
#include "daemon/options.h"
#include "sink/journal.h"

/* Runs until SIGTERM or SIGINT. Takes config over. 0: stopped in order; -errno: it could not start, which was told. */
int service_run(const struct options *options, struct config *config, const struct journal *journal);

#endif
