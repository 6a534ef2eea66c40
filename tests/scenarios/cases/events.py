# SPDX-License-Identifier: MIT
"""closewatchctl events, over journal files that systemd-journal-remote has written."""

import json
import os
import signal
import subprocess
import time

from lib import check, product
from lib.check import equal, expect
from lib.program import Program
from lib.product import EXIT_FAILED, EXIT_OK, EXIT_USAGE
from lib.registry import scenario

WRITER = "/lib/systemd/systemd-journal-remote"
LEAK, LEAK_CLEARED = "8780c5b59430495d9d9dd27e34b4d457", "114ceeade88c45ffb4b3823dfd425423"
QUEUE = "1d6b4d469db540df90a6ebfecff46062"
NOON = 1769860800  # 2026-01-31 12:00:00 UTC
UTC = {"TZ": "UTC"}


def entry(seconds, message, message_id=LEAK, uid=0, **fields):
    """An entry in the journal's export format."""
    all_fields = dict({"CLOSEWATCH_EVENT": "raise", "CLOSEWATCH_SEVERITY": "warning", "CLOSEWATCH_ID": "5be1c02a"},
                      **fields)
    entry.number += 1
    usec = (NOON + seconds) * 1000000
    lines = [b"__CURSOR=s=0;i=%x" % entry.number, b"__REALTIME_TIMESTAMP=%d" % usec,
             b"__MONOTONIC_TIMESTAMP=%d" % (10 ** 9 + entry.number), b"_BOOT_ID=0123456789abcdef0123456789abcdef",
             b"_UID=%d" % uid]
    for name, value in dict(all_fields, MESSAGE=message, MESSAGE_ID=message_id).items():
        value = value if isinstance(value, bytes) else value.encode()
        if b"\n" in value:  # in binary: the length, 64 bits, little-endian
            lines.append(name.encode() + b"\n" + len(value).to_bytes(8, "little") + value)
        else:
            lines.append(name.encode() + b"=" + value)
    return b"\n".join(lines) + b"\n\n"


entry.number = 0


class Journal:
    def __init__(self, world):
        if not os.access(WRITER, os.X_OK):
            raise check.Skipped("%s is missing" % WRITER)
        self.directory = world.path("journal")
        os.makedirs(self.directory)
        self.path = os.path.join(self.directory, "test.journal")

    def add(self, *entries):
        done = subprocess.run([WRITER, "--output", self.path, "-"], input=b"".join(entries),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        equal(done.returncode, 0, "the writer's exit status\n" + done.stdout.decode("utf-8", "replace"))

    def ask(self, *arguments):
        return product.ctl("events", "--directory", self.directory, *arguments, environment=UTC)

    def messages(self, *arguments):
        """The last column of what is shown."""
        answer = self.ask(*arguments).exits(EXIT_OK)
        equal(answer.errors, "", "what it says on standard error")
        return [line.split("  ")[-1] for line in answer.text.splitlines()]


@scenario()
def events_reads_back_what_closewatchd_told_and_nothing_else(world):
    journal = Journal(world)
    journal.add(entry(0, "java leaks CLOSE_WAIT."),
                entry(10, "It is none of ours.", "0123456789abcdef0123456789abcdef"),
                entry(20, "A user says so.", uid=1000),
                entry(30, "nginx does not accept.", QUEUE, CLOSEWATCH_EVENT="change", CLOSEWATCH_SEVERITY="critical",
                      CLOSEWATCH_ID="93ab00ff"),
                entry(3600, "It is over.", LEAK_CLEARED, CLOSEWATCH_EVENT="clear"))
    equal(journal.ask().exits(EXIT_OK).text,
          "2026-01-31 12:00:00  raise   warning   5be1c02a  java leaks CLOSE_WAIT.\n"
          "2026-01-31 12:00:30  change  critical  93ab00ff  nginx does not accept.\n"
          "2026-01-31 13:00:00  clear   warning   5be1c02a  It is over.\n", "the events, the newest last")


@scenario()
def events_since_a_time_leaves_older_ones_out(world):
    journal = Journal(world)
    now = int(time.time()) - NOON
    journal.add(entry(0, "old"), entry(30, "older than an hour"), entry(now - 1800, "new"))
    equal(journal.messages("--since", "2026-01-31 12:00:30"), ["older than an hour", "new"], "since a date")
    equal(journal.messages("--since", "-1h"), ["new"], "since an hour ago")
    equal(journal.messages("-S", "-1s"), [], "since now")
    answer = journal.ask("--since", "noon").exits(EXIT_USAGE)
    expect("today" in answer.errors, "it says what it takes", str(answer))


@scenario()
def hostile_entries_move_no_cursor_and_break_no_line(world):
    journal = Journal(world)
    journal.add(entry(0, b"one\x1b[2J\ntwo\xff " + b"x" * 5000, CLOSEWATCH_ID=b"\x1b[31m" * 40,
                      CLOSEWATCH_EVENT=b"a\nb", CLOSEWATCH_PORT="99999999999999999999", CLOSEWATCH_COUNT="-1",
                      CLOSEWATCH_PIDS="1 x 3", CLOSEWATCH_OWNER=b"\xc3\x28"), entry(1, "", CLOSEWATCH_ID=""))
    raw = journal.ask().exits(EXIT_OK).raw
    equal(raw.count(b"\n"), 2, "lines\n%r" % raw)
    expect(b"\\x1b[2J\\x0atwo\\xff" in raw, "bytes are escaped", repr(raw))
    expect(not [byte for byte in raw if byte != 10 and not 32 <= byte < 127], "only what can be printed", repr(raw))
    first, second = [json.loads(line) for line in journal.ask("--json").exits(EXIT_OK).text.splitlines()]
    equal([first[key] for key in ("event", "port", "count", "pids", "owner")],
          ["a\\x0ab", None, None, [1, None, 3], "\\xc3("], "what is no number is null")
    equal((second["id"], second["message"], second["cause"]), (None, None, None), "what is not there is null")


@scenario()
def events_in_json_are_one_object_a_line(world):
    journal = Journal(world)
    journal.add(entry(0, "python3 leaks.", CLOSEWATCH_KIND="close-wait-leak", CLOSEWATCH_OWNER="app.service",
                      CLOSEWATCH_NAMESPACE="host", CLOSEWATCH_ROLE="server", CLOSEWATCH_PORT="8443",
                      CLOSEWATCH_COUNT="12", CLOSEWATCH_AGE_SEC="61", CLOSEWATCH_PIDS="4211 4212",
                      CLOSEWATCH_CAUSE="drained"))
    equal(json.loads(journal.ask("--json").exits(EXIT_OK).text),
          {"time": "2026-01-31T12:00:00Z", "event": "raise", "severity": "warning", "id": "5be1c02a",
           "kind": "close-wait-leak", "namespace": "host", "owner": "app.service", "pids": [4211, 4212],
           "role": "server", "port": 8443, "remote": None, "count": 12, "cause": "drained", "inherited": False,
           "age_seconds": 61, "message": "python3 leaks."}, "the event")


def follow(world, journal, *arguments):
    """closewatchctl events -f: (program, a function that gives the lines so far)."""
    path = world.path("followed")
    with open(path, "wb") as out:
        program = Program([product.CTL, "events", "-f", "--directory", journal.directory, *arguments], world.preexec,
                          stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=dict(os.environ, **UTC))
    world.programs.append(program)

    def lines():
        with open(path) as file:
            return [line.split("  ")[-1] for line in file.read().splitlines()]

    return program, lines


@scenario()
def following_shows_the_last_ten_and_what_comes_until_it_is_interrupted(world):
    journal = Journal(world)
    journal.add(*[entry(i, "event %d" % i) for i in range(15)])
    program, lines = follow(world, journal)
    last = ["event %d" % i for i in range(5, 15)]
    check.until(lambda: lines() == last, "the last ten")
    journal.add(entry(20, "a new one"))
    check.until(lambda: lines() == last + ["a new one"], "the new one")
    program.signal(signal.SIGINT)
    equal(program.wait(), EXIT_OK, "its exit status after SIGINT")
    equal(lines(), last + ["a new one"], "what it has said")


@scenario()
def following_begins_with_nothing_as_well(world):
    journal = Journal(world)
    journal.add(entry(0, "It is none of ours.", "0123456789abcdef0123456789abcdef"))
    program, lines = follow(world, journal)
    check.until(lambda: os.readlink("/proc/%d/fd/1" % program.pid) and sleeps(program.pid), "it waits")
    equal(lines(), [], "what it says at first")
    journal.add(entry(1, "the first"))
    check.until(lambda: lines() == ["the first"], "the first event")
    program.signal(signal.SIGTERM)
    equal(program.wait(), EXIT_OK, "its exit status after SIGTERM")


def sleeps(pid):
    """Whether it waits in poll()."""
    with open("/proc/%d/wchan" % pid) as file:
        return "poll" in file.read()


@scenario()
def a_directory_without_a_journal_is_told(world):
    os.makedirs(world.path("empty"))
    answer = product.ctl("events", "--directory", world.path("empty")).exits(EXIT_FAILED)
    expect("no journal" in answer.errors and not answer.text, "it says so", str(answer))
    answer = product.ctl("events", "--directory", world.path("nowhere")).exits(EXIT_FAILED)
    expect(answer.errors, "it says why", str(answer))
