# SPDX-License-Identifier: MIT
"""Who holds a socket: children, workers, other threads, nobody."""

import os
import re

from cases.leaks import holders_are
from lib import check, kernel
from lib.check import Skipped, equal, expect
from lib.registry import scan_and_daemon


def forked(world, *options):
    """A forking server whose child keeps one connection: (parent, child's pid, the child's descriptors of it)."""
    parent = world.actor("forker", *options)
    client = world.connect(parent.port, data=b"hello")
    child = parent.hear()["children"][0]
    client.close()
    rows = kernel.wait_rows(1, "held by the child", state="CLOSE_WAIT", port=parent.port, accepted=True)
    inodes = [row.inode for row in rows]
    equal(kernel.descriptors(parent.pid, inodes), [], "the parent has closed it")
    return parent, child, kernel.descriptors(child, inodes)


def child_holds(look, parent, child, fds, inherited, process):
    def says(sight):
        group = sight.group(port=parent.port)
        equal((group["role"], group["stale"]), ("server", 1), "role, stale")
        holders_are(group, {child: fds})
        equal(group["process"], process, "the process")
        equal(group["inherited"], inherited, "inherited")
        finding = sight.finding("close-wait-leak", parent.port)
        named = finding["message"] + finding["advice"]
        expect(str(child) in named, "the child is named", finding)
        expect(not re.search(r"\b%d\b" % parent.pid, named), "the parent is not named", finding)
        if inherited:
            expect(re.search("inherited|child", named), "it says that they are inherited", finding)

    look.expect(says, "the child holds it")


@scan_and_daemon(5)
def a_child_that_keeps_its_parents_connection_holds_an_inherited_leak(world):
    look = world.look(close_wait__warn=1)
    parent, child, fds = forked(world)
    child_holds(look, parent, child, fds, 1, "cw-heir")


@scan_and_daemon(27)
def a_prefork_worker_that_shares_the_listener_leaks_by_itself(world):
    look = world.look(close_wait__warn=1)
    parent, child, fds = forked(world, "--keep-listener")
    child_holds(look, parent, child, fds, 0, "cw-heir")


@scan_and_daemon(27)
def another_program_with_listener_and_connection_holds_an_inherited_leak(world):
    look = world.look(close_wait__warn=1)
    parent, child, fds = forked(world, "--keep-listener", "--execute")
    child_holds(look, parent, child, fds, 1, "sleep")


@scan_and_daemon(25)
def sockets_in_flight_over_a_unix_socket_are_held_by_nobody(world):
    look = world.look(close_wait__warn=1)
    server = world.actor("courier", "--count", 2)
    clients = [world.connect(server.port, data=b"hello") for _ in range(2)]
    equal(server.hear(), {"inflight": 2}, "both are sent")
    closed = world.hang_up(clients)
    rows = kernel.wait_rows(2, "in flight", state="CLOSE_WAIT", port=server.port, accepted=True)
    equal(kernel.descriptors(server.pid, [row.inode for row in rows]), [], "descriptors of the sender")

    def says(sight):
        group = sight.group(port=server.port)
        equal((group["stale"], group["holders"], group["process"]), (2, [], None), "stale, holders, process")
        equal(group["uid"], rows[0].uid, "the user")
        sight.age_is(group["oldest_seconds"], closed)
        finding = sight.finding("close-wait-leak", server.port)
        expect(server.comm not in finding["message"] + finding["owner"], "no wrong name", finding)
        if kernel.sees_all_processes():
            expect(re.search("no process|nobody", finding["message"]), "no process holds them", finding)

    look.expect(says, "nobody holds them")


@scan_and_daemon(30)
def a_process_whose_first_thread_has_exited_is_named(world):
    look = world.look(close_wait__warn=1)
    server = world.actor("headless", "--manner", "drain")
    world.hang_up([world.connect(server.port, data=b"hello") for _ in range(2)])
    rows = kernel.wait_rows(2, "drained", state="CLOSE_WAIT", port=server.port, receive_queue=0, accepted=True)
    try:
        check.until(lambda: os.listdir("/proc/%d/fd" % server.pid) == [], "the leader has exited")
    except PermissionError:
        raise Skipped("without privileges the folder of a thread that has exited cannot be read")
    threads = [int(name) for name in os.listdir("/proc/%d/task" % server.pid) if int(name) != server.pid]
    fds = kernel.descriptors("%d/task/%d" % (server.pid, threads[0]), [row.inode for row in rows])
    equal(len(fds), 2, "the thread's descriptors")

    def says(sight):
        holders_are(sight.group(port=server.port), {server.pid: fds})
        expect(str(server.pid) in sight.finding("close-wait-leak", server.port)["message"], "it is named", sight.report)

    look.expect(says, "the process is named")


@scan_and_daemon(23)
def both_families_on_one_listener_are_one_group(world):
    look = world.look(close_wait__warn=1)
    try:
        server = world.actor("server", "--address", "::", "--manner", "drain")
        clients = [world.connect(server.port, address, data=b"hello") for address in ("::1", "127.0.0.1", "::1")]
    except OSError as error:
        raise Skipped("no IPv6: %s" % error)
    closed = world.hang_up(clients)
    rows = kernel.wait_rows(3, "drained", state="CLOSE_WAIT", port=server.port, receive_queue=0, accepted=True)

    def says(sight):
        equal(sight.listener(server.port)["address"], "::", "the one listener's address")
        group = sight.group(port=server.port)
        equal((group["stale"], group["role"]), (3, "server"), "stale, role")
        holders_are(group, {server.pid: kernel.descriptors(server.pid, [row.inode for row in rows])})
        sight.age_is(group["oldest_seconds"], closed)
        sight.finding("close-wait-leak", server.port)

    look.expect(says, "one group, one listener")


@scan_and_daemon(5)
def every_holder_of_a_shared_socket_is_listed(world):
    look = world.look(close_wait__warn=1)
    server = world.actor("server", "--manner", "drain", "--clone", 2)
    world.hang_up([world.connect(server.port, data=b"hello")])
    rows = kernel.wait_rows(1, "drained", state="CLOSE_WAIT", port=server.port, receive_queue=0, accepted=True)
    pids = [server.pid] + server.tell("clone")["children"]

    def says(sight):
        group = sight.group(port=server.port)
        equal(group["states"]["CLOSE_WAIT"], 1, "one socket, counted once")
        equal(group["inherited"], 0, "inherited: the server still holds it itself")
        holders_are(group, {pid: kernel.descriptors(pid, [row.inode for row in rows]) for pid in pids})

    look.expect(says, "three holders")
