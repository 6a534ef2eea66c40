# SPDX-License-Identifier: MIT
"""Programs that a test starts. Each dies with the test, whatever happens to it."""

import json
import os
import select
import signal
import subprocess
import sys
import time

from lib import check

ACTOR = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "actors", "actor.py")


class Program:
    def __init__(self, arguments, preexec, **options):
        self.process = subprocess.Popen(arguments, preexec_fn=preexec, start_new_session=True, **options)
        self.pid = self.process.pid

    def alive(self):
        return self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, deadline=check.DEADLINE):
        """Its exit status; negative: killed by that signal."""
        try:
            return self.process.wait(deadline)
        except subprocess.TimeoutExpired:
            raise check.Failed("%s is still running after %g s" % (self.process.args[0], deadline))

    def kill(self):
        if self.alive():
            self.signal(signal.SIGKILL)
        self.process.wait()


class Actor(Program):
    """A program of actors/actor.py. It tells what it has done in lines of JSON, and takes words as commands."""

    def __init__(self, preexec, name, *arguments, comm=None):
        comm = comm if comm is not None else b"cw-" + name.encode()
        command = [sys.executable, "-S", "-E", "-B", ACTOR, name, "--comm", comm.hex()]
        super().__init__(command + [str(argument) for argument in arguments], preexec, stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE)
        self.comm = comm.decode("latin-1")
        self.pending = b""
        self.facts = self.hear()
        self.port = self.facts.get("port")

    def hear(self):
        end = time.monotonic() + check.DEADLINE
        while b"\n" not in self.pending:
            left = max(0.0, end - time.monotonic())
            if not select.select([self.process.stdout], [], [], left)[0]:
                raise check.Failed("actor %s says nothing" % self.comm)
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                raise check.Failed("actor %s died" % self.comm)
            self.pending += data
        line, self.pending = self.pending.split(b"\n", 1)
        return json.loads(line)

    def tell(self, word):
        """Sends a command and waits until it is done."""
        self.process.stdin.write(word.encode() + b"\n")
        self.process.stdin.flush()
        return self.hear()
