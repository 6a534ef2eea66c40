#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs ./dev run --demo on a terminal, closes the terminal, and sees that everything it started ends.

Usage: hangup.py STATE-DIR COMMAND...	What is wrong goes to the output, a line each; nothing when all is well.
"""
import os
import pty
import select
import signal
import sys
import time

PATIENCE = 30  # seconds


def wait_until(condition, terminal=None):
    """Whether it came true in time. What the terminal shows is read and thrown away."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            return True
        if terminal is None:
            time.sleep(0.05)
        elif select.select([terminal], [], [], 0.05)[0]:
            try:
                os.read(terminal, 65536)
            except OSError:  # its other end has gone
                return condition()
    return False


def read_pid(path):
    try:
        with open(path, encoding="ascii") as file:
            return int(file.read())
    except (OSError, ValueError):
        return None


def is_gone(pid):
    """A zombie has gone, too: an orphan's waits for whatever process 1 is here."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] == b"Z"
    except OSError:
        return True


def hang_up(dev, terminal):
    """A terminal's end is several SIGHUP: from the kernel to leader and foreground, and from the shell to its jobs."""
    os.close(terminal)
    for _ in range(300):
        if os.waitpid(dev, os.WNOHANG)[0] == dev:
            return True
        os.kill(dev, signal.SIGHUP)
        time.sleep(0.001)
    return wait_until(lambda: os.waitpid(dev, os.WNOHANG)[0] == dev)


def main(state, command):
    dev, terminal = pty.fork()
    if dev == 0:
        os.execvp(command[0], command)
    files = {"daemon": f"{state}/closewatchd.pid", "demo server": f"{state}/demo.pid"}
    if not wait_until(lambda: os.path.exists(f"{state}/run/status"), terminal):
        print("no status was seen")
    pids = {name: read_pid(path) for name, path in files.items()}
    for name, pid in pids.items():
        if pid is None or is_gone(pid):
            print(f"the {name} does not run")
    if not hang_up(dev, terminal):
        print(f"dev ({dev}) is still there")
        os.kill(dev, signal.SIGKILL)
    for name, pid in pids.items():
        if pid is not None and not wait_until(lambda pid=pid: is_gone(pid)):
            print(f"the {name} ({pid}) is still there")
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
