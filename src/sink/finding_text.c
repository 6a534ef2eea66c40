/* SPDX-License-Identifier: MIT */
#include "sink/finding_text.h"

#include "core/cleanup.h"
#include "sink/ini_table.h"
#include "sink/ini_value.h"
#include "sink/ini_writer.h"

#include <errno.h>
#include <string.h>

static const struct ini_names severities = { severity_name, severity_from_name };
static const struct ini_names kinds = { finding_kind_name, finding_kind_from_name };
static const struct ini_names roles = { role_name, role_from_name };
static const struct ini_names trends = { trend_name, trend_from_name };
static const struct ini_names causes = { cause_name, cause_from_name };

/* What a person wants to know first stands first. */
static const struct ini_field fields[] = {
	INI_FIELD_CHOICE(finding, severity, "severity", &severities),
	INI_FIELD_CHOICE(finding, kind, "kind", &kinds),
	INI_FIELD(finding, message, "message", INI_TEXT, true),
	INI_FIELD(finding, advice, "advice", INI_TEXT, false),
	INI_FIELD(finding, since_usec, "since", INI_TIME, false),
	INI_FIELD(finding, gone_usec, "gone", INI_TIME, false),
	INI_FIELD_CHOICE(finding, trend, "trend", &trends),
	INI_FIELD(finding, netns, "namespace", INI_NAME, true),
	INI_FIELD(finding, owner, "owner", INI_NAME, true),
	INI_FIELD(finding, unit, "unit", INI_NAME, false),
	INI_FIELD(finding, process, "process", INI_NAME, false),
	INI_FIELD_CHOICE(finding, role, "role", &roles),
	INI_FIELD(finding, address, "address", INI_ADDRESS, false),
	INI_FIELD(finding, port, "port", INI_NUMBER, false),
	INI_FIELD(finding, remote, "remote", INI_ENDPOINT, false),
	INI_FIELD(finding, count, "count", INI_NUMBER, true),
	INI_FIELD(finding, age, "age", INI_AGE, false),
	INI_FIELD(finding, inherited, "inherited", INI_FLAG, false),
	INI_FIELD(finding, full_in_usec, "full_in", INI_DURATION, true),
};

static const struct ini_table table = { fields, CW_ELEMENTS(fields) };

/* Not in every finding: an accept queue has no cause. */
static const struct ini_field cause_fields[] = {
	INI_FIELD_CHOICE(finding, cause, "cause", &causes),
};

static const struct ini_table cause_table = { cause_fields, CW_ELEMENTS(cause_fields) };

#define SEEN_CAUSE (UINT64_C(1) << 62)
#define SEEN_PIDS (UINT64_C(1) << 63)

static void write_pids(FILE *out, const struct finding *finding)
{
	char text[FINDING_PIDS * 12] = "";
	size_t used = 0;

	for (size_t i = 0; i < finding->n_pids; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%d", i ? " " : "", finding->pids[i]);
	if (used)
		ini_write(out, "pids", text);
}

void finding_text_write(FILE *out, const struct finding *finding)
{
	fprintf(out, "[finding %s]\n", finding->id);
	ini_table_write(out, &table, finding);
	if (finding->kind == FINDING_CLOSE_WAIT_LEAK || finding->cause != 0)
		ini_table_write(out, &cause_table, finding);
	write_pids(out, finding);
}

int finding_text_begin(struct finding *ret, const char *section)
{
	static const char prefix[] = "finding ";
	const char *id = section + strlen(prefix);

	if (strncmp(section, prefix, strlen(prefix)) != 0)
		return 0;
	if (strlen(id) != FINDING_ID_MAX - 1 || strspn(id, "0123456789abcdef") != FINDING_ID_MAX - 1)
		return -EINVAL;
	*ret = (struct finding){ .full_in_usec = FULL_NEVER };
	strcpy(ret->id, id);
	return 1;
}

static int read_pids(struct finding *finding, const char *value)
{
	char copy[FINDING_PIDS * 12], *position = copy, *word;
	int32_t pids[FINDING_PIDS];
	uint64_t pid;
	size_t n = 0;

	if (strlen(value) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, value);
	while ((word = strsep(&position, " "))) {
		if (n == FINDING_PIDS || ini_value_number(word, INT32_MAX, &pid) < 0)
			return -EINVAL;
		pids[n++] = (int32_t)pid;
	}
	memcpy(finding->pids, pids, n * sizeof(*pids));
	finding->n_pids = n;
	return 1;
}

int finding_text_key(struct finding *finding, uint64_t *seen, const char *key, const char *value)
{
	uint64_t seen_cause = 0;
	int r;

	if (strcmp(key, "pids") == 0) {
		r = *seen & SEEN_PIDS ? -EINVAL : read_pids(finding, value);
		*seen |= SEEN_PIDS;
		return r;
	}
	r = ini_table_set(&cause_table, finding, &seen_cause, key, value);
	if (r != 0) {
		r = *seen & SEEN_CAUSE ? -EINVAL : r;
		*seen |= SEEN_CAUSE;
		return r;
	}
	return ini_table_set(&table, finding, seen, key, value);
}

const char *finding_text_missing(uint64_t seen)
{
	return ini_table_missing(&table, seen);
}
