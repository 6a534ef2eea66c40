/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_proc.h"

#include "core/cleanup.h"
#include "kernel/process_info.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <systemd/sd-login.h>

#define LIMITS_HEAD \
	"Limit                     Soft Limit           Hard Limit           Units     \n" \
	"Max cpu time              unlimited            unlimited            seconds   \n"

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

static void a_process_is_read_whole(void **state)
{
	struct fake_proc *fake = *state;
	struct process process;
	struct stat st;

	fake_process(fake, 42, 123456, "nginx");
	fake_file(fake, "42/cgroup", "0::/system.slice/nginx.service\n");
	fake_file(fake, "42/limits",
		  LIMITS_HEAD "Max open files            1024                 4096                 files     \n");
	fake_file(fake, "program", "");
	fake_link(fake, "42/exe", "../program");
	fake_socket(fake, 42, 3, 77);
	fake_link(fake, "42/fd/0", "/dev/null");
	assert_int_equal(process_info_read(fake->fd, 42, &process), 0);
	assert_int_equal(process.pid, 42);
	assert_true(process.start_ticks == 123456);
	assert_int_equal(process.uid, geteuid());
	assert_string_equal(process.name, "nginx");
	assert_string_equal(process.unit, "nginx.service");
	assert_true(process.descriptors_open == 2 && process.descriptors_limit == 1024);
	assert_int_equal(fstatat(fake->fd, "program", &st, 0), 0);
	assert_true(process.exe_device == st.st_dev && process.exe_inode == st.st_ino);
}

static void what_cannot_be_read_stays_empty(void **state)
{
	struct fake_proc *fake = *state;
	struct process process;

	fake_process(fake, 42, 5, "x");
	assert_int_equal(unlinkat(fake->fd, "42/comm", 0), 0);
	assert_int_equal(unlinkat(fake->fd, "42/fd", AT_REMOVEDIR), 0);
	memset(&process, 0xff, sizeof(process));
	assert_int_equal(process_info_read(fake->fd, 42, &process), 0);
	assert_true(process.start_ticks == 5);
	assert_string_equal(process.name, "");
	assert_string_equal(process.unit, "");
	assert_true(!process.exe_device && !process.exe_inode);
	assert_true(!process.descriptors_open && !process.descriptors_limit);
}

static void a_process_that_has_gone_is_told(void **state)
{
	struct fake_proc *fake = *state;
	struct process process = { .pid = 42, .start_ticks = 5, .name = "untouched" };
	uint64_t start = 7;

	assert_int_equal(process_info_read(fake->fd, 42, &process), -ESRCH);
	assert_int_equal(process_info_start(fake->fd, 42, &start), -ESRCH);
	assert_int_equal(process_info_descriptors(fake->fd, &process), -ESRCH);
	fake_file(fake, "42/comm", "half gone\n");
	assert_int_equal(process_info_read(fake->fd, 42, &process), -ESRCH);
	assert_string_equal(process.name, "untouched");
	assert_true(start == 7);
}

static void a_directory_that_is_open_never_becomes_another_process(void **state)
{
	struct fake_proc *fake = *state;
	struct process process;
	int process_fd;

	fake_process(fake, 42, 5, "old");
	process_fd = process_info_open(fake->fd, 42);
	assert_true(process_fd >= 0);
	fake_exit(fake, 42);
	fake_process(fake, 42, 6, "new");
	assert_int_equal(process_info_read_at(process_fd, 42, &process), -ESRCH);
	close(process_fd);
	assert_int_equal(process_info_read(fake->fd, 42, &process), 0);
	assert_string_equal(process.name, "new");
}

static void names_full_of_parentheses_and_newlines_do_not_move_the_fields(void **state)
{
	static const char *const names[] = {
		") S 1 1 1 1 1 1 1", "a) (b", "\n42 (x) S", "((((", "))))", " ", "a\nb",
	};
	struct fake_proc *fake = *state;

	for (size_t i = 0; i < CW_ELEMENTS(names); i++) {
		uint64_t start = 0;

		fake_process(fake, 42, 1000 + i, names[i]);
		assert_int_equal(process_info_start(fake->fd, 42, &start), 0);
		assert_true(start == 1000 + i);
	}
}

static void a_stat_file_of_another_shape_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"\n",
		"42 (x",
		"42 (x)",
		"42 (x) S 1 2 3",
		"42 x S 1 7 7 0 -1 1 1 2 3 4 5 6 7 8 20 0 1 0 99 1",
		"42 (x) S 1 7 7 0 -1 1 1 2 3 4 5 6 7 8 20 0 1 0 -99 1",
		"42 (x) S 1 7 7 0 -1 1 1 2 3 4 5 6 7 8 20 0 1 0 9x9 1",
		"42 (x) S 1 7 7 0 -1 1 1 2 3 4 5 6 7 8 20 0 1 0 99999999999999999999 1",
		"42 (x) S 1 7 7 0 -1 1 1 2 3 4 5 6 7 8 20 0 1 0 ",
	};
	struct fake_proc *fake = *state;

	for (size_t i = 0; i < CW_ELEMENTS(bad); i++) {
		struct process process;
		uint64_t start = 7;

		fake_file(fake, "42/stat", bad[i]);
		assert_int_equal(process_info_start(fake->fd, 42, &start), -EBADMSG);
		assert_int_equal(process_info_read(fake->fd, 42, &process), -EBADMSG);
		assert_true(start == 7);
	}
}

static void every_prefix_of_a_stat_file_is_refused_or_read_right(void **state)
{
	static const char whole[] = "42 (a b) S 1 7 7 0 -1 1 1 2 3 4 5 6 7 8 20 0 1 0 4711 1000 200 1\n";
	struct fake_proc *fake = *state;
	size_t end = (size_t)(strstr(whole, "4711") - whole) + 4;

	for (size_t length = 0; length < sizeof(whole); length++) {
		uint64_t start = 0;
		int r;

		fake_bytes(fake, "42/stat", whole, length);
		r = process_info_start(fake->fd, 42, &start);
		/* A number cut in its middle looks like a number: the kernel does not cut there. */
		assert_true(length > end - 4 ? r == 0 : r == -EBADMSG);
		assert_true(length < end || start == 4711);
	}
}

static void a_hostile_name_is_escaped(void **state)
{
	static const char comm[] = { '\n', '\x1b', '[', '2',  'J',  '\xff', '"', ']',
				     '=',  ';',    '#', '\\', '\r', '\t',   'x', '\n' };
	struct fake_proc *fake = *state;
	struct process process;

	fake_process(fake, 42, 5, "x");
	fake_bytes(fake, "42/comm", comm, sizeof(comm));
	assert_int_equal(process_info_read(fake->fd, 42, &process), 0);
	assert_true(escape_is_clean(process.name));
	assert_non_null(strstr(process.name, "2J"));
	assert_true(strncmp(process.name, "\\x0a\\x1b", 8) == 0);
	assert_int_equal(process.name[strlen(process.name) - 1], 'x');
	fake_bytes(fake, "42/comm", "", 0);
	assert_int_equal(process_info_read(fake->fd, 42, &process), 0);
	assert_string_equal(process.name, "");
}

static void the_limit_is_the_soft_one(void **state)
{
	static const struct {
		const char *text;
		uint64_t limit;
	} cases[] = {
		{ LIMITS_HEAD "Max open files            524288               1048576              files     \n",
		  524288 },
		{ LIMITS_HEAD "Max open files            unlimited            unlimited            files     \n",
		  UINT64_MAX },
		{ LIMITS_HEAD "Max open files            nonsense             12                   files     \n", 0 },
		{ LIMITS_HEAD "Max open files            99999999999999999999 12                   files     \n", 0 },
		{ LIMITS_HEAD "Max open files ", 0 },
		{ LIMITS_HEAD, 0 },
		{ "", 0 },
	};
	struct fake_proc *fake = *state;

	fake_process(fake, 42, 5, "x");
	for (size_t i = 0; i < CW_ELEMENTS(cases); i++) {
		struct process process;

		fake_file(fake, "42/limits", cases[i].text);
		assert_int_equal(process_info_read(fake->fd, 42, &process), 0);
		assert_true(process.descriptors_limit == cases[i].limit);
	}
}

static void descriptors_of_another_process_with_the_same_pid_are_not_taken(void **state)
{
	struct fake_proc *fake = *state;
	struct process process;

	fake_process(fake, 42, 5, "x");
	fake_socket(fake, 42, 3, 77);
	assert_int_equal(process_info_read(fake->fd, 42, &process), 0);
	fake_socket(fake, 42, 4, 78);
	assert_int_equal(process_info_descriptors(fake->fd, &process), 0);
	assert_true(process.descriptors_open == 2);
	fake_process(fake, 42, 6, "y");
	fake_close(fake, 42, 4);
	assert_int_equal(process_info_descriptors(fake->fd, &process), -ESRCH);
	assert_true(process.descriptors_open == 2);
}

static void descriptors_of_an_exited_leader_are_counted_in_its_threads(void **state)
{
	struct fake_proc *fake = *state;
	struct process process;

	fake_process(fake, 42, 5, "x");
	fake_folders(fake, "42/task/42/fd/");
	fake_link(fake, "42/task/43/fd/3", "socket:[77]");
	fake_link(fake, "42/task/43/fd/4", "socket:[78]");
	assert_int_equal(process_info_read(fake->fd, 42, &process), 0);
	assert_true(process.descriptors_open == 2);
}

static void the_unit_is_the_first_unit_below_the_slices(void **state)
{
	static const struct {
		const char *path;
		const char *unit; /* NULL: none */
	} cases[] = {
		{ "/system.slice/nginx.service", "nginx.service" },
		{ "/system.slice/nginx.service/worker/1", "nginx.service" },
		{ "/system.slice/nginx.service/inner.service", "nginx.service" },
		{ "/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service" },
		{ "/system.slice/docker-0123abcd.scope", "docker-0123abcd.scope" },
		{ "/machine.slice/machine-web.scope/payload/system.slice/x.service", "machine-web.scope" },
		{ "/kubepods.slice/kubepods-burstable.slice/cri-containerd-01.scope", "cri-containerd-01.scope" },
		{ "/system.slice/sshd.socket", "sshd.socket" },
		{ "/nginx.service", "nginx.service" },
		{ "nginx.service", "nginx.service" },
		{ "//system.slice//nginx.service//", "nginx.service" },
		{ "/system.slice/_cpu.service", "cpu.service" },
		{ "/system.slice/__x.service", "_x.service" },
		{ "/_system.slice/x.service", "x.service" },
		{ "/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service",
		  "user@1000.service/foo.service" },
		{ "/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-x-12.scope",
		  "user@1000.service/app-gnome-x-12.scope" },
		{ "/user.slice/user-1000.slice/user@1000.service/foo.service", "user@1000.service/foo.service" },
		{ "/user@1.service/user@2.service/foo.service", "user@1.service/user@2.service" },
		{ "/user.slice/user-1000.slice/user@1000.service/init.scope", NULL },
		{ "/user.slice/user-1000.slice/user@1000.service/app.slice", NULL },
		{ "/user.slice/user-1000.slice/user@1000.service", NULL },
		{ "/user.slice/user-1000.slice/session-3.scope", NULL },
		{ "/user.slice/user-1000.slice/session-c1.scope/x.service", NULL },
		{ "/init.scope", NULL },
		{ "/system.slice", NULL },
		{ "/-.slice", NULL },
		{ "/", NULL },
		{ "", NULL },
		{ "/lxc/web/system.slice/x.service", NULL },
		{ "/../../x.service", NULL },
		{ "/system.slice/.service", NULL },
		{ "/system.slice/_", NULL },
		{ "/system.slice/x.timer", NULL },
	};

	(void)state;
	for (size_t i = 0; i < CW_ELEMENTS(cases); i++) {
		char unit[NAME_MAX_ESCAPED] = "untouched";
		int r = process_info_unit_of_cgroup(cases[i].path, unit, sizeof(unit));

		assert_int_equal(r, cases[i].unit ? 1 : 0);
		assert_string_equal(unit, cases[i].unit ? cases[i].unit : "untouched");
	}
}

static void a_unit_that_does_not_fit_is_none(void **state)
{
	char unit[14];

	(void)state;
	assert_int_equal(process_info_unit_of_cgroup("/nginx.service", unit, 13), 0);
	assert_int_equal(process_info_unit_of_cgroup("/nginx.service", unit, 14), 1);
	assert_string_equal(unit, "nginx.service");
}

static void the_cgroup_file_names_the_unit_on_every_kind_of_host(void **state)
{
	static const struct {
		const char *text;
		const char *unit;
	} cases[] = {
		{ "0::/system.slice/a.service\n", "a.service" },
		{ "0::/system.slice/a.service", "a.service" },
		{ "0::/system.slice/a.service (deleted)\n", "a.service" },
		{ "5:cpu:/\n1:name=systemd:/system.slice/b.service\n0::/system.slice/a.service\n", "a.service" },
		{ "5:cpu:/\n1:name=systemd:/system.slice/b.service\n0::/\n", "b.service" },
		{ "5:cpu:/x.service\n1:name=systemd:/system.slice/b.service\n", "b.service" },
		{ "5:cpu:/x.service\n", "" },
		{ "5:name=systemdx:/x.service\n", "" },
		{ "garbage\n\n::\n0:\n", "" },
		{ "0::/user.slice/user-0.slice/session-1.scope\n", "" },
		{ "0::/system.slice/\x1b[2J\"=;#.service\n", "\\x1b\\x5b2J\\x22\\x3d\\x3b\\x23.service" },
		{ "", "" },
	};
	struct fake_proc *fake = *state;

	fake_process(fake, 42, 5, "x");
	for (size_t i = 0; i < CW_ELEMENTS(cases); i++) {
		struct process process;

		fake_file(fake, "42/cgroup", cases[i].text);
		assert_int_equal(process_info_read(fake->fd, 42, &process), 0);
		assert_string_equal(process.unit, cases[i].unit);
	}
}

static void a_cgroup_file_without_an_end_is_survived(void **state)
{
	struct fake_proc *fake = *state;
	struct process process;
	static char text[40000];

	memset(text, 'a', sizeof(text));
	memcpy(text, "0::/", 4);
	fake_process(fake, 42, 5, "x");
	fake_bytes(fake, "42/cgroup", text, sizeof(text));
	assert_int_equal(process_info_read(fake->fd, 42, &process), 0);
	assert_string_equal(process.unit, "");
	memset(text + 4, '/', sizeof(text) - 4);
	fake_bytes(fake, "42/cgroup", text, sizeof(text));
	assert_int_equal(process_info_read(fake->fd, 42, &process), 0);
	assert_string_equal(process.unit, "");
}

/* On the machine the test runs on. */

static void our_own_process_is_read_from_the_real_proc(void **state)
{
	int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char name[16], escaped[COMM_MAX_ESCAPED];
	struct process process;
	uint64_t before;
	struct stat st;
	int extra;

	(void)state;
	assert_int_equal(process_info_read(proc_fd, getpid(), &process), 0);
	assert_int_equal(process.uid, geteuid());
	assert_true(process.start_ticks > 0);
	assert_int_equal(prctl(PR_GET_NAME, name), 0);
	escape_name(name, strlen(name), escaped, sizeof(escaped));
	assert_string_equal(process.name, escaped);
	assert_int_equal(stat("/proc/self/exe", &st), 0);
	assert_true(process.exe_device == st.st_dev && process.exe_inode == st.st_ino);
	before = process.descriptors_open;
	extra = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(process_info_descriptors(proc_fd, &process), 0);
	assert_true(process.descriptors_open == before + 1);
	close(extra);
	assert_int_equal(process_info_descriptors(proc_fd, &process), 0);
	assert_true(process.descriptors_open == before);
	assert_true(process.descriptors_limit > 0);
	close(proc_fd);
}

static void a_dead_child_is_gone(void **state)
{
	int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC), process_fd;
	struct process process;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		pause();
		_exit(0);
	}
	process_fd = process_info_open(proc_fd, child);
	assert_true(process_fd >= 0);
	assert_int_equal(process_info_read_at(process_fd, child, &process), 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_int_equal(process_info_read_at(process_fd, child, &process), -ESRCH);
	assert_int_equal(process_info_read(proc_fd, child, &process), -ESRCH);
	close(process_fd);
	close(proc_fd);
}

static void systemd_agrees_about_our_own_unit(void **state)
{
	int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CW_CLEANUP(freep) char *system = NULL;
	CW_CLEANUP(freep) char *user = NULL;
	struct process process;
	const char *theirs = "";

	(void)state;
	assert_int_equal(process_info_read(proc_fd, getpid(), &process), 0);
	close(proc_fd);
	if (sd_pid_get_user_unit(0, &user) >= 0)
		theirs = user;
	else if (sd_pid_get_unit(0, &system) >= 0)
		theirs = system;
	/* Where we mean to differ: a login session and init.scope are nobody's service. */
	if (strncmp(theirs, "session-", 8) == 0 || strcmp(theirs, "init.scope") == 0 ||
	    strncmp(theirs, "user@", 5) == 0)
		theirs = "";
	if (!*theirs)
		print_message("this test is run outside of any unit: both say so\n");
	assert_string_equal(process.unit, theirs);
}

/* Whether a folder can be opened by its handle, with our rights. */
static bool handles_open(int at_fd, const char *folder)
{
	union {
		struct file_handle handle;
		char space[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} id = { .handle = { .handle_bytes = MAX_HANDLE_SZ } };
	int mount, fd;

	if (name_to_handle_at(at_fd, folder, &id.handle, &mount, 0) < 0)
		return false;
	fd = open_by_handle_at(at_fd, &id.handle, O_PATH | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* The id of a cgroup is the inode number of its folder. */
static void a_cgroup_id_leads_to_its_unit(void **state)
{
	int cgroup_fd = process_info_open_cgroup();
	char unit[NAME_MAX_ESCAPED] = "", folder[64];
	bool possible;
	struct stat st;
	int r;

	(void)state;
	snprintf(folder, sizeof(folder), "closewatch-test-%d.service", getpid());
	if (cgroup_fd < 0 || mkdirat(cgroup_fd, folder, 0755) < 0) {
		print_message("skipped: no cgroup2 mount in which a cgroup can be made\n");
		if (cgroup_fd >= 0)
			close(cgroup_fd);
		skip();
	}
	possible = handles_open(cgroup_fd, folder);
	r = fstatat(cgroup_fd, folder, &st, 0);
	if (r == 0)
		r = process_info_unit_of_cgroup_id(cgroup_fd, st.st_ino, unit, sizeof(unit));
	unlinkat(cgroup_fd, folder, AT_REMOVEDIR);
	/* Gone now: the id leads nowhere. */
	assert_int_equal(process_info_unit_of_cgroup_id(cgroup_fd, st.st_ino, unit, sizeof(unit)), 0);
	assert_int_equal(fstat(cgroup_fd, &st), 0);
	assert_int_equal(process_info_unit_of_cgroup_id(cgroup_fd, st.st_ino, unit, sizeof(unit)), 0);
	close(cgroup_fd);
	if (!possible) {
		print_message("skipped: open_by_handle_at() is not allowed here\n");
		skip();
	}
	assert_int_equal(r, 1);
	assert_string_equal(unit, folder);
}

static void an_unknown_cgroup_id_has_no_unit(void **state)
{
	int cgroup_fd = process_info_open_cgroup();
	char unit[NAME_MAX_ESCAPED];

	(void)state;
	assert_int_equal(process_info_unit_of_cgroup_id(-1, 1, unit, sizeof(unit)), 0);
	assert_int_equal(process_info_unit_of_cgroup_id(cgroup_fd, 0, unit, sizeof(unit)), 0);
	assert_int_equal(process_info_unit_of_cgroup_id(cgroup_fd, UINT64_MAX, unit, sizeof(unit)), 0);
	if (cgroup_fd >= 0)
		close(cgroup_fd);
}

#define FAKE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		FAKE_TEST(a_process_is_read_whole),
		FAKE_TEST(what_cannot_be_read_stays_empty),
		FAKE_TEST(a_process_that_has_gone_is_told),
		FAKE_TEST(a_directory_that_is_open_never_becomes_another_process),
		FAKE_TEST(names_full_of_parentheses_and_newlines_do_not_move_the_fields),
		FAKE_TEST(a_stat_file_of_another_shape_is_refused),
		FAKE_TEST(every_prefix_of_a_stat_file_is_refused_or_read_right),
		FAKE_TEST(a_hostile_name_is_escaped),
		FAKE_TEST(the_limit_is_the_soft_one),
		FAKE_TEST(descriptors_of_another_process_with_the_same_pid_are_not_taken),
		FAKE_TEST(descriptors_of_an_exited_leader_are_counted_in_its_threads),
		cmocka_unit_test(the_unit_is_the_first_unit_below_the_slices),
		cmocka_unit_test(a_unit_that_does_not_fit_is_none),
		FAKE_TEST(the_cgroup_file_names_the_unit_on_every_kind_of_host),
		FAKE_TEST(a_cgroup_file_without_an_end_is_survived),
		cmocka_unit_test(our_own_process_is_read_from_the_real_proc),
		cmocka_unit_test(a_dead_child_is_gone),
		cmocka_unit_test(systemd_agrees_about_our_own_unit),
		cmocka_unit_test(a_cgroup_id_leads_to_its_unit),
		cmocka_unit_test(an_unknown_cgroup_id_has_no_unit),
	};

	return cmocka_run_group_tests_name("process_info", tests, NULL, NULL);
}
