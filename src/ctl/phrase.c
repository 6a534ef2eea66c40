/* SPDX-License-Identifier: MIT */
#include "ctl/phrase.h"

#include "core/cleanup.h"
#include "core/span.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void phrase_count(char *buffer, size_t size, uint64_t n, const char *noun)
{
	snprintf(buffer, size, "%" PRIu64 " %s%s", n, noun, n == 1 ? "" : "s");
}

void phrase_process(char *buffer, size_t size, const char *process, int32_t pid)
{
	if (*process)
		snprintf(buffer, size, "%s (%" PRId32 ")", process, pid);
	else
		snprintf(buffer, size, "process %" PRId32, pid);
}

bool phrase_descriptors(char *buffer, size_t size, const struct report_group *group, uint64_t full_in_usec)
{
	const struct report_holder *holder = group->holders;
	char who[PHRASE_MAX], span[32], end[64] = "";

	if (group->n_holders == 0 || holder->descriptors_open == 0 || holder->descriptors_limit == 0)
		return false;
	phrase_process(who, sizeof(who), holder->process, holder->pid);
	if (holder->descriptors_limit == UINT64_MAX) {
		snprintf(buffer, size, "%s uses %" PRIu64 " descriptors and has no limit.", who,
			 holder->descriptors_open);
		return true;
	}
	if (full_in_usec == 0)
		snprintf(end, sizeof(end), ", no more are left");
	else if (full_in_usec != FULL_NEVER) {
		span_print_human(full_in_usec, span, sizeof(span));
		snprintf(end, sizeof(end), ", full in about %s", span);
	}
	snprintf(buffer, size, "%s uses %" PRIu64 " of %" PRIu64 " descriptors%s.", who, holder->descriptors_open,
		 holder->descriptors_limit, end);
	return true;
}

static void print_age(char *buffer, size_t size, const struct age *age, const char *at_least)
{
	uint64_t near = age->at_least_usec + age->at_least_usec / 10 + USEC_PER_SEC;
	char span[32];

	span_print_human(age->at_least_usec, span, sizeof(span));
	snprintf(buffer, size, "%s%s", age->at_most_usec > near ? at_least : "", span);
}

void phrase_age(char *buffer, size_t size, const struct age *age)
{
	print_age(buffer, size, age, "at least ");
}

void phrase_short_age(char *buffer, size_t size, const struct age *age)
{
	print_age(buffer, size, age, ">");
}

void phrase_endpoint(char *buffer, size_t size, enum role role, uint16_t port, const char *remote)
{
	if (role == ROLE_CLIENT)
		snprintf(buffer, size, "%s", remote);
	else
		snprintf(buffer, size, ":%u", port);
}

void phrase_listener(char *buffer, size_t size, const char *address, uint16_t port)
{
	snprintf(buffer, size, strchr(address, ':') ? "[%s]:%u" : "%s:%u", address, port);
}

void phrase_gone(char *buffer, size_t size, const struct finding *finding, uint64_t now_usec)
{
	char span[32];

	span_print_human(now_usec > finding->gone_usec ? now_usec - finding->gone_usec : 0, span, sizeof(span));
	snprintf(buffer, size, "Not found any more for %s, its alert ends soon.", span);
}
