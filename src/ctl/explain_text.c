/* SPDX-License-Identifier: MIT */
#include "ctl/explain_text.h"

#include "core/cleanup.h"

#define NO_TIMEOUT \
	"CLOSE_WAIT has no timeout: the socket and its descriptor stay until the program closes them or exits."

static const char *const causes[CAUSES][ROLES] = {
	[CAUSE_DRAINED] = {
		[ROLE_SERVER] =
			"The clients have closed: each sent a FIN, the kernel answered it and moved the socket to "
			"CLOSE_WAIT. Nothing is left to read (Recv-Q 0), so the program has taken everything, and its own "
			"close() is all that is missing. " NO_TIMEOUT,
		[ROLE_CLIENT] =
			"The server has closed: it sent a FIN for each connection, the kernel answered it and moved the socket "
			"to CLOSE_WAIT. Nothing is left to read (Recv-Q 0), so the program has taken everything, and its own "
			"close() is all that is missing. " NO_TIMEOUT,
	},
	[CAUSE_UNREAD_EOF] = {
		[ROLE_SERVER] =
			"The clients have closed: each sent a FIN, the kernel answered it and moved the socket to "
			"CLOSE_WAIT. The program has not read the end-of-file (Recv-Q 1), and so it does not know yet that the "
			"client is gone: it has forgotten the connection, or keeps it in an idle pool that looks only when it "
			"uses a connection next. " NO_TIMEOUT,
		[ROLE_CLIENT] =
			"The server has closed connections that were idle: it sent a FIN for each, and the kernel moved the "
			"socket to CLOSE_WAIT. The program has not read the end-of-file (Recv-Q 1), as a connection pool looks "
			"at a connection only when it uses it next. A few that stay the same do no harm, but the next request "
			"on one of them fails. A number that grows is a leak: connections that the pool has lost without "
			"closing them.",
	},
	[CAUSE_UNREAD_DATA] = {
		[ROLE_SERVER] =
			"The clients have closed, but what they sent before is still unread (Recv-Q above 1): the data comes "
			"first, the end-of-file after it. The program's reader is stuck or stopped: a blocked thread, a lock, "
			"a full queue behind it, a stopped process. To close these sockets now, or to kill the program, throws "
			"the unread data away and sends a reset (RST) instead of a FIN.",
		[ROLE_CLIENT] =
			"The server has closed, but what it sent before is still unread (Recv-Q above 1): the data comes "
			"first, the end-of-file after it. The program stopped reading answers: it gave up waiting without "
			"close(), or its reader is stuck. To close these sockets now, or to kill the program, throws the "
			"unread data away and sends a reset (RST) instead of a FIN.",
	},
};

static const char *const trends[TRENDS] = {
	[TREND_UNKNOWN] = "Whether it grows is not known yet: that needs a longer watch.",
	[TREND_STEADY] = "The number is steady, and the same sockets stay.",
	[TREND_GROWING] = "The same sockets stay and new ones join: it grows.",
	[TREND_SHRINKING] = "The number is shrinking.",
};

static const struct step steps[] = {
	{ STEP_LEAK | STEP_INHERITED,
	  "Open listeners and connections with SOCK_CLOEXEC, or close them in the child right after fork().", NULL },
	{ STEP_LEAK | STEP_SERVER | STEP_DRAINED | STEP_OWN,
	  "Look for a path in the program that returns after read() = 0 without close(): error handling, timeouts and "
	  "callbacks first.",
	  NULL },
	{ STEP_LEAK | STEP_CLIENT | STEP_DRAINED | STEP_OWN,
	  "Look for a path in the program that drops a connection without close() when the answer ends or fails: error "
	  "handling, timeouts and callbacks first.",
	  NULL },
	{ STEP_LEAK | STEP_SERVER | STEP_UNREAD_EOF | STEP_OWN,
	  "Look for connections that leave the event loop or their thread without close(), and for a missing idle "
	  "timeout.",
	  NULL },
	{ STEP_LEAK | STEP_CLIENT | STEP_UNREAD_EOF | STEP_OWN,
	  "Give the pool an idle time shorter than the server's, or let it test a connection before use. If the number "
	  "grows: look for connections that are taken and never given back.",
	  NULL },
	{ STEP_LEAK | STEP_UNREAD_DATA | STEP_OWN | STEP_PID,
	  "Find out why nobody reads. T below: the process is stopped, S: it sleeps, R: it is busy.",
	  "grep -h State: /proc/{pid}/task/*/status | sort | uniq -c" },
	{ STEP_LEAK | STEP_UNREAD_DATA | STEP_OWN | STEP_NO_PID, "Find out why nobody reads: blocked, stopped, or overloaded.",
	  NULL },
	{ STEP_LEAK | STEP_PID, "See its descriptors:", "ls -l /proc/{pid}/fd | grep socket" },
	{ STEP_LEAK | STEP_SERVER | STEP_PRESENT,
	  "See its sockets, as the kernel knows them:", "ss -tnpo state close-wait 'sport = :{port}'" },
	{ STEP_LEAK | STEP_CLIENT | STEP_PRESENT,
	  "See its sockets, as the kernel knows them:", "ss -tnpo state close-wait 'dst {remote}'" },
	{ STEP_LEAK | STEP_UNHELD, "Look for io_uring instances, which can hold sockets without a descriptor:",
	  "grep -l 'socket:\\[' /proc/[0-9]*/fdinfo/* 2>/dev/null" },
	{ STEP_LEAK | STEP_BLIND,
	  "Look again as root, who sees the descriptors of all processes:", "sudo {closewatchctl} scan" },

	{ STEP_ACCEPT_QUEUE | STEP_PID,
	  "Find out what the program does instead of accept(): stopped (T), waiting (S, D) or busy (R).",
	  "grep -h State: /proc/{pid}/task/*/status | sort | uniq -c" },
	{ STEP_ACCEPT_QUEUE | STEP_PRESENT,
	  "Look at the queue a few times (Recv-Q: how many wait, Send-Q: the limit):", "ss -ltn 'sport = :{port}'" },
	{ STEP_ACCEPT_QUEUE | STEP_BACKLOG,
	  "A longer queue helps against bursts alone: raise the backlog in the program's own settings, up to "
	  "net.core.somaxconn ({somaxconn}), and restart it.",
	  NULL },
	{ STEP_ACCEPT_QUEUE | STEP_SOMAXCONN,
	  "A longer queue helps against bursts alone: raise net.core.somaxconn and restart the program, which asks for "
	  "its queue only when it starts to listen.",
	  "sysctl net.core.somaxconn" },

	{ STEP_UNIT, "Read what it logged:", "journalctl -u {unit} --since=-1h" },
	{ STEP_LEAK | STEP_UNIT | STEP_URGENT,
	  "To get rid of them now, restart it{before}:", "systemctl restart {unit}" },
	{ STEP_LEAK | STEP_NO_UNIT | STEP_PID | STEP_URGENT,
	  "To get rid of them now, restart the program{before}; this ends it:", "kill {pid}" },
	{ STEP_ACCEPT_QUEUE | STEP_UNIT | STEP_URGENT, "If it hangs, restart it:", "systemctl restart {unit}" },
	{ STEP_ACCEPT_QUEUE | STEP_NO_UNIT | STEP_PID | STEP_URGENT,
	  "If it hangs, restart the program; this ends it:", "kill {pid}" },
};

const char *explain_cause(enum cause cause, enum role role)
{
	return cause < CAUSES && role < ROLES ? causes[cause][role] : NULL;
}

const char *explain_inherited(void)
{
	return "Most of them are held by a process that does not serve this port: it got the descriptors from its parent, "
	       "by fork(). As long as it holds its copies, the parent's close() has no effect, and it reads nothing itself. " NO_TIMEOUT;
}

const char *explain_trend(enum trend trend)
{
	return trend < TRENDS ? trends[trend] : NULL;
}

const char *explain_unheld(void)
{
	return "A socket without a descriptor is on its way from one process to another over a unix socket, or belongs to "
	       "io_uring or to the kernel itself.";
}

const char *explain_accept_queue(void)
{
	return "The kernel completes each handshake by itself and keeps the connection in the listener's accept queue "
	       "until the program calls accept(). To the client it looks connected, but nobody answers.";
}

const struct step *explain_steps(size_t *ret_n)
{
	*ret_n = CW_ELEMENTS(steps);
	return steps;
}
