/* SPDX-License-Identifier: MIT */
#include "core/cleanup.h"
#include "core/span.h"
#include "ctl/explain_text.h"
#include "ctl/explain_view.h"
#include "ctl/invocation.h"
#include "ctl/layout.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A unit's name can come from a cgroup that any user may create, and whoever reads us copies commands into a root
 * shell: nothing but what systemd itself puts into names goes in. Its own escapes (\x2d) come to us escaped again. */
bool explain_unit_argument(const char *unit, char *buffer, size_t size)
{
	bool quoted = strchr(unit, '\\') != NULL;
	size_t used = 0;

	if (*unit == '\0' || *unit == '-' || size < 3)
		return false;
	if (quoted)
		buffer[used++] = '\'';
	while (*unit) {
		bool backslash = strncmp(unit, "\\x5c", 4) == 0;

		if (used + 3 > size || (!backslash && !isalnum((unsigned char)*unit) && !strchr(":_.@-", *unit)))
			return false;
		buffer[used++] = backslash ? '\\' : *unit;
		unit += backslash ? 4 : 1;
	}
	if (quoted)
		buffer[used++] = '\'';
	buffer[used] = '\0';
	return true;
}

/* What stands for {word}. */
struct word {
	const char *name;
	char value[INVOCATION_MAX];
};

enum word_index {
	WORD_PID,
	WORD_UNIT,
	WORD_PORT,
	WORD_REMOTE,
	WORD_BEFORE,
	WORD_SOMAXCONN,
	WORD_INVOCATION,
	WORDS,
};

/* ", before about 22:00": when the descriptors run out. Beyond a week nobody plans by the hour. */
static void print_before(const struct screen *screen, const struct finding *f, char *buffer, size_t size)
{
	struct tm tm;
	time_t end;

	*buffer = '\0';
	if (f->full_in_usec == 0 || f->full_in_usec > 7 * USEC_PER_DAY)
		return;
	end = (time_t)((screen->now_usec + f->full_in_usec) / USEC_PER_SEC);
	if (!localtime_r(&end, &tm))
		return;
	if (strftime(buffer, size, f->full_in_usec < 20 * USEC_PER_HOUR ? ", before about %H:%M" : ", before %A %H:%M",
		     &tm) == 0)
		*buffer = '\0';
}

static void fill_words(const struct screen *screen, const struct explanation *e, struct word words[WORDS])
{
	static const char *const names[WORDS] = { "{pid}", "{unit}", "{port}", "{remote}", "{before}",
						 "{somaxconn}", "{closewatchctl}" };
	const struct finding *f = e->finding;

	for (size_t i = 0; i < WORDS; i++)
		words[i].name = names[i];
	snprintf(words[WORD_PID].value, NAME_MAX_ESCAPED, "%" PRId32, f->n_pids ? f->pids[0] : 0);
	if (!explain_unit_argument(f->unit, words[WORD_UNIT].value, NAME_MAX_ESCAPED))
		words[WORD_UNIT].value[0] = '\0';
	snprintf(words[WORD_PORT].value, NAME_MAX_ESCAPED, "%u", f->port);
	snprintf(words[WORD_REMOTE].value, NAME_MAX_ESCAPED, "%s", f->remote);
	print_before(screen, f, words[WORD_BEFORE].value, NAME_MAX_ESCAPED);
	snprintf(words[WORD_SOMAXCONN].value, NAME_MAX_ESCAPED, "%" PRIu32, e->somaxconn);
	snprintf(words[WORD_INVOCATION].value, INVOCATION_MAX, "%s", screen_invocation(screen));
}

static const struct word *word_at(const struct word words[WORDS], const char *text)
{
	for (size_t i = 0; i < WORDS; i++)
		if (strncmp(text, words[i].name, strlen(words[i].name)) == 0)
			return &words[i];
	return NULL;
}

static void expand(const struct word words[WORDS], const char *text, char *buffer, size_t size)
{
	size_t used = 0;

	while (*text && used + 1 < size) {
		const struct word *word = *text == '{' ? word_at(words, text) : NULL;

		if (!word) {
			buffer[used++] = *text++;
			continue;
		}
		snprintf(buffer + used, size - used, "%s", word->value);
		used += strlen(buffer + used);
		text += strlen(word->name);
	}
	buffer[used] = '\0';
}

static unsigned leak_conditions(const struct explanation *e)
{
	static const unsigned causes[CAUSES] = {
		[CAUSE_UNREAD_EOF] = STEP_UNREAD_EOF,
		[CAUSE_UNREAD_DATA] = STEP_UNREAD_DATA,
		[CAUSE_DRAINED] = STEP_DRAINED,
	};
	const struct finding *f = e->finding;
	bool blind = f->n_pids == 0 && !e->sees_holders;

	/* What holds sockets that no process holds is looked for before anybody's bug. */
	return STEP_LEAK | (explain_is_unheld(e->group) ? 0 : causes[f->cause]) |
	       (f->role == ROLE_SERVER ? STEP_SERVER : STEP_CLIENT) | (f->inherited ? STEP_INHERITED : STEP_OWN) |
	       (e->group && e->group->unheld && !e->over ? STEP_UNHELD : 0) | (blind && !e->over ? STEP_BLIND : 0);
}

static unsigned queue_conditions(const struct explanation *e)
{
	const struct report_listener *l = e->listener;

	if (!l || e->somaxconn == 0 || strcmp(e->finding->netns, "host") != 0)
		return STEP_ACCEPT_QUEUE;
	return STEP_ACCEPT_QUEUE | (l->limit < e->somaxconn ? STEP_BACKLOG : STEP_SOMAXCONN);
}

static unsigned conditions_of(const struct explanation *e, const struct word words[WORDS])
{
	const struct finding *f = e->finding;
	unsigned kind = f->kind == FINDING_CLOSE_WAIT_LEAK ? leak_conditions(e) : queue_conditions(e);
	unsigned unit = *words[WORD_UNIT].value ? STEP_UNIT : STEP_NO_UNIT;

	/* What is over needs no restart, and its process can be another one by now. */
	if (e->over)
		return kind | unit | STEP_NO_PID;
	return kind | unit | STEP_PRESENT | (f->n_pids ? STEP_PID : STEP_NO_PID) |
	       (f->severity > SEVERITY_NOTICE ? STEP_URGENT : 0);
}

void explain_do(const struct screen *screen, const struct explanation *e)
{
	struct word words[WORDS] = { 0 };
	char mark[16], text[INVOCATION_MAX + 1024];
	const struct step *steps;
	unsigned conditions, number = 0;
	size_t n;

	fill_words(screen, e, words);
	conditions = conditions_of(e, words);
	steps = explain_steps(&n);
	for (size_t i = 0; i < n; i++) {
		struct layout item;

		if ((steps[i].conditions & conditions) != steps[i].conditions)
			continue;
		snprintf(mark, sizeof(mark), "%u.", ++number);
		item = layout_begin_item(screen, number == 1 ? "Do" : "", mark, 3);
		expand(words, steps[i].text, text, sizeof(text));
		layout_words(&item, PAINT_PLAIN, text);
		layout_end(&item);
		if (!steps[i].command)
			continue;
		expand(words, steps[i].command, text, sizeof(text));
		layout_command(screen, 3, text);
	}
}
