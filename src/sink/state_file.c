/* SPDX-License-Identifier: MIT */
#include "sink/state_file.h"

#include "core/cleanup.h"
#include "sink/finding_text.h"
#include "sink/ini_reader.h"
#include "sink/ini_value.h"
#include "sink/ini_writer.h"
#include "sink/load_file.h"
#include "sink/replace_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define STATE_FORMAT "1"
#define FILE_MAX (256u << 20)

/* The last line, over all bytes before it: whatever is cut or flipped is noticed before anything is believed. */
#define CHECKSUM_FORMAT "checksum = %016" PRIx64 "\n"
#define CHECKSUM_LENGTH 28

#define SOCKET_MAX 240 /* of a value under [sockets] */

enum section {
	SECTION_NONE,
	SECTION_STATE,
	SECTION_FINDING,
	SECTION_SOCKETS,
	SECTION_END,
};

struct parser {
	const char *boot_id;
	struct moment now;
	struct tracker *tracker;
	struct alarms *alarms;
	enum section section;
	bool has_format, has_boot_id, same_boot;
	struct finding finding;
	uint64_t seen;
};

static void print_socket(const struct tracked *socket, char *buffer, size_t size)
{
	snprintf(buffer, size,
		 "fin %" PRIu64 " %" PRIu64 " sent %" PRIu64 " %" PRIu64 " read %" PRIu64 " %" PRIu64 " seen %" PRIu64
		 " unread %" PRIu32 " %s",
		 socket->fin_first_usec, socket->fin_last_usec, socket->sent_first_usec, socket->sent_last_usec,
		 socket->read_first_usec, socket->read_last_usec, socket->seen_usec, socket->rqueue,
		 role_name(socket->server ? ROLE_SERVER : ROLE_CLIENT));
}

/* "NETNS.COOKIE = fin ..." in two lines, as one could be too long for inih. */
static void write_socket(FILE *out, const struct tracked *socket)
{
	char value[SOCKET_MAX], *second;

	print_socket(socket, value, sizeof(value));
	second = strstr(value, " read ");
	fprintf(out, "%" PRIu32 ".%" PRIu64 " = %.*s\n\t%s\n", socket->netns, socket->cookie, (int)(second - value),
		value, second + 1);
}

static void write_sockets(FILE *out, const struct tracker *tracker)
{
	fputs("\n[sockets]\n", out);
	for (size_t i = 0; i < tracker->n; i++)
		if (tracker->entries[i].worth_saving)
			write_socket(out, &tracker->entries[i]);
}

/* *text and *length are those of the stream out, which is closed here. */
static int finish_text(FILE *out, char **text, size_t *length)
{
	bool failed;

	if (fflush(out) == 0)
		fprintf(out, CHECKSUM_FORMAT, ini_checksum(*text, *length));
	failed = ferror(out);
	return fclose(out) != 0 || failed ? -ENOMEM : 0;
}

int state_file_write(const char *path, const char *boot_id, const struct tracker *tracker, const struct alarms *alarms)
{
	CW_CLEANUP(freep) char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	int r;

	if (!out)
		return -ENOMEM;
	fputs("[state]\nformat = " STATE_FORMAT "\n", out);
	ini_write(out, "boot_id", boot_id);
	for (size_t i = 0; i < alarms->n; i++) {
		fputc('\n', out);
		finding_text_write(out, &alarms->alarms[i].finding);
	}
	write_sockets(out, tracker);
	fputs("\n[end]\n", out);
	r = finish_text(out, &text, &length);
	return r < 0 ? r : replace_file(path, 0600, true, text, length);
}

static int refuse(char *ret_why, size_t why_size, const char *why)
{
	snprintf(ret_why, why_size, "%s", why);
	return -EBADMSG;
}

static int finish_section(struct parser *p, char *ret_why, size_t why_size)
{
	int r;

	if (p->section == SECTION_STATE && (!p->has_format || !p->has_boot_id))
		return refuse(ret_why, why_size, "the section before lacks a key");
	if (p->section != SECTION_FINDING)
		return 0;
	if (finding_text_missing(p->seen))
		return refuse(ret_why, why_size, "the finding before lacks a key");
	r = alarms_restore(p->alarms, &p->finding, p->now);
	return r == -EEXIST ? refuse(ret_why, why_size, "the finding before stands there twice") : r;
}

static enum section section_of(const char *name)
{
	static const struct {
		const char *name;
		enum section section;
	} sections[] = {
		{ "state", SECTION_STATE },
		{ "sockets", SECTION_SOCKETS },
		{ "end", SECTION_END },
	};

	for (size_t i = 0; i < CW_ELEMENTS(sections); i++)
		if (strcmp(name, sections[i].name) == 0)
			return sections[i].section;
	return SECTION_NONE;
}

static int begin_section(void *context, const char *name, char *ret_why, size_t why_size)
{
	struct parser *p = context;
	struct finding finding;
	int r = finish_section(p, ret_why, why_size), is_finding;
	enum section section;

	if (r < 0)
		return r;
	is_finding = finding_text_begin(&finding, name);
	section = is_finding == 1 ? SECTION_FINDING : section_of(name);
	/* They come in this order, and only findings come more than once. */
	if (section < p->section || (section == p->section && section != SECTION_FINDING) ||
	    (p->section == SECTION_NONE) != (section == SECTION_STATE) || section == SECTION_NONE)
		return refuse(ret_why, why_size, "a section that is not ours, or out of order");
	if (is_finding == 1)
		p->finding = finding;
	p->section = section;
	p->seen = 0;
	return 0;
}

static int take_state(struct parser *p, const char *key, const char *value)
{
	if (strcmp(key, "format") == 0 && !p->has_format) {
		p->has_format = true;
		return strcmp(value, STATE_FORMAT) == 0 ? 1 : -EINVAL;
	}
	if (strcmp(key, "boot_id") == 0 && !p->has_boot_id) {
		p->has_boot_id = true;
		p->same_boot = *value && strcmp(value, p->boot_id) == 0; /* unknown is never the same */
		return 1;
	}
	return -EINVAL;
}

/* What comes first is not after what comes last, and nothing is in the future. */
static bool is_possible(const struct tracked *socket, struct moment now)
{
	return socket->fin_first_usec <= socket->fin_last_usec && socket->sent_first_usec <= socket->sent_last_usec &&
	       socket->read_first_usec <= socket->read_last_usec && socket->fin_last_usec <= now.monotonic_usec &&
	       socket->sent_last_usec <= now.monotonic_usec && socket->read_last_usec <= now.monotonic_usec &&
	       socket->seen_usec <= now.monotonic_usec;
}

static int read_socket(const char *value, struct tracked *ret)
{
	char role[8], again[SOCKET_MAX];

	if (sscanf(value,
		   "fin %" SCNu64 " %" SCNu64 " sent %" SCNu64 " %" SCNu64 " read %" SCNu64 " %" SCNu64 " seen %" SCNu64
		   " unread %" SCNu32 " %7s",
		   &ret->fin_first_usec, &ret->fin_last_usec, &ret->sent_first_usec, &ret->sent_last_usec,
		   &ret->read_first_usec, &ret->read_last_usec, &ret->seen_usec, &ret->rqueue, role) != 9)
		return -EINVAL;
	ret->server = strcmp(role, role_name(ROLE_SERVER)) == 0;
	/* What sscanf() lets pass, such as a number that is too large, prints as something else. */
	print_socket(ret, again, sizeof(again));
	return strcmp(value, again) == 0 ? 0 : -EINVAL;
}

/* "NETNS.COOKIE" */
static int read_identity(const char *key, struct tracked *ret)
{
	const char *dot = strchr(key, '.');
	uint64_t netns;
	char text[16];

	if (!dot || (size_t)(dot - key) >= sizeof(text))
		return -EINVAL;
	memcpy(text, key, (size_t)(dot - key));
	text[dot - key] = '\0';
	if (ini_value_number(text, UINT32_MAX, &netns) < 0)
		return -EINVAL;
	ret->netns = (uint32_t)netns;
	return ini_value_number(dot + 1, UINT64_MAX, &ret->cookie);
}

static int take_socket(struct parser *p, const char *key, const char *value)
{
	struct tracked socket = { .worth_saving = true };
	int r;

	if (read_identity(key, &socket) < 0 || read_socket(value, &socket) < 0)
		return -EINVAL;
	if (!p->same_boot)
		return 1;
	if (!is_possible(&socket, p->now))
		return -EINVAL;
	r = tracker_restore(p->tracker, &socket);
	return r < 0 ? r : 1;
}

static int take_end(const char *key)
{
	/* read_text() has checked it. */
	return strcmp(key, "checksum") == 0 ? 1 : -EINVAL;
}

static int take(struct parser *p, const char *key, const char *value)
{
	switch (p->section) {
	case SECTION_STATE:
		return take_state(p, key, value);
	case SECTION_FINDING:
		return finding_text_key(&p->finding, &p->seen, key, value);
	case SECTION_SOCKETS:
		return take_socket(p, key, value);
	case SECTION_END:
		return take_end(key);
	case SECTION_NONE:
		break;
	}
	return -EINVAL;
}

static int take_key(void *context, const char *key, const char *value, char *ret_why, size_t why_size)
{
	int r = take(context, key, value);

	if (r == 1)
		return 0;
	if (r == -ENOMEM)
		return r;
	snprintf(ret_why, why_size, "%s: unknown, not a value of this key, or there before", key);
	return -EBADMSG;
}

static bool checksum_is_right(const char *text, size_t length)
{
	char expected[CHECKSUM_LENGTH + 1];
	size_t rest;

	if (length < CHECKSUM_LENGTH)
		return false;
	rest = length - CHECKSUM_LENGTH;
	snprintf(expected, sizeof(expected), CHECKSUM_FORMAT, ini_checksum(text, rest));
	return memcmp(text + rest, expected, CHECKSUM_LENGTH) == 0;
}

static int read_text(struct parser *p, const char *text, size_t length, char *ret_why, size_t why_size)
{
	static const struct ini_events events = { begin_section, take_key };

	if (!checksum_is_right(text, length))
		return refuse(ret_why, why_size, "damaged, cut short, or not a state file of closewatch");
	/* The checksum's own line is taken under [end] alone: that the end is there needs no other proof. */
	return ini_read(text, length, &events, p, ret_why, why_size);
}

static void set_aside(const char *path, char *ret_why, size_t why_size)
{
	CW_CLEANUP(freep) char *aside = NULL;
	size_t used = strlen(ret_why);

	if (asprintf(&aside, "%s.damaged", path) < 0)
		aside = NULL;
	if (!aside || rename(path, aside) < 0)
		snprintf(ret_why + used, why_size - used, " (it cannot be moved aside: %s)",
			 aside ? strerror(errno) : strerror(ENOMEM));
}

int state_file_read(const char *path, const char *boot_id, struct moment now, struct tracker *tracker,
		    struct alarms *alarms, char *ret_why, size_t why_size)
{
	struct parser p = { .boot_id = boot_id, .now = now, .tracker = tracker, .alarms = alarms };
	CW_CLEANUP(freep) char *text = NULL;
	size_t length = 0;
	int r = load_file(path, FILE_MAX, &text, &length);

	if (r == -ENOENT)
		return 0;
	if (r == 0)
		r = read_text(&p, text, length, ret_why, why_size);
	else if (r == -EBADMSG || r == -EFBIG)
		r = refuse(ret_why, why_size, "not a file that closewatch writes");
	else
		snprintf(ret_why, why_size, "%s", strerror(-r));
	if (r == 0)
		return 1;

	tracker_done(tracker);
	alarms_done(alarms);
	if (r == -EBADMSG)
		set_aside(path, ret_why, why_size);
	return r;
}
