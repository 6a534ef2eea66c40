/* SPDX-License-Identifier: MIT */
#include "daemon/privileges.h"

#include "core/cleanup.h"

#include <errno.h>
#include <sys/capability.h>
#include <sys/prctl.h>

static const cap_value_t kept[] = { CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH };

static int keep(cap_t from, cap_t to, cap_value_t capability)
{
	cap_flag_value_t have;

	if (cap_get_flag(from, capability, CAP_PERMITTED, &have) < 0)
		return -errno;
	if (have != CAP_SET)
		return 0;
	if (cap_set_flag(to, CAP_PERMITTED, 1, &capability, CAP_SET) < 0 ||
	    cap_set_flag(to, CAP_EFFECTIVE, 1, &capability, CAP_SET) < 0)
		return -errno;
	return 0;
}

static int reduce(cap_t from, cap_t to)
{
	for (size_t i = 0; i < CW_ELEMENTS(kept); i++) {
		int r = keep(from, to, kept[i]);

		if (r < 0)
			return r;
	}
	/* Where the service manager has seen to it already, its system call filter need not let us ask. */
	if (cap_compare(from, to) == 0)
		return 0;
	return cap_set_proc(to) < 0 ? -errno : 0;
}

int privileges_drop(void)
{
	cap_t have = cap_get_proc(), want = cap_init();
	int r = have && want ? reduce(have, want) : -ENOMEM;

	cap_free(have);
	cap_free(want);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 && r == 0)
		r = -errno;
	return r;
}
