/* SPDX-License-Identifier: MIT */
#include "core/alarm.h"

#include "core/rule.h"
#include "core/wording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const event_names[EVENT_TYPES] = {
	[EVENT_RAISE] = "raise",
	[EVENT_CHANGE] = "change",
	[EVENT_REPEAT] = "repeat",
	[EVENT_CLEAR] = "clear",
};

const char *event_type_name(unsigned type)
{
	return type < EVENT_TYPES ? event_names[type] : NULL;
}

/* Where the id is, or belongs. */
static size_t place_of(const struct alarms *alarms, const char *id)
{
	size_t low = 0, high = alarms->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(alarms->alarms[middle].finding.id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct alarm *find(const struct alarms *alarms, const char *id)
{
	size_t place = place_of(alarms, id);

	if (place == alarms->n || strcmp(alarms->alarms[place].finding.id, id) != 0)
		return NULL;
	return &alarms->alarms[place];
}

#define IDS_TRIED 4

/* The alert about the same subject. If there is none, the finding gets an id that no other alert has. */
static struct alarm *find_subject(const struct alarms *alarms, struct finding *finding)
{
	struct finding again = *finding;
	bool placed = false;

	for (unsigned salt = 1; salt <= IDS_TRIED || !placed; salt++) {
		struct alarm *alarm = find(alarms, again.id);

		if (alarm && finding_same_subject(&alarm->finding, finding)) {
			memcpy(finding->id, again.id, sizeof(finding->id));
			return alarm;
		}
		if (!alarm && !placed) {
			memcpy(finding->id, again.id, sizeof(finding->id));
			placed = true;
		}
		finding_identify_again(&again, salt);
	}
	return NULL;
}

const struct finding *alarms_find(const struct alarms *alarms, const char *id)
{
	const struct alarm *alarm = find(alarms, id);

	return alarm ? &alarm->finding : NULL;
}

static struct alarm *add(struct alarms *alarms, const struct finding *finding, struct moment now)
{
	size_t place = place_of(alarms, finding->id);
	struct alarm *grown = realloc(alarms->alarms, (alarms->n + 1) * sizeof(*grown));

	if (!grown)
		return NULL;
	alarms->alarms = grown;
	memmove(&grown[place + 1], &grown[place], (alarms->n - place) * sizeof(*grown));
	grown[place] = (struct alarm){ .finding = *finding, .told_usec = now.monotonic_usec };
	alarms->n++;
	return &grown[place];
}

struct event_list {
	struct event *events;
	size_t n;
};

static int tell(struct event_list *list, enum event_type type, const struct finding *finding)
{
	struct event *grown = realloc(list->events, (list->n + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	list->events = grown;
	grown[list->n++] = (struct event){ .type = type, .finding = *finding };
	return 0;
}

/* The severity to show: a lower one counts only when it has stayed. */
static enum severity settle(struct alarm *alarm, enum severity found, uint64_t clear_after_usec, uint64_t now_usec)
{
	if (found >= alarm->finding.severity) {
		alarm->lower_usec = 0;
		alarm->lower_looks = 0;
		return found;
	}
	if (!alarm->lower_looks++)
		alarm->lower_usec = now_usec;
	if (alarm->lower_looks < 2 || now_usec - alarm->lower_usec < clear_after_usec)
		return alarm->finding.severity;
	alarm->lower_looks = 0;
	return found;
}

static int raise_alarm(struct alarms *alarms, const struct finding *finding, struct moment now,
		       struct event_list *events)
{
	struct finding raised = *finding;
	struct alarm *alarm;
	int r;

	raised.since_usec = now.realtime_usec;
	r = tell(events, EVENT_RAISE, &raised);
	if (r < 0)
		return r;
	alarm = add(alarms, &raised, now);
	if (!alarm) {
		events->n--;
		return -ENOMEM;
	}
	alarm->seen = true;
	return 0;
}

static int see_again(struct alarm *alarm, const struct config *config, const struct finding *finding, struct moment now,
		     struct event_list *events)
{
	enum severity before = alarm->finding.severity;
	enum severity settled = settle(alarm, finding->severity, config->clear_after_usec, now.monotonic_usec);
	uint64_t since_usec = alarm->finding.since_usec;
	int r = 0;

	alarm->finding = *finding;
	alarm->finding.severity = settled;
	alarm->finding.since_usec = since_usec;
	alarm->finding.gone_usec = 0;
	alarm->missing_looks = 0;
	alarm->seen = true;
	if (settled != before)
		r = tell(events, EVENT_CHANGE, &alarm->finding);
	else if (config->repeat_usec && now.monotonic_usec - alarm->told_usec >= config->repeat_usec)
		r = tell(events, EVENT_REPEAT, &alarm->finding);
	else
		return 0;
	if (r == 0)
		alarm->told_usec = now.monotonic_usec;
	return r;
}

/* Whether the finding has been gone for long enough. */
static bool is_over(struct alarm *alarm, uint64_t clear_after_usec, struct moment now)
{
	if (!alarm->missing_looks++) {
		alarm->missing_usec = now.monotonic_usec;
		alarm->finding.gone_usec = now.realtime_usec;
	}
	return alarm->missing_looks >= 2 && now.monotonic_usec - alarm->missing_usec >= clear_after_usec;
}

/* A rule came into force: the finding is not looked for any more, and so nothing is waited for. */
static bool is_ignored(const struct alarm *alarm, const struct config *config)
{
	struct rule_subject subject = rule_subject_of(&alarm->finding);
	struct thresholds thresholds;

	return !config_thresholds(config, &subject, &thresholds);
}

static int clear_missing(struct alarms *alarms, const struct config *config, unsigned kinds, struct moment now,
			 struct event_list *events)
{
	size_t kept = 0;
	int result = 0;

	for (size_t i = 0; i < alarms->n; i++) {
		struct alarm *alarm = &alarms->alarms[i];
		bool missing = kinds >> alarm->finding.kind & 1 && !alarm->seen;
		bool ignored = missing && is_ignored(alarm, config);

		if (ignored || (missing && is_over(alarm, config->clear_after_usec, now))) {
			struct finding over = alarm->finding;
			int r;

			wording_clear(&over, ignored, now.realtime_usec);
			r = tell(events, EVENT_CLEAR, &over);
			if (r == 0)
				continue;
			result = r;
		}
		alarm->seen = false;
		alarms->alarms[kept++] = *alarm;
	}
	alarms->n = kept;
	return result;
}

int alarms_update(struct alarms *alarms, const struct config *config, unsigned kinds, const struct finding *findings,
		  size_t n_findings, struct moment now, struct event **ret_events, size_t *ret_n)
{
	struct event_list events = { 0 };
	int result = 0, r;

	alarms->untold = 0;
	for (size_t i = 0; i < n_findings; i++) {
		struct finding finding = findings[i];
		struct alarm *alarm = find_subject(alarms, &finding);

		r = 0;
		if (alarm)
			r = see_again(alarm, config, &finding, now, &events);
		else if (alarms->n < config->max_active)
			r = raise_alarm(alarms, &finding, now, &events);
		else
			alarms->untold++;
		if (r < 0)
			result = r;
	}
	r = clear_missing(alarms, config, kinds, now, &events);
	*ret_events = events.events;
	*ret_n = events.n;
	return r < 0 ? r : result;
}

int alarms_findings(const struct alarms *alarms, struct finding **ret, size_t *ret_n)
{
	struct finding *findings = malloc((alarms->n + 1) * sizeof(*findings));

	if (!findings)
		return -ENOMEM;
	for (size_t i = 0; i < alarms->n; i++)
		findings[i] = alarms->alarms[i].finding;
	if (alarms->n)
		qsort(findings, alarms->n, sizeof(*findings), finding_compare);
	*ret = findings;
	*ret_n = alarms->n;
	return 0;
}

int alarms_restore(struct alarms *alarms, const struct finding *finding, struct moment now)
{
	if (find(alarms, finding->id))
		return -EEXIST;
	return add(alarms, finding, now) ? 0 : -ENOMEM;
}

void alarms_done(struct alarms *alarms)
{
	free(alarms->alarms);
	*alarms = (struct alarms){ 0 };
}
