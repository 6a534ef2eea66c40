# SPDX-License-Identifier: MIT
"""Directories that cannot be written."""

import os

from cases.leaks import leak
from cases.life import find
from lib import check, mounts
from lib.check import equal, expect
from lib.registry import scenario


def tiny(world):
    try:
        return world.tmpfs(world.path("run"), "64k")
    except OSError as error:
        raise check.Skipped(str(error))


def fill_up(folder):
    path = os.path.join(folder, "ballast")
    with open(path, "wb", buffering=0) as file:
        while True:
            try:
                file.write(b"x" * 4096)
            except OSError:
                return path


def goes_on_without(world, daemon, spoil, repair, complaint):
    """Events are still told, the trouble once, and everything is well when it can be written again."""
    daemon.started()
    spoil()
    daemon.wait_line(complaint)
    for _ in range(2):
        server, _, _ = leak(world, 3)
        daemon.wait_line(r"on port %d: " % server.port)
        server.kill()
        daemon.wait_line(r"on port %d no longer" % server.port)
    expect(daemon.alive(), "it runs", daemon.output())
    equal(len(daemon.lines(complaint)), 1, "it says so once, in\n" + daemon.output())
    repair()
    status = daemon.wait_cycles(2)
    equal(status["cycle"]["health"], "ok", "the health in the end")
    expect(daemon.lines("again"), "it says that it can write again", daemon.output())
    daemon.stop()


@scenario()
def a_full_status_directory_stops_nothing_and_is_told_once(world):
    folder = tiny(world)
    daemon = world.daemon(runtime=folder)
    goes_on_without(world, daemon, lambda: fill_up(folder), lambda: os.unlink(os.path.join(folder, "ballast")),
                    "No space left")
    equal(sorted(os.listdir(folder)), ["lock", "status"], "nothing is left lying")


@scenario()
def a_readonly_status_directory_stops_nothing_and_is_told_once(world):
    folder = tiny(world)
    daemon = world.daemon(runtime=folder)
    goes_on_without(world, daemon, lambda: mounts.make_readonly(folder), lambda: mounts.make_writable(folder),
                    "Read-only file system")


@scenario()
def a_full_state_directory_stops_nothing_and_is_told_once(world):
    try:
        folder = world.tmpfs(world.path("state"), "64k")
    except OSError as error:
        raise check.Skipped(str(error))
    daemon = world.daemon().started()
    server, _, _ = leak(world, 3)
    first = find(daemon, server.port)
    fill_up(folder)
    other, _, _ = leak(world, 3)
    daemon.wait_line("No space left")
    find(daemon, other.port)
    daemon.wait_cycles(3)
    equal(len(daemon.lines("No space left")), 1, "it says so once, in\n" + daemon.output())
    os.unlink(os.path.join(folder, "ballast"))
    other.kill()
    daemon.wait_line(r"on port %d no longer" % other.port)
    daemon.wait_line("again")
    daemon.kill()
    daemon = world.daemon().started()
    equal(find(daemon, server.port)["since"], first["since"], "the memory is whole: since")
