/* SPDX-License-Identifier: MIT */
#include "kernel/diag_stream.h"

#include <endian.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#define SEQUENCE 1 /* of the recorded dumps, too */
#define PORT 4711

/* The recordings are in tests/fixtures/diag, made by record.py there, which also decoded them into the .txt files. */
static const struct {
	const char *name;
	uint16_t type;
} recordings[] = {
	{ "look", TCPDIAG_GETSOCK },    { "listen", TCPDIAG_GETSOCK },    { "ipv6", SOCK_DIAG_BY_FAMILY },
	{ "waiting", TCPDIAG_GETSOCK }, { "time-wait", TCPDIAG_GETSOCK },
};

#define RECORDINGS (sizeof(recordings) / sizeof(recordings[0]))

struct file {
	char *bytes; /* a NUL follows */
	size_t length;
};

static struct file read_fixture(const char *name, const char *suffix)
{
	const char *srcdir = getenv("srcdir");
	struct file file = { malloc(65536), 0 };
	char path[512];
	FILE *in;

	snprintf(path, sizeof(path), "%s/tests/fixtures/diag/%s%s", srcdir ? srcdir : ".", name, suffix);
	in = fopen(path, "re");
	assert_non_null(in);
	assert_non_null(file.bytes);
	file.length = fread(file.bytes, 1, 65535, in);
	file.bytes[file.length] = 0;
	assert_in_range(file.length, 1, 65534);
	fclose(in);
	return file;
}

/* Recorded on a little-endian machine. */
static void need_recordings(void)
{
	if (BYTE_ORDER != LITTLE_ENDIAN) {
		print_message("skipped: the recorded dumps are little-endian\n");
		skip();
	}
}

/* Rows as text, in the form of record.py. */
struct printer {
	char text[16384];
	size_t length;
};

static void append(struct printer *printer, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void append(struct printer *printer, const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(printer->text + printer->length, sizeof(printer->text) - printer->length, format, arguments);
	va_end(arguments);
	assert_in_range(n, 0, sizeof(printer->text) - printer->length - 1);
	printer->length += (size_t)n;
}

static int print_row(void *context, const struct sock_row *row)
{
	struct printer *p = context;

	append(p, "%s ", sock_state_name(row->state));
	for (size_t i = 0; i < sizeof(row->address); i++)
		append(p, "%02x", row->address[i]);
	append(p, " %u %u cookie=%llu inode=%u uid=%u rqueue=%u", row->local_port, row->remote_port,
	       (unsigned long long)row->cookie, row->inode, row->uid, row->rqueue);
	if (row->state == SOCK_LISTEN)
		append(p, " limit=%u drops=%u", row->limit, row->drops);
	else if (row->flags & SOCK_HAS_INFO)
		append(p, " ack=%u received=%u sent=%u", row->last_ack_recv_ms, row->last_data_recv_ms,
		       row->last_data_sent_ms);
	append(p, " cgroup=%llu %c%c", (unsigned long long)row->cgroup_id, row->flags & SOCK_IPV6 ? '6' : '4',
	       row->flags & SOCK_TIMEWAIT ? 't' : '-');
	if (row->flags & SOCK_HAS_INFO)
		append(p, "%c", row->flags & SOCK_SENT_DATA ? 's' : '-');
	append(p, "\n");
	return 0;
}

static int check_row(void *context, const struct sock_row *row)
{
	(void)context;
	assert_in_range(row->state, SOCK_ESTABLISHED, SOCK_CLOSING);
	assert_in_range(row->flags, 0, SOCK_HAS_INFO | SOCK_SENT_DATA | SOCK_HAS_DROPS | SOCK_TIMEWAIT | SOCK_IPV6);
	return 0;
}

/* Feeds a copy that ends where its memory ends, so that the sanitizers see one byte too many. */
static int feed_exact(struct diag_stream *stream, const char *bytes, size_t length)
{
	char *exact = malloc(length ? length : 1);
	int r;

	assert_non_null(exact);
	memcpy(exact, bytes, length);
	r = diag_stream_feed(stream, exact, length);
	free(exact);
	return r;
}

static void recorded_dumps_give_the_rows_that_were_recorded(void **state)
{
	static struct printer printer;

	(void)state;
	need_recordings();
	for (size_t i = 0; i < RECORDINGS; i++) {
		struct diag_stream stream = { .take = print_row, .context = &printer, .sequence = SEQUENCE };
		struct file dump = read_fixture(recordings[i].name, ".bin");
		struct file rows = read_fixture(recordings[i].name, ".txt");

		printer.length = 0;
		stream.type = recordings[i].type;
		assert_int_equal(feed_exact(&stream, dump.bytes, dump.length), 0);
		assert_string_equal(printer.text, rows.bytes);
		free(dump.bytes);
		free(rows.bytes);
	}
}

/* Where a message ends: the dump may go on in the next buffer. */
static bool is_boundary(const struct file *dump, size_t length)
{
	size_t at = 0;

	while (at < length) {
		struct nlmsghdr header;

		memcpy(&header, dump->bytes + at, sizeof(header));
		at += NLMSG_ALIGN(header.nlmsg_len);
	}
	return length > 0 && at == length;
}

static void every_prefix_of_a_recorded_dump_is_refused_or_wants_more(void **state)
{
	(void)state;
	need_recordings();
	for (size_t i = 0; i < RECORDINGS; i++) {
		struct file dump = read_fixture(recordings[i].name, ".bin");

		for (size_t length = 0; length < dump.length; length++) {
			struct diag_stream stream = { .take = check_row, .sequence = SEQUENCE };

			stream.type = recordings[i].type;
			assert_int_equal(feed_exact(&stream, dump.bytes, length),
					 is_boundary(&dump, length) ? 1 : -EBADMSG);
		}
		free(dump.bytes);
	}
}

static void a_dump_in_two_buffers_is_the_same_dump(void **state)
{
	struct file dump;
	uint64_t rows = 0;

	(void)state;
	need_recordings();
	dump = read_fixture("look", ".bin");
	for (size_t cut = 1; cut < dump.length; cut++) {
		struct diag_stream stream = { .take = check_row, .sequence = SEQUENCE, .type = TCPDIAG_GETSOCK };

		if (!is_boundary(&dump, cut))
			continue;
		assert_int_equal(feed_exact(&stream, dump.bytes, cut), 1);
		assert_int_equal(feed_exact(&stream, dump.bytes + cut, dump.length - cut), 0);
		assert_true(rows == 0 || rows == stream.rows);
		rows = stream.rows;
	}
	assert_int_equal(rows, 26);
	free(dump.bytes);
}

static void feed_changed(const struct file *dump, uint16_t type, size_t at, char byte)
{
	struct diag_stream stream = { .take = check_row, .sequence = SEQUENCE, .type = type };
	char before = dump->bytes[at];
	int r;

	dump->bytes[at] = byte;
	r = diag_stream_feed(&stream, dump->bytes, dump->length);
	dump->bytes[at] = before;
	assert_in_range(r + 4096, 1, 4097);
}

/* check_row() looks at each row that comes out. */
static void every_flip_in_a_recorded_dump_decodes_or_fails_cleanly(void **state)
{
	(void)state;
	need_recordings();
	for (size_t i = 0; i < RECORDINGS; i++) {
		struct file dump = read_fixture(recordings[i].name, ".bin");
		struct file exact = { malloc(dump.length), dump.length };

		assert_non_null(exact.bytes);
		memcpy(exact.bytes, dump.bytes, dump.length);
		for (size_t at = 0; at < exact.length; at++) {
			for (int bit = 0; bit < 8; bit++)
				feed_changed(&exact, recordings[i].type, at, (char)(exact.bytes[at] ^ 1 << bit));
			feed_changed(&exact, recordings[i].type, at, (char)0xff);
			feed_changed(&exact, recordings[i].type, at, 0);
		}
		free(exact.bytes);
		free(dump.bytes);
	}
}

/* Hand-made answers. */
struct answer {
	_Alignas(8) char bytes[1024];
	size_t length;
};

static struct nlmsghdr *put(struct answer *answer, uint16_t type, const void *payload, size_t length)
{
	struct nlmsghdr *header = (struct nlmsghdr *)(answer->bytes + answer->length);

	assert_true(answer->length + NLMSG_SPACE(length) <= sizeof(answer->bytes));
	*header = (struct nlmsghdr){ .nlmsg_len = (uint32_t)NLMSG_LENGTH(length),
				     .nlmsg_type = type,
				     .nlmsg_flags = NLM_F_MULTI,
				     .nlmsg_seq = SEQUENCE,
				     .nlmsg_pid = PORT };
	memcpy(header + 1, payload, length);
	answer->length += NLMSG_ALIGN(header->nlmsg_len);
	return header;
}

static struct nlmsghdr *put_row(struct answer *answer)
{
	const struct inet_diag_msg msg = { .idiag_family = AF_INET, .idiag_state = SOCK_CLOSE_WAIT };

	return put(answer, TCPDIAG_GETSOCK, &msg, sizeof(msg));
}

static struct nlmsghdr *put_done(struct answer *answer, int32_t error)
{
	return put(answer, NLMSG_DONE, &error, sizeof(error));
}

static int count_row(void *context, const struct sock_row *row)
{
	(void)row;
	++*(int *)context;
	return 0;
}

struct outcome {
	int r, rows;
	bool refused;
};

static struct outcome feed(const struct answer *answer)
{
	struct outcome outcome = { 0 };
	struct diag_stream stream = {
		.take = count_row, .context = &outcome.rows, .sequence = SEQUENCE, .port = PORT, .type = TCPDIAG_GETSOCK
	};

	outcome.r = feed_exact(&stream, answer->bytes, answer->length);
	outcome.refused = stream.refused;
	assert_int_equal(outcome.rows, stream.rows);
	return outcome;
}

static void assert_outcome(struct outcome outcome, int r, int rows, bool refused)
{
	assert_int_equal(outcome.r, r);
	assert_int_equal(outcome.rows, rows);
	assert_int_equal(outcome.refused, refused);
}

static void an_answer_ends_with_done(void **state)
{
	struct answer answer = { .length = 0 };

	(void)state;
	put_row(&answer);
	put(&answer, NLMSG_NOOP, "", 0);
	put_row(&answer);
	assert_outcome(feed(&answer), 1, 2, false);
	put_done(&answer, 0);
	assert_outcome(feed(&answer), 0, 2, false);
}

static void an_error_in_done_is_an_error(void **state)
{
	struct answer answer = { .length = 0 };

	(void)state;
	put_row(&answer);
	put_done(&answer, -ENOENT);
	assert_outcome(feed(&answer), -ENOENT, 1, true);
}

static void an_error_message_is_an_error(void **state)
{
	const struct nlmsgerr error = { .error = -EOPNOTSUPP };
	struct answer answer = { .length = 0 };

	(void)state;
	put(&answer, NLMSG_ERROR, &error, sizeof(error));
	assert_outcome(feed(&answer), -EOPNOTSUPP, 0, true);
}

static void errors_that_the_kernel_cannot_mean_are_damage(void **state)
{
	static const int32_t errors[] = { 1, INT32_MAX, INT32_MIN, -4096 };

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		const struct nlmsgerr error = { .error = errors[i] };
		struct answer done = { .length = 0 }, message = { .length = 0 };

		put_done(&done, errors[i]);
		put(&message, NLMSG_ERROR, &error, sizeof(error));
		assert_outcome(feed(&done), -EBADMSG, 0, false);
		assert_outcome(feed(&message), -EBADMSG, 0, false);
	}
}

/* An acknowledgement, which was not asked for. */
static void an_error_message_without_an_error_is_damage(void **state)
{
	const struct nlmsgerr error = { .error = 0 };
	struct answer answer = { .length = 0 };

	(void)state;
	put(&answer, NLMSG_ERROR, &error, sizeof(error));
	assert_outcome(feed(&answer), -EBADMSG, 0, false);
}

static void done_and_error_without_their_number_are_damage(void **state)
{
	struct answer done = { .length = 0 }, error = { .length = 0 };
	const int32_t number = -EPERM; /* struct nlmsgerr has a message header behind it */

	(void)state;
	put(&done, NLMSG_DONE, "", 0);
	put(&error, NLMSG_ERROR, &number, sizeof(number));
	assert_outcome(feed(&done), -EBADMSG, 0, false);
	assert_outcome(feed(&error), -EBADMSG, 0, false);
}

static void lost_messages_are_an_error(void **state)
{
	struct answer answer = { .length = 0 };

	(void)state;
	put_row(&answer);
	put(&answer, NLMSG_OVERRUN, "", 0);
	assert_outcome(feed(&answer), -ENOBUFS, 1, false);
}

static void an_interrupted_dump_is_an_error(void **state)
{
	struct answer row = { .length = 0 }, done = { .length = 0 };

	(void)state;
	put_row(&row)->nlmsg_flags |= NLM_F_DUMP_INTR;
	put_row(&done);
	put_done(&done, 0)->nlmsg_flags |= NLM_F_DUMP_INTR;
	assert_outcome(feed(&row), -EINTR, 0, false);
	assert_outcome(feed(&done), -EINTR, 1, false);
}

static void a_message_longer_than_the_buffer_is_damage(void **state)
{
	static const uint32_t lengths[] = { 89, 1024, INT32_MAX, 0x80000000, 0xfffffffc, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct answer answer = { .length = 0 };

		put_row(&answer);
		put_row(&answer)->nlmsg_len = lengths[i];
		assert_outcome(feed(&answer), -EBADMSG, 1, false);
	}
}

static void a_message_shorter_than_its_header_is_damage(void **state)
{
	(void)state;
	for (uint32_t length = 0; length < sizeof(struct nlmsghdr); length++) {
		struct answer answer = { .length = 0 };

		put_row(&answer)->nlmsg_len = length;
		assert_outcome(feed(&answer), -EBADMSG, 0, false);
	}
}

static void bytes_after_the_last_message_are_damage(void **state)
{
	(void)state;
	for (size_t more = 1; more <= 16; more++) {
		struct answer row = { .length = 0 }, done = { .length = 0 };

		put_row(&row);
		row.length += more;
		put_done(&done, 0);
		done.length += more;
		assert_outcome(feed(&row), -EBADMSG, 1, false);
		assert_outcome(feed(&done), -EBADMSG, 0, false);
	}
}

static void an_empty_buffer_is_damage(void **state)
{
	struct answer answer = { .length = 0 };

	(void)state;
	assert_outcome(feed(&answer), -EBADMSG, 0, false);
}

static void a_message_of_another_type_is_damage(void **state)
{
	struct answer other = { .length = 0 }, control = { .length = 0 };

	(void)state;
	put_row(&other)->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	put_row(&control)->nlmsg_type = NLMSG_MIN_TYPE - 1;
	assert_outcome(feed(&other), -EBADMSG, 0, false);
	assert_outcome(feed(&control), -EBADMSG, 0, false);
}

static void an_answer_to_another_question_is_refused(void **state)
{
	static const struct {
		uint32_t sequence, port;
	} strangers[] = { { SEQUENCE + 1, PORT }, { 0, PORT }, { SEQUENCE, PORT + 1 }, { SEQUENCE, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
		struct answer row = { .length = 0 }, done = { .length = 0 };
		struct nlmsghdr *headers[] = { put_row(&row), put_done(&done, 0) };

		for (size_t k = 0; k < 2; k++) {
			headers[k]->nlmsg_seq = strangers[i].sequence;
			headers[k]->nlmsg_pid = strangers[i].port;
		}
		assert_outcome(feed(&row), -EPROTO, 0, false);
		assert_outcome(feed(&done), -EPROTO, 0, false);
	}
}

static int take_fails(void *context, const struct sock_row *row)
{
	(void)context;
	(void)row;
	return -ENOMEM;
}

static void a_row_that_cannot_be_taken_ends_the_dump(void **state)
{
	struct diag_stream stream = { .take = take_fails, .sequence = SEQUENCE, .port = PORT, .type = TCPDIAG_GETSOCK };
	struct answer answer = { .length = 0 };

	(void)state;
	put_row(&answer);
	put_done(&answer, 0);
	assert_int_equal(diag_stream_feed(&stream, answer.bytes, answer.length), -ENOMEM);
	assert_int_equal(stream.rows, 0);
	assert_false(stream.refused);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_dumps_give_the_rows_that_were_recorded),
		cmocka_unit_test(every_prefix_of_a_recorded_dump_is_refused_or_wants_more),
		cmocka_unit_test(a_dump_in_two_buffers_is_the_same_dump),
		cmocka_unit_test(every_flip_in_a_recorded_dump_decodes_or_fails_cleanly),
		cmocka_unit_test(an_answer_ends_with_done),
		cmocka_unit_test(an_error_in_done_is_an_error),
		cmocka_unit_test(an_error_message_is_an_error),
		cmocka_unit_test(errors_that_the_kernel_cannot_mean_are_damage),
		cmocka_unit_test(an_error_message_without_an_error_is_damage),
		cmocka_unit_test(done_and_error_without_their_number_are_damage),
		cmocka_unit_test(lost_messages_are_an_error),
		cmocka_unit_test(an_interrupted_dump_is_an_error),
		cmocka_unit_test(a_message_longer_than_the_buffer_is_damage),
		cmocka_unit_test(a_message_shorter_than_its_header_is_damage),
		cmocka_unit_test(bytes_after_the_last_message_are_damage),
		cmocka_unit_test(an_empty_buffer_is_damage),
		cmocka_unit_test(a_message_of_another_type_is_damage),
		cmocka_unit_test(an_answer_to_another_question_is_refused),
		cmocka_unit_test(a_row_that_cannot_be_taken_ends_the_dump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
