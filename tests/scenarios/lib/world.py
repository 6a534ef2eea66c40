# SPDX-License-Identifier: MIT
"""What a test gets: programs to start, connections to open, a way to look. All of it is gone when the test ends."""

import contextlib
import os
import socket
import time

from lib import check, look, mounts, product
from lib.program import Actor


class World:
    def __init__(self, test, folder, preexec):
        self.test, self.folder, self.preexec = test, folder, preexec
        self.programs = []
        self.sockets = []
        self.mounts = []

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        for program in reversed(self.programs):
            program.kill()
        for path in reversed(self.mounts):
            mounts.detach(path)
        if kind is not None and kind is not check.Skipped:
            for daemon in [program for program in self.programs if isinstance(program, product.Daemon)]:
                print("the daemon said:\n" + daemon.output())

    def tmpfs(self, path, size="1m"):
        """A small file system of its own, seen by this test's programs alone."""
        os.makedirs(path, exist_ok=True)
        mounts.tmpfs(path, size)
        self.mounts.append(path)
        return path

    def path(self, name):
        return os.path.join(self.folder, name)

    def actor(self, name, *arguments, comm=None):
        actor = Actor(self.preexec, name, *arguments, comm=comm)
        self.programs.append(actor)
        return actor

    def daemon(self, *arguments, runtime=None, environment=None, defaults=True, **settings):
        """Starts one, with lib/product.py's DEFAULTS and these settings on its command line, unless defaults=False."""
        daemon = product.Daemon(self.folder, self.preexec, arguments, runtime, environment, defaults, **settings)
        self.programs.append(daemon)
        return daemon

    def look(self, **settings):
        """The way of looking that this test is run with. A daemon runs from now on."""
        if self.test.way == "scan":
            return look.ScanLook(**settings)
        return look.DaemonLook(self.daemon(**settings))

    def connect(self, port, address="127.0.0.1", data=b"", wait=True):
        """A client. The test holds its socket, and closes it with close()."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        client = socket.socket(family, socket.SOCK_STREAM)
        self.sockets.append(client)
        client.settimeout(check.DEADLINE)
        if not wait:
            client.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            client.connect((address, port))
        if data:
            client.sendall(data)
        return client

    def hang_up(self, clients):
        """Closes the clients; returns between which two times they did."""
        before = time.monotonic()
        for client in clients:
            client.close()
        return before, time.monotonic()
