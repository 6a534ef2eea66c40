#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A small server with a bug, for ./dev run --demo: it reads each connection to the end and forgets to close it.

Its clients, in the same process, connect over loopback, send a line and close. 20 sockets leak at once, then one a
second, up to 200. The server's port is the first line of the output. It ends with its parent.
"""
import ctypes
import os
import signal
import socket
import sys
import time

AT_ONCE = 20
AT_MOST = 200
PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15


def follow_parent(parent):
    """Asks the kernel to end us with our parent; it may have gone before we asked."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    libc.prctl(PR_SET_NAME, b"leaky-demo", 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)


def leak_one(listener):
    """One client comes, says a line and goes. Returns the server's side, which nobody closes."""
    with socket.create_connection(listener.getsockname()) as client:
        server, _ = listener.accept()
        client.sendall(b"hello\n")
    while server.recv(4096):
        pass
    return server  # the bug: recv() returned nothing, and close() never comes


def main():
    parent = os.getppid()
    follow_parent(parent)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        leaked = [leak_one(listener) for _ in range(AT_ONCE)]
        while os.getppid() == parent:
            time.sleep(1)
            if len(leaked) < AT_MOST:
                leaked.append(leak_one(listener))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
