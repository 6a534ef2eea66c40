# SPDX-License-Identifier: MIT
"""Runs each test with network, mounts and processes of its own: real sockets and programs, but nobody else's."""

import fcntl
import os
import signal
import socket
import struct
import sys
import tempfile
import time
import traceback

from lib import check, mounts
from lib.world import World

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1

TIME_LIMIT = 120  # seconds for one test
EXIT_OK, EXIT_FAILED, EXIT_SKIPPED = 0, 1, 77
VERDICTS = {EXIT_OK: "ok", EXIT_SKIPPED: "skip"}

libc = mounts.libc

class Result:
    def __init__(self, test, verdict, output, seconds):
        self.test, self.verdict, self.output, self.seconds = test, verdict, output, seconds


def die_with_parent():
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def enter_namespaces(hide_processes):
    """Namespaces of our own (of processes for our children); without root by way of a user namespace in which we are
    root."""
    uid, gid = os.geteuid(), os.getegid()
    flags = CLONE_NEWNET | CLONE_NEWNS | (CLONE_NEWPID if hide_processes else 0)
    if uid != 0 or libc.unshare(flags) < 0:
        if libc.unshare(flags | CLONE_NEWUSER) < 0:
            raise check.Skipped(mounts.fault("no private network namespace"))
        write("/proc/self/setgroups", "deny")
        write("/proc/self/uid_map", "0 %d 1" % uid)
        write("/proc/self/gid_map", "0 %d 1" % gid)
    mounts.make_private()
    if os.path.isdir(mounts.JOURNAL):  # what the tests provoke is no news for this machine's journal
        mounts.tmpfs(mounts.JOURNAL)


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(sock, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | IFF_UP))


def in_child(function):
    """The exit status of function() in a child, which dies with us, and in its own process namespace everybody else
    with it."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        status = EXIT_FAILED
        try:
            die_with_parent()
            status = function()
            sys.stdout.flush()
        finally:
            os._exit(status)
    status = os.waitpid(pid, 0)[1]
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else EXIT_FAILED


def can_hide_processes():
    """Whether a process namespace with its own /proc is allowed here."""

    def mount_proc():
        mounts.proc()
        return EXIT_OK

    def probe():
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        enter_namespaces(True)
        return in_child(mount_proc)

    return in_child(probe) == EXIT_OK


def run_isolated(test, folder, hide_processes):
    """The exit status of the test; standard output is its log."""
    try:
        enter_namespaces(hide_processes)
    except check.Skipped as skipped:
        print(skipped)
        return EXIT_SKIPPED

    def run():
        if hide_processes:
            mounts.proc()
        return run_here(test, folder)

    return in_child(run)


def run_here(test, folder):
    try:
        raise_loopback()
        with World(test, folder, die_with_parent) as world:
            test.function(world)
    except check.Skipped as skipped:
        print(skipped)
        return EXIT_SKIPPED
    except check.Failed as failed:
        print(failed)
        return EXIT_FAILED
    except Exception:
        traceback.print_exc(file=sys.stdout)
        return EXIT_FAILED
    return EXIT_OK


class Running:
    def __init__(self, test, hide_processes):
        self.test, self.hide_processes = test, hide_processes
        self.started = time.monotonic()
        self.folder = tempfile.TemporaryDirectory(prefix="closewatch-test-")
        self.log = tempfile.TemporaryFile("w+", errors="replace")
        sys.stdout.flush()
        self.parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            self.child()

    def child(self):
        status = EXIT_FAILED
        try:
            die_with_parent()
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            if os.getppid() == self.parent:
                os.dup2(self.log.fileno(), 1)
                os.dup2(self.log.fileno(), 2)
                status = run_isolated(self.test, self.folder.name, self.hide_processes)
                sys.stdout.flush()
        finally:
            os._exit(status)

    def late(self):
        return time.monotonic() - self.started > TIME_LIMIT

    def poll(self):
        """The result, or None while it runs."""
        late = self.late()
        if late:
            os.kill(self.pid, signal.SIGKILL)  # what it started dies with it
        pid, status = os.waitpid(self.pid, 0 if late else os.WNOHANG)
        if pid == 0:
            return None
        self.log.seek(0)
        output = self.log.read()
        self.log.close()
        self.folder.cleanup()
        if late:
            output += "\nnot done after %d s" % TIME_LIMIT
        elif os.WIFSIGNALED(status):
            output += "\nkilled by signal %d" % os.WTERMSIG(status)
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else EXIT_FAILED
        return Result(self.test, VERDICTS.get(code, "not ok"), output, time.monotonic() - self.started)


def run_all(tests, jobs, hide_processes):
    """Yields a Result for each test, in the order in which they end."""
    hide_processes = hide_processes and can_hide_processes()
    waiting, running = list(tests), []
    while waiting or running:
        while waiting and len(running) < jobs:
            running.append(Running(waiting.pop(0), hide_processes))
        for one in list(running):
            result = one.poll()
            if result:
                running.remove(one)
                yield result
        time.sleep(0.02)
