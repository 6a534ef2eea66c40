/* SPDX-License-Identifier: MIT */
#include "kernel/machine.h"

#include "core/escape.h"
#include "core/span.h"
#include "kernel/proc_file.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/capability.h>
#include <time.h>
#include <unistd.h>

void machine_host(char *buffer, size_t size)
{
	char name[HOST_NAME_MAX + 1];

	/* POSIX does not promise a NUL when the name is cut. */
	if (gethostname(name, sizeof(name)) < 0)
		name[0] = '\0';
	name[sizeof(name) - 1] = '\0';
	if (!name[0])
		strcpy(name, "localhost");
	escape_name(name, strlen(name), buffer, size);
}

static bool is_boot_id(const char *text)
{
	for (int i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' : !text[i] || !strchr("0123456789abcdef", text[i]))
			return false;
	}
	return text[36] == '\n' || text[36] == '\0';
}

int machine_boot_id(int proc_fd, char buffer[37])
{
	char text[40];
	int r = proc_file_read(proc_fd, "sys/kernel/random/boot_id", text, sizeof(text));

	if (r < 0)
		return r;
	if (!is_boot_id(text))
		return -EBADMSG;
	memcpy(buffer, text, 36);
	buffer[36] = '\0';
	return 0;
}

uint32_t machine_netns(int proc_fd)
{
	uint32_t inode;

	return proc_link_number(proc_fd, "self/ns/net", "net", &inode) == 1 ? inode : 0;
}

bool machine_sees_holders(void)
{
	static const cap_value_t needed[] = { CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH };
	cap_t ours = cap_get_proc();
	bool all = ours != NULL;

	for (size_t i = 0; all && i < sizeof(needed) / sizeof(needed[0]); i++) {
		cap_flag_value_t value;

		all = cap_get_flag(ours, needed[i], CAP_EFFECTIVE, &value) == 0 && value == CAP_SET;
	}
	if (ours)
		cap_free(ours);
	return all;
}

static uint64_t clock_usec(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}

uint64_t machine_monotonic_usec(void)
{
	return clock_usec(CLOCK_MONOTONIC);
}

uint64_t machine_realtime_usec(void)
{
	return clock_usec(CLOCK_REALTIME);
}
