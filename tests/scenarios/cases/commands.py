# SPDX-License-Identifier: MIT
"""Exit codes and errors: what scripts rely on."""

import os
import re
import signal

from cases.leaks import leak
from cases.life import find
from lib import check, product
from lib.check import equal, expect
from lib.product import EXIT_CONFIG, EXIT_FAILED, EXIT_NO_DAEMON, EXIT_OK, EXIT_USAGE
from lib.registry import scenario

BAD_CONFIG = b"""[close-wait]
age = soon
warn = 5
warn = 6
nonsense = 1
[accept-queue]
warn = 800%
[no-such-section]
key = value
[daemon]
interval = 99999999999999999999d
listen_interval = 1""" + b" " * 5000 + b"""s
max_groups = 1\x00000
no equals sign
"""
BAD_LINES = [2, 4, 5, 7, 8, 11, 12, 13, 14]


def says_all_errors(path, text):
    told = {int(n) for n in re.findall(re.escape(path) + r":(\d+): \S", text)}
    expect(told >= set(BAD_LINES), "every error with FILE:LINE, that is lines %s" % BAD_LINES, text)
    expect(not told - set(BAD_LINES) - {9}, "no error where there is none", text)


@scenario()
def a_bad_config_is_refused_with_every_error_in_it(world):
    path = world.path("bad.conf")
    with open(path, "wb") as file:
        file.write(BAD_CONFIG)
    answer = product.ctl("check-config", path).exits(EXIT_FAILED)
    says_all_errors(path, answer.text + answer.errors)
    for arguments in (("--config", path), ("--config", path, "--check-config")):
        daemon = world.daemon(*arguments, defaults=False)
        equal(daemon.wait(), EXIT_CONFIG, "the daemon's exit status")
        says_all_errors(path, daemon.output())
    product.ctl("scan", "--config", path).exits(EXIT_FAILED)


@scenario()
def bad_assignments_and_missing_files_are_refused(world):
    for arguments in (("-o", "close-wait.age=soon"), ("-o", "nonsense"), ("-o", "close-wait.no_such=1"), ("-o", "=1"),
                      ("-o", "close-wait.warn=9", "-o", "close-wait.crit=3"), ("--config", world.path("missing.conf"))):
        daemon = world.daemon(*arguments, defaults=False)
        expected = EXIT_USAGE if arguments[1] in ("nonsense", "=1") else EXIT_CONFIG
        equal(daemon.wait(), expected, "the daemon's exit status with %s" % " ".join(arguments))
        expect(daemon.output().strip(), "it says why")
        answer = product.ctl("scan", *arguments)
        expect(answer.status in (EXIT_FAILED, EXIT_USAGE) and answer.errors, "scan refuses, too", str(answer))


@scenario()
def a_good_config_passes_the_check(world):
    path = world.path("good.conf")
    with open(path, "w") as file:
        file.write("[close-wait]\nage = 10m\n\n; a remark\n[rule db]\nmatch_port = 5432\nignore = yes\n")
    product.ctl("check-config", path).exits(EXIT_OK)
    equal(world.daemon("--config", path, "--check-config", defaults=False).wait(), EXIT_OK, "the daemon's exit status")


@scenario()
def wrong_usage_is_2(world):
    for arguments in (("no-such-verb",), ("--no-such-option",), ("status", "--no-such-option"), ("explain",),
                      ("explain", "1", "2"), ("list", "nonsense"), ("status", "surplus"),
                      ("--color", "pink", "status")):
        answer = product.ctl(*arguments).exits(EXIT_USAGE)
        expect(answer.errors, "closewatchctl %s says why" % " ".join(arguments))
    for arguments in (("--no-such-option",), ("surplus",), ("--config",)):
        equal(world.daemon(*arguments, defaults=False).wait(), EXIT_USAGE, "closewatchd %s" % " ".join(arguments))


@scenario()
def help_and_version_need_no_daemon(world):
    for arguments in (("--help",), ("--version",)):
        answer = product.ctl(*arguments).exits(EXIT_OK)
        expect("closewatch" in answer.text.lower(), "it says something", str(answer))
        daemon = world.daemon(*arguments, defaults=False)
        equal(daemon.wait(), EXIT_OK, "closewatchd %s" % arguments)
        expect("closewatchd" in daemon.output(), "it says something", daemon.output())


STATUS_VERBS = (("status",), ("status", "--json"), ("list", "findings"), ("list", "groups", "--json"),
                ("explain", "0badcafe"))


@scenario()
def without_a_daemon_the_exit_status_is_3(world):
    for arguments in STATUS_VERBS:
        answer = product.ctl("--runtime-dir", world.path("nowhere"), *arguments).exits(EXIT_NO_DAEMON)
        expect(answer.errors, "it says why", str(answer))


@scenario()
def a_status_older_than_three_intervals_is_3(world):
    daemon = world.daemon().started()
    daemon.ask("status").exits(EXIT_OK)
    daemon.signal(signal.SIGSTOP)
    check.until(lambda: daemon.ask("status").status == EXIT_NO_DAEMON, "it is too old", 20)
    expect(daemon.ask("status").exits(EXIT_NO_DAEMON).errors, "it says why")
    told = daemon.ask("status", "--json").exits(EXIT_NO_DAEMON)
    if told.raw.strip():
        equal(product.parse(told)["running"], False, "running")
    daemon.signal(signal.SIGCONT)
    check.until(lambda: daemon.ask("status").status == EXIT_OK, "it runs again")
    daemon.stop()
    check.until(lambda: daemon.ask("status").status == EXIT_NO_DAEMON, "after its end", 20)


@scenario()
def a_broken_status_file_is_an_error_and_never_a_report(world):
    daemon = world.daemon(close_wait__warn=1).started()
    server, _, _ = leak(world, 2)
    find(daemon, server.port)
    path = os.path.join(daemon.runtime, "status")
    with open(path, "rb") as file:
        whole = file.read()
    daemon.stop()
    newer = re.sub(rb"(?m)^format = 1$", b"format = 2", whole)
    expect(newer != whole, "the format is in the status file", whole.decode())
    less = whole.rsplit(b"\n", 2)[0] + b"\n"
    for what, content in (("empty", b""), ("cut", whole[:len(whole) * 2 // 3]), ("cut by a line", less),
                          ("newer", newer), ("garbage", bytes(range(256)) * 40), ("zeros", bytes(5000))):
        with open(path, "wb") as file:
            file.write(content)
        for arguments in STATUS_VERBS:
            answer = daemon.ask(*arguments)
            expect(answer.status in (EXIT_FAILED, EXIT_NO_DAEMON), "%s: exit status 1 or 3" % what, str(answer))
            expect(answer.errors and b"CLOSE_WAIT" not in answer.raw, "%s: an error and no report" % what, str(answer))
            if what == "garbage":
                answer.exits(EXIT_FAILED)


@scenario()
def check_tells_a_monitor_about_a_leak(world):
    daemon = world.daemon(close_wait__crit=6).started()
    answer = daemon.ask("check").exits(0)
    expect(re.match(r"CLOSEWATCH OK - no findings \| close_wait=0 stale=0 ", answer.text), "all is well", str(answer))
    server, _, _ = leak(world, 4)
    find(daemon, server.port)
    answer = daemon.ask("check").exits(1)
    expect(re.match(r"CLOSEWATCH WARNING - 1 finding: .* on port %d: 4 sockets .* \| close_wait=4 stale=4 .* warning=1 "
                    % server.port, answer.text), "what leaks", str(answer))
    daemon.ask("check", "--kind", "accept-queue").exits(0)
    world.hang_up([world.connect(server.port) for _ in range(2)])
    check.until(lambda: daemon.ask("check").status == 2, "it becomes critical")
    server.kill()
    check.until(lambda: daemon.ask("check").status == 0, "it is over")
    daemon.stop()
    os.unlink(os.path.join(daemon.runtime, "status"))
    answer = daemon.ask("check").exits(3)
    expect(answer.text.startswith("CLOSEWATCH UNKNOWN - there is no status"), "it says why", str(answer))


@scenario()
def an_unknown_finding_is_an_error(world):
    daemon = world.daemon().started()
    for one in ("0badcafe", "x", "", "../../etc/passwd", "\x1b[31m"):
        answer = daemon.ask("explain", one).exits(EXIT_FAILED)
        expect(answer.errors and "\x1b" not in answer.errors, "it says so", str(answer))


@scenario()
def explain_and_list_show_the_evidence(world):
    daemon = world.daemon().started()
    server, _, _ = leak(world, 3, manner="ignore", data=b"hello", unread=6)
    finding = find(daemon, server.port)
    text = daemon.ask("-o", "close-wait.age=1s", "explain", finding["id"]).exits(EXIT_OK).text
    for word in (server.comm, str(server.pid), str(server.port), "unread", "RST", "127.0.0.1:"):
        expect(word in text, "explain says %r" % word, text)
    listed = daemon.ask("-o", "close-wait.age=1s", "list", "sockets", "--finding", finding["id"]).exits(EXIT_OK).text
    equal(len(re.findall(r"127\.0\.0\.1:\d+", listed)), 3, "sockets in the list\n" + listed)
    for what in ("findings", "groups", "listeners"):
        listed = daemon.ask("list", what).exits(EXIT_OK).text
        expect(str(server.port) in listed, "list %s shows the port" % what, listed)
    expect(finding["id"] in daemon.ask("status").exits(EXIT_OK).text, "status names the id to explain")
