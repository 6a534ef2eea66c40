/* SPDX-License-Identifier: MIT */
#include "ctl/explain_view.h"
#include "ctl/inquiry.h"
#include "ctl/json.h"
#include "ctl/output.h"
#include "ctl/verbs.h"
#include "kernel/counters.h"
#include "kernel/machine.h"

#include <fcntl.h>
#include <unistd.h>

static uint32_t read_somaxconn(void)
{
	int proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	uint32_t somaxconn = 0;

	if (proc_fd < 0)
		return 0;
	if (counters_read_somaxconn(proc_fd, &somaxconn) < 0)
		somaxconn = 0;
	close(proc_fd);
	return somaxconn;
}

/* Whether it is known of any socket who holds it. */
static bool names_holders(const struct live_socket *sockets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sockets[i].pid)
			return true;
	return false;
}

/* A whole look of ours without it, or the daemon's word. */
static bool is_over(const struct inquiry *inquiry)
{
	const struct finding *f = inquiry->finding;

	if (f->gone_usec)
		return true;
	if (!inquiry->has_live || !inquiry->live.report.complete)
		return false;
	return f->kind == FINDING_CLOSE_WAIT_LEAK ? inquiry->n_sockets == 0 :
						    !report_listener_of(&inquiry->live.report, f);
}

/* The look of our own is newer, but without the rights it cannot say what the daemon saw: which descriptors. */
static void choose_sockets(const struct inquiry *inquiry, struct live_socket samples[GROUP_SAMPLES],
			   struct explanation *e)
{
	size_t n_samples = e->group ? subject_samples(e->group, samples, GROUP_SAMPLES) : 0;
	size_t n = inquiry->n_sockets < EXPLAIN_SOCKETS ? inquiry->n_sockets : EXPLAIN_SOCKETS;

	e->live = inquiry->has_live && (n_samples == 0 || e->over || (n > 0 && (names_holders(inquiry->sockets, n) ||
								     !names_holders(samples, n_samples))));
	/* Samples of what is over would read as if it were there. */
	if (e->over && !e->live)
		n_samples = 0;
	e->sockets = e->live ? inquiry->sockets : samples;
	e->n_sockets = e->live ? n : n_samples;
	e->all_sockets = e->live ? inquiry->n_sockets : e->group && !e->over ? e->group->stale : 0;
	if (e->all_sockets < e->n_sockets)
		e->all_sockets = e->n_sockets;
}

/* The look of our own, if it still has the listener. */
static void choose_listener(const struct inquiry *inquiry, struct explanation *e)
{
	e->live = inquiry->has_live && report_listener_of(&inquiry->live.report, e->finding);
}

static struct explanation explanation_of(const struct inquiry *inquiry, struct live_socket samples[GROUP_SAMPLES])
{
	struct explanation e = {
		.finding = inquiry->finding,
		.group = report_group_of(inquiry->report, inquiry->finding),
		.listener = report_listener_of(inquiry->report, inquiry->finding),
		.over = is_over(inquiry),
		.alone = inquiry->report == &inquiry->live.report,
		.somaxconn = read_somaxconn(),
		.sees_holders = machine_sees_holders(),
	};

	if (e.finding->kind == FINDING_CLOSE_WAIT_LEAK)
		choose_sockets(inquiry, samples, &e);
	else
		choose_listener(inquiry, &e);
	e.seen = e.live ? &inquiry->live.report : inquiry->report;
	return e;
}

int verb_explain(const struct command *command)
{
	struct screen screen = command_screen(command);
	struct live_socket samples[GROUP_SAMPLES];
	struct explanation explanation;
	struct inquiry inquiry = { 0 };
	int code = inquiry_open(command, command->arguments[0], screen.now_usec, &inquiry);

	if (!inquiry.finding)
		return code;
	explanation = explanation_of(&inquiry, samples);
	if (command->json && output_json(json_of_explanation(&explanation)) != EXIT_DONE)
		code = EXIT_FAILED;
	if (!command->json)
		explain_view(&screen, &explanation);
	inquiry_done(&inquiry);
	return code;
}
