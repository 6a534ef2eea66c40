/* SPDX-License-Identifier: MIT */
#include "core/cleanup.h"
#include "daemon/options.h"
#include "daemon/privileges.h"
#include "daemon/service.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#define EXIT_USAGE 2
#define EXIT_CONFIG 78 /* EX_CONFIG of sysexits.h; the unit does not restart on it */

static void print_config_error(void *context, const char *text)
{
	const struct journal *journal = context;

	journal_log(journal, LOG_ERR, "%s", text);
}

static int ensure_directory(const struct journal *journal, const char *path, mode_t mode)
{
	int r;

	if (mkdir(path, mode) == 0 || errno == EEXIST)
		return 0;
	r = -errno;
	journal_log(journal, LOG_ERR, "cannot make %s: %s", path, strerror(-r));
	return r;
}

/* Two daemons would overwrite each other's files. The lock goes with the process. It is on a file of mode 0600: anybody
 * may open the runtime directory itself, and so could keep a lock on it. */
static int lock_directory(const struct journal *journal, const char *directory)
{
	CW_CLEANUP(freep) char *path = NULL;
	int fd = -1, r;

	if (asprintf(&path, "%s/lock", directory) < 0)
		path = NULL;
	else
		fd = open(path, O_RDONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	r = path ? -errno : -ENOMEM;
	if (r == -EWOULDBLOCK)
		journal_log(journal, LOG_ERR, "another closewatchd uses %s", directory);
	else
		journal_log(journal, LOG_ERR, "cannot use %s: %s", directory, strerror(-r));
	if (fd >= 0)
		close(fd);
	return r;
}

static bool is_same_directory(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int run(const struct options *options, struct config *config, const struct journal *journal)
{
	int runtime_lock, state_lock, r;

	if (ensure_directory(journal, options->runtime_dir, 0755) < 0 ||
	    ensure_directory(journal, options->state_dir, 0700) < 0)
		return EXIT_FAILURE;
	if (is_same_directory(options->runtime_dir, options->state_dir)) {
		journal_log(journal, LOG_ERR,
			    "the runtime directory and the state directory are both %s: give each its own",
			    options->runtime_dir);
		return EXIT_FAILURE;
	}
	runtime_lock = lock_directory(journal, options->runtime_dir);
	state_lock = runtime_lock < 0 ? -1 : lock_directory(journal, options->state_dir);
	if (state_lock < 0)
		return EXIT_FAILURE;
	r = privileges_drop();
	if (r < 0)
		journal_log(journal, LOG_WARNING, "cannot give up privileges: %s, going on with all of them",
			    strerror(-r));
	r = service_run(options, config, journal);
	close(state_lock);
	close(runtime_lock);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int with_config(const struct options *options, const struct journal *journal)
{
	struct config config;
	int status = EXIT_SUCCESS;
	int r = config_file_read(&options->config, print_config_error, (void *)journal, &config);

	if (r == -EINVAL)
		return EXIT_CONFIG;
	if (r < 0) {
		journal_log(journal, LOG_ERR, "cannot read the configuration: %s", strerror(-r));
		return EXIT_FAILURE;
	}
	if (!options->check_config)
		status = run(options, &config, journal);
	config_done(&config);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	struct journal journal;
	int status = EXIT_SUCCESS;

	/* Whoever reads our stderr may go away; that must not end us. */
	signal(SIGPIPE, SIG_IGN);
	journal_open(&journal);
	switch (options_parse(argc, argv, &options)) {
	case OPTIONS_RUN:
		status = with_config(&options, &journal);
		break;
	case OPTIONS_WRONG:
		status = EXIT_USAGE;
		break;
	case OPTIONS_DONE:
		break;
	}
	options_done(&options);
	return status;
}
