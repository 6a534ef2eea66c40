/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_proc.h"

#include "core/escape.h"
#include "kernel/machine.h"

#include <sys/capability.h>
#include <time.h>

#define BOOT_ID "3f2a7c1e-0d4b-4a86-9c57-1b2e3d4f5a60"
#define BOOT_PATH "sys/kernel/random/boot_id"

static int setup(void **state)
{
	static struct fake_proc fake;

	fake_begin(&fake);
	*state = &fake;
	return 0;
}

static int teardown(void **state)
{
	fake_end(*state);
	return 0;
}

static void the_boot_id_is_read_without_its_newline(void **state)
{
	struct fake_proc *fake = *state;
	char id[37];

	fake_file(fake, BOOT_PATH, BOOT_ID "\n");
	assert_int_equal(machine_boot_id(fake->fd, id), 0);
	assert_string_equal(id, BOOT_ID);
}

static void a_boot_id_of_another_shape_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"\n",
		"3f2a7c1e",
		BOOT_ID "0\n",
		"3f2a7c1e-0d4b-4a86-9c57-1b2e3d4f5a6\n",
		"3f2a7c1e-0d4b-4a86-9c57-1b2e3d4f5a6/\n",
		"3f2a7c1e00d4b-4a86-9c57-1b2e3d4f5a60\n",
	};
	struct fake_proc *fake = *state;
	char id[37] = "untouched";

	assert_int_equal(machine_boot_id(fake->fd, id), -ENOENT);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fake_file(fake, BOOT_PATH, bad[i]);
		assert_int_equal(machine_boot_id(fake->fd, id), -EBADMSG);
	}
	assert_string_equal(id, "untouched");
}

static void the_network_namespace_is_the_number_in_its_link(void **state)
{
	struct fake_proc *fake = *state;

	assert_int_equal(machine_netns(fake->fd), 0);
	fake_link(fake, "self/ns/net", "net:[4026531840]");
	assert_true(machine_netns(fake->fd) == 4026531840u);
	fake_link(fake, "self/ns/net", "mnt:[4026531840]");
	assert_int_equal(machine_netns(fake->fd), 0);
	fake_link(fake, "self/ns/net", "net:[99999999999]");
	assert_int_equal(machine_netns(fake->fd), 0);
	fake_link(fake, "self/ns/net", "net:[12");
	assert_int_equal(machine_netns(fake->fd), 0);
}

static void this_machine_answers(void **state)
{
	int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char id[37], host[NAME_MAX_ESCAPED], tiny[2];
	struct stat st;

	(void)state;
	assert_int_equal(machine_boot_id(proc_fd, id), 0);
	assert_int_equal(strlen(id), 36);
	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	assert_true(machine_netns(proc_fd) == st.st_ino);
	machine_host(host, sizeof(host));
	assert_true(host[0] && escape_is_clean(host));
	machine_host(tiny, sizeof(tiny));
	assert_true(strlen(tiny) <= 1);
	close(proc_fd);
}

static void the_monotonic_clock_never_steps_back(void **state)
{
	uint64_t last = machine_monotonic_usec();
	struct timespec clock;

	(void)state;
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &clock), 0);
	assert_in_range(last, 0, (uint64_t)clock.tv_sec * 1000000 + (uint64_t)clock.tv_nsec / 1000);
	assert_true(last + 3600000000ull > (uint64_t)clock.tv_sec * 1000000);
	for (int i = 0; i < 1000; i++) {
		uint64_t now = machine_monotonic_usec();

		assert_true(now >= last);
		last = now;
	}
	/* 2020 and 2100: microseconds, not another unit. */
	assert_in_range(machine_realtime_usec(), 1577836800000000ull, 4102444800000000ull);
}

/* Sets or clears one of our effective capabilities. */
static bool change(cap_value_t capability, cap_flag_value_t value)
{
	cap_t ours = cap_get_proc();
	bool done = ours && cap_set_flag(ours, CAP_EFFECTIVE, 1, &capability, value) == 0 && cap_set_proc(ours) == 0;

	cap_free(ours);
	return done;
}

static void holders_are_seen_with_both_capabilities_only(void **state)
{
	static const cap_value_t needed[] = { CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH };

	(void)state;
	if (!machine_sees_holders()) {
		print_message("skipped: this test is run without CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH\n");
		skip();
	}
	for (int i = 0; i < 2; i++) {
		assert_true(change(needed[i], CAP_CLEAR));
		assert_false(machine_sees_holders());
		assert_true(change(needed[i], CAP_SET));
		assert_true(machine_sees_holders());
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_boot_id_is_read_without_its_newline, setup, teardown),
		cmocka_unit_test_setup_teardown(a_boot_id_of_another_shape_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(the_network_namespace_is_the_number_in_its_link, setup, teardown),
		cmocka_unit_test(this_machine_answers),
		cmocka_unit_test(the_monotonic_clock_never_steps_back),
		cmocka_unit_test(holders_are_seen_with_both_capabilities_only),
	};

	return cmocka_run_group_tests_name("machine", tests, NULL, NULL);
}
