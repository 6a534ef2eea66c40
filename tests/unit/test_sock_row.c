/* SPDX-License-Identifier: MIT */
#include "core/sock_row.h"

#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void states_are_named_as_the_kernel_does(void **state)
{
	static const char *const names[] = {
		"ESTABLISHED", "SYN_SENT",   "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT",
		"CLOSE",       "CLOSE_WAIT", "LAST_ACK", "LISTEN",    "CLOSING",
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_string_equal(sock_state_name(i + 1), names[i]);
	assert_null(sock_state_name(0));
	assert_null(sock_state_name(SOCK_STATES));
	assert_null(sock_state_name(UINT32_MAX));
}

static void addresses_are_written_as_people_write_them(void **state)
{
	static const struct {
		const char *address, *shown, *endpoint;
	} cases[] = {
		{ "10.1.2.3", "10.1.2.3", "10.1.2.3:443" },
		{ "0.0.0.0", "0.0.0.0", "0.0.0.0:443" },
		{ "::ffff:10.1.2.3", "10.1.2.3", "10.1.2.3:443" },
		{ "::", "::", "[::]:443" },
		{ "::1", "::1", "[::1]:443" },
		{ "2001:db8::1", "2001:db8::1", "[2001:db8::1]:443" },
		{ "fe80:0:0:1:2:3:4:5", "fe80::1:2:3:4:5", "[fe80::1:2:3:4:5]:443" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[SOCK_ENDPOINT_MAX];
		uint8_t address[16];

		world_address(cases[i].address, address);
		sock_address_print(address, text, sizeof(text));
		assert_string_equal(text, cases[i].shown);
		sock_endpoint_print(address, 443, text, sizeof(text));
		assert_string_equal(text, cases[i].endpoint);
	}
}

static void every_endpoint_fits(void **state)
{
	uint64_t seed = world_seed(__func__);

	(void)state;
	for (int i = 0; i < 2000; i++) {
		uint64_t words[2] = { world_random(&seed), world_random(&seed) | 0x8000800080008000u };
		uint8_t address[16];
		char text[SOCK_ENDPOINT_MAX];

		memcpy(address, words, sizeof(address));
		sock_endpoint_print(address, 65535, text, sizeof(text));
		assert_string_equal(text + strlen(text) - 6, ":65535");
	}
}

static void a_socket_without_an_inode_was_not_accepted(void **state)
{
	struct sock_row row = { .inode = 5 };

	(void)state;
	assert_true(sock_row_accepted(&row));
	row.inode = 0;
	assert_false(sock_row_accepted(&row));
}

static void a_look_keeps_its_array_when_it_is_reset(void **state)
{
	struct look look = { 0 };
	struct sock_row row = { .cookie = 1 };

	(void)state;
	for (row.cookie = 1; row.cookie <= 1000; row.cookie++)
		assert_int_equal(look_add(&look, &row), 0);
	assert_int_equal(look.n_rows, 1000);
	assert_int_equal(look.rows[999].cookie, 1000);
	look.complete = true;
	look.tally.count[SOCK_LISTEN] = 5;
	snprintf(look.error, sizeof(look.error), "old");
	look_reset(&look);
	assert_non_null(look.rows);
	assert_in_range(look.rows_size, 1000, SIZE_MAX);
	assert_int_equal(look.n_rows, 0);
	assert_int_equal(look.tally.count[SOCK_LISTEN], 0);
	assert_false(look.complete);
	assert_string_equal(look.error, "");
	look_done(&look);
	assert_null(look.rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_are_named_as_the_kernel_does),
		cmocka_unit_test(addresses_are_written_as_people_write_them),
		cmocka_unit_test(every_endpoint_fits),
		cmocka_unit_test(a_socket_without_an_inode_was_not_accepted),
		cmocka_unit_test(a_look_keeps_its_array_when_it_is_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
