# SPDX-License-Identifier: MIT
"""What is well, and must never be called a leak."""

import time

from lib import check, kernel
from lib.check import equal, expect
from lib.registry import scan_and_daemon, scenario


@scan_and_daemon(7)
def a_half_closed_client_that_is_still_served_is_no_leak(world):
    look = world.look(close_wait__old_age="1s", close_wait__warn=1)
    server = world.actor("server", "--manner", "talk")
    world.actor("half", "--port", server.port, "--count", 3, "--send", 5)
    kernel.wait_rows(3, "half-closed", state="CLOSE_WAIT", port=server.port, receive_queue=0, accepted=True)
    half_closed = time.monotonic()

    def says(sight):
        group = sight.group(port=server.port)
        equal((group["active"], group["stale"]), (3, 0), "active, stale")
        sight.no_finding()

    check.until(lambda: time.monotonic() - half_closed > 2.5, "they are much older than close-wait.age")
    look.always(says, 4)
    equal(len(kernel.rows("CLOSE_WAIT", server.port)), 3, "CLOSE_WAIT sockets at the end")


@scan_and_daemon(12)
def time_wait_is_counted_and_billed_to_nobody(world):
    look = world.look(close_wait__warn=1)
    server = world.actor("server", "--manner", "serve")
    for _ in range(8):
        client = world.connect(server.port, data=b"hello")
        client.recv(5)
        client.close()
    rows = kernel.wait_rows(8, "the clients' side", state="TIME_WAIT", remote_port=server.port)
    equal({(row.inode, row.uid) for row in rows}, {(0, 0)}, "inode and uid of a TIME_WAIT row")

    def says(sight):
        equal(sight.report["sockets"]["TIME_WAIT"], 8, "TIME_WAIT sockets")
        equal(sight.report["groups"], [], "groups")
        sight.no_finding()

    look.expect(says, "they are counted")


@scenario(20)
def churn_is_no_leak(world):
    # Each lives for less than close-wait.age, but there are always more of them than the warning takes.
    daemon = world.daemon(close_wait__window="3s", close_wait__old_age="1s").started()
    server = world.actor("server", "--manner", "churn", "--linger", 0.5)
    world.actor("churner", "--port", server.port, "--count", 4, "--linger", 0.1)
    check.until(lambda: len(kernel.rows("CLOSE_WAIT", server.port)) >= 8, "CLOSE_WAIT sockets come and go")
    seen = set()
    for _ in range(7):
        status = daemon.wait_cycles(0)
        rows = kernel.rows("CLOSE_WAIT", server.port)
        expect(len(rows) >= 8, "the count stays", len(rows))
        expect(not seen & {row.inode for row in rows}, "the sockets change")
        seen = {row.inode for row in rows}
        equal(status["findings"], [], "findings")
        equal([group["stale"] for group in status["groups"]], [0], "stale sockets")
    equal(daemon.lines(r"%d\b" % server.port), [], "events")


@scan_and_daemon()
def a_healthy_server_is_left_alone(world):
    look = world.look(close_wait__warn=1, close_wait__old_age="1s")
    server = world.actor("server", "--manner", "serve")
    clients = [world.connect(server.port) for _ in range(20)]
    for _ in range(4):
        for client in clients:
            client.sendall(b"hello")
            equal(client.recv(5), b"hello", "an answer")
        sight = look.next()
        sight.no_finding()
        equal(sight.report["groups"], [], "groups")
        equal(sight.report["sockets"]["ESTABLISHED"], 40, "both ends of each connection")
        equal(sight.listener(server.port)["queue"], 0, "the queue")
        world.connect(server.port).close()
