/* SPDX-License-Identifier: MIT */
#include "kernel/config_file.h"

#include "core/cleanup.h"
#include "kernel/config_errors.h"
#include "kernel/config_text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define FILE_MAX (1024 * 1024)
#define WHY_SIZE 4096

static void closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* Reads what is there, at most size bytes; /proc and the like tell no size beforehand. The length, or -errno. */
static ssize_t read_all(int fd, char *buffer, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t n = read(fd, buffer + used, size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		used += (size_t)n;
	}
	return (ssize_t)used;
}

static int read_open_file(struct config *config, const char *path, int fd, struct config_errors *errors)
{
	CW_CLEANUP(freep) char *text = NULL;
	struct stat st;
	ssize_t n;

	/* A link to /dev/null is how one masks a file. */
	if (fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3))
		return 0;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		config_errors_add(errors, path, 0, "not a regular file, expected one");
		return 0;
	}
	text = malloc(FILE_MAX + 1);
	if (!text)
		return -ENOMEM;
	n = read_all(fd, text, FILE_MAX + 1);
	if (n < 0) {
		config_errors_add(errors, path, 0, "cannot be read: %s", strerror((int)-n));
		return 0;
	}
	if (n > FILE_MAX) {
		config_errors_add(errors, path, 0, "the file is too large, expected at most 1 MiB");
		return 0;
	}
	return config_text_parse(config, path, text, (size_t)n, errors);
}

static int read_file(struct config *config, const char *path, bool may_be_absent, struct config_errors *errors)
{
	/* O_NONBLOCK: the open of a FIFO would wait for somebody to write to it. */
	CW_CLEANUP(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd >= 0)
		return read_open_file(config, path, fd, errors);
	if (errno == ENOENT && may_be_absent)
		return 0;
	config_errors_add(errors, path, 0, "cannot be opened: %s", strerror(errno));
	return 0;
}

static int is_drop_in(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 5 && strcmp(entry->d_name + length - 5, ".conf") == 0;
}

/* alphasort() follows the locale: the order of the files must not. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int read_drop_in(struct config *config, const char *folder, const char *name, struct config_errors *errors)
{
	CW_CLEANUP(freep) char *path = NULL;

	if (asprintf(&path, "%s/%s", folder, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	return read_file(config, path, false, errors);
}

static int read_drop_ins(struct config *config, const char *main_path, struct config_errors *errors)
{
	CW_CLEANUP(freep) struct dirent **entries = NULL;
	CW_CLEANUP(freep) char *folder = NULL;
	int n, r = 0;

	if (asprintf(&folder, "%s.d", main_path) < 0) {
		folder = NULL;
		return -ENOMEM;
	}
	n = scandir(folder, &entries, is_drop_in, by_name);
	if (n < 0 && errno != ENOENT)
		config_errors_add(errors, folder, 0, "cannot be listed: %s", strerror(errno));

	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = read_drop_in(config, folder, entries[i]->d_name, errors);
		free(entries[i]);
	}
	return r;
}

/* Whether the text before the dot ends with the section that has the key after it. */
static bool is_threshold(const char *name, const char *dot, const struct config_key *key)
{
	size_t length = (size_t)(dot - name), n = strlen(key->section);

	return length > n && dot[-(ssize_t)n - 1] == '.' && memcmp(dot - n, key->section, n) == 0 &&
	       strcmp(dot + 1, key->name) == 0 && strcmp(key->section, "rule") != 0;
}

/* The dot between section and key. Names of rules have dots, and so have the thresholds in them:
 * "rule a.b.close-wait.age" is close-wait.age of the rule a.b. NULL: there is none. */
static char *find_key_dot(char *name)
{
	const struct config_key *keys;
	char *dot = strrchr(name, '.');
	size_t n;

	if (!dot || strncmp(name, "rule ", 5) != 0)
		return dot;
	keys = config_keys(&n);
	for (size_t i = 0; i < n; i++)
		if (is_threshold(name, dot, &keys[i]))
			return dot - strlen(keys[i].section) - 1;
	return dot;
}

/* "SECTION.KEY=VALUE" */
static int assign(struct config *config, const char *assignment, char *ret_why, size_t why_size)
{
	CW_CLEANUP(freep) char *name = strdup(assignment);
	char *equals, *dot;

	if (!name)
		return -ENOMEM;
	equals = strchr(name, '=');
	if (equals)
		*equals = '\0';
	dot = equals ? find_key_dot(name) : NULL;
	if (!dot) {
		snprintf(ret_why, why_size, "not an assignment, expected SECTION.KEY=VALUE");
		return -EINVAL;
	}
	*dot = '\0';
	return config_set(config, name, dot + 1, equals + 1, ret_why, why_size);
}

static int apply_assignments(struct config *config, const struct config_source *source, struct config_errors *errors)
{
	for (size_t i = 0; i < source->n_assignments; i++) {
		CW_CLEANUP(freep) char *where = NULL;
		char why[WHY_SIZE] = "";
		int r;

		r = assign(config, source->assignments[i], why, sizeof(why));
		if (r == 0)
			continue;
		if (r != -EINVAL)
			return r;
		if (asprintf(&where, "-o %s", source->assignments[i]) < 0) {
			where = NULL;
			return -ENOMEM;
		}
		config_errors_add(errors, where, 0, "%s", why);
	}
	return 0;
}

/* Holds what a single key cannot tell against the files' path if they alone are wrong, else against -o. */
static void check(const struct config *config, const char *path, bool files_are_fine, struct config_errors *errors)
{
	char why[WHY_SIZE];

	/* A value that was refused left the default behind: complaints about that would only confuse. */
	if (errors->n == 0 && config_check(config, why, sizeof(why)) < 0)
		config_errors_add(errors, files_are_fine ? "-o" : path, 0, "%s", why);
}

int config_file_read(const struct config_source *source, config_file_error error, void *context, struct config *ret)
{
	const char *path = source->path ? source->path : CONFIG_FILE_USUAL;
	struct config_errors errors = { .tell = error, .context = context };
	CW_CLEANUP(config_done) struct config config;
	char why[WHY_SIZE];
	bool files_are_fine;
	int r;

	config_init(&config);
	r = read_file(&config, path, !source->path, &errors);
	if (r == 0)
		r = read_drop_ins(&config, path, &errors);
	files_are_fine = r == 0 && config_check(&config, why, sizeof(why)) == 0;
	if (r == 0)
		r = apply_assignments(&config, source, &errors);
	if (r < 0)
		return r;

	check(&config, path, files_are_fine, &errors);
	if (errors.n > 0)
		return -EINVAL;
	*ret = config;
	config = (struct config){ 0 };
	return 0;
}
