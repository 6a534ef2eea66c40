/* SPDX-License-Identifier: MIT */
#include "kernel/diag_decode.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define TIMER_TIMEWAIT 3

/* A message that grows. */
struct message {
	_Alignas(8) uint8_t bytes[1024];
	size_t length;
};

static void put_attribute(struct message *m, unsigned type, const void *value, size_t length)
{
	struct nlattr header = { .nla_len = (uint16_t)(sizeof(header) + length), .nla_type = (uint16_t)type };

	assert_true(m->length + NLA_ALIGN(sizeof(header) + length) <= sizeof(m->bytes));
	memcpy(m->bytes + m->length, &header, sizeof(header));
	memcpy(m->bytes + m->length + sizeof(header), value, length);
	m->length += NLA_ALIGN(sizeof(header) + length);
}

static void put_head(struct message *m, const struct sock_row *row)
{
	struct inet_diag_msg msg = {
		.idiag_family = row->flags & SOCK_IPV6 ? AF_INET6 : AF_INET,
		.idiag_state = row->state,
		.idiag_timer = row->flags & SOCK_TIMEWAIT ? TIMER_TIMEWAIT : 0,
		.idiag_rqueue = row->rqueue,
		.idiag_wqueue = row->state == SOCK_LISTEN ? row->limit : 77,
		.idiag_uid = row->uid,
		.idiag_inode = row->inode,
	};
	uint32_t *address = row->state == SOCK_LISTEN ? msg.id.idiag_src : msg.id.idiag_dst;

	if (row->flags & SOCK_IPV6)
		memcpy(address, row->address, 16);
	else
		memcpy(address, row->address + 12, 4);
	msg.id.idiag_sport = htons(row->local_port);
	msg.id.idiag_dport = htons(row->remote_port);
	msg.id.idiag_cookie[0] = (uint32_t)row->cookie;
	msg.id.idiag_cookie[1] = (uint32_t)(row->cookie >> 32);
	memcpy(m->bytes, &msg, sizeof(msg));
	m->length = sizeof(msg);
}

/* As the kernel would send the row. info_length: how long its struct tcp_info is. */
static void diag_encode(const struct sock_row *row, size_t info_length, struct message *m)
{
	uint32_t memory[SK_MEMINFO_VARS] = { 0 };
	struct {
		struct tcp_info info;
		uint8_t newer[64];
	} info = { .info = { 0 } };

	put_head(m, row);
	put_attribute(m, INET_DIAG_SHUTDOWN, "", 1);
	if (row->cgroup_id)
		put_attribute(m, INET_DIAG_CGROUP_ID, &row->cgroup_id, sizeof(row->cgroup_id));
	if (row->flags & SOCK_HAS_DROPS) {
		memory[SK_MEMINFO_DROPS] = row->drops;
		put_attribute(m, INET_DIAG_SKMEMINFO, memory, sizeof(memory));
	}
	if (row->flags & SOCK_HAS_INFO) {
		info.info.tcpi_last_ack_recv = row->last_ack_recv_ms;
		info.info.tcpi_last_data_recv = row->last_data_recv_ms;
		info.info.tcpi_last_data_sent = row->last_data_sent_ms;
		info.info.tcpi_bytes_sent = row->flags & SOCK_SENT_DATA ? UINT64_C(1) << 40 : 0;
		put_attribute(m, INET_DIAG_INFO, &info, info_length);
	}
}

struct random {
	uint64_t state;
};

static uint64_t next_random(struct random *random)
{
	random->state ^= random->state << 13;
	random->state ^= random->state >> 7;
	random->state ^= random->state << 17;
	return random->state * UINT64_C(0x2545f4914f6cdd1d);
}

static void random_listen(struct random *random, struct sock_row *row)
{
	row->limit = (uint32_t)next_random(random);
	if (next_random(random) & 1 << 20) {
		row->flags |= SOCK_HAS_DROPS;
		row->drops = (uint32_t)next_random(random);
	}
}

static void random_connection(struct random *random, struct sock_row *row)
{
	uint64_t bits = next_random(random);

	if (bits & 1 << 20)
		row->flags |= SOCK_TIMEWAIT;
	if (!(bits & 1 << 21))
		return;
	row->flags |= (uint8_t)(SOCK_HAS_INFO | (bits & 1 << 22 ? SOCK_SENT_DATA : 0));
	row->last_ack_recv_ms = (uint32_t)next_random(random);
	row->last_data_recv_ms = (uint32_t)next_random(random);
	row->last_data_sent_ms = (uint32_t)next_random(random);
}

static struct sock_row random_row(struct random *random)
{
	uint64_t bits = next_random(random);
	struct sock_row row = {
		.state = (uint8_t)(SOCK_ESTABLISHED + next_random(random) % (SOCK_STATES - SOCK_ESTABLISHED)),
		.cookie = next_random(random),
		.cgroup_id = bits & 1 << 20 ? next_random(random) : 0,
		.inode = (uint32_t)next_random(random),
		.uid = (uint32_t)next_random(random),
		.rqueue = (uint32_t)next_random(random),
		.local_port = (uint16_t)next_random(random),
		.remote_port = (uint16_t)next_random(random),
		.address = { [10] = 0xff, [11] = 0xff },
	};

	for (size_t i = 12; i < 16; i++)
		row.address[i] = (uint8_t)next_random(random);
	if (bits & 1 << 21) {
		row.flags |= SOCK_IPV6;
		for (size_t i = 0; i < 12; i++)
			row.address[i] = (uint8_t)next_random(random);
	}
	if (row.state == SOCK_LISTEN)
		random_listen(random, &row);
	else
		random_connection(random, &row);
	return row;
}

static void a_row_that_is_encoded_and_decoded_is_the_same(void **state)
{
	static const size_t info_lengths[] = { 208, 232, 248, 280 };
	const char *given = getenv("CW_TEST_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
	struct random random = { seed * 2 + 1 };

	(void)state;
	print_message("CW_TEST_SEED=%llu\n", (unsigned long long)seed);
	for (int i = 0; i < 20000; i++) {
		struct sock_row row = random_row(&random), decoded;
		struct message m;

		memset(&decoded, 0xee, sizeof(decoded));
		diag_encode(&row, info_lengths[i % 4], &m);
		assert_int_equal(diag_decode(m.bytes, m.length, &decoded), 0);
		assert_memory_equal(&decoded, &row, sizeof(row));
	}
}

static struct sock_row close_wait(void)
{
	return (struct sock_row){
		.state = SOCK_CLOSE_WAIT,
		.flags = SOCK_HAS_INFO | SOCK_SENT_DATA,
		.last_ack_recv_ms = 1,
		.last_data_recv_ms = 2,
		.last_data_sent_ms = 3,
		.cookie = 5,
		.inode = 6,
		.cgroup_id = 7,
		.address = { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1 },
	};
}

static void a_row_cut_in_the_middle_is_refused(void **state)
{
	struct sock_row row = close_wait(), decoded, untouched;
	struct message m;
	size_t whole[8], n = 0;

	(void)state;
	put_head(&m, &row);
	whole[n++] = m.length;
	put_attribute(&m, INET_DIAG_SHUTDOWN, "", 1);
	whole[n++] = m.length;
	put_attribute(&m, INET_DIAG_CGROUP_ID, &row.cgroup_id, 8);
	whole[n++] = m.length;
	memset(&untouched, 0xee, sizeof(untouched));
	for (size_t length = 0; length <= m.length; length++) {
		uint8_t *exact = malloc(length + 1); /* + 1: not NULL; its address is what counts */
		bool is_whole = false;

		for (size_t i = 0; i < n; i++)
			is_whole |= length == whole[i];
		assert_non_null(exact);
		memcpy(exact + 1, m.bytes, length);
		decoded = untouched;
		assert_int_equal(diag_decode(exact + 1, length, &decoded), is_whole ? 0 : -EBADMSG);
		if (!is_whole)
			assert_memory_equal(&decoded, &untouched, sizeof(decoded));
		free(exact);
	}
}

static void an_attribute_that_does_not_fit_is_refused(void **state)
{
	static const uint16_t lengths[] = { 0, 1, 3, 9, 12, 13, 0xfffd, 0xffff };
	struct sock_row row = close_wait(), decoded;

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct message m;
		size_t at;

		put_head(&m, &row);
		at = m.length;
		put_attribute(&m, INET_DIAG_MARK, "1234", 4);
		memcpy(m.bytes + at, &lengths[i], sizeof(lengths[i]));
		assert_int_equal(diag_decode(m.bytes, m.length, &decoded), -EBADMSG);
	}
}

static int decode_with(uint8_t family, uint8_t tcp_state, struct sock_row *ret)
{
	struct inet_diag_msg msg = { .idiag_family = family, .idiag_state = tcp_state };

	return diag_decode(&msg, sizeof(msg), ret);
}

static void a_state_we_do_not_know_is_refused(void **state)
{
	struct sock_row row;

	(void)state;
	for (unsigned s = 0; s < 256; s++) {
		bool known = s >= SOCK_ESTABLISHED && s <= SOCK_CLOSING;

		if (s == 12)
			continue;
		assert_int_equal(decode_with(AF_INET, (uint8_t)s, &row), known ? 0 : -EBADMSG);
		if (known)
			assert_int_equal(row.state, s);
	}
}

static void a_connection_request_is_in_syn_recv(void **state)
{
	struct sock_row row;

	(void)state;
	assert_int_equal(decode_with(AF_INET, 12, &row), 0);
	assert_int_equal(row.state, SOCK_SYN_RECV);
}

static void a_family_we_do_not_know_is_refused(void **state)
{
	struct sock_row row;

	(void)state;
	for (unsigned family = 0; family < 256; family++)
		assert_int_equal(decode_with((uint8_t)family, SOCK_CLOSE_WAIT, &row),
				 family == AF_INET || family == AF_INET6 ? 0 : -EBADMSG);
}

static void an_older_and_shorter_tcp_info_still_gives_the_ages(void **state)
{
	struct sock_row row = close_wait(), decoded;
	struct message m;

	(void)state;
	diag_encode(&row, 60, &m);
	assert_int_equal(diag_decode(m.bytes, m.length, &decoded), 0);
	assert_int_equal(decoded.flags, SOCK_HAS_INFO);
	assert_int_equal(decoded.last_data_sent_ms, 3);
	diag_encode(&row, 204, &m);
	assert_int_equal(diag_decode(m.bytes, m.length, &decoded), 0);
	assert_int_equal(decoded.flags, SOCK_HAS_INFO);
	diag_encode(&row, 56, &m);
	assert_int_equal(diag_decode(m.bytes, m.length, &decoded), 0);
	assert_int_equal(decoded.flags, 0);
	assert_int_equal(decoded.last_ack_recv_ms, 0);
}

/* limit and drops share their place with the ages. */
static void a_listener_never_has_ages(void **state)
{
	struct sock_row row = { .state = SOCK_LISTEN,
				.flags = SOCK_HAS_DROPS,
				.limit = 10,
				.drops = 3,
				.address = { [10] = 0xff, [11] = 0xff } };
	struct sock_row decoded;
	struct tcp_info info;
	struct message m;

	(void)state;
	memset(&info, 0xff, sizeof(info));
	diag_encode(&row, 0, &m);
	put_attribute(&m, INET_DIAG_INFO, &info, sizeof(info));
	assert_int_equal(diag_decode(m.bytes, m.length, &decoded), 0);
	assert_memory_equal(&decoded, &row, sizeof(row));
}

static void a_listener_without_memory_numbers_has_no_drops(void **state)
{
	struct sock_row row = { .state = SOCK_LISTEN, .limit = 10 }, decoded;
	uint32_t memory[SK_MEMINFO_DROPS] = { 0 };
	struct message m;

	(void)state;
	put_head(&m, &row);
	put_attribute(&m, INET_DIAG_SKMEMINFO, memory, sizeof(memory));
	assert_int_equal(diag_decode(m.bytes, m.length, &decoded), 0);
	assert_int_equal(decoded.flags, 0);
	assert_int_equal(decoded.limit, 10);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_that_is_encoded_and_decoded_is_the_same),
		cmocka_unit_test(a_row_cut_in_the_middle_is_refused),
		cmocka_unit_test(an_attribute_that_does_not_fit_is_refused),
		cmocka_unit_test(a_state_we_do_not_know_is_refused),
		cmocka_unit_test(a_connection_request_is_in_syn_recv),
		cmocka_unit_test(a_family_we_do_not_know_is_refused),
		cmocka_unit_test(an_older_and_shorter_tcp_info_still_gives_the_ages),
		cmocka_unit_test(a_listener_never_has_ages),
		cmocka_unit_test(a_listener_without_memory_numbers_has_no_drops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
