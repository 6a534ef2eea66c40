/* SPDX-License-Identifier: MIT */
#include "ctl/explain_view.h"

#include "core/cleanup.h"
#include "core/span.h"
#include "ctl/explain_text.h"
#include "ctl/invocation.h"
#include "ctl/layout.h"
#include "ctl/phrase.h"
#include "ctl/table.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void view_headline(const struct screen *screen, const struct explanation *e)
{
	const struct finding *f = e->finding;
	bool raised = f->since_usec && f->since_usec <= screen->now_usec;
	char label[LAYOUT_LABEL], span[32];
	struct layout line;

	snprintf(label, sizeof(label), "%s", severity_name(f->severity));
	for (char *c = label; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	line = layout_begin(screen, e->over ? PAINT_FAINT : paint_of_severity(f->severity), label);
	layout_printf(&line, PAINT_STRONG, "%s %s%s", finding_kind_name(f->kind), f->id, raised ? "," : "");
	if (raised) {
		span_print_human(screen->now_usec - f->since_usec, span, sizeof(span));
		layout_printf(&line, PAINT_FAINT, "raised %s ago", span);
	}
	layout_end(&line);
	fputc('\n', screen->out);
}

bool explain_is_unheld(const struct report_group *group)
{
	return group && group->unheld > 0 && group->unheld >= group->stale - group->pending;
}

/* "java (4211, billing.service)", as much of it as is known. Returns whether it is more than one process. */
static bool name_holder(char *buffer, size_t size, const struct finding *f, const struct report_group *group)
{
	uint64_t others = group ? group->n_holders + group->more_holders : f->n_pids;
	char who[COMM_MAX_ESCAPED + 16];

	if (explain_is_unheld(group)) {
		snprintf(buffer, size, "The kernel alone (for %s)", f->owner);
		return false;
	}
	if (f->n_pids == 0) {
		snprintf(buffer, size, *f->unit || *f->process ? "%s" : "A process of %s", f->owner);
		return false;
	}
	if (others > 1) {
		phrase_process(who, sizeof(who), f->process, f->pids[0]);
		snprintf(buffer, size, "%s and %" PRIu64 " other%s of %s", who, others - 1, others == 2 ? "" : "s",
			 f->owner);
		return true;
	}
	if (*f->unit && *f->process)
		snprintf(buffer, size, "%s (%" PRId32 ", %s)", f->process, f->pids[0], f->unit);
	else
		phrase_process(buffer, size, *f->process ? f->process : f->owner, f->pids[0]);
	return false;
}

static void view_what_leak(struct layout *block, const struct explanation *e)
{
	const struct finding *f = e->finding;
	char who[PHRASE_MAX], count[64], age[40], text[PHRASE_MAX + 128];
	bool plural = name_holder(who, sizeof(who), f, e->group);

	phrase_count(count, sizeof(count), f->count, "connection");
	phrase_age(age, sizeof(age), &f->age);
	layout_printf(block, PAINT_PLAIN, "%s still hold%s %s", who, plural ? "" : "s", count);
	if (f->role == ROLE_CLIENT)
		layout_printf(block, PAINT_PLAIN, "to %s that the other side has closed,", f->remote);
	else
		layout_printf(block, PAINT_PLAIN, "on port %u whose client%s closed,", f->port,
			      f->count == 1 ? " has" : "s have");
	layout_printf(block, PAINT_PLAIN, "%s %s.", f->count == 1 ? "idle for" : "the oldest idle for", age);
	if (e->group && phrase_descriptors(text, sizeof(text), e->group, f->full_in_usec))
		layout_words(block, PAINT_PLAIN, text);
}

static void view_what_queue(struct layout *block, const struct explanation *e)
{
	const struct finding *f = e->finding;
	char who[PHRASE_MAX], where[64], count[64];

	name_holder(who, sizeof(who), f, NULL);
	phrase_listener(where, sizeof(where), f->address, f->port);
	phrase_count(count, sizeof(count), e->listener ? e->listener->queue : f->count, "connection");
	layout_printf(block, PAINT_PLAIN, "%s listens on %s and does not accept fast enough: %s in its accept queue%s",
		      who, where, count, e->listener ? "," : ".");
	if (e->listener)
		layout_printf(block, PAINT_PLAIN, "whose limit is %" PRIu32 ".", e->listener->limit);
}

static void view_what(const struct screen *screen, const struct explanation *e)
{
	struct layout block = layout_begin(screen, PAINT_STRONG, "What");

	switch (e->finding->kind) {
	case FINDING_CLOSE_WAIT_LEAK:
		view_what_leak(&block, e);
		break;
	case FINDING_ACCEPT_QUEUE:
		view_what_queue(&block, e);
		break;
	case FINDING_KINDS:
		break;
	}
	if (strcmp(e->finding->netns, "host") != 0)
		layout_printf(&block, PAINT_PLAIN, "(Network namespace %s.)", e->finding->netns);
	layout_end(&block);
}

/* Only when there is more than one cause: the finding's own is explained at length. */
static void view_causes(struct layout *block, const struct report_group *group)
{
	unsigned several = 0;

	for (unsigned cause = 0; cause < CAUSES; cause++)
		several += group->causes[cause] != 0;
	if (several < 2)
		return;
	layout_printf(block, PAINT_PLAIN, "Of %" PRIu64 " idle sockets", group->stale);
	for (unsigned cause = 0; cause < CAUSES; cause++) {
		if (group->causes[cause] == 0)
			continue;
		several--;
		layout_printf(block, PAINT_PLAIN, "%" PRIu64 " %s %s%s", group->causes[cause],
			      group->causes[cause] == 1 ? "is" : "are", cause_name(cause), several ? "," : ".");
	}
}

static void view_why_leak(struct layout *block, const struct explanation *e)
{
	/* What the cause says of the program's own close() holds for no copy of a child. */
	layout_words(block, PAINT_PLAIN, e->finding->inherited ? explain_inherited() :
					 explain_cause(e->finding->cause, e->finding->role));
	if (e->group)
		view_causes(block, e->group);
	if (e->group && e->group->unheld > 0 && !explain_is_unheld(e->group))
		layout_printf(block, PAINT_PLAIN, "Of %" PRIu64 " of them no process has a descriptor.",
			      e->group->unheld);
	if (e->group && e->group->unheld > 0)
		layout_words(block, PAINT_PLAIN, explain_unheld());
	layout_words(block, PAINT_PLAIN, explain_trend(e->finding->trend));
}

/* Not >=: the kernel admits one connection more than the limit before it drops. */
static bool is_full(const struct report_listener *listener)
{
	return listener->queue > listener->limit;
}

static void view_queue_state(struct layout *block, const struct report_listener *l)
{
	char span[32];

	if (is_full(l))
		layout_words(
			block, PAINT_PLAIN,
			"The queue is full (the kernel admits one more than the limit). New clients get no answer, try "
			"again after 1, 3 and 7 seconds, and give up in the end.");
	if (l->overflowed)
		layout_printf(block, PAINT_PLAIN,
			      "It overflowed since the look before: %" PRIu64 " attempt%s to connect %s dropped.",
			      l->overflowed, l->overflowed == 1 ? "" : "s", l->overflowed == 1 ? "was" : "were");
	if (l->oldest_wait_usec) {
		span_print_human(l->oldest_wait_usec, span, sizeof(span));
		layout_printf(block, PAINT_PLAIN, "The oldest connection has waited for %s at least.", span);
	}
	if (l->not_accepted)
		layout_printf(block, PAINT_PLAIN, "The client%s of %" PRIu64 " of them %s already left.",
			      l->not_accepted == 1 ? "" : "s", l->not_accepted, l->not_accepted == 1 ? "has" : "have");
}

/* The limit is the smaller of the program's backlog and somaxconn, as both were when it began to listen. */
static void view_queue_limit(struct layout *block, const struct report_listener *l, uint32_t somaxconn)
{
	if (somaxconn == 0)
		layout_printf(block, PAINT_PLAIN,
			      "Its limit, %" PRIu32 ", is the smaller of the program's listen() backlog and "
			      "net.core.somaxconn.",
			      l->limit);
	else if (l->limit < somaxconn)
		layout_printf(block, PAINT_PLAIN,
			      "Its limit, %" PRIu32
			      ", is the backlog that the program gave to listen(); the kernel would "
			      "allow %" PRIu32 " (net.core.somaxconn).",
			      l->limit, somaxconn);
	else if (l->limit == somaxconn)
		layout_printf(block, PAINT_PLAIN,
			      "Its limit, %" PRIu32 ", is net.core.somaxconn: the program asked for as much or more.",
			      l->limit);
	else
		layout_printf(block, PAINT_PLAIN,
			      "Its limit, %" PRIu32 ", is from a time when net.core.somaxconn was higher than %" PRIu32
			      ".",
			      l->limit, somaxconn);
}

static void view_why_queue(struct layout *block, const struct explanation *e)
{
	layout_words(block, PAINT_PLAIN, explain_accept_queue());
	if (!e->listener)
		return;
	view_queue_state(block, e->listener);
	view_queue_limit(block, e->listener, strcmp(e->finding->netns, "host") == 0 ? e->somaxconn : 0);
}

static void view_why(const struct screen *screen, const struct explanation *e)
{
	struct layout block = layout_begin(screen, PAINT_STRONG, "Why");

	switch (e->finding->kind) {
	case FINDING_CLOSE_WAIT_LEAK:
		view_why_leak(&block, e);
		break;
	case FINDING_ACCEPT_QUEUE:
		view_why_queue(&block, e);
		break;
	case FINDING_KINDS:
		break;
	}
	layout_end(&block);
}

static void fill_sockets(struct table *table, const struct explanation *e)
{
	char age[40];

	for (size_t i = 0; i < e->n_sockets; i++) {
		const struct live_socket *s = &e->sockets[i];

		phrase_short_age(age, sizeof(age), &s->idle);
		table_row(table);
		table_cell(table, PAINT_PLAIN, s->pid ? "%" PRId32 : "-", s->pid);
		table_cell(table, PAINT_PLAIN, s->pid ? "%" PRId32 : "-", s->fd);
		table_cell(table, PAINT_PLAIN, "%s", s->remote);
		table_cell(table, PAINT_PLAIN, "%" PRIu32, s->unread);
		table_cell(table, PAINT_PLAIN, "%s", age);
	}
}

static void fill_listeners(struct table *table, const struct explanation *e)
{
	const struct finding *f = e->finding;
	char where[64], span[32] = "-";

	for (size_t i = 0; i < e->seen->n_listeners; i++) {
		const struct report_listener *l = &e->seen->listeners[i];

		if (l->port != f->port || strcmp(l->address, f->address) != 0 || strcmp(l->netns, f->netns) != 0)
			continue;
		phrase_listener(where, sizeof(where), l->address, l->port);
		if (l->oldest_wait_usec)
			span_print_human(l->oldest_wait_usec, span, sizeof(span));
		table_row(table);
		table_cell(table, PAINT_PLAIN, l->pid ? "%" PRId32 : "-", l->pid);
		table_cell(table, PAINT_PLAIN, "%s", where);
		table_cell(table, PAINT_PLAIN, "%" PRIu32, l->queue);
		table_cell(table, PAINT_PLAIN, "%" PRIu32, l->limit);
		table_cell(table, PAINT_PLAIN, "%" PRIu32, l->drops);
		table_cell(table, PAINT_PLAIN, "%s", span);
	}
}

static void view_table(const struct screen *screen, const struct table_column *columns, size_t n,
		       void (*fill)(struct table *table, const struct explanation *e), const struct explanation *e)
{
	struct table *table = NULL;
	char *text = NULL;

	if (table_new(screen, columns, n, LAYOUT_LABEL, true, &table) < 0)
		return;
	fill(table, e);
	if (table_text(table, &text) == 0)
		layout_lines(screen, "Evidence", text);
	free(text);
	table_free(table);
}

static void view_sockets(const struct screen *screen, const struct explanation *e)
{
	static const struct table_column columns[] = {
		{ "PID", TABLE_RIGHT },    { "FD", TABLE_RIGHT },   { "PEER", TABLE_ADDRESS },
		{ "UNREAD", TABLE_RIGHT }, { "IDLE", TABLE_RIGHT },
	};
	char before[32], command[INVOCATION_MAX + 64];
	struct layout line;

	if (e->n_sockets == 0) {
		line = layout_begin(screen, PAINT_STRONG, "Evidence");
		layout_words(&line, PAINT_PLAIN, "None of its sockets is there any more.");
		layout_end(&line);
		return;
	}
	view_table(screen, columns, CW_ELEMENTS(columns), fill_sockets, e);
	if (e->all_sockets <= e->n_sockets)
		return;
	snprintf(before, sizeof(before), "%" PRIu64 " more:", e->all_sockets - e->n_sockets);
	snprintf(command, sizeof(command), "%s list sockets --finding %s%s", screen_invocation(screen), e->finding->id,
		 e->alone ? " --live" : "");
	layout_suggestion(screen, "", before, command);
}

static void view_listeners(const struct screen *screen, const struct explanation *e)
{
	static const struct table_column columns[] = {
		{ "PID", TABLE_RIGHT },   { "ADDRESS", TABLE_ADDRESS }, { "QUEUE", TABLE_RIGHT },
		{ "LIMIT", TABLE_RIGHT }, { "DROPS", TABLE_RIGHT },  { "WAITS", TABLE_RIGHT },
	};

	view_table(screen, columns, CW_ELEMENTS(columns), fill_listeners, e);
}

static void view_evidence(const struct screen *screen, const struct explanation *e)
{
	char span[32];
	struct layout line;

	switch (e->finding->kind) {
	case FINDING_CLOSE_WAIT_LEAK:
		view_sockets(screen, e);
		break;
	case FINDING_ACCEPT_QUEUE:
		view_listeners(screen, e);
		break;
	case FINDING_KINDS:
		break;
	}
	if (e->live)
		return;
	span_print_human(screen->now_usec > e->seen->updated_usec ? screen->now_usec - e->seen->updated_usec : 0, span,
			 sizeof(span));
	line = layout_begin(screen, PAINT_PLAIN, "");
	layout_printf(&line, PAINT_FAINT, "As the daemon saw it %s ago.", span);
	layout_end(&line);
}

/* In place of what and why, which are of now. */
static void view_over(const struct screen *screen, const struct explanation *e)
{
	const struct finding *f = e->finding;
	struct layout block = layout_begin(screen, PAINT_STRONG, "Over");
	time_t gone = (time_t)(f->gone_usec / USEC_PER_SEC);
	char text[PHRASE_MAX], when[32] = "";
	struct tm tm;

	if (f->gone_usec && localtime_r(&gone, &tm) && strftime(when, sizeof(when), "%H:%M:%S", &tm) > 0)
		layout_printf(&block, PAINT_PLAIN, "Since %s.", when);
	if (f->gone_usec) {
		phrase_gone(text, sizeof(text), f, screen->now_usec);
		layout_words(&block, PAINT_PLAIN, text);
	}
	else if (f->kind == FINDING_CLOSE_WAIT_LEAK)
		layout_words(&block, PAINT_PLAIN, "A look just now found none of its sockets any more.");
	else
		layout_words(&block, PAINT_PLAIN, "A look just now did not find its listener any more.");
	layout_end(&block);
	block = layout_begin(screen, PAINT_STRONG, "Was");
	layout_words(&block, PAINT_PLAIN, f->message);
	layout_end(&block);
}

void explain_view(const struct screen *screen, const struct explanation *e)
{
	view_headline(screen, e);
	if (e->over) {
		view_over(screen, e);
	}
	else {
		view_what(screen, e);
		view_why(screen, e);
	}
	view_evidence(screen, e);
	explain_do(screen, e);
}
