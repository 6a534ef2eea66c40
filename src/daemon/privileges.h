/* SPDX-License-Identifier: MIT */
/* What of root's power the daemon keeps. */
#ifndef CW_DAEMON_PRIVILEGES_H
#define CW_DAEMON_PRIVILEGES_H

/* Keeps CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, if we have them, and gives up all other capabilities and new
 * privileges for good, also where no unit file does so for us. 0 or -errno. */
int privileges_drop(void);

#endif
