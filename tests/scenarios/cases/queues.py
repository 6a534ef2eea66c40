# SPDX-License-Identifier: MIT
"""Listeners that do not accept, or not fast enough."""

import re
import signal
import socket
import struct
import time

from lib import check, kernel
from lib.check import equal, expect
from lib.look import SLACK
from lib.registry import scan_and_daemon, scenario

FIN, RST, ACK = 0x01, 0x04, 0x10


def listener_row(port):
    rows = kernel.rows("LISTEN", port)
    return rows[0] if len(rows) == 1 else None


def wait_queue(port, n):
    check.until(lambda: listener_row(port).receive_queue == n, "%d connections wait on port %d" % (n, port))


@scan_and_daemon(4)
def a_connection_that_was_never_accepted_is_a_stalled_listener_and_no_leak(world):
    look = world.look(close_wait__warn=1, close_wait__old_age="1s")
    server = world.actor("server", "--manner", "churn", "--linger", 0, "--paused")
    client = world.actor("client", "--port", server.port, "--send", 15)
    connected = time.monotonic()
    kernel.wait_rows(1, "a queued connection", state="ESTABLISHED", port=server.port, accepted=False)
    wait_queue(server.port, 1)

    def stalled(sight):
        listener = sight.listener(server.port)
        equal((listener["queue"], listener["limit"]), (1, 128), "queue and limit")
        finding = sight.finding("accept-queue", server.port)
        equal(finding["severity"], "notice", "the severity")
        equal(finding["count"], 1, "how many wait")
        waited = finding["oldest_seconds"]["at_least"]
        expect(1 <= waited <= sight.latest - connected + SLACK, "how long the oldest waits: at most %g s"
               % (sight.latest - connected), finding)
        expect(server.comm in finding["message"] and str(server.port) in finding["message"], "who and where", finding)
        sight.no_finding("close-wait-leak")

    look.expect(stalled, "the listener is stalled")
    client.kill()
    kernel.wait_rows(1, "its client has gone", state="CLOSE_WAIT", port=server.port, receive_queue=16, accepted=False)

    def still_stalled(sight):
        stalled(sight)
        group = sight.group(port=server.port)
        equal((group["stale"], group["not_accepted"]), (0, 1), "stale, not accepted")
        equal(group["holders"], [], "holders of what was not accepted")

    look.always(still_stalled)
    server.tell("resume")
    kernel.wait_rows(0, "accepted, read, closed", state="CLOSE_WAIT", port=server.port)

    def clear(sight):
        sight.no_finding()
        equal(sight.groups(port=server.port), [], "groups")

    look.expect(clear, "it clears by itself")
    if look.is_daemon:
        equal(len(look.daemon.lines(r":%d\b" % server.port)), 2, "one raise, one clear")


def overfull(world, port, clients):
    """Comes with one more client than the queue takes, which is limit + 1."""
    for _ in range(clients):
        world.connect(port, wait=False)
    kernel.wait_rows(1, "a client that is not let in", state="SYN_SENT", remote_port=port)


def is_full(sight, port, queue, limit, advice):
    listener = sight.listener(port)
    equal((listener["queue"], listener["limit"]), (queue, limit), "queue and limit")
    finding = sight.finding("accept-queue", port)
    equal((finding["severity"], finding["count"]), ("critical", queue), "severity and count")
    expect(re.search(advice, finding["advice"]), "the advice names the limit that binds: %s" % advice, finding)
    expect("listen()" in finding["advice"], "the advice says at what call it counts", finding)


@scan_and_daemon(9)
def a_full_accept_queue_is_critical_and_the_advice_names_the_backlog(world):
    look = world.look()
    server = world.actor("server", "--backlog", 2, "--paused")
    overfull(world, server.port, 4)
    wait_queue(server.port, 3)
    look.expect(lambda sight: is_full(sight, server.port, 3, 2, "backlog"), "the queue is full")


@scan_and_daemon(9)
def a_queue_with_room_for_one_more_is_not_full(world):
    # Not even when it is at its limit: the kernel admits one more, and only then drops.
    look = world.look(accept_queue__wait="1h")
    server = world.actor("server", "--backlog", 2, "--paused")
    for _ in range(2):
        world.connect(server.port)
    wait_queue(server.port, 2)

    def says(sight):
        equal((sight.listener(server.port)["queue"], sight.listener(server.port)["limit"]), (2, 2), "queue and limit")
        severities = [finding["severity"] for finding in sight.findings("accept-queue", server.port)]
        expect("critical" not in severities, "it is not critical", sight.report)
        # At or above accept-queue.warn in two looks, which a scan does not have.
        equal(severities, ["warning"] if look.is_daemon else [], "the severity")

    look.always(says)
    world.connect(server.port)
    wait_queue(server.port, 3)
    look.expect(lambda sight: is_full(sight, server.port, 3, 2, "backlog"), "with one more it is full")


@scan_and_daemon(9)
def a_full_accept_queue_whose_limit_is_somaxconn_says_so(world):
    look = world.look()
    try:
        with open("/proc/sys/net/core/somaxconn", "w") as file:
            file.write("2")
    except OSError as error:
        raise check.Skipped("somaxconn: %s" % error)
    server = world.actor("server", "--backlog", 100, "--paused")
    overfull(world, server.port, 4)
    wait_queue(server.port, 3)
    look.expect(lambda sight: is_full(sight, server.port, 3, 2, "somaxconn"), "the queue is full")


def burst(world, daemon, server):
    """Overflows the queue and lets it drain again between two looks; returns the last cycle before, or None: it was
    not fast enough."""
    before = daemon.wait_cycles(0)["cycle"]["number"]
    server.tell("pause")
    for _ in range(12):
        world.connect(server.port, wait=False)
    wait_queue(server.port, 3)
    server.tell("resume")
    wait_queue(server.port, 0)
    return before if daemon.cycle() == before else None


@scenario(10)
def a_burst_that_is_over_before_the_next_look_is_told_all_the_same(world):
    daemon = world.daemon(daemon__interval="3s", daemon__listen_interval="3s", accept_queue__wait="1h").started()
    server = world.actor("server", "--backlog", 2, "--manner", "serve")
    daemon.wait_cycles(1)  # so that the listener's counter is known
    before = check.until(lambda: burst(world, daemon, server), "a burst between two looks", 60)
    expect(kernel.ss_listener(server.port)[2] > 0, "the listener dropped", kernel.ss("-tlnm"))
    expect(kernel.counter("ListenOverflows") > 0, "ListenOverflows rose")

    def told():
        status = daemon.status()
        found = [finding for finding in status["findings"] if finding["port"] == server.port]
        expect(status["cycle"]["number"] <= before + 1 or found, "at the next look", status)
        return found and (found[0], [one for one in status["listeners"] if one["port"] == server.port][0])

    finding, listener = check.until(told, "the overflow is told")
    equal((finding["kind"], finding["severity"]), ("accept-queue", "critical"), "kind and severity")
    equal(listener["queue"], 0, "the queue, when it is told")
    expect(listener["drops"] > 0, "drops", listener)
    expect("dropped" in finding["message"], "the message says that connections were dropped", finding)
    check.until(lambda: not daemon.status()["findings"], "it clears", 30)


@scenario(16)
def closing_the_listener_clears_its_findings(world):
    daemon = world.daemon().started()
    server = world.actor("server", "--backlog", 2, "--paused")
    overfull(world, server.port, 4)
    check.until(lambda: [f for f in daemon.status()["findings"] if f["severity"] == "critical"], "the queue is full")
    server.tell("close-listener")
    kernel.wait_rows(0, "no listener", state="LISTEN", port=server.port)
    check.until(lambda: not daemon.status()["findings"], "the finding clears")
    status = daemon.wait_cycles(2)
    equal(status["findings"], [], "findings")
    equal([one for one in status["listeners"] if one["port"] == server.port], [], "listeners on the port")
    equal(len(daemon.lines(r":%d\b" % server.port)), 2, "one raise, one clear")


@scan_and_daemon(28)
def of_four_listeners_on_one_port_the_stuck_one_is_named(world):
    look = world.look()
    first = world.actor("server", "--manner", "serve", "--reuseport", comm=b"cw-fine")
    port = first.port
    # Neither the first nor the last, in whatever order they are listed.
    stuck = world.actor("server", "--manner", "serve", "--reuseport", "--port", port, comm=b"cw-stuck")
    for _ in range(2):
        world.actor("server", "--manner", "serve", "--reuseport", "--port", port, comm=b"cw-fine")
    stuck.signal(signal.SIGSTOP)

    def queues():
        return sorted(row.receive_queue for row in kernel.rows("LISTEN", port))

    while queues()[-1] < 3:
        world.connect(port)
    check.until(lambda: queues()[:3] == [0, 0, 0], "the three others accept")
    waiting = queues()[-1]

    def says(sight):
        listeners = sight.listeners(port)
        equal(sorted(one["queue"] for one in listeners), [0, 0, 0, waiting], "the four queues")
        finding = sight.finding("accept-queue", port)
        equal(finding["count"], waiting, "the queue of the stuck one, not a sum, not an average")
        told = finding["message"] + finding["advice"]
        expect("cw-stuck" in told and str(stuck.pid) in told, "the stuck one is named", finding)
        expect("cw-fine" not in told, "the others are not", finding)

    look.expect(says, "the stuck one is named")
    stuck.signal(signal.SIGCONT)
    look.expect(lambda sight: sight.no_finding(), "it clears")


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def send_stray(port, flags, source_port):
    """A TCP packet that belongs to no connection."""
    home = socket.inet_aton("127.0.0.1")
    header = struct.pack("!HHIIBBHHH", source_port, port, 1000, 1000 if flags & ACK else 0, 5 << 4, flags, 512, 0, 0)
    total = checksum(home + home + struct.pack("!BBH", 0, socket.IPPROTO_TCP, len(header)) + header)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP) as raw:
        raw.sendto(header[:16] + struct.pack("!H", total) + header[18:], ("127.0.0.1", 0))


@scenario(32)
def drops_without_an_overflow_are_no_finding(world):
    daemon = world.daemon().started()
    server = world.actor("server", "--defer", "--manner", "serve")
    daemon.wait_cycles(1)
    for round_number in range(4):
        for i in range(5):
            client = world.connect(server.port, data=b"hello")
            equal(client.recv(5), b"hello", "it serves well")
            client.close()
            send_stray(server.port, (FIN, RST, FIN | ACK, RST | ACK)[i % 4], 1000 + 10 * round_number + i)
        status = daemon.wait_cycles(1)
        equal(status["findings"], [], "findings")
    queue, _, drops = kernel.ss_listener(server.port)
    equal(queue, 0, "the queue")
    expect(drops >= 20, "the listener's drops rose", drops)
    equal(kernel.counter("ListenOverflows"), 0, "ListenOverflows")
    listener = [one for one in daemon.wait_cycles(1)["listeners"] if one["port"] == server.port][0]
    equal(listener["drops"], drops, "the drops are told")
    equal(daemon.lines(r":%d\b" % server.port), [], "events")
