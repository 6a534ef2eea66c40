# SPDX-License-Identifier: MIT
"""The daemon among others: a service manager, a journal, and users without privileges."""

import os
import re
import shutil
import signal
import socket
import struct

from cases.leaks import leak
from cases.life import find
from lib import check, kernel, mounts, product
from lib.check import equal, expect
from lib.registry import scenario


class Mailbox:
    """A datagram socket that keeps what was sent to it."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.socket.setblocking(False)
        self.messages = []

    def collect(self):
        while True:
            try:
                self.messages.append(self.socket.recv(1 << 18))
            except BlockingIOError:
                return self.messages

    def wait(self, test, what):
        return check.until(lambda: [message for message in self.collect() if test(message)], what)


@scenario()
def the_service_manager_is_told(world):
    mailbox = Mailbox(world.path("notify"))
    config = world.path("closewatch.conf")
    with open(config, "w") as file:
        file.write("[daemon]\ninterval = 1s\nlisten_interval = 1s\n")
    daemon = world.daemon("--config", config, defaults=False,
                          environment={"NOTIFY_SOCKET": world.path("notify"), "WATCHDOG_USEC": "1000000"})
    mailbox.wait(lambda message: b"READY=1" in message, "READY=1")
    expect(os.path.exists(os.path.join(daemon.runtime, "status")), "the status is there when it is ready")
    mailbox.wait(lambda message: b"STATUS=" in message, "STATUS=")
    mailbox.wait(lambda message: b"WATCHDOG=1" in message, "WATCHDOG=1")
    for content in ("[daemon]\ninterval = 2s\n", "[nonsense]\n"):
        with open(config, "w") as file:
            file.write(content)
        mailbox.messages.clear()
        daemon.signal(signal.SIGHUP)
        reloading = mailbox.wait(lambda message: b"RELOADING=1" in message, "RELOADING=1")[0]
        expect(re.search(rb"(?m)^MONOTONIC_USEC=\d+$", reloading), "MONOTONIC_USEC", reloading.decode())
        mailbox.wait(lambda message: b"READY=1" in message, "READY=1 after a reload")
    daemon.stop()
    mailbox.wait(lambda message: b"STOPPING=1" in message, "STOPPING=1")
    for message in mailbox.messages:
        expect(message.count(b"STATUS=") <= 1 and b"\x1b" not in message, "STATUS= in one line", message.decode())


def fields(message):
    """A message of the journal's protocol as a dictionary."""
    found = {}
    while message:
        line, message = message.split(b"\n", 1)
        if b"=" in line:
            name, value = line.split(b"=", 1)
        else:
            name, length = line, struct.unpack("<Q", message[:8])[0]
            value, message = message[8:8 + length], message[8 + length + 1:]
        found[name.decode()] = value.decode()
    return found


def journal():
    """A journal of our own, where the daemon looks for it."""
    if not os.path.isdir(mounts.JOURNAL):
        if any(path.startswith("/run/") for path in (product.CTL, product.DAEMON)):
            raise check.Skipped("the programs are in /run")
        try:
            mounts.tmpfs("/run")
        except OSError as error:
            raise check.Skipped(str(error))
        os.makedirs(mounts.JOURNAL)
    return Mailbox(os.path.join(mounts.JOURNAL, "socket"))


@scenario()
def the_journal_gets_structured_entries(world):
    mailbox = journal()
    daemon = world.daemon().started()
    server, _, _ = leak(world, 3)
    finding = find(daemon, server.port)

    def wait_event(event):
        mailbox.wait(lambda message: fields(message).get("CLOSEWATCH_EVENT") == event, "an entry %s" % event)
        return [fields(message) for message in mailbox.messages if fields(message).get("CLOSEWATCH_EVENT") == event]

    raised = wait_event("raise")
    equal(len(raised), 1, "raises")
    expected = {"PRIORITY": "4", "CLOSEWATCH_KIND": "close-wait-leak", "CLOSEWATCH_ID": finding["id"],
                "CLOSEWATCH_SEVERITY": "warning", "CLOSEWATCH_OWNER": finding["owner"], "CLOSEWATCH_NAMESPACE": "host",
                "CLOSEWATCH_ROLE": "server", "CLOSEWATCH_PORT": str(server.port), "CLOSEWATCH_COUNT": "3",
                "CLOSEWATCH_CAUSE": "drained", "OBJECT_PID": str(server.pid)}
    for name, value in expected.items():
        equal(raised[0].get(name), value, name)
    expect(str(server.pid) in raised[0].get("CLOSEWATCH_PIDS", ""), "CLOSEWATCH_PIDS", raised)
    expect(float(raised[0].get("CLOSEWATCH_AGE_SEC", -1)) >= 1, "CLOSEWATCH_AGE_SEC", raised)
    expect(str(server.port) in raised[0]["MESSAGE"], "MESSAGE", raised)
    expect(re.fullmatch("[0-9a-f]{32}", raised[0]["MESSAGE_ID"]), "MESSAGE_ID", raised)
    server.kill()
    cleared = wait_event("clear")
    equal((len(cleared), cleared[0]["CLOSEWATCH_ID"]), (1, finding["id"]), "one clear, with the same id")
    expect(re.fullmatch("[0-9a-f]{32}", cleared[0]["MESSAGE_ID"]), "MESSAGE_ID", cleared)
    expect(cleared[0]["MESSAGE_ID"] != raised[0]["MESSAGE_ID"], "a clear has a MESSAGE_ID of its own", cleared)
    daemon.stop()


@scenario()
def without_privileges_the_sockets_are_reported_and_health_says_what_is_missing(world):
    if kernel.in_user_namespace():
        raise check.Skipped("needs a second user")
    os.chmod(world.folder, 0o755)
    ctl = shutil.copy(product.CTL, world.folder)  # the build may be where others cannot look
    os.chmod(ctl, 0o755)
    scan_as_nobody(world, ctl)


def scan_as_nobody(world, ctl):
    server, rows, closed = leak(world, 3)
    usual, product.CTL = product.CTL, ctl

    def become_nobody():
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)

    def look():
        answer = product.ctl("scan", "--json", *product.assignments({}), preexec_fn=become_nobody)
        report = product.parse(answer.exits(0))
        groups = [group for group in report["groups"] if group["port"] == server.port]
        expect(len(groups) == 1 and groups[0]["stale"] == 3, "three stale sockets", report)
        return report, groups[0]

    try:
        report, group = check.until(look, "the sockets are reported")
    finally:
        product.CTL = usual
    equal((group["holders"], group["process"], group["uid"]), ([], None, rows[0].uid), "holders, process, user")
    expect(report["cycle"]["health"] != "ok", "health says what is missing", report["cycle"])
    found = [finding for finding in report["findings"] if finding["port"] == server.port]
    expect(found and "no process" not in found[0]["message"].lower(), "it does not say that nobody holds them", report)
