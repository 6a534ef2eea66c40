# SPDX-License-Identifier: MIT
"""Leaks that grow, as only a running daemon can tell."""

from lib import check
from lib.check import equal, expect
from lib.registry import scenario


def grow(world, server, daemon, wanted, what):
    """One more leaked socket in every look, until the finding is as wanted."""

    def grown():
        world.connect(server.port, data=b"hello").close()
        found = [f for f in daemon.wait_cycles(0)["findings"] if f["port"] == server.port]
        expect(found and wanted(found[0]), what, found)
        return found[0]

    return check.until(grown, what, 30)


@scenario(19)
def a_leak_that_grows_is_told_with_the_time_it_leaves(world):
    daemon = world.daemon(close_wait__warn=1000, close_wait__crit=2000, close_wait__window="3s",
                          close_wait__forecast="1m").started()
    server = world.actor("server", "--manner", "drain", "--descriptors", 5000)
    finding = grow(world, server, daemon, lambda f: f["trend"] == "growing", "the trend is growing")
    equal(finding["severity"], "warning", "far below the threshold, but growing: the severity")
    expect("growing" in finding["message"], "the message says so", finding)
    left = finding["full_in_seconds"]
    expect(left is not None and 600 < left < 86400, "about 5000 sockets at one a second or so are left", finding)
    expect("5000" in finding["message"], "the limit of descriptors", finding)


@scenario(19)
def a_leak_that_reaches_the_descriptor_limit_soon_is_critical(world):
    daemon = world.daemon(close_wait__warn=1000, close_wait__crit=2000, close_wait__window="3s",
                          close_wait__forecast="1m").started()
    server = world.actor("server", "--manner", "drain", "--descriptors", 60)
    finding = grow(world, server, daemon, lambda f: f["severity"] == "critical", "it is critical")
    left = finding["full_in_seconds"]
    expect(left is not None and left <= 60, "less than a minute is left", finding)
