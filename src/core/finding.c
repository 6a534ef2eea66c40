/* SPDX-License-Identifier: MIT */
#include "core/finding.h"

#include "core/cleanup.h"

#include <errno.h>
#include <string.h>

static const char *const kind_names[FINDING_KINDS] = {
	[FINDING_CLOSE_WAIT_LEAK] = "close-wait-leak",
	[FINDING_ACCEPT_QUEUE] = "accept-queue",
};

static const char *const severity_names[SEVERITIES] = {
	[SEVERITY_NONE] = "none",
	[SEVERITY_NOTICE] = "notice",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_CRITICAL] = "critical",
};

static const char *const role_names[ROLES] = {
	[ROLE_SERVER] = "server",
	[ROLE_CLIENT] = "client",
};

static const char *const cause_names[CAUSES] = {
	[CAUSE_UNREAD_EOF] = "unread-eof",
	[CAUSE_UNREAD_DATA] = "unread-data",
	[CAUSE_DRAINED] = "drained",
};

static const char *const trend_names[TRENDS] = {
	[TREND_UNKNOWN] = "unknown",
	[TREND_STEADY] = "steady",
	[TREND_GROWING] = "growing",
	[TREND_SHRINKING] = "shrinking",
};

static const char *name_of(const char *const *names, size_t n, unsigned value)
{
	return value < n ? names[value] : NULL;
}

static int value_of(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -EINVAL;
}

const char *finding_kind_name(unsigned kind)
{
	return name_of(kind_names, CW_ELEMENTS(kind_names), kind);
}

const char *severity_name(unsigned severity)
{
	return name_of(severity_names, CW_ELEMENTS(severity_names), severity);
}

const char *role_name(unsigned role)
{
	return name_of(role_names, CW_ELEMENTS(role_names), role);
}

const char *cause_name(unsigned cause)
{
	return name_of(cause_names, CW_ELEMENTS(cause_names), cause);
}

const char *trend_name(unsigned trend)
{
	return name_of(trend_names, CW_ELEMENTS(trend_names), trend);
}

int finding_kind_from_name(const char *name)
{
	return value_of(kind_names, CW_ELEMENTS(kind_names), name);
}

int severity_from_name(const char *name)
{
	return value_of(severity_names, CW_ELEMENTS(severity_names), name);
}

int role_from_name(const char *name)
{
	return value_of(role_names, CW_ELEMENTS(role_names), name);
}

int cause_from_name(const char *name)
{
	return value_of(cause_names, CW_ELEMENTS(cause_names), name);
}

int trend_from_name(const char *name)
{
	return value_of(trend_names, CW_ELEMENTS(trend_names), name);
}

/* FNV-1a, 64 bits. */
static uint64_t hash_bytes(uint64_t hash, const void *data, size_t length)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3ull;
	return hash;
}

/* With its NUL, which no text contains: ("ab", "c") and ("a", "bc") differ. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	return hash_bytes(hash, text, strlen(text) + 1);
}

/* By bytes, not by memory: the id is the same on every machine. */
static uint64_t hash_port(uint64_t hash, uint16_t port)
{
	const unsigned char bytes[2] = { (unsigned char)(port >> 8), (unsigned char)port };

	return hash_bytes(hash, bytes, sizeof(bytes));
}

/* "unit", "process" or "uid": a process may call itself like a unit; it stays another subject. */
static const char *owner_kind(const struct finding *f)
{
	if (*f->unit)
		return "unit";
	return *f->process ? "process" : "uid";
}

static uint64_t hash_subject(uint64_t hash, const struct finding *f)
{
	switch (f->kind) {
	case FINDING_CLOSE_WAIT_LEAK:
		hash = hash_text(hash, owner_kind(f));
		hash = hash_text(hash, f->owner);
		hash = hash_text(hash, role_names[f->role]);
		hash = hash_port(hash, f->port);
		return hash_text(hash, f->remote);
	case FINDING_ACCEPT_QUEUE:
		/* Not the owner: it becomes known later than the queue, and the listener stays the same. */
		hash = hash_text(hash, f->address);
		return hash_port(hash, f->port);
	case FINDING_KINDS:
		break;
	}
	return hash;
}

static void identify(struct finding *f, uint64_t hash)
{
	static const char digits[] = "0123456789abcdef";

	hash = hash_text(hash, kind_names[f->kind]);
	hash = hash_text(hash, f->netns);
	hash = hash_subject(hash, f);
	hash ^= hash >> 32;
	for (int i = 0; i < 8; i++)
		f->id[i] = digits[hash >> (28 - 4 * i) & 0xf];
	f->id[8] = '\0';
}

#define HASH_START 0xcbf29ce484222325ull

void finding_identify(struct finding *f)
{
	identify(f, HASH_START);
}

void finding_identify_again(struct finding *f, unsigned salt)
{
	identify(f, hash_bytes(HASH_START, &(uint8_t){ (uint8_t)salt }, 1));
}

bool finding_same_subject(const struct finding *a, const struct finding *b)
{
	if (a->kind != b->kind || a->port != b->port || strcmp(a->netns, b->netns) != 0)
		return false;
	if (a->kind == FINDING_ACCEPT_QUEUE)
		return strcmp(a->address, b->address) == 0;
	return a->role == b->role && strcmp(a->remote, b->remote) == 0 && strcmp(a->owner, b->owner) == 0 &&
	       strcmp(owner_kind(a), owner_kind(b)) == 0;
}

int finding_compare(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;

	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return strcmp(x->id, y->id);
}
