/* SPDX-License-Identifier: MIT */
#include "core/trend.h"

#include "core/span.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Fewer new sockets than this in a window are no growth. */
#define LEAST_GROWTH 3

static struct trend_line *find_or_add(struct trends *trends, const char *id)
{
	size_t low = 0, high = trends->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(trends->lines[middle].id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < trends->n && strcmp(trends->lines[low].id, id) == 0)
		return &trends->lines[low];
	if (trends->n == trends->size) {
		size_t size = trends->size ? 2 * trends->size : 8;
		struct trend_line *lines = realloc(trends->lines, size * sizeof(*lines));

		if (!lines)
			return NULL;
		trends->lines = lines;
		trends->size = size;
	}
	memmove(&trends->lines[low + 1], &trends->lines[low], (trends->n - low) * sizeof(*trends->lines));
	trends->n++;
	trends->lines[low] = (struct trend_line){ 0 };
	memcpy(trends->lines[low].id, id, FINDING_ID_MAX);
	return &trends->lines[low];
}

static void drop_first(struct trend_line *line, uint32_t n)
{
	line->n -= n;
	memmove(line->samples, line->samples + n, line->n * sizeof(*line->samples));
}

/* Samples are kept apart by a share of the window, so that it always fits; of those older than the window, one. */
static void add_sample(struct trend_line *line, uint64_t stale, uint64_t window_usec, uint64_t now_usec)
{
	while (line->n >= 2 && now_usec - line->samples[1].at_usec >= window_usec)
		drop_first(line, 1);
	if (line->n && now_usec - line->samples[line->n - 1].at_usec < window_usec / (TREND_SAMPLES - 4))
		return;
	if (line->n == TREND_SAMPLES)
		drop_first(line, 1);
	line->samples[line->n++] = (struct trend_sample){ now_usec, stale };
}

/* The newest sample that is at least this old. */
static const struct trend_sample *sample_before(const struct trend_line *line, uint64_t age_usec, uint64_t now_usec)
{
	const struct trend_sample *found = NULL;

	for (uint32_t i = 0; i < line->n && now_usec - line->samples[i].at_usec >= age_usec; i++)
		found = &line->samples[i];
	return found;
}

static struct trend_view judge(const struct trend_line *line, uint64_t stale, uint64_t lasting, uint64_t window_usec,
			       uint64_t now_usec)
{
	const struct trend_sample *start = sample_before(line, window_usec, now_usec);
	const struct trend_sample *middle = sample_before(line, window_usec / 2, now_usec);
	struct trend_view view = { TREND_UNKNOWN, 0 };

	if (!start || !middle)
		return view;
	view.trend = TREND_STEADY;
	if (stale + LEAST_GROWTH <= start->stale)
		view.trend = TREND_SHRINKING;
	if (stale < start->stale + LEAST_GROWTH || middle->stale <= start->stale || stale <= middle->stale)
		return view;
	/* A tenth of the old ones may have gone: somebody restarts a worker now and then. */
	if (lasting + start->stale / 10 < start->stale)
		return view;
	view.trend = TREND_GROWING;
	view.per_hour_millis = (uint64_t)((double)(stale - start->stale) * 1000.0 * (double)USEC_PER_HOUR /
					  (double)(now_usec - start->at_usec));
	return view;
}

int trends_note(struct trends *trends, const char *id, uint64_t stale, uint64_t lasting, uint64_t window_usec,
		uint64_t now_usec, struct trend_view *ret)
{
	struct trend_line *line = find_or_add(trends, id);

	if (!line)
		return -ENOMEM;
	line->look = trends->look;
	*ret = judge(line, stale, lasting, window_usec, now_usec);
	add_sample(line, stale, window_usec, now_usec);
	return 0;
}

void trends_end_look(struct trends *trends)
{
	size_t kept = 0;

	for (size_t i = 0; i < trends->n; i++)
		if (trends->lines[i].look == trends->look)
			trends->lines[kept++] = trends->lines[i];
	trends->n = kept;
	trends->look++;
}

void trends_done(struct trends *trends)
{
	free(trends->lines);
	*trends = (struct trends){ 0 };
}
