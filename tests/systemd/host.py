# SPDX-License-Identifier: MIT
"""The host in the container, as its admin and its programs use it."""

import json
import os
import re
import sys
import time

from lib import check

DAEMON = "closewatchd.service"
CONFIG = "/etc/closewatch/closewatch.conf.d/50-test.conf"
PROGRAM = "/opt/program.py"
PYTHON = os.path.realpath(sys.executable)


class Host:
    def __init__(self, container):
        self.run = container.run

    def systemctl(self, *arguments, expect=0):
        return self.run("systemctl", *arguments, expect=expect)

    def show(self, unit, *names):
        """The named properties of a unit; of one name its value."""
        lines = self.systemctl("show", unit, *["--property=" + name for name in names]).splitlines()
        values = dict(line.split("=", 1) for line in lines)
        return values[names[0]] if len(names) == 1 else values

    def pid(self, unit=DAEMON):
        return int(self.show(unit, "MainPID"))

    def start(self, name, manner, port, count=0):
        """A program as a service."""
        self.run("systemd-run", "--quiet", "--collect", "--unit=" + name,
                 PYTHON, PROGRAM, manner, str(port), str(count))

    def start_scope(self, name, manner, port, count=0):
        """The same in a scope, which belongs to no user. It is asked for from a service: a process that came from
        outside of the container is in none of its cgroups."""
        self.run("systemd-run", "--quiet", "--collect", "--unit=" + name + "-launcher", "systemd-run", "--quiet",
                 "--collect", "--scope", "--unit=" + name, PYTHON, PROGRAM, manner, str(port), str(count))

    def write(self, path, text):
        self.run("sh", "-c", 'mkdir -p "${1%/*}" && cat >"$1"', "sh", path, input=text)

    def read(self, path):
        return self.run("cat", path)

    def exists(self, path):
        return self.run("sh", "-c", 'test ! -e "$1" || echo yes', "sh", path) != ""

    # closewatch

    def status(self, verb=("status",)):
        """What closewatchctl says, whatever its exit status; {} while there is nothing to read."""
        text = self.run("closewatchctl", "--json", *verb, expect=None)
        return json.loads(text) if text.strip() else {}

    def wait_status(self):
        """The status of a daemon that runs."""

        def there():
            status = self.status()
            return status if status.get("running") else None

        return check.until(there, "a status of a running daemon")

    def findings(self, **match):
        return [finding for finding in self.status().get("findings", []) if fits(finding, match)]

    def wait_finding(self, **match):
        return check.until(lambda: self.findings(**match), "a finding with %s" % match)[0]

    def wait_cycles(self, n):
        """Waits for so many more cycles of the running daemon, and returns its status."""
        pid, before = self.pid(), self.wait_status()["cycle"]["number"]

        def there():
            status = self.status()
            check.expect(self.pid() == pid, "the same daemon runs on")
            return status if status["cycle"]["number"] >= before + n else None

        return check.until(there, "%d more cycles" % n)

    # the journal

    def journal(self, *arguments):
        """The entries that match, oldest first, each a dictionary."""
        self.run("journalctl", "--sync")
        text = self.run("journalctl", "--output=json", "--all", "--no-pager", *arguments)
        return [json.loads(line) for line in text.splitlines()]

    def messages(self, *arguments):
        return [str(entry.get("MESSAGE")) for entry in self.journal(*arguments)]

    def wait_message(self, pattern, *arguments):
        return check.until(lambda: [message for message in self.messages(*arguments) if re.search(pattern, message)],
                           "a message with %s" % pattern)[-1]

    def now(self):
        """For the journal: only what comes from here on. Not a cursor: journalctl 252 skips one entry too many when it
        is given matches besides."""
        return "--since=@%.6f" % time.time()

    def events(self, *arguments, **match):
        """Events of closewatch, by their fields: kind="close-wait-leak"."""
        return self.journal(*arguments, *["CLOSEWATCH_%s=%s" % (key.upper(), value) for key, value in match.items()])

    def wait_event(self, *arguments, **match):
        return check.until(lambda: self.events(*arguments, **match), "an event with %s" % match)[0]


def fits(thing, match):
    return all(thing.get(key) == value for key, value in match.items())
