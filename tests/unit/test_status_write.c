/* SPDX-License-Identifier: MIT */
#include "own_mounts.h"
#include "sink/status_file.h"
#include "some_report.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* A directory of one test, and the status file in it. */
struct place {
	char directory[64], path[80], temporary[96];
};

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->directory, "test_status_file.XXXXXX");
	if (!mkdtemp(place->directory))
		return -1;
	snprintf(place->path, sizeof(place->path), "%s/status", place->directory);
	snprintf(place->temporary, sizeof(place->temporary), "%s.new", place->path);
	*state = place;
	return 0;
}

static int remove_place(void **state)
{
	struct place *place = *state;

	chmod(place->directory, 0700);
	unlink(place->path);
	unlink(place->temporary);
	rmdir(place->path);
	if (rmdir(place->directory) < 0)
		return -1;
	free(place);
	return 0;
}

static void assert_gone(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), -1);
	assert_int_equal(errno, ENOENT);
}

static int write_cycles(const char *path, mode_t mode, uint64_t cycles)
{
	struct report report = example_report();
	int r;

	report.cycles = cycles;
	r = status_write(path, mode, &report);
	report_done(&report);
	return r;
}

static uint64_t read_cycles(const char *path)
{
	struct report report;
	char why[200] = "";
	uint64_t cycles;

	if (status_read(path, &report, why, sizeof(why)) != 0)
		fail_msg("%s", why);
	cycles = report.cycles;
	report_done(&report);
	return cycles;
}

static void a_file_is_replaced_with_exactly_its_mode(void **state)
{
	struct place *place = *state;
	mode_t before = umask(0077);
	struct stat st;

	assert_int_equal(write_cycles(place->path, 0644, 1), 0);
	umask(before);
	assert_int_equal(stat(place->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(read_cycles(place->path), 1);

	assert_int_equal(write_cycles(place->path, 0600, 2), 0);
	assert_int_equal(stat(place->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(read_cycles(place->path), 2);
	assert_gone(place->temporary);
}

static void what_a_killed_daemon_left_is_used_up(void **state)
{
	struct place *place = *state;
	FILE *left = fopen(place->temporary, "w");

	assert_non_null(left);
	fputs("half a status", left);
	fclose(left);
	assert_int_equal(write_cycles(place->path, 0644, 3), 0);
	assert_int_equal(read_cycles(place->path), 3);
	assert_gone(place->temporary);
}

static void a_link_in_the_way_is_not_followed(void **state)
{
	struct place *place = *state;
	char victim[96];
	struct stat st;

	snprintf(victim, sizeof(victim), "%s/victim", place->directory);
	assert_int_equal(symlink("victim", place->temporary), 0);
	assert_int_equal(symlink("victim", place->path), 0);
	assert_int_equal(write_cycles(place->path, 0644, 4), 0);
	assert_gone(victim);
	assert_int_equal(lstat(place->path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
}

static void a_directory_at_the_path_is_an_error_and_stays(void **state)
{
	struct place *place = *state;

	assert_int_equal(mkdir(place->path, 0700), 0);
	assert_int_equal(write_cycles(place->path, 0644, 5), -EISDIR);
	assert_gone(place->temporary);
	assert_int_equal(rmdir(place->path), 0);
}

static void a_missing_directory_is_an_error(void **state)
{
	struct place *place = *state;
	char path[96];

	snprintf(path, sizeof(path), "%s/none/status", place->directory);
	assert_int_equal(write_cycles(path, 0644, 6), -ENOENT);
}

static int on_a_full_disk(void *context)
{
	const struct place *place = context;
	char filler[8192] = { 0 };
	int fd, r;
	char path[96];

	if (mount("tmpfs", place->directory, "tmpfs", 0, "size=64k") < 0)
		return OWN_MOUNTS_SKIPPED;
	if (write_cycles(place->path, 0644, 7) < 0)
		return 1;
	snprintf(path, sizeof(path), "%s/filler", place->directory);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	while (write(fd, filler, sizeof(filler)) > 0)
		;
	close(fd);
	r = write_cycles(place->path, 0644, 8);
	if (r != -ENOSPC)
		return 2;
	if (access(place->temporary, F_OK) == 0 || read_cycles(place->path) != 7)
		return 3;
	unlink(path);
	return write_cycles(place->path, 0644, 9) == 0 && read_cycles(place->path) == 9 ? 0 : 4;
}

static void a_full_disk_leaves_the_old_file_and_no_temporary(void **state)
{
	run_in_own_mounts(on_a_full_disk, *state);
}

static int on_a_read_only_disk(void *context)
{
	const struct place *place = context;

	if (mount("tmpfs", place->directory, "tmpfs", 0, "size=64k") < 0)
		return OWN_MOUNTS_SKIPPED;
	if (write_cycles(place->path, 0644, 7) < 0)
		return 1;
	if (mount("none", place->directory, "none", MS_REMOUNT | MS_RDONLY, NULL) < 0)
		return OWN_MOUNTS_SKIPPED;
	if (write_cycles(place->path, 0644, 8) != -EROFS)
		return 2;
	return read_cycles(place->path) == 7 ? 0 : 3;
}

static void a_read_only_directory_leaves_the_old_file(void **state)
{
	run_in_own_mounts(on_a_read_only_disk, *state);
}

/* Reads until the writer has gone; whole files only, and never an older one than before. */
static int read_all_the_time(const char *path, pid_t writer)
{
	uint64_t last = 0;

	for (int i = 0; i < 200000; i++) {
		bool over = getppid() != writer;
		struct report report;
		char why[200];

		if (status_read(path, &report, why, sizeof(why)) != 0) {
			fprintf(stderr, "%s\n", why);
			return 1;
		}
		if (report.cycles < last)
			return 2;
		last = report.cycles;
		report_done(&report);
		if (over || last == 400)
			return 0;
	}
	return 3;
}

static void a_reader_never_sees_half_a_file(void **state)
{
	struct place *place = *state;
	pid_t self = getpid(), reader;
	int status;

	assert_int_equal(write_cycles(place->path, 0644, 0), 0);
	reader = fork();
	assert_true(reader >= 0);
	if (reader == 0)
		_exit(read_all_the_time(place->path, self));
	for (uint64_t i = 1; i <= 400; i++)
		assert_int_equal(write_cycles(place->path, 0644, i), 0);
	assert_int_equal(waitpid(reader, &status, 0), reader);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_file_that_cannot_be_read_says_why(void **state)
{
	struct place *place = *state;
	struct report report;
	char why[200] = "";

	assert_int_equal(status_read(place->path, &report, why, sizeof(why)), -ENOENT);
	assert_string_equal(why, "No such file or directory");
	assert_int_equal(mkfifo(place->path, 0600), 0);
	assert_int_equal(status_read(place->path, &report, why, sizeof(why)), -EBADMSG);
	assert_string_equal(why, "not a regular file");
	unlink(place->path);
	assert_int_equal(close(open(place->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)), 0);
	assert_int_equal(status_read(place->path, &report, why, sizeof(why)), -EBADMSG);
	assert_string_equal(why, "empty, or not a status file of closewatch");
	assert_int_equal(truncate(place->path, (64 << 20) + 1), 0);
	assert_int_equal(status_read(place->path, &report, why, sizeof(why)), -EFBIG);
}

#define PLACED(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACED(a_file_is_replaced_with_exactly_its_mode),
		PLACED(what_a_killed_daemon_left_is_used_up),
		PLACED(a_link_in_the_way_is_not_followed),
		PLACED(a_directory_at_the_path_is_an_error_and_stays),
		PLACED(a_missing_directory_is_an_error),
		PLACED(a_full_disk_leaves_the_old_file_and_no_temporary),
		PLACED(a_read_only_directory_leaves_the_old_file),
		PLACED(a_reader_never_sees_half_a_file),
		PLACED(a_file_that_cannot_be_read_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
