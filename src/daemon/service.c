/* SPDX-License-Identifier: MIT */
#include "daemon/service.h"

#include "core/cleanup.h"
#include "core/escape.h"
#include "core/span.h"
#include "daemon/cycle.h"
#include "daemon/outlets.h"
#include "kernel/machine.h"
#include "sink/state_file.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

struct service {
	const struct options *options;
	struct config *config;
	struct journal journal;
	sd_event *event;
	sd_event_source *timer;
	sd_event_source *watchdog_timer;
	struct sources sources;
	struct cycle cycle;
	struct outlets outlets;
	uint64_t next_look_usec; /* CLOCK_MONOTONIC */
	uint64_t next_listen_usec;
	uint64_t watchdog_usec; /* 0: nobody watches us */
	char status[160]; /* last told to systemd */
};

/* "1 critical, 2 notice", or "all is well" */
static void print_counts(const struct report *report, char *buffer, size_t size)
{
	uint64_t count[SEVERITIES] = { 0 };
	size_t used = 0;

	for (size_t i = 0; i < report->n_findings; i++)
		count[report->findings[i].severity]++;
	snprintf(buffer, size, "all is well");
	for (unsigned s = SEVERITY_CRITICAL; s > SEVERITY_NONE; s--)
		if (count[s] && used < size)
			used += (size_t)snprintf(buffer + used, size - used, "%s%" PRIu64 " %s", used ? ", " : "",
						 count[s], severity_name(s));
}

static void tell_status(struct service *service)
{
	const struct report *report = &service->cycle.report;
	char status[sizeof(service->status)], counts[80];

	print_counts(report, counts, sizeof(counts));
	snprintf(status, sizeof(status), "%s (%" PRIu64 " CLOSE_WAIT, %" PRIu64 " LISTEN)%s", counts,
		 report->sockets.count[SOCK_CLOSE_WAIT], report->sockets.count[SOCK_LISTEN],
		 report->complete ? "" : ", the last look was incomplete");
	if (strcmp(status, service->status) == 0)
		return;
	memcpy(service->status, status, sizeof(status));
	sd_notifyf(0, "STATUS=%s", status);
}

static void deliver(struct service *service)
{
	struct delivery delivery = {
		.report = &service->cycle.report,
		.events = service->cycle.events,
		.n_events = service->cycle.n_events,
	};

	outlets_deliver(&service->outlets, &delivery);
	service->cycle.sink_error = *service->outlets.error ? service->outlets.error : NULL;
	tell_status(service);
}

/* The next due time after now, on the grid of the last one if that is not past already: a late cycle is not made up for. */
static uint64_t next_after(uint64_t due_usec, uint64_t interval_usec, uint64_t now_usec)
{
	return due_usec + interval_usec > now_usec ? due_usec + interval_usec : now_usec + interval_usec;
}

static uint64_t next_due(const struct service *service)
{
	return service->next_look_usec < service->next_listen_usec ? service->next_look_usec :
								     service->next_listen_usec;
}

static void look(struct service *service, uint64_t now_usec)
{
	if (now_usec >= service->next_look_usec) {
		cycle_run(&service->cycle);
		deliver(service);
		now_usec = machine_monotonic_usec();
		service->next_look_usec = next_after(service->next_look_usec, service->config->interval_usec, now_usec);
	} else if (cycle_run_listen(&service->cycle)) {
		deliver(service);
	}
	service->next_listen_usec =
		next_after(service->next_listen_usec, service->config->listen_interval_usec, machine_monotonic_usec());
}

static int on_timer(sd_event_source *source, uint64_t due_usec, void *context)
{
	struct service *service = context;
	int r;

	(void)due_usec;
	look(service, machine_monotonic_usec());
	r = sd_event_source_set_time(source, next_due(service));
	return r < 0 ? r : sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* Only while cycles progress: a timer that is long overdue means that we are alive but do nothing. */
static int on_watchdog(sd_event_source *source, uint64_t due_usec, void *context)
{
	struct service *service = context;
	uint64_t now_usec = machine_monotonic_usec();
	int r;

	(void)due_usec;
	if (now_usec < next_due(service) + service->watchdog_usec)
		sd_notify(0, "WATCHDOG=1");
	r = sd_event_source_set_time(source, now_usec + service->watchdog_usec / 2);
	return r < 0 ? r : sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* What is wrong with a configuration, for the journal and for the status file. */
struct refusal {
	const struct journal *journal;
	char text[768];
	size_t used;
};

static void note_config_error(void *context, const char *text)
{
	struct refusal *refusal = context;
	size_t room = sizeof(refusal->text) - refusal->used;
	int n = snprintf(refusal->text + refusal->used, room, "%s%s", refusal->used ? REPORT_ERROR_GAP : "", text);

	journal_log(refusal->journal, LOG_ERR, "%s", text);
	if (n > 0 && (size_t)n < room)
		refusal->used += (size_t)n;
	else
		refusal->text[refusal->used] = '\0'; /* whole ones only; the journal has all of them */
}

/* Told with the next look, which comes at once. */
static void note_config(struct service *service, const char *error)
{
	struct report *report = &service->cycle.report;

	report->config_read_usec = machine_realtime_usec();
	escape_name(error, strlen(error), report->config_error, sizeof(report->config_error));
	service->next_look_usec = service->next_listen_usec = machine_monotonic_usec();
}

static int set_status_path(struct service *service)
{
	CW_CLEANUP(freep) char *path = NULL;

	if (service->config->status_file && *service->config->status_file)
		path = strdup(service->config->status_file);
	else if (asprintf(&path, "%s/status", service->options->runtime_dir) < 0)
		path = NULL;
	if (!path)
		return -ENOMEM;
	return outlets_set_status(&service->outlets, path, (unsigned)service->config->status_mode);
}

static void reload(struct service *service)
{
	struct refusal refusal = { .journal = &service->journal };
	struct config config;
	int r = config_file_read(&service->options->config, note_config_error, &refusal, &config);

	note_config(service, r < 0 && !refusal.used ? strerror(-r) : refusal.text);
	sd_event_source_set_time(service->timer, service->next_look_usec);
	if (r < 0) {
		journal_log(&service->journal, LOG_ERR,
			    "the configuration was not reloaded: %s, keeping the one in use",
			    r == -EINVAL ? "it has errors" : strerror(-r));
		return;
	}
	config_done(service->config);
	*service->config = config;
	r = set_status_path(service);
	if (r < 0)
		journal_log(&service->journal, LOG_ERR, "out of memory: the status file stays where it was");
	journal_log(&service->journal, LOG_INFO, "the configuration was reloaded");
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
	struct service *service = context;

	(void)source;
	(void)info;
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, machine_monotonic_usec());
	reload(service);
	sd_notify(0, "READY=1");
	return 0;
}

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
	(void)info;
	(void)context;
	return sd_event_exit(sd_event_source_get_event(source), 0);
}

static int listen_to_signals(struct service *service)
{
	static const struct {
		int number;
		sd_event_signal_handler_t handler;
	} signals[] = {
		{ SIGTERM, on_stop },
		{ SIGINT, on_stop },
		{ SIGHUP, on_reload },
	};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < CW_ELEMENTS(signals); i++)
		sigaddset(&set, signals[i].number);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	for (size_t i = 0; i < CW_ELEMENTS(signals); i++) {
		int r = sd_event_add_signal(service->event, NULL, signals[i].number, signals[i].handler, service);

		if (r < 0)
			return r;
	}
	return 0;
}

static int start_timers(struct service *service)
{
	uint64_t now_usec = machine_monotonic_usec();
	int r;

	service->next_look_usec = service->next_listen_usec = now_usec;
	r = sd_event_add_time(service->event, &service->timer, CLOCK_MONOTONIC, now_usec, 50 * USEC_PER_MSEC, on_timer,
			      service);
	if (r < 0 || sd_watchdog_enabled(0, &service->watchdog_usec) <= 0)
		return r;
	return sd_event_add_time(service->event, &service->watchdog_timer, CLOCK_MONOTONIC, now_usec, 0, on_watchdog,
				 service);
}

static void restore(struct service *service)
{
	char why[160] = "";
	int r = state_file_read(service->outlets.state_path, service->sources.boot_id,
				service->sources.now(service->sources.context), &service->cycle.tracker,
				&service->cycle.alarms, why, sizeof(why));

	if (r == -EBADMSG)
		journal_log(&service->journal, LOG_WARNING,
			    "%s is damaged or not ours (%s): moved aside to %s.damaged, starting without a memory",
			    service->outlets.state_path, why, service->outlets.state_path);
	else if (r < 0)
		journal_log(&service->journal, LOG_WARNING, "cannot read %s: %s, starting without a memory",
			    service->outlets.state_path, strerror(-r));
}

static int open_outlets(struct service *service)
{
	CW_CLEANUP(freep) char *path = NULL;
	int r;

	if (asprintf(&path, "%s/state", service->options->state_dir) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	r = outlets_init(&service->outlets, &service->journal, path, service->sources.boot_id, &service->cycle.tracker,
			 &service->cycle.alarms);
	return r < 0 ? r : set_status_path(service);
}

static int start(struct service *service)
{
	char why[160];
	int r = sources_open(&service->sources, why, sizeof(why));

	if (r < 0) {
		journal_log(&service->journal, LOG_ERR, "%s", why);
		return r;
	}
	cycle_init(&service->cycle, service->config, &service->sources);
	note_config(service, "");
	r = open_outlets(service);
	if (r < 0)
		return r;
	restore(service);
	r = sd_event_new(&service->event);
	if (r == 0)
		r = listen_to_signals(service);
	return r < 0 ? r : start_timers(service);
}

static void stop(struct service *service)
{
	if (service->outlets.state_path)
		outlets_save(&service->outlets);
	sd_event_source_unref(service->timer);
	sd_event_source_unref(service->watchdog_timer);
	sd_event_unref(service->event);
	outlets_done(&service->outlets);
	cycle_done(&service->cycle);
	sources_close(&service->sources);
}

static void tell_start(const struct service *service)
{
	char interval[24];

	span_print(service->config->interval_usec, interval, sizeof(interval));
	journal_log(&service->journal, LOG_INFO, "looking every %s, status in %s", interval,
		    service->outlets.status_path);
}

int service_run(const struct options *options, struct config *config, const struct journal *journal)
{
	struct service service = { .options = options, .config = config, .journal = *journal };
	int r = start(&service);

	if (r < 0) {
		journal_log(journal, LOG_ERR, "cannot start: %s", strerror(-r));
	} else {
		/* The first look is made before we say that we are ready, so that a status file is there. */
		look(&service, machine_monotonic_usec());
		sd_event_source_set_time(service.timer, next_due(&service));
		sd_notify(0, "READY=1");
		tell_start(&service);
		r = sd_event_loop(service.event);
		sd_notify(0, "STOPPING=1");
	}
	stop(&service);
	return r < 0 ? r : 0;
}
