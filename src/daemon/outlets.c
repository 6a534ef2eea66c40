/* SPDX-License-Identifier: MIT */
#include "daemon/outlets.h"

#include "core/cleanup.h"
#include "core/span.h"
#include "sink/state_file.h"
#include "sink/status_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

/* Without an event the state file may be this old: it is written to a disk. */
#define SAVE_EVERY_USEC USEC_PER_MINUTE

static struct outlets *outlets_of(struct sink *sink)
{
	return ((struct outlet_sink *)sink)->outlets;
}

static int deliver_journal(struct sink *self, const struct delivery *delivery)
{
	int result = 0;

	for (size_t i = 0; i < delivery->n_events; i++) {
		int r = journal_event(&outlets_of(self)->journal, &delivery->events[i]);

		result = r < 0 ? r : result;
	}
	return result;
}

static int deliver_status(struct sink *self, const struct delivery *delivery)
{
	struct outlets *outlets = outlets_of(self);

	return status_write(outlets->status_path, outlets->status_mode, delivery->report);
}

static int save(struct outlets *outlets)
{
	return state_file_write(outlets->state_path, outlets->boot_id, outlets->tracker, outlets->alarms);
}

static int deliver_state(struct sink *self, const struct delivery *delivery)
{
	struct outlets *outlets = outlets_of(self);
	uint64_t now_usec = delivery->report->updated_usec;
	int r;

	/* "<" as well: the clock may have been set back. */
	if (!delivery->n_events && now_usec >= outlets->saved_usec && now_usec - outlets->saved_usec < SAVE_EVERY_USEC)
		return self->failing;
	r = save(outlets);
	outlets->saved_usec = now_usec;
	return r;
}

static const struct sink kinds[OUTLETS] = {
	[OUTLET_JOURNAL] = { .name = "the journal", .deliver = deliver_journal },
	[OUTLET_STATUS] = { .name = "the status file", .deliver = deliver_status },
	[OUTLET_STATE] = { .name = "the state file", .deliver = deliver_state },
};

int outlets_init(struct outlets *outlets, const struct journal *journal, const char *state_path, const char *boot_id,
		 const struct tracker *tracker, const struct alarms *alarms)
{
	*outlets = (struct outlets){
		.journal = *journal,
		.state_path = strdup(state_path),
		.boot_id = boot_id,
		.tracker = tracker,
		.alarms = alarms,
	};
	for (size_t i = 0; i < OUTLETS; i++)
		outlets->sinks[i] = (struct outlet_sink){ kinds[i], outlets };
	return outlets->state_path ? 0 : -ENOMEM;
}

int outlets_set_status(struct outlets *outlets, const char *path, unsigned mode)
{
	char *copy = strdup(path);

	if (!copy)
		return -ENOMEM;
	free(outlets->status_path);
	outlets->status_path = copy;
	outlets->status_mode = mode;
	return 0;
}

static void note_result(struct outlets *outlets, struct sink *sink, int r)
{
	if (r < 0 && sink->failing != r)
		journal_log(&outlets->journal, LOG_WARNING, "cannot write %s: %s, going on without it", sink->name,
			    strerror(-r));
	else if (r == 0 && sink->failing)
		journal_log(&outlets->journal, LOG_NOTICE, "%s can be written again", sink->name);
	sink->failing = r;
}

void outlets_deliver(struct outlets *outlets, const struct delivery *delivery)
{
	*outlets->error = '\0';
	for (size_t i = 0; i < OUTLETS; i++) {
		struct sink *sink = &outlets->sinks[i].sink;

		note_result(outlets, sink, sink->deliver(sink, delivery));
		if (sink->failing && !*outlets->error)
			snprintf(outlets->error, sizeof(outlets->error), "%c%s cannot be written: %s", 'T',
				 sink->name + 1, strerror(-sink->failing));
	}
}

void outlets_save(struct outlets *outlets)
{
	struct sink *sink = &outlets->sinks[OUTLET_STATE].sink;

	note_result(outlets, sink, save(outlets));
}

void outlets_done(struct outlets *outlets)
{
	free(outlets->status_path);
	free(outlets->state_path);
	*outlets = (struct outlets){ 0 };
}
