/* SPDX-License-Identifier: MIT */
#include "core/cleanup.h"
#include "dice.h"
#include "sink/ini_reader.h"
#include "sink/state_file.h"

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define BOOT "0a1b2c3d-0123-4567-89ab-0123456789ab"
#define OTHER_BOOT "ffffffff-0123-4567-89ab-0123456789ab"
#define NOW_USEC 5000000000ull

static const struct moment now = { .monotonic_usec = NOW_USEC, .realtime_usec = 1769864400000000 };

/* A directory of one test, the state file in it, and what is written and read. */
struct fixture {
	char directory[64], path[96], damaged[128];
	struct tracker tracker, again_tracker;
	struct alarms alarms, again_alarms;
	char why[256];
};

static void roll_interval(struct dice *dice, uint64_t *first_usec, uint64_t *last_usec)
{
	*last_usec = roll(dice, NOW_USEC + 1);
	*first_usec = roll(dice, *last_usec + 1);
}

static struct tracked roll_socket(struct dice *dice)
{
	struct tracked socket = {
		.cookie = roll(dice, 2) ? roll(dice, UINT64_MAX) : roll(dice, 1000),
		.seen_usec = roll(dice, NOW_USEC + 1),
		.netns = (uint32_t)roll(dice, UINT32_MAX),
		.rqueue = (uint32_t)roll(dice, UINT32_MAX),
		.server = roll(dice, 2),
		.worth_saving = roll(dice, 4),
	};

	roll_interval(dice, &socket.fin_first_usec, &socket.fin_last_usec);
	if (roll(dice, 2))
		roll_interval(dice, &socket.sent_first_usec, &socket.sent_last_usec);
	if (roll(dice, 2))
		roll_interval(dice, &socket.read_first_usec, &socket.read_last_usec);
	return socket;
}

static struct finding make_finding(unsigned number)
{
	struct finding f = {
		.kind = (enum finding_kind)(number % FINDING_KINDS),
		.severity = SEVERITY_WARNING,
		.netns = "host",
		.owner = "billing.service",
		.port = (uint16_t)number,
		.pids = { 4211 },
		.n_pids = 1,
		.count = number,
		.age = { 1234567, 2345678 },
		.since_usec = 1769861000000000 + number,
		.full_in_usec = FULL_NEVER,
		.message = "It leaks.",
		.advice = "Close them.",
	};

	finding_identify(&f);
	return f;
}

static void fill(struct fixture *fixture, struct dice *dice, unsigned sockets, unsigned findings)
{
	for (unsigned i = 0; i < sockets; i++) {
		struct tracked socket = roll_socket(dice);

		assert_int_equal(tracker_restore(&fixture->tracker, &socket), 0);
	}
	for (unsigned i = 0; i < findings; i++) {
		struct finding finding = make_finding(i);

		assert_int_equal(alarms_restore(&fixture->alarms, &finding, now), 0);
	}
}

static void empty(struct fixture *fixture)
{
	tracker_done(&fixture->tracker);
	tracker_done(&fixture->again_tracker);
	alarms_done(&fixture->alarms);
	alarms_done(&fixture->again_alarms);
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->directory, "test_state_file.XXXXXX");
	if (!mkdtemp(fixture->directory))
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "%s/state", fixture->directory);
	snprintf(fixture->damaged, sizeof(fixture->damaged), "%s.damaged", fixture->path);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	empty(fixture);
	remove(fixture->path);
	remove(fixture->damaged);
	if (rmdir(fixture->directory) < 0)
		return -1;
	free(fixture);
	return 0;
}

static int write_state(struct fixture *fixture)
{
	return state_file_write(fixture->path, BOOT, &fixture->tracker, &fixture->alarms);
}

static int read_state(struct fixture *fixture, const char *boot_id)
{
	tracker_done(&fixture->again_tracker);
	alarms_done(&fixture->again_alarms);
	fixture->why[0] = '\0';
	return state_file_read(fixture->path, boot_id, now, &fixture->again_tracker, &fixture->again_alarms,
			       fixture->why, sizeof(fixture->why));
}

static void write_bytes(const char *path, const char *text, size_t length)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

/* *ret_length is without the NUL. */
static char *read_bytes(const char *path, size_t *ret_length)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	assert_non_null(file);
	*ret_length = fread(text, 1, (1 << 20) - 1, file);
	fclose(file);
	return text;
}

static void assert_same_socket(const struct tracked *a, const struct tracked *b)
{
	assert_non_null(b);
	assert_int_equal(a->fin_first_usec, b->fin_first_usec);
	assert_int_equal(a->fin_last_usec, b->fin_last_usec);
	assert_int_equal(a->sent_first_usec, b->sent_first_usec);
	assert_int_equal(a->sent_last_usec, b->sent_last_usec);
	assert_int_equal(a->read_first_usec, b->read_first_usec);
	assert_int_equal(a->read_last_usec, b->read_last_usec);
	assert_int_equal(a->seen_usec, b->seen_usec);
	assert_int_equal(a->rqueue, b->rqueue);
	assert_int_equal(a->server, b->server);
	/* Else the next restart would forget it. */
	assert_true(b->worth_saving);
}

/* Those worth saving, and no other. */
static void assert_same_sockets(const struct tracker *a, const struct tracker *b)
{
	size_t worth = 0;

	for (size_t i = 0; i < a->n; i++) {
		if (!a->entries[i].worth_saving)
			continue;
		worth++;
		assert_same_socket(&a->entries[i], tracker_find(b, a->entries[i].netns, a->entries[i].cookie));
	}
	assert_int_equal(b->n, worth);
}

static void assert_same_alarms(const struct alarms *a, const struct alarms *b)
{
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		const struct finding *x = &a->alarms[i].finding, *y = alarms_find(b, x->id);

		assert_non_null(y);
		assert_int_equal(x->kind, y->kind);
		assert_int_equal(x->severity, y->severity);
		assert_string_equal(x->owner, y->owner);
		assert_int_equal(x->port, y->port);
		assert_int_equal(x->count, y->count);
		assert_int_equal(x->since_usec, y->since_usec);
		assert_int_equal(x->full_in_usec, y->full_in_usec);
		assert_string_equal(x->message, y->message);
		assert_string_equal(x->advice, y->advice);
	}
}

static void assert_nothing_read(const struct fixture *fixture)
{
	assert_int_equal(fixture->again_tracker.n, 0);
	assert_null(fixture->again_tracker.entries);
	assert_int_equal(fixture->again_alarms.n, 0);
	assert_null(fixture->again_alarms.alarms);
}

static void what_was_saved_is_restored(void **state)
{
	struct fixture *fixture = *state;

	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct dice dice = { seed * 0x9e3779b97f4a7c15ull };

		fill(fixture, &dice, (unsigned)roll(&dice, 50), (unsigned)roll(&dice, 10));
		assert_int_equal(write_state(fixture), 0);
		if (read_state(fixture, BOOT) != 1)
			fail_msg("seed %" PRIu64 ": %s", seed, fixture->why);
		assert_same_sockets(&fixture->tracker, &fixture->again_tracker);
		assert_same_alarms(&fixture->alarms, &fixture->again_alarms);
		empty(fixture);
	}
}

static void the_largest_numbers_are_restored(void **state)
{
	struct fixture *fixture = *state;
	struct tracked socket = {
		.cookie = UINT64_MAX,
		.netns = UINT32_MAX,
		.rqueue = UINT32_MAX,
		.fin_first_usec = UINT64_MAX,
		.fin_last_usec = UINT64_MAX,
		.sent_first_usec = UINT64_MAX,
		.sent_last_usec = UINT64_MAX,
		.read_first_usec = UINT64_MAX,
		.read_last_usec = UINT64_MAX,
		.seen_usec = UINT64_MAX,
		.worth_saving = true,
	};
	struct moment end = { .monotonic_usec = UINT64_MAX };

	assert_int_equal(tracker_restore(&fixture->tracker, &socket), 0);
	assert_int_equal(write_state(fixture), 0);
	assert_int_equal(state_file_read(fixture->path, BOOT, end, &fixture->again_tracker, &fixture->again_alarms,
					 fixture->why, sizeof(fixture->why)),
			 1);
	assert_same_sockets(&fixture->tracker, &fixture->again_tracker);
}

static void after_a_reboot_only_alerts_count(void **state)
{
	struct fixture *fixture = *state;
	struct dice dice = { 5 };

	fill(fixture, &dice, 20, 3);
	assert_int_equal(write_state(fixture), 0);
	assert_int_equal(read_state(fixture, OTHER_BOOT), 1);
	assert_int_equal(fixture->again_tracker.n, 0);
	assert_same_alarms(&fixture->alarms, &fixture->again_alarms);
}

static void no_file_is_no_error(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(read_state(fixture, BOOT), 0);
	assert_nothing_read(fixture);
}

static void only_root_may_read_it(void **state)
{
	struct fixture *fixture = *state;
	mode_t before = umask(0);
	struct stat st;

	assert_int_equal(write_state(fixture), 0);
	umask(before);
	assert_int_equal(stat(fixture->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void a_failed_write_leaves_the_old_file(void **state)
{
	struct fixture *fixture = *state;
	struct dice dice = { 6 };
	char in_the_way[128];

	fill(fixture, &dice, 3, 1);
	assert_int_equal(write_state(fixture), 0);
	snprintf(in_the_way, sizeof(in_the_way), "%s.new", fixture->path);
	assert_int_equal(mkdir(in_the_way, 0700), 0);
	assert_int_equal(write_state(fixture), -EISDIR);
	assert_int_equal(rmdir(in_the_way), 0);
	assert_int_equal(read_state(fixture, BOOT), 1);
	assert_same_sockets(&fixture->tracker, &fixture->again_tracker);
}

static void assert_set_aside(struct fixture *fixture, const char *text, size_t length)
{
	size_t aside_length;
	CW_CLEANUP(freep) char *aside = NULL;

	write_bytes(fixture->path, text, length);
	if (read_state(fixture, BOOT) != -EBADMSG)
		fail_msg("taken: %.*s", (int)length, text);
	assert_true(strlen(fixture->why) > 5);
	assert_nothing_read(fixture);
	assert_int_equal(access(fixture->path, F_OK), -1);
	aside = read_bytes(fixture->damaged, &aside_length);
	assert_int_equal(aside_length, length);
	assert_memory_equal(aside, text, length);
}

/* A small state file's text. */
static char *example(struct fixture *fixture, size_t *ret_length)
{
	struct dice dice = { 7 };

	fill(fixture, &dice, 5, 2);
	assert_int_equal(write_state(fixture), 0);
	return read_bytes(fixture->path, ret_length);
}

static void every_prefix_is_set_aside(void **state)
{
	struct fixture *fixture = *state;
	size_t length;
	CW_CLEANUP(freep) char *text = example(fixture, &length);

	for (size_t i = 0; i < length; i++)
		assert_set_aside(fixture, text, i);
}

static void every_flip_is_set_aside(void **state)
{
	struct fixture *fixture = *state;
	struct dice dice = { 8 };
	size_t length;
	CW_CLEANUP(freep) char *text = example(fixture, &length);

	for (size_t i = 0; i < length; i++) {
		char before = text[i];

		text[i] = (char)(before ^ 1 << roll(&dice, 8));
		assert_set_aside(fixture, text, length);
		text[i] = before;
	}
}

/* Gives the text a checksum that is right. */
static void sign(char *text, size_t length)
{
	char *line = text + length - strlen("checksum = 0123456789abcdef\n");
	char sum[17];

	snprintf(sum, sizeof(sum), "%016" PRIx64, ini_checksum(text, (size_t)(line - text)));
	memcpy(line + strlen("checksum = "), sum, 16);
}

static void a_flip_with_the_right_checksum_is_refused_or_sound(void **state)
{
	struct fixture *fixture = *state;
	struct dice dice = { 9 };
	size_t length, taken = 0;
	CW_CLEANUP(freep) char *text = example(fixture, &length);

	for (size_t i = 0; i < length - 28; i++) {
		char before = text[i];
		int r;

		text[i] = (char)(before ^ 1 << roll(&dice, 8));
		sign(text, length);
		write_bytes(fixture->path, text, length);
		r = read_state(fixture, BOOT);
		assert_true(r == 1 || r == -EBADMSG);
		taken += r == 1;
		for (size_t j = 0; j < fixture->again_tracker.n; j++)
			assert_true(fixture->again_tracker.entries[j].fin_last_usec <= NOW_USEC);
		for (size_t j = 0; j < fixture->again_alarms.n; j++)
			assert_true(escape_is_clean(fixture->again_alarms.alarms[j].finding.owner));
		text[i] = before;
	}
	print_message("seed 9: %zu of %zu flips were read as something\n", taken, length);
}

/* The text with a right checksum line in the place of CHECKSUM. */
static char *signed_text(const char *body, size_t *ret_length)
{
	char *text = NULL;

	assert_true(asprintf(&text, "%schecksum = 0123456789abcdef\n", body) > 0);
	*ret_length = strlen(text);
	sign(text, *ret_length);
	return text;
}

#define HEAD "[state]\nformat = 1\nboot_id = " BOOT "\n"
#define SOCKET "fin 1 2 sent 0 0\n\tread 0 0 seen 3 unread 1 server\n"
#define FINDING \
	"severity = notice\nkind = close-wait-leak\nmessage = m\ntrend = steady\nnamespace = host\nowner = o\n" \
	"role = server\ncount = 1\nfull_in = never\n"

static void these_bodies_are_fine(void **state)
{
	static const char *const bodies[] = {
		HEAD "\n[end]\n",
		HEAD "\n[sockets]\n[end]\n",
		HEAD "[sockets]\n1.2 = " SOCKET "1.3 = " SOCKET "\n[end]\n",
		HEAD "[finding 00000001]\n" FINDING "[finding 00000002]\n" FINDING "[sockets]\n[end]\n",
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < CW_ELEMENTS(bodies); i++) {
		size_t length;
		CW_CLEANUP(freep) char *text = signed_text(bodies[i], &length);

		write_bytes(fixture->path, text, length);
		if (read_state(fixture, BOOT) != 1)
			fail_msg("%s: %s", fixture->why, bodies[i]);
	}
}

static void what_is_not_ours_is_set_aside_even_with_a_right_checksum(void **state)
{
	static const char *const bodies[] = {
		"",
		"[end]\n",
		HEAD,
		HEAD "[sockets]\n",
		"[closewatch]\nformat = 1\n[end]\n",
		"[state]\nformat = 1\n[end]\n",
		"[state]\nboot_id = " BOOT "\n[end]\n",
		"[state]\nformat = 2\nboot_id = " BOOT "\n[end]\n",
		HEAD "format = 1\n[end]\n",
		HEAD "moon = full\n[end]\n",
		HEAD "[weather]\n[end]\n",
		HEAD "[finding]\n" FINDING "[end]\n",
		HEAD "[finding 1]\n" FINDING "[end]\n",
		HEAD "[finding 00000001]\nseverity = notice\n[end]\n",
		HEAD "[finding 00000001]\n" FINDING "[finding 00000001]\n" FINDING "[end]\n",
		HEAD "[sockets]\n[finding 00000001]\n" FINDING "[end]\n",
		HEAD "[sockets]\n[sockets]\n[end]\n",
		HEAD "[end]\n[end]\n",
		HEAD "[sockets]\n1.2 = " SOCKET "1.2 = " SOCKET "[end]\n",
		HEAD "[sockets]\n1 = " SOCKET "[end]\n",
		HEAD "[sockets]\n01.2 = " SOCKET "[end]\n",
		HEAD "[sockets]\n4294967296.2 = " SOCKET "[end]\n",
		HEAD "[sockets]\n1.18446744073709551616 = " SOCKET "[end]\n",
		HEAD "[sockets]\n1.2 = fin 2 1 sent 0 0 read 0 0 seen 3 unread 1 server\n[end]\n",
		HEAD "[sockets]\n1.2 = fin 1 2 sent 2 1 read 0 0 seen 3 unread 1 server\n[end]\n",
		HEAD "[sockets]\n1.2 = fin 1 2 sent 0 0 read 2 1 seen 3 unread 1 server\n[end]\n",
		HEAD "[sockets]\n1.2 = fin 1 5000000001 sent 0 0 read 0 0 seen 3 unread 1 server\n[end]\n",
		HEAD "[sockets]\n1.2 = fin 1 2 sent 0 0 read 0 0 seen 5000000001 unread 1 server\n[end]\n",
		HEAD "[sockets]\n1.2 = fin 1 2 sent 0 0 read 0 0 seen 3 unread 4294967296 server\n[end]\n",
		HEAD "[sockets]\n1.2 = fin 1 18446744073709551616 sent 0 0 read 0 0 seen 3 unread 1 server\n[end]\n",
		HEAD "[sockets]\n1.2 = fin -1 2 sent 0 0 read 0 0 seen 3 unread 1 server\n[end]\n",
		HEAD "[sockets]\n1.2 = fin 1 2 sent 0 0 read 0 0 seen 3 unread 1 waiter\n[end]\n",
		HEAD "[sockets]\n1.2 = fin 1 2 sent 0 0 read 0 0 seen 3 unread 1\n[end]\n",
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < CW_ELEMENTS(bodies); i++) {
		size_t length;
		CW_CLEANUP(freep) char *text = signed_text(bodies[i], &length);

		assert_set_aside(fixture, text, length);
	}
}

static void a_directory_in_its_place_is_moved_aside(void **state)
{
	struct fixture *fixture = *state;
	struct stat st;

	assert_int_equal(mkdir(fixture->path, 0700), 0);
	assert_int_equal(read_state(fixture, BOOT), -EBADMSG);
	assert_int_equal(stat(fixture->damaged, &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(write_state(fixture), 0);
}

static void what_cannot_be_moved_aside_is_said(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(mkdir(fixture->damaged, 0700), 0);
	write_bytes(fixture->path, "x", 1);
	assert_int_equal(read_state(fixture, BOOT), -EBADMSG);
	assert_non_null(strstr(fixture->why, "(it cannot be moved aside: Is a directory)"));
}

static void a_file_that_cannot_be_read_is_left_where_it_is(void **state)
{
	struct fixture *fixture = *state;
	struct stat st;

	/* Not by its mode: root may read all. */
	assert_int_equal(symlink("state", fixture->path), 0);
	assert_int_equal(read_state(fixture, BOOT), -ELOOP);
	assert_true(strlen(fixture->why) > 5);
	assert_nothing_read(fixture);
	assert_int_equal(lstat(fixture->path, &st), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_saved_is_restored),
		TEST(the_largest_numbers_are_restored),
		TEST(after_a_reboot_only_alerts_count),
		TEST(no_file_is_no_error),
		TEST(only_root_may_read_it),
		TEST(a_failed_write_leaves_the_old_file),
		TEST(every_prefix_is_set_aside),
		TEST(every_flip_is_set_aside),
		TEST(a_flip_with_the_right_checksum_is_refused_or_sound),
		TEST(these_bodies_are_fine),
		TEST(what_is_not_ours_is_set_aside_even_with_a_right_checksum),
		TEST(a_directory_in_its_place_is_moved_aside),
		TEST(what_cannot_be_moved_aside_is_said),
		TEST(a_file_that_cannot_be_read_is_left_where_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
