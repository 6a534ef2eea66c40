/* SPDX-License-Identifier: MIT */
#include "ctl/live.h"

#include "core/cleanup.h"
#include "core/health.h"
#include "core/judge.h"
#include "core/picture.h"
#include "core/span.h"
#include "kernel/attribution.h"
#include "kernel/diag.h"
#include "kernel/machine.h"
#include "kernel/process_info.h"
#include "kernel/waiting.h"
#include "kernel/wants.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What one look needs, and what must be given back afterwards. */
struct eye {
	const struct config *config;
	int proc_fd, cgroup_fd;
	uint32_t netns;
	struct diag *diag;
	struct attribution *attribution;
	struct look look;
	struct tracker tracker;
	struct backlog backlog;
	struct wants wants;
};

static void eye_close(struct eye *eye)
{
	diag_close(eye->diag);
	attribution_free(eye->attribution);
	look_done(&eye->look);
	tracker_done(&eye->tracker);
	backlog_done(&eye->backlog);
	wants_done(&eye->wants);
	if (eye->proc_fd >= 0)
		close(eye->proc_fd);
	if (eye->cgroup_fd >= 0)
		close(eye->cgroup_fd);
}

static int eye_open(struct eye *eye, const struct config *config, char *ret_why, size_t why_size)
{
	int r;

	*eye = (struct eye){ .config = config, .proc_fd = -1, .cgroup_fd = process_info_open_cgroup() };
	eye->proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (eye->proc_fd < 0) {
		r = -errno;
		snprintf(ret_why, why_size, "cannot open /proc: %s", strerror(-r));
		return r;
	}
	eye->netns = machine_netns(eye->proc_fd);
	r = attribution_new(eye->proc_fd, &eye->attribution);
	if (r == 0)
		r = diag_open(&eye->diag);
	if (r < 0)
		snprintf(ret_why, why_size, "cannot ask the kernel for its sockets (sock_diag): %s", strerror(-r));
	return r;
}

static int unit_of(void *context, uint64_t cgroup_id, char *buffer, size_t size)
{
	const struct eye *eye = context;

	return process_info_unit_of_cgroup_id(eye->cgroup_fd, cgroup_id, buffer, size);
}

static struct picture_input picture_input(struct eye *eye)
{
	return (struct picture_input){
		.look = &eye->look,
		.tracker = &eye->tracker,
		.backlog = &eye->backlog,
		.book = attribution_book(eye->attribution),
		.config = eye->config,
		.netns_name = "host",
		.netns = eye->netns,
		.sees_holders = machine_sees_holders(),
		.unit_of = unit_of,
		.unit_context = eye,
	};
}

static int attribute(struct eye *eye)
{
	struct wants_input input = {
		.look = &eye->look,
		.tracker = &eye->tracker,
		.backlog = &eye->backlog,
		.config = eye->config,
		.netns = eye->netns,
		.everything = true, /* a person asked, once: name everybody */
	};
	int r = wants_collect(&eye->wants, &input);

	return r < 0 ? r : attribution_update(eye->attribution, eye->wants.list, eye->wants.n, UINT64_MAX);
}

static void ask_waiting(struct eye *eye, struct report *report)
{
	struct waiting_input input = {
		.config = eye->config,
		.backlog = &eye->backlog,
		.netns = eye->netns,
		.now_usec = eye->look.end_usec,
		.first_look = true,
	};
	struct diag_waiting ports[WAITING_PORTS];
	size_t n = waiting_collect(&input, report, ports);

	if (n && diag_waiting(eye->diag, ports, n) == 0)
		waiting_apply(&input, ports, n, report);
}

static int judge_all(struct eye *eye, struct report *report)
{
	struct judge judge = {
		.config = eye->config,
		.report = report,
		.backlog = &eye->backlog,
		.netns = eye->netns,
		.somaxconn = eye->look.somaxconn,
		.now_usec = eye->look.end_usec,
	};
	struct findings findings = { 0 };
	int r = judge_leaks(&judge, &findings);

	if (r == 0)
		r = judge_queues(&judge, &findings);
	if (findings.n)
		qsort(findings.list, findings.n, sizeof(*findings.list), finding_compare);
	report->findings = findings.list;
	report->n_findings = findings.n;
	return r;
}

/* Neither stale for sure nor young for sure. A few always are, on a busy host; as many as a warning takes may be a leak
 * whose age keepalive hides. */
static uint64_t count_uncertain(const struct eye *eye, const struct live *live)
{
	struct thresholds strictest;
	uint64_t n = 0;

	config_strictest(eye->config, &strictest);
	for (size_t i = 0; i < live->n_sockets; i++) {
		const struct live_socket *socket = &live->sockets[i];

		n += socket->accepted && !socket->stale && !socket->active &&
		     socket->idle.at_most_usec >= strictest.close_wait_age_usec;
	}
	return n >= strictest.close_wait_warn ? n : 0;
}

static void describe(struct eye *eye, struct live *live)
{
	struct report *report = &live->report;
	struct attribution_progress progress;
	struct health health = {
		.look_error = eye->look.error,
		.sees_holders = machine_sees_holders(),
		.uncertain = count_uncertain(eye, live),
		.more_groups = report->more_groups,
		.sink_error = "",
	};

	attribution_progress(eye->attribution, &progress);
	health.denied = progress.denied;
	for (size_t i = 0; i < report->n_groups; i++)
		health.unheld += report->groups[i].unheld;

	machine_host(report->host, sizeof(report->host));
	if (machine_boot_id(eye->proc_fd, report->boot_id) < 0)
		*report->boot_id = '\0';
	snprintf(report->version, sizeof(report->version), "%s", PACKAGE_VERSION);
	report->updated_usec = machine_realtime_usec();
	report->last_cycle_usec = machine_monotonic_usec() - eye->look.start_usec;
	report->cycles = 1;
	report->complete = eye->look.complete;
	health_print(&health, report->health, sizeof(report->health));
}

static void fill_socket(struct eye *eye, size_t i, const struct picture_row *what, struct live_socket *socket)
{
	const struct sock_row *row = &eye->look.rows[i];
	const struct holder_book *book = attribution_book(eye->attribution);
	size_t n;
	const struct hold *holds = row->inode ? holders_of(book, row->inode, &n) : NULL;

	*socket = (struct live_socket){
		.group = what->group == UINT32_MAX ? SIZE_MAX : what->group,
		.port = row->local_port,
		.uid = row->uid,
		.unread = row->rqueue ? row->rqueue - 1 : 0,
		.accepted = sock_row_accepted(row),
		.stale = what->stale,
		.active = what->active,
		.inherited = what->inherited,
		.cause = what->cause,
		.idle = what->idle,
		.fd = -1,
	};
	sock_endpoint_print(row->address, row->remote_port, socket->remote, sizeof(socket->remote));
	if (!holds)
		return;
	socket->pid = book->processes[holds[0].process].pid;
	socket->fd = holds[0].fd;
	socket->more_holders = n - 1;
	memcpy(socket->process, book->processes[holds[0].process].name, sizeof(socket->process));
}

/* By whole seconds, as a person reads them: below that the order would look like none. */
static int compare_sockets(const void *left, const void *right)
{
	const struct live_socket *a = left, *b = right;
	uint64_t a_seconds = a->idle.at_least_usec / USEC_PER_SEC, b_seconds = b->idle.at_least_usec / USEC_PER_SEC;

	if (a_seconds != b_seconds)
		return a_seconds > b_seconds ? -1 : 1;
	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return a->fd != b->fd ? (a->fd > b->fd) - (a->fd < b->fd) : strcmp(a->remote, b->remote);
}

static int list_sockets(struct eye *eye, const struct picture_row *rows, struct live *live)
{
	size_t n = 0;

	live->sockets = malloc((eye->look.n_rows + 1) * sizeof(*live->sockets));
	if (!live->sockets)
		return -ENOMEM;
	for (size_t i = 0; i < eye->look.n_rows; i++)
		if (eye->look.rows[i].state == SOCK_CLOSE_WAIT)
			fill_socket(eye, i, &rows[i], &live->sockets[n++]);
	if (n)
		qsort(live->sockets, n, sizeof(*live->sockets), compare_sockets);
	live->n_sockets = n;
	return 0;
}

/* The steps of one look, in order; the daemon's cycle has the same ones and a memory. */
static int look_once(struct eye *eye, struct live *live)
{
	CW_CLEANUP(freep) struct picture_row *rows = NULL;
	struct picture_input input;
	int r;

	/* What came of an incomplete look is shown all the same: complete and health tell. */
	(void)diag_look(eye->diag, false, &eye->look);
	r = backlog_update(&eye->backlog, eye->netns, &eye->look);
	if (r == 0)
		r = tracker_update(&eye->tracker, eye->netns, &eye->look);
	if (r == 0)
		r = attribute(eye);
	if (r < 0)
		return r;
	rows = calloc(eye->look.n_rows + 1, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	input = picture_input(eye);
	r = picture_listeners(&input, &live->report);
	if (r < 0)
		return r;
	ask_waiting(eye, &live->report);
	r = picture_groups(&input, &live->report, rows);
	if (r == 0)
		r = judge_all(eye, &live->report);
	if (r == 0)
		r = list_sockets(eye, rows, live);
	if (r == 0)
		describe(eye, live);
	return r;
}

int live_look(const struct config *config, struct live *ret, char *ret_why, size_t why_size)
{
	CW_CLEANUP(eye_close) struct eye eye;
	struct live live = { 0 };
	int r = eye_open(&eye, config, ret_why, why_size);

	if (r < 0)
		return r;
	r = look_once(&eye, &live);
	if (r < 0) {
		snprintf(ret_why, why_size, "the look failed: %s", strerror(-r));
		live_done(&live);
		return r;
	}
	*ret = live;
	return 0;
}

void live_done(struct live *live)
{
	report_done(&live->report);
	free(live->sockets);
	*live = (struct live){ 0 };
}
