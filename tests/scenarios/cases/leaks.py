# SPDX-License-Identifier: MIT
"""Sockets that a program leaks, and why."""

import re
import time

from lib import check, kernel
from lib.check import equal, expect
from lib.look import ScanLook
from lib.registry import scan_and_daemon, scenario


def leak(world, n, manner="drain", data=b"", unread=0, comm=None):
    """A server that keeps n connections which their clients have closed: (server, its rows, when)."""
    server = world.actor("server", "--manner", manner, comm=comm)
    closed = world.hang_up([world.connect(server.port, data=data) for _ in range(n)])
    rows = kernel.wait_rows(n, "CLOSE_WAIT with %d to read" % unread, state="CLOSE_WAIT", port=server.port,
                            receive_queue=unread, accepted=True)
    return server, rows, closed


def group_says(sight, server, rows, cause, closed):
    """The group of the leaking server is right in every number."""
    group = sight.group(port=server.port)
    equal(group["role"], "server", "the role")
    equal(group["states"]["CLOSE_WAIT"], len(rows), "CLOSE_WAIT sockets")
    equal(group["stale"], len(rows), "stale sockets")
    equal(group["causes"][cause], len(rows), "sockets with the cause %s" % cause)
    equal((group["active"], group["not_accepted"], group["inherited"]), (0, 0, 0), "active, not accepted, inherited")
    equal(group["process"], server.comm, "the process")
    equal(group["uid"], rows[0].uid, "the user")
    holders_are(group, {server.pid: kernel.descriptors(server.pid, [row.inode for row in rows])})
    sight.age_is(group["oldest_seconds"], closed)
    return group


def holders_are(group, expected):
    came = {holder["pid"]: holder["fds"] for holder in group["holders"]}
    equal(came, expected, "the holders and their descriptors")


def finding_says(sight, server, count, severity, words=(), advice=()):
    finding = sight.finding("close-wait-leak", server.port)
    equal(finding["severity"], severity, "the severity")
    equal(finding["count"], count, "the count")
    for word in [finding["owner"], str(server.port), str(count), *words]:
        expect(word in finding["message"], "the message says %r" % word, finding)
    for word in advice:
        expect(re.search(word, finding["advice"], re.I), "the advice says %r" % word, finding)
    return finding


@scan_and_daemon(1)
def sockets_read_to_the_end_and_never_closed_leak_as_drained(world):
    look = world.look()
    server, rows, closed = leak(world, 5, data=b"hello")

    def says(sight):
        group_says(sight, server, rows, "drained", closed)
        finding_says(sight, server, 5, "warning", ["close()"], [r"close\(\)"])

    look.expect(says, "five drained sockets are a leak")


@scan_and_daemon(2)
def sockets_nobody_looks_at_leak_as_unread_eof(world):
    look = world.look()
    server, rows, closed = leak(world, 4, manner="ignore", unread=1)

    def says(sight):
        group_says(sight, server, rows, "unread-eof", closed)
        finding_says(sight, server, 4, "warning")

    look.expect(says, "four sockets with an unread end-of-file are a leak")


@scan_and_daemon(3)
def sockets_whose_reader_is_stuck_leak_as_unread_data(world):
    look = world.look()
    server, rows, closed = leak(world, 3, manner="ignore", data=b"fifteen bytes..", unread=16)

    def says(sight):
        group_says(sight, server, rows, "unread-data", closed)
        finding = finding_says(sight, server, 3, "warning")
        expect(re.search("reset|RST|lost", finding["message"] + finding["advice"]), "closing now loses data", finding)

    look.expect(says, "three sockets with unread data are a leak")


@scenario(1)
def severity_follows_the_thresholds(world):
    server, _, closed = leak(world, 4)
    check.until(lambda: time.monotonic() - closed[1] > 2.2, "the sockets are two seconds old")
    for settings, severity in [(dict(warn=5, old_age="1h"), None), (dict(warn=5, old_age="2s"), "notice"),
                               (dict(warn=4), "warning"), (dict(warn=2, crit=4), "critical"),
                               (dict(warn=2, crit=5), "warning"), (dict(age="1h", old_age="1h", warn=1), None)]:
        sight = ScanLook(**{"close_wait__" + key: value for key, value in settings.items()}).see()
        if severity:
            finding_says(sight, server, 4, severity)
        else:
            sight.no_finding()
            equal(sight.group(port=server.port)["states"]["CLOSE_WAIT"], 4, "they are shown all the same: CLOSE_WAIT")


@scan_and_daemon(1)
def a_long_list_of_descriptors_is_cut_and_counted(world):
    look = world.look()
    server, rows, _ = leak(world, 60)

    def says(sight):
        group = sight.group(port=server.port)
        equal(group["stale"], 60, "stale sockets")
        holder = group["holders"][0]
        equal(len(holder["fds"]) + holder.get("more", 0), 60, "descriptors, shown or counted")
        expect(set(holder["fds"]) <= set(kernel.descriptors(server.pid, [row.inode for row in rows])),
               "only descriptors of these sockets", holder)
        expect(holder["descriptors"]["open"] >= 60, "the process has them all open", holder)
        expect(holder["descriptors"]["limit"] is None or holder["descriptors"]["limit"] >= 60, "a limit", holder)

    look.expect(says, "sixty sockets")


@scan_and_daemon(18)
def a_single_socket_is_noticed_when_it_is_old(world):
    look = world.look(close_wait__old_age="4s")
    server, rows, closed = leak(world, 1)

    def is_stale(sight):
        group_says(sight, server, rows, "drained", closed)

    sight = look.expect(is_stale, "one stale socket")
    if sight.latest - closed[0] < 4:
        sight.no_finding()

    def is_old(sight):
        is_stale(sight)
        finding = finding_says(sight, server, 1, "notice")
        expect(sight.latest - closed[0] >= 4, "not before it is old", finding)

    look.expect(is_old, "one old socket is a notice")


@scan_and_daemon(8)
def an_idle_pool_is_a_client_group_and_its_advice_speaks_of_a_pool(world):
    look = world.look(close_wait__old_age="3s", close_wait__warn=10)
    server = world.actor("server", "--manner", "ignore")
    pool = world.actor("client", "--port", server.port, "--count", 3, comm=b"cw-pool")
    kernel.wait_rows(3, "accepted connections", state="ESTABLISHED", port=server.port, accepted=True)
    check.until(lambda: time.sleep(1.2) is None, "the pool is idle")  # so that the FIN and the last data differ
    before = time.monotonic()
    server.tell("close-all")
    closed = before, time.monotonic()
    rows = kernel.wait_rows(3, "the pool's side", state="CLOSE_WAIT", remote_port=server.port, receive_queue=1,
                            accepted=True)

    def says(sight):
        group = sight.group(remote_port=server.port)
        equal(group["role"], "client", "the role")
        equal(group["remote"], "127.0.0.1:%d" % server.port, "the remote endpoint")
        equal((group["stale"], group["causes"]["unread-eof"]), (3, 3), "stale sockets, unread-eof")
        holders_are(group, {pool.pid: kernel.descriptors(pool.pid, [row.inode for row in rows])})
        sight.age_is(group["oldest_seconds"], closed)
        finding = sight.finding("close-wait-leak")
        equal(finding["severity"], "notice", "few and steady: the severity")
        equal(finding["remote"], group["remote"], "the finding's remote endpoint")
        expect("pool" in finding["advice"], "the advice speaks of a pool", finding)

    look.expect(says, "an old pool is a notice")


@scan_and_daemon(17)
def a_peer_that_answers_keepalive_probes_makes_a_leak_no_younger(world):
    look = world.look(close_wait__old_age="5s")
    server = world.actor("server", "--manner", "drain", "--keepalive")
    before = time.monotonic()
    world.actor("half", "--port", server.port, "--count", 1, "--send", 5)
    kernel.wait_rows(1, "leaked, with keepalive", state="CLOSE_WAIT", port=server.port, receive_queue=0, accepted=True)
    closed = before, time.monotonic()
    known = 0.0
    while time.monotonic() - closed[1] < 5.5:
        sight = look.next()
        group = sight.group(port=server.port)
        if group["stale"]:
            sight.age_is(group["oldest_seconds"], closed)
        if look.is_daemon and known > 1.2:  # stale for good, also when the first look came just before the FIN
            at_least = group["oldest_seconds"]["at_least"] or 0
            expect(at_least >= known, "the age of %g does not shrink" % known, group)
        known = max(known, group["oldest_seconds"]["at_least"] or 0)
    expect(last_ack_ms(server.port) < 1500, "the peer answers probes", last_ack_ms(server.port))
    if look.is_daemon:
        look.expect(lambda sight: finding_says(sight, server, 1, "notice"), "it gets old")


@scenario(17)
def one_look_says_that_keepalive_hides_the_age_of_many(world):
    look = ScanLook(close_wait__age="3s")
    server = world.actor("server", "--manner", "drain", "--keepalive")
    world.actor("half", "--port", server.port, "--count", 4, "--send", 5)
    kernel.wait_rows(4, "leaked, with keepalive", state="CLOSE_WAIT", port=server.port, receive_queue=0, accepted=True)
    look.expect(lambda sight: expect("4 CLOSE_WAIT sockets may be stale" in sight.report["cycle"]["health"],
                                     "it says so", sight.report["cycle"]), "health names them")


def last_ack_ms(port):
    found = re.search(r"\blastack:(\d+)", kernel.ss("-tinHo", "state", "close-wait", "sport", "= :%d" % port))
    return int(found.group(1)) if found else 0


@scenario()
def the_program_that_closes_at_last_clears_its_leak_once(world):
    daemon = world.daemon().started()
    server, _, _ = leak(world, 3)
    check.until(lambda: [f for f in daemon.status()["findings"] if f["port"] == server.port], "the leak is found")
    server.tell("close-all")
    check.until(lambda: not daemon.status()["findings"], "the finding clears")
    daemon.wait_line("%d no longer" % server.port)
    daemon.wait_cycles(3)
    equal(len(daemon.lines(r"on port %d\b" % server.port)), 2, "one raise, one clear")
