/* SPDX-License-Identifier: MIT */
#include "daemon/sources.h"

#include "kernel/machine.h"
#include "kernel/process_info.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct machine {
	int proc_fd, cgroup_fd;
	struct diag *diag;
	struct attribution *attribution;
};

static struct moment machine_now(void *context)
{
	(void)context;
	return (struct moment){
		.monotonic_usec = machine_monotonic_usec(),
		.realtime_usec = machine_realtime_usec(),
	};
}

static int machine_look(void *context, bool listen_only, struct look *look)
{
	struct machine *machine = context;

	return diag_look(machine->diag, listen_only, look);
}

static int machine_waiting(void *context, struct diag_waiting *ports, size_t n)
{
	struct machine *machine = context;

	return diag_waiting(machine->diag, ports, n);
}

static int machine_attribute(void *context, const struct attribution_want *wants, size_t n, uint64_t budget_usec)
{
	struct machine *machine = context;

	return attribution_update(machine->attribution, wants, n, budget_usec);
}

static const struct holder_book *machine_book(void *context)
{
	struct machine *machine = context;

	return attribution_book(machine->attribution);
}

static void machine_progress(void *context, struct attribution_progress *ret)
{
	struct machine *machine = context;

	attribution_progress(machine->attribution, ret);
}

static int machine_unit_of(void *context, uint64_t cgroup_id, char *buffer, size_t size)
{
	struct machine *machine = context;

	return process_info_unit_of_cgroup_id(machine->cgroup_fd, cgroup_id, buffer, size);
}

static void machine_free(struct machine *machine)
{
	diag_close(machine->diag);
	attribution_free(machine->attribution);
	if (machine->proc_fd >= 0)
		close(machine->proc_fd);
	if (machine->cgroup_fd >= 0)
		close(machine->cgroup_fd);
	free(machine);
}

static int machine_open(struct machine *machine, char *ret_why, size_t why_size)
{
	int r;

	machine->cgroup_fd = process_info_open_cgroup();
	machine->proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (machine->proc_fd < 0) {
		r = -errno;
		snprintf(ret_why, why_size, "cannot open /proc: %s", strerror(-r));
		return r;
	}
	r = attribution_new(machine->proc_fd, &machine->attribution);
	if (r == 0)
		r = diag_open(&machine->diag);
	if (r < 0)
		snprintf(ret_why, why_size, "cannot ask the kernel for its sockets (sock_diag): %s", strerror(-r));
	return r;
}

int sources_open(struct sources *ret, char *ret_why, size_t why_size)
{
	struct machine *machine = calloc(1, sizeof(*machine));
	int r;

	if (!machine) {
		snprintf(ret_why, why_size, "out of memory");
		return -ENOMEM;
	}
	machine->proc_fd = machine->cgroup_fd = -1;
	r = machine_open(machine, ret_why, why_size);
	if (r < 0) {
		machine_free(machine);
		return r;
	}
	*ret = (struct sources){
		.context = machine,
		.now = machine_now,
		.look = machine_look,
		.waiting = machine_waiting,
		.attribute = machine_attribute,
		.book = machine_book,
		.progress = machine_progress,
		.unit_of = machine_unit_of,
		.netns = machine_netns(machine->proc_fd),
		.sees_holders = machine_sees_holders(),
	};
	machine_host(ret->host, sizeof(ret->host));
	if (machine_boot_id(machine->proc_fd, ret->boot_id) < 0)
		*ret->boot_id = '\0';
	return 0;
}

void sources_close(struct sources *sources)
{
	if (sources->context)
		machine_free(sources->context);
	*sources = (struct sources){ 0 };
}
