# SPDX-License-Identifier: MIT
"""closewatchctl and closewatchd as a user runs them."""

import json
import os
import re
import signal
import subprocess
import time

from lib import check, shape
from lib.program import Program

BUILD = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "build"))
CTL = os.environ.get("CLOSEWATCHCTL") or os.path.join(BUILD, "closewatchctl")
DAEMON = os.environ.get("CLOSEWATCHD") or os.path.join(BUILD, "closewatchd")

EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_NO_DAEMON, EXIT_CONFIG = 0, 1, 2, 3, 78

# As fast as closewatch goes. The same for scan, so that a test can be run both ways.
INTERVAL = 1.0
DEFAULTS = {
    "daemon.interval": "1s", "daemon.listen_interval": "500ms", "daemon.attribution_budget": "500ms",
    "close-wait.age": "1s", "close-wait.old_age": "1h", "close-wait.window": "1h", "close-wait.warn": "3",
    "accept-queue.wait": "1s", "alerts.clear_after": "0s",
}


def assignments(settings):
    """-o for each setting; a test names one as close_wait__age="1s"."""
    merged = dict(DEFAULTS)
    for name, value in settings.items():
        section, key = name.split("__")
        merged[section.replace("_", "-") + "." + key] = str(value)
    return [word for key, value in sorted(merged.items()) for word in ("-o", key + "=" + value)]


class Answer:
    """What a run of closewatchctl gave."""

    def __init__(self, arguments, done):
        self.arguments, self.status = arguments, done.returncode
        self.raw = done.stdout
        self.text = done.stdout.decode("utf-8", "replace")
        self.errors = done.stderr.decode("utf-8", "replace")

    def __str__(self):
        return "closewatchctl %s: exit %d\n%s%s" % (" ".join(self.arguments), self.status, self.text, self.errors)

    def exits(self, *expected):
        check.expect(self.status in expected, "exit status %s" % " or ".join(map(str, expected)), str(self))
        return self


def ctl(*arguments, environment=None, **options):
    if not os.path.exists(CTL):
        raise check.Skipped("%s is not built" % CTL)
    done = subprocess.run([CTL, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          timeout=60, env=dict(os.environ, **(environment or {})), **options)
    return Answer(arguments, done)


def parse(answer):
    try:
        document = json.loads(answer.raw.decode("utf-8"))
    except ValueError as error:
        raise check.Failed("JSON: %s\n%s" % (error, answer))
    shape.check_report(document)
    return document


def scan(**settings):
    """The JSON of one scan."""
    return parse(ctl("scan", "--json", *assignments(settings)).exits(EXIT_OK))


class Daemon(Program):
    def __init__(self, folder, preexec, arguments=(), runtime=None, environment=None, defaults=True, **settings):
        if not os.path.exists(DAEMON):
            raise check.Skipped("%s is not built" % DAEMON)
        self.runtime = runtime or os.path.join(folder, "run")
        self.state = os.path.join(folder, "state")
        for path in (self.runtime, self.state):
            os.makedirs(path, exist_ok=True)
        self.log = open(os.path.join(folder, "daemon-%d.log" % time.monotonic_ns()), "w+b")
        command = [DAEMON, "--runtime-dir", self.runtime, "--state-dir", self.state]
        if defaults:
            command += assignments(settings)
        super().__init__(command + list(arguments), preexec, stderr=self.log, stdout=self.log,
                         stdin=subprocess.DEVNULL, env=dict(os.environ, **(environment or {})))

    def output(self):
        with open(self.log.name, errors="replace") as file:
            return file.read()

    def lines(self, pattern=""):
        """The lines on standard error that match, without the <N> that sets their priority."""
        lines = [re.sub(r"^<\d>", "", line) for line in self.output().splitlines()]
        return [line for line in lines if re.search(pattern, line)]

    def wait_line(self, pattern, times=1):
        def there():
            check.expect(len(self.lines(pattern)) >= times, "%d lines like %r" % (times, pattern), self.output())
            return True

        return check.until(there, "the daemon says %r" % pattern)

    def ask(self, *arguments):
        return ctl("--runtime-dir", self.runtime, *arguments)

    def status(self):
        """The JSON of status, and Failed as long as there is none."""
        check.expect(self.alive(), "the daemon runs", "exit status %s\n%s" % (self.process.poll(), self.output()))
        report = parse(self.ask("status", "--json").exits(EXIT_OK))
        check.equal(report.get("pid", self.pid), self.pid, "this daemon's status, not that of the one before")
        return report

    def cycle(self):
        return self.status()["cycle"]["number"]

    def wait_cycles(self, n):
        """Waits until n whole cycles have begun and ended; returns the status then."""
        first = check.until(self.status, "a status")["cycle"]["number"]

        def later():
            status = self.status()
            return status if status["cycle"]["number"] >= first + n + 1 else None

        return check.until(later, "%d more cycles" % n, check.DEADLINE + 2 * n * INTERVAL)

    def started(self):
        """Waits for the first look."""
        check.until(self.status, "the daemon's first status")
        return self

    def stop(self):
        self.signal(signal.SIGTERM)
        check.equal(self.wait(), 0, "the daemon's exit status after SIGTERM")
