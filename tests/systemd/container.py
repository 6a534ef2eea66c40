# SPDX-License-Identifier: MIT
"""A real systemd with a journald of its own, booted in a container on what "make install" installs."""

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from lib import check

HERE = os.path.dirname(os.path.abspath(__file__))
CGROUP_ROOTS = ("/sys/fs/cgroup", "/sys/fs/cgroup/unified")
PR_SET_PDEATHSIG = 1
POWER_OFF = signal.SIGRTMIN + 4  # what systemd takes for "poweroff"
BOOT_LIMIT = 30.0
# The container outlives its nspawn. It shall not outlive us, whatever ends us: our end of the pipe goes with us.
GUARD = 'read -r _; kill -s KILL "$1"'
NEEDS = ("systemd-nspawn", "unshare", "nsenter", "make", "bash")

libc = ctypes.CDLL(None)


def missing():
    """Why no such container can be had here, or None."""
    if os.geteuid() != 0:
        return "not root"
    for program in NEEDS:
        if not shutil.which(program):
            return "%s is missing" % program
    with open("/proc/filesystems") as file:
        if "cgroup2" not in file.read().split():
            return "the kernel has no cgroup2"
    return cannot_mount()


def cannot_mount():
    """Tries the two mounts that a machine may refuse even to root."""
    with tempfile.TemporaryDirectory() as folder:
        script = ("mount -t tmpfs tmpfs %s && cd %s && mkdir u w r && "
                  "mount -t overlay -o lowerdir=/,upperdir=u,workdir=w overlay r && mount -t cgroup2 cgroup2 u")
        done = subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-c", script % (folder, folder)],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
        return " ".join(done.stdout.split()) or "no mounts" if done.returncode else None


class Container:
    """Boots on entering, powers off on leaving. files: a folder that is laid over its root."""

    def __init__(self, files):
        self.files = files
        self.name = "closewatch-test-%d" % os.getpid()
        self.leader = self.guard = None

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="closewatch-systemd-")
        self.log = tempfile.TemporaryFile("w+", errors="replace")
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self.notify.bind("\0" + self.name)
        try:
            self.boot()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.leader, POWER_OFF)
        self.remove()

    def boot(self):
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
        environment["NOTIFY_SOCKET"] = "@" + self.name
        self.process = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private",
             os.path.join(HERE, "boot"), self.folder, self.name, self.files],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT, env=environment,
            start_new_session=True, preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
        self.notify.settimeout(0.1)
        end = time.monotonic() + BOOT_LIMIT
        while not self.is_ready():
            check.expect(self.process.poll() is None and time.monotonic() < end, "systemd boots", self.output())
        self.guard = subprocess.Popen(["sh", "-c", GUARD, "sh", str(self.leader)], stdin=subprocess.PIPE,
                                      start_new_session=True)

    def is_ready(self):
        """Reads one message of nspawn: it names the first process of the container, and says when that is ready."""
        try:
            lines = self.notify.recv(4096).decode().splitlines()
        except socket.timeout:
            return False
        for line in lines:
            if line.startswith("X_NSPAWN_LEADER_PID="):
                self.leader = int(line.split("=")[1])
        return "READY=1" in lines and self.leader

    def output(self):
        self.log.seek(0)
        return self.log.read()

    def remove(self):
        """Whatever has become of it, nothing of it stays."""
        try:
            self.process.wait(10 if self.leader else 0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            if self.leader:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.leader, signal.SIGKILL)
        if self.guard:
            with self.guard:  # ends by itself only if we do not come here
                self.guard.kill()
        self.notify.close()
        self.log.close()
        for root in CGROUP_ROOTS:
            check.until(lambda: remove_cgroup(os.path.join(root, self.name)), "the cgroup can be removed")
        shutil.rmtree(self.folder)

    def run(self, *command, expect=0, input=None):
        """What the command prints inside; its errors too, if it ends otherwise than expected (None: no matter how)."""
        done = subprocess.run(["nsenter", "--target", str(self.leader), "--all", "--", *command], timeout=60,
                              input=input, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True,
                              env=dict(os.environ, LC_ALL="C", SYSTEMD_COLORS="0", SYSTEMD_PAGER=""))
        check.expect(expect is None or done.returncode == expect, "%s: exit %s" % (" ".join(command), expect),
                     "%d\n%s%s" % (done.returncode, done.stdout, done.stderr))
        return done.stdout


def remove_cgroup(path):
    """Whether it is gone, with all below it."""
    for folder, _, _ in os.walk(path, topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(folder)
    return not os.path.exists(path)
