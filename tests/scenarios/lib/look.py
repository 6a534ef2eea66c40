# SPDX-License-Identifier: MIT
"""The two ways to be told: `scan`, which looks by itself, and `status`, which a running daemon feeds."""

import time

from lib import check, product

SLACK = 0.1  # seconds; the kernel's clocks tick in milliseconds, and a loaded machine answers late


class Sight:
    """One answer, and between which two times (CLOCK_MONOTONIC, seconds) its look was taken."""

    def __init__(self, report, earliest, latest):
        self.report, self.earliest, self.latest = report, earliest, latest

    def groups(self, port=None, remote_port=None):
        def fits(group):
            if port is not None:
                return group["port"] == port
            return remote_port is None or (group["remote"] or "").endswith(":%d" % remote_port)

        return [group for group in self.report["groups"] if fits(group)]

    def group(self, **match):
        found = self.groups(**match)
        check.expect(len(found) == 1, "one group with %s" % match, self.report["groups"])
        return found[0]

    def listeners(self, port):
        return [listener for listener in self.report["listeners"] if listener["port"] == port]

    def listener(self, port):
        found = self.listeners(port)
        check.expect(len(found) == 1, "one listener on port %d" % port, self.report["listeners"])
        return found[0]

    def findings(self, kind=None, port=None):
        return [finding for finding in self.report["findings"] if kind in (None, finding["kind"])
                and port in (None, finding["port"])]

    def finding(self, kind, port=None):
        found = self.findings(kind, port)
        check.expect(len(found) == 1, "one finding %s, port %s" % (kind, port), self.report)
        return found[0]

    def no_finding(self, kind=None, port=None):
        check.expect(not self.findings(kind, port), "no finding %s, port %s" % (kind or "", port), self.report)
        return True

    def age_is(self, interval, happened):
        """Whether the interval tells the truth about what happened between these two times."""
        since, until = happened
        check.expect(interval["at_least"] is not None, "an age is known", self.report)
        oldest, youngest = self.latest - since, self.earliest - until
        check.expect(interval["at_least"] <= oldest + SLACK, "at_least is no more than the true %.3f s" % oldest,
                     interval)
        check.expect(interval["at_most"] >= youngest - SLACK, "at_most is no less than the true %.3f s" % youngest,
                     interval)


class ScanLook:
    is_daemon = False

    def __init__(self, **settings):
        self.settings = settings

    def see(self):
        earliest = time.monotonic()
        report = product.scan(**self.settings)
        return Sight(report, earliest, time.monotonic())

    def next(self):
        time.sleep(product.INTERVAL / 4)
        return self.see()

    def expect(self, test, what):
        return expect(self, test, what)

    def always(self, test, looks=3):
        return always(self, test, looks)


class DaemonLook:
    is_daemon = True

    def __init__(self, daemon):
        self.daemon = daemon.started()
        self.number = None  # of the cycle seen last, and when it was seen first and last
        self.earliest = self.latest = self.seen = None
        self.see()

    def see(self):
        report = check.until(self.daemon.status, "a status")
        now = time.monotonic()
        if report["cycle"]["number"] != self.number:
            self.earliest = self.seen if self.seen is not None else now - 2 * product.INTERVAL
            self.number, self.latest = report["cycle"]["number"], now
        self.seen = now
        return Sight(report, self.earliest, self.latest)

    def next(self):
        """The answer of a cycle that was not seen before."""
        number = self.number
        return check.until(lambda: self.newer(number), "the next cycle")

    def newer(self, number):
        sight = self.see()
        return sight if self.number != number else None

    def expect(self, test, what):
        return expect(self, test, what)

    def always(self, test, looks=3):
        return always(self, test, looks)


def expect(look, test, what):
    """Looks until test(sight) raises no Failed, and returns that sight."""

    def holds():
        sight = look.see()
        test(sight)
        return sight

    return check.until(holds, what)


def always(look, test, looks):
    """test(sight) must hold in each of the next looks; returns the last."""
    look.next()  # this one may have begun before the test did what it did
    for _ in range(looks):
        sight = look.next()
        test(sight)
    return sight
