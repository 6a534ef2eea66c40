# SPDX-License-Identifier: MIT
"""All of them in one namespace: the counts agree with ss, and each gets its own verdict."""

import re

from lib import check, kernel
from lib.check import equal, expect
from lib.registry import scan_and_daemon


def leaking(world, verdicts):
    for manner, data, cause in (("drain", b"hello", "drained"), ("ignore", b"", "unread-eof"),
                                ("ignore", b"hello", "unread-data")):
        server = world.actor("server", "--manner", manner)
        world.hang_up([world.connect(server.port, data=data) for _ in range(4)])
        verdicts[server.port] = ("close-wait-leak", cause)


def not_accepting(world, verdicts):
    asleep = world.actor("server", "--paused")
    world.actor("client", "--port", asleep.port, "--send", 15).kill()
    verdicts[asleep.port] = ("accept-queue", None)
    full = world.actor("server", "--paused", "--backlog", 2)
    for _ in range(4):
        world.connect(full.port, wait=False)
    kernel.wait_rows(1, "not let in", state="SYN_SENT", remote_port=full.port)
    verdicts[full.port] = ("accept-queue", None)


def holding(world, verdicts):
    for role, option in (("forker", "--keep-listener"), ("forker", "--execute"), ("courier", "--keep-listener"),
                         ("headless", "--keep-listener")):
        server = world.actor(role, option, "--count", 3)
        clients = [world.connect(server.port, data=b"hello") for _ in range(3)]
        if role != "headless":
            server.hear()
        world.hang_up(clients)
        verdicts[server.port] = ("close-wait-leak", None)


def healthy(world, verdicts):
    server = world.actor("server", "--manner", "serve")
    for i, client in enumerate([world.connect(server.port, data=b"hello") for _ in range(6)]):
        client.recv(5)
        if i < 3:
            client.close()
    talker = world.actor("server", "--manner", "talk")
    world.actor("half", "--port", talker.port, "--count", 3, "--send", 5)
    pool_server = world.actor("server", "--manner", "ignore")
    world.actor("client", "--port", pool_server.port, "--count", 2, comm=b"cw-pool")
    kernel.wait_rows(2, "the pool", state="ESTABLISHED", port=pool_server.port, accepted=True)
    pool_server.tell("close-all")
    deferred = world.actor("server", "--manner", "serve", "--defer")
    world.connect(deferred.port)  # sends nothing: a half-open row
    for port in (server.port, talker.port, pool_server.port, deferred.port):
        verdicts[port] = (None, None)


def counts_agree(look):
    """Between two equal answers of ss, the look must agree with both."""

    def agreed():
        before = kernel.ss_counts()
        sight = look.next()
        came, after = sight.report["sockets"], kernel.ss_counts()
        if before != after:
            return None
        differing = {state: (came[state], after[state]) for state in after if came[state] != after[state]}
        expect(not differing, "closewatch and ss count the same", differing)
        return sight

    return check.until(agreed, "the counts of all states agree with ss", 30)


@scan_and_daemon()
def every_program_gets_its_own_verdict_and_the_counts_agree_with_ss(world):
    verdicts = {}
    look = world.look()
    for start in (leaking, not_accepting, holding, healthy):
        start(world, verdicts)

    def says(sight):
        for port, (kind, cause) in verdicts.items():
            if kind is None:
                sight.no_finding(port=port)
                continue
            sight.finding(kind, port)
            if kind == "close-wait-leak":
                group = sight.group(port=port)
                expect(cause is None or group["causes"][cause] == group["stale"] == 4, "cause %s" % cause, group)
            else:
                sight.no_finding("close-wait-leak", port)
        equal({finding["port"] for finding in sight.report["findings"]},
              {port for port, (kind, _) in verdicts.items() if kind}, "the ports of all findings")

    look.expect(says, "all verdicts are right")
    sight = counts_agree(look)
    says(sight)
    states = {state for state, n in sight.report["sockets"].items() if n}
    expect(states >= {"ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT2", "TIME_WAIT", "CLOSE_WAIT", "LISTEN"},
           "many states are there to be counted", sight.report["sockets"])
    total = sum(group["states"]["CLOSE_WAIT"] for group in sight.report["groups"])
    equal(total, sight.report["sockets"]["CLOSE_WAIT"], "the groups add up")
    if kernel.sees_all_processes():
        # One look cannot tell how old the short-lived ones are; that many at once is a matter of luck.
        expect(re.match("ok|[0-9]+ CLOSE_WAIT sockets may be stale", sight.report["cycle"]["health"]),
               "nothing was missing", sight.report["cycle"])
