/* SPDX-License-Identifier: MIT */
#include "sink/status_group.h"

#include "core/cleanup.h"
#include "sink/ini_table.h"
#include "sink/ini_value.h"
#include "sink/ini_writer.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static const struct ini_names roles = { role_name, role_from_name };

static const struct ini_field fields[] = {
	INI_FIELD(report_group, netns, "namespace", INI_NAME, true),
	INI_FIELD(report_group, owner, "owner", INI_NAME, true),
	INI_FIELD(report_group, unit, "unit", INI_NAME, false),
	INI_FIELD(report_group, process, "process", INI_NAME, false),
	INI_FIELD(report_group, uid, "uid", INI_NUMBER, true),
	INI_FIELD_CHOICE(report_group, role, "role", &roles),
	INI_FIELD(report_group, port, "port", INI_NUMBER, false),
	INI_FIELD(report_group, remote, "remote", INI_ENDPOINT, false),
	INI_FIELD(report_group, close_wait, "close_wait", INI_NUMBER, true),
	INI_FIELD(report_group, stale, "stale", INI_NUMBER, true),
	INI_FIELD(report_group, oldest, "oldest", INI_AGE, false),
	INI_FIELD(report_group, causes[CAUSE_UNREAD_EOF], "unread-eof", INI_NUMBER, false),
	INI_FIELD(report_group, causes[CAUSE_UNREAD_DATA], "unread-data", INI_NUMBER, false),
	INI_FIELD(report_group, causes[CAUSE_DRAINED], "drained", INI_NUMBER, false),
	INI_FIELD(report_group, inherited, "inherited", INI_NUMBER, false),
	INI_FIELD(report_group, not_accepted, "not_accepted", INI_NUMBER, false),
	INI_FIELD(report_group, active, "active", INI_NUMBER, false),
	INI_FIELD(report_group, pending, "pending", INI_NUMBER, false),
	INI_FIELD(report_group, unheld, "unheld", INI_NUMBER, false),
	INI_FIELD(report_group, lasting, "lasting", INI_NUMBER, false),
	INI_FIELD(report_group, more_holders, "more_holders", INI_NUMBER, false),
};

static const struct ini_table table = { fields, CW_ELEMENTS(fields) };

/* "holder1", "holder1_fds", "sample1" */
#define NUMBERED_MAX 32

static void print_descriptors(const struct report_holder *holder, char *buffer, size_t size)
{
	char open[24] = "?", limit[24] = "?";

	if (holder->descriptors_open)
		snprintf(open, sizeof(open), "%" PRIu64, holder->descriptors_open);
	if (holder->descriptors_limit == UINT64_MAX)
		snprintf(limit, sizeof(limit), "unlimited");
	else if (holder->descriptors_limit)
		snprintf(limit, sizeof(limit), "%" PRIu64, holder->descriptors_limit);
	snprintf(buffer, size, "%s/%s", open, limit);
}

/* "5 6 7 +1203" */
static void print_fds(const struct report_holder *holder, char *buffer, size_t size)
{
	size_t used = 0;

	buffer[0] = '\0';
	for (size_t i = 0; i < holder->n_fds; i++)
		used += (size_t)snprintf(buffer + used, size - used, "%s%d", i ? " " : "", holder->fds[i]);
	if (holder->more_fds)
		snprintf(buffer + used, size - used, "%s+%" PRIu64, used ? " " : "", holder->more_fds);
}

/* "holder1 = 4211 1530/4096 java" */
static void write_holder(FILE *out, size_t number, const struct report_holder *holder)
{
	char key[NUMBERED_MAX], descriptors[48], name[COMM_MAX_ESCAPED], text[256];

	snprintf(name, sizeof(name), "%s", holder->process);
	if (!escape_is_clean(name))
		escape_name(holder->process, strlen(holder->process), name, sizeof(name));
	print_descriptors(holder, descriptors, sizeof(descriptors));
	snprintf(key, sizeof(key), "holder%zu", number);
	snprintf(text, sizeof(text), "%d %s%s%s", holder->pid, descriptors, *name ? " " : "", name);
	ini_write(out, key, text);

	print_fds(holder, text, sizeof(text));
	snprintf(key, sizeof(key), "holder%zu_fds", number);
	if (*text)
		ini_write(out, key, text);
}

/* "sample1 = 10.1.2.3:50122 pid 4211 fd 311 unread 0 drained idle 61.2s .. 61.4s" */
static void write_sample(FILE *out, size_t number, const struct report_sample *sample)
{
	char key[NUMBERED_MAX], age[100], holder[40] = "", text[320];

	if (sample->pid)
		snprintf(holder, sizeof(holder), " pid %d fd %d", sample->pid, sample->fd);
	ini_value_print_age(&sample->age, age, sizeof(age));
	snprintf(key, sizeof(key), "sample%zu", number);
	snprintf(text, sizeof(text), "%s%s unread %" PRIu32 " %s idle %s",
		 ini_is_endpoint(sample->remote) ? sample->remote : "?", holder, sample->unread,
		 cause_name(sample->cause), age);
	ini_write(out, key, text);
}

void status_group_write(FILE *out, const struct report_group *group)
{
	ini_table_write(out, &table, group);
	for (size_t i = 0; i < group->n_holders; i++)
		write_holder(out, i + 1, &group->holders[i]);
	for (size_t i = 0; i < group->n_samples; i++)
		write_sample(out, i + 1, &group->samples[i]);
}

/* "1530", or the word for a value that has no digits. */
static int read_count(const char *text, uint64_t *ret)
{
	if (strcmp(text, "?") == 0) {
		*ret = 0;
		return 0;
	}
	return ini_value_number(text, UINT64_MAX - 1, ret) < 0 || *ret == 0 ? -EINVAL : 0;
}

static int read_descriptors(struct report_holder *holder, char *text)
{
	char *limit = strchr(text, '/');

	if (!limit)
		return -EINVAL;
	*limit++ = '\0';
	if (read_count(text, &holder->descriptors_open) < 0)
		return -EINVAL;
	if (strcmp(limit, "unlimited") != 0)
		return read_count(limit, &holder->descriptors_limit);
	holder->descriptors_limit = UINT64_MAX;
	return 0;
}

static int read_int32(const char *text, int32_t *ret)
{
	uint64_t number;

	if (!text || ini_value_number(text, INT32_MAX, &number) < 0)
		return -EINVAL;
	*ret = (int32_t)number;
	return 0;
}

static int read_holder(struct report_group *group, char *text)
{
	struct report_holder holder = { 0 };
	char *position = text, *descriptors;

	if (group->n_holders == GROUP_HOLDERS || read_int32(strsep(&position, " "), &holder.pid) < 0)
		return -EINVAL;
	descriptors = strsep(&position, " ");
	if (!descriptors || read_descriptors(&holder, descriptors) < 0)
		return -EINVAL;
	if (position) {
		if (*position == '\0' || strlen(position) >= sizeof(holder.process) || !escape_is_clean(position))
			return -EINVAL;
		strcpy(holder.process, position);
	}
	group->holders[group->n_holders++] = holder;
	return 1;
}

static int read_fds(struct report_group *group, char *text)
{
	struct report_holder *holder = &group->holders[group->n_holders - 1];
	char *position = text, *word;

	if (holder->n_fds || holder->more_fds)
		return -EINVAL;
	while ((word = strsep(&position, " ")) && *word != '+') {
		if (holder->n_fds == HOLDER_FDS || read_int32(word, &holder->fds[holder->n_fds]) < 0)
			return -EINVAL;
		holder->n_fds++;
	}
	if (word && (position || ini_value_number(word + 1, UINT64_MAX, &holder->more_fds) < 0 || !holder->more_fds))
		return -EINVAL;
	return 1;
}

/* The word after this one, NULL if it is another one. */
static char *after(char **position, const char *expected)
{
	char *word = strsep(position, " ");

	return word && strcmp(word, expected) == 0 ? strsep(position, " ") : NULL;
}

static int read_sample_holder(struct report_sample *sample, char **position)
{
	if (!*position || strncmp(*position, "pid ", 4) != 0)
		return 0;
	if (read_int32(after(position, "pid"), &sample->pid) < 0 || sample->pid == 0)
		return -EINVAL;
	return read_int32(after(position, "fd"), &sample->fd);
}

static int read_sample(struct report_group *group, char *text)
{
	struct report_sample sample = { 0 };
	char *position = text, *word = strsep(&position, " ");
	uint64_t unread;
	int cause;

	if (group->n_samples == GROUP_SAMPLES)
		return -EINVAL;
	if (strcmp(word, "?") != 0) {
		if (!ini_is_endpoint(word))
			return -EINVAL;
		strcpy(sample.remote, word);
	}
	if (read_sample_holder(&sample, &position) < 0)
		return -EINVAL;
	word = after(&position, "unread");
	if (!word || ini_value_number(word, UINT32_MAX, &unread) < 0)
		return -EINVAL;
	word = strsep(&position, " ");
	cause = word ? cause_from_name(word) : -EINVAL;
	word = strsep(&position, " ");
	if (cause < 0 || !word || strcmp(word, "idle") != 0 || !position || ini_value_age(position, &sample.age) < 0)
		return -EINVAL;
	sample.unread = (uint32_t)unread;
	sample.cause = (enum cause)cause;
	group->samples[group->n_samples++] = sample;
	return 1;
}

/* Whether key is this word with this number and this end. */
static bool is_numbered(const char *key, const char *word, size_t number, const char *end)
{
	char expected[NUMBERED_MAX];

	snprintf(expected, sizeof(expected), "%s%zu%s", word, number, end);
	return strcmp(key, expected) == 0;
}

/* In order only, so that none can come twice. */
static int read_numbered(struct report_group *group, const char *key, const char *value)
{
	char copy[INI_VALUE_MAX];

	snprintf(copy, sizeof(copy), "%s", value);
	if (is_numbered(key, "holder", group->n_holders + 1, ""))
		return read_holder(group, copy);
	if (group->n_holders && is_numbered(key, "holder", group->n_holders, "_fds"))
		return read_fds(group, copy);
	if (is_numbered(key, "sample", group->n_samples + 1, ""))
		return read_sample(group, copy);
	return -EINVAL;
}

int status_group_key(struct report_group *group, uint64_t *seen, const char *key, const char *value)
{
	if (strncmp(key, "holder", 6) == 0 || strncmp(key, "sample", 6) == 0)
		return read_numbered(group, key, value);
	return ini_table_set(&table, group, seen, key, value);
}

const char *status_group_missing(uint64_t seen)
{
	return ini_table_missing(&table, seen);
}
