/* SPDX-License-Identifier: MIT */
#include "sink/status_file.h"

#include "core/cleanup.h"
#include "sink/finding_text.h"
#include "sink/load_file.h"
#include "sink/replace_file.h"
#include "sink/status_group.h"
#include "sink/status_table.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define FILE_MAX (64u << 20)

/* A host with more has its findings about them, and the count; groups and findings are bounded by the config. */
#define LISTENERS_MAX 4096

static void write_sockets(FILE *out, const struct sock_tally *sockets)
{
	fputs("\n[sockets]\n", out);
	for (unsigned state = SOCK_ESTABLISHED; state < SOCK_STATES; state++)
		fprintf(out, "%s = %" PRIu64 "\n", sock_state_name(state), sockets->count[state]);
}

static void write_report(FILE *out, const struct report *report)
{
	size_t n_listeners = report->n_listeners < LISTENERS_MAX ? report->n_listeners : LISTENERS_MAX;
	struct status_end end = { n_listeners, report->n_groups, report->n_findings };

	/* The format first: a reader that does not know it need not understand the rest. */
	fprintf(out, "[closewatch]\nformat = %d\n", STATUS_FORMAT);
	ini_table_write(out, &status_table_head, report);
	write_sockets(out, &report->sockets);
	for (size_t i = 0; i < n_listeners; i++) {
		fprintf(out, "\n[listener %zu]\n", i + 1);
		ini_table_write(out, &status_table_listener, &report->listeners[i]);
	}
	for (size_t i = 0; i < report->n_groups; i++) {
		fprintf(out, "\n[group %zu]\n", i + 1);
		status_group_write(out, &report->groups[i]);
	}
	for (size_t i = 0; i < report->n_findings; i++) {
		fputc('\n', out);
		finding_text_write(out, &report->findings[i]);
	}
	fputs("\n[end]\n", out);
	ini_table_write(out, &status_table_end, &end);
}

int status_text(const struct report *report, char **ret, size_t *ret_length)
{
	CW_CLEANUP(freep) char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	bool failed;

	if (!out)
		return -ENOMEM;
	write_report(out, report);
	failed = ferror(out);
	if (fclose(out) != 0 || failed)
		return -ENOMEM;
	*ret = CW_TAKE(text);
	*ret_length = length;
	return 0;
}

int status_write(const char *path, mode_t mode, const struct report *report)
{
	CW_CLEANUP(freep) char *text = NULL;
	size_t length;
	int r = status_text(report, &text, &length);

	/* Not synced: it lives in memory and is written anew in a few seconds. */
	return r < 0 ? r : replace_file(path, mode, false, text, length);
}

int status_read(const char *path, struct report *ret, char *ret_why, size_t why_size)
{
	CW_CLEANUP(freep) char *text = NULL;
	size_t length;
	int r = load_file(path, FILE_MAX, &text, &length);

	if (r == -EBADMSG)
		snprintf(ret_why, why_size, "not a regular file");
	else if (r == -EFBIG)
		snprintf(ret_why, why_size, "larger than 64 MiB");
	else if (r < 0)
		snprintf(ret_why, why_size, "%s", strerror(-r));
	if (r < 0)
		return r;
	return status_parse(text, length, ret, ret_why, why_size);
}
