# SPDX-License-Identifier: MIT
"""Mounts in the test's own mount namespace."""

import contextlib
import ctypes
import os

MS_RDONLY, MS_REMOUNT, MS_REC, MS_PRIVATE = 1, 32, 1 << 14, 1 << 18
MNT_DETACH = 2
JOURNAL = "/run/systemd/journal"

libc = ctypes.CDLL(None, use_errno=True)


def fault(what):
    return "%s: %s" % (what, os.strerror(ctypes.get_errno()))


def mount(source, target, kind, flags, data=""):
    if libc.mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), data.encode()) < 0:
        raise OSError(fault("mount %s" % target))


def make_private():
    mount("none", "/", "none", MS_REC | MS_PRIVATE)


def proc():
    """The /proc of our own process namespace. Its process numbers shall not look like any other number."""
    mount("proc", "/proc", "proc", 0)
    with contextlib.suppress(OSError), open("/proc/sys/kernel/ns_last_pid", "w") as file:
        file.write("7000")


def tmpfs(path, size="1m"):
    mount("tmpfs", path, "tmpfs", 0, "size=" + size)


def make_readonly(path):
    mount("tmpfs", path, "tmpfs", MS_REMOUNT | MS_RDONLY)


def detach(path):
    libc.umount2(path.encode(), MNT_DETACH)


def make_writable(path):
    mount("tmpfs", path, "tmpfs", MS_REMOUNT)
