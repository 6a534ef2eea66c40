# SPDX-License-Identifier: MIT
"""The daemon's own life: killed, restarted, reloaded, and left alone by what it watches."""

import fcntl
import os
import random
import re
import signal
import subprocess
import time

from cases.leaks import leak
from lib import check, kernel, product
from lib.check import equal, expect
from lib.look import DaemonLook
from lib.registry import scenario


def find(daemon, port):
    """The finding about the port, as soon as it is there."""

    def there():
        found = [finding for finding in daemon.status()["findings"] if finding["port"] == port]
        return found and found[0]

    return check.until(there, "a finding about port %d" % port)


@scenario(21)
def the_end_of_every_watched_program_clears_once(world):
    daemon = world.daemon().started()
    leaking = [leak(world, 3)[0] for _ in range(3)]
    asleep = world.actor("server", "--paused")
    world.connect(asleep.port)
    ports = [server.port for server in leaking] + [asleep.port]
    for port in ports:
        find(daemon, port)
    for server in leaking + [asleep]:
        server.kill()
    kernel.wait_rows(0, "all sockets of the dead", state="CLOSE_WAIT")
    check.until(lambda: not daemon.status()["findings"], "all findings clear")
    status = daemon.wait_cycles(3)
    equal((status["findings"], status["groups"], status["listeners"]), ([], [], []), "findings, groups, listeners")
    for port in ports:
        equal(len(daemon.lines(r"(on port |:)%d\b" % port)), 2, "events about port %d: one raise, one clear" % port)
    daemon.stop()


@scenario()
def kill_9_tears_no_status_file_and_forgets_nothing(world):
    print("seed 20")
    dice = random.Random(20)
    daemon = world.daemon().started()
    # Keepalive: the kernel alone would not tell the age of these again.
    server = world.actor("server", "--manner", "drain", "--keepalive")
    before = time.monotonic()
    world.actor("half", "--port", server.port, "--count", 3, "--send", 5)
    kernel.wait_rows(3, "leaked", state="CLOSE_WAIT", port=server.port, receive_queue=0, accepted=True)
    closed = before, time.monotonic()
    finding = find(daemon, server.port)
    path = os.path.join(daemon.runtime, "status")
    reader = world.actor("reader", "--path", path, "--ctl", product.CTL, "--first", first_line(path))
    for _ in range(5):
        time.sleep(dice.uniform(0.0, 1.3))  # at any moment of a cycle
        daemon.kill()
        daemon = world.daemon().started()
        again = find(daemon, server.port)
        for key in ("id", "since", "severity", "count"):
            equal(again[key], finding[key], "%s, the same after a restart" % key)
        equal(daemon.lines(r"on port %d\b" % server.port), [], "what was told is not told again")
    reader.process.stdin.close()
    report = reader.hear()
    equal(report["torn"], [], "torn status files")
    expect(report["changes"] >= 5, "the reader saw changes", report)
    sight = DaemonLook(daemon).next()
    age = sight.group(port=server.port)["oldest_seconds"]
    sight.age_is(age, closed)
    known = sight.earliest - closed[1] - 2.5
    expect(age["at_least"] >= known, "the age goes on, at least %g s are known" % known, age)
    expect(set(os.listdir(daemon.runtime)) <= {"lock", "status", "status.new"}, "nothing else is left lying", daemon.runtime)
    server.kill()
    daemon.wait_line(r"on port %d no longer" % server.port)


def first_line(path):
    """The file's beginning, without what changes: to know a whole one by."""
    with open(path) as file:
        return file.readline()


CONFIG = """[daemon]
interval = 1s
listen_interval = 500ms
[close-wait]
age = 1s
warn = %s
[alerts]
clear_after = 0s
"""


def write_config(world, text):
    path = world.path("closewatch.conf")
    with open(path + ".new", "w") as file:
        file.write(text)
    os.rename(path + ".new", path)
    return path


@scenario()
def a_reload_of_a_broken_config_keeps_the_old_one_and_a_good_one_counts(world):
    path = write_config(world, CONFIG % 100)
    daemon = world.daemon("--config", path, defaults=False).started()
    server, _, _ = leak(world, 3)
    check.until(lambda: [group for group in daemon.status()["groups"] if group["stale"] == 3], "three stale sockets")
    write_config(world, CONFIG % "2\nno_such_key = 1" + "[nonsense]\n")
    daemon.signal(signal.SIGHUP)
    daemon.wait_line(re.escape(path) + r":7: ")
    daemon.wait_line(re.escape(path) + r":10: ")
    daemon.wait_line("keep")
    status = daemon.wait_cycles(2)
    equal(status["findings"], [], "findings: the old threshold of 100 counts")
    write_config(world, CONFIG % 2)
    daemon.signal(signal.SIGHUP)
    finding = find(daemon, server.port)
    equal(finding["severity"], "warning", "with the new threshold of 2: the severity")
    os.unlink(path)
    daemon.signal(signal.SIGHUP)
    daemon.wait_line("keep", 2)
    equal(find(daemon, server.port)["id"], finding["id"], "without a config, the one in use counts: the finding")
    daemon.stop()


@scenario()
def closewatchctl_reload_tells_whether_the_config_was_taken(world):
    path = write_config(world, CONFIG % 100)
    daemon = world.daemon("--config", path, defaults=False).started()
    answer = daemon.ask("reload").exits(product.EXIT_OK)
    expect(str(daemon.pid) in answer.text and not answer.errors, "it was taken", str(answer))
    write_config(world, CONFIG % "2\nno_such_key = 1" + "[nonsense]\n")
    answer = daemon.ask("reload").exits(product.EXIT_FAILED)
    said = answer.errors.splitlines()
    equal(len(said), 3, "lines\n%s" % answer)
    for line, words in zip(said, (path + ":7: ", path + ":10: ", "refused")):
        expect(words in line, "it says %r" % words, str(answer))
    expect("[nonsense]" in said[1], "as the daemon says it", daemon.output())
    write_config(world, CONFIG % 3)
    daemon.ask("reload").exits(product.EXIT_OK)
    equal(len(daemon.lines("was reloaded")), 2, "reloads, in\n" + daemon.output())
    daemon.stop()
    daemon.ask("reload").exits(product.EXIT_NO_DAEMON)


@scenario()
def closewatchctl_reload_signals_no_other_program(world):
    daemon = world.daemon().started()
    daemon.stop()
    other = world.actor("server")
    path = os.path.join(daemon.runtime, "status")
    with open(path) as file:
        status = file.read()
    changed = status.replace("pid = %d\n" % daemon.pid, "pid = %d\n" % other.pid)
    changed = changed.replace("interval = 1s\n", "interval = 1d\n")  # not too old for a while
    expect("pid = %d\n" % other.pid in changed and "interval = 1d" in changed, "the status is of another", changed)
    with open(path, "w") as file:
        file.write(changed)
    answer = daemon.ask("reload").exits(product.EXIT_NO_DAEMON)
    expect("process %d, " % other.pid in answer.errors, "it says why", str(answer))
    world.connect(other.port)
    expect(other.alive(), "the other program lives on")


@scenario()
def a_damaged_state_file_is_set_aside_with_one_warning(world):
    daemon = world.daemon().started()
    server, _, _ = leak(world, 3)
    finding = find(daemon, server.port)
    daemon.stop()
    path = os.path.join(daemon.state, "state")
    with open(path, "rb") as file:
        whole = file.read()
    expect(finding["id"].encode() in whole, "the state file knows the finding", whole.decode("latin-1"))
    damages = {"cut": whole[:len(whole) // 2], "garbage": bytes(range(256)) * 8, "empty": b"",
               "foreign": b"[Unit]\nA = b\n"}
    for what, content in damages.items():
        with open(path, "wb") as file:
            file.write(content)
        daemon = world.daemon().started()
        equal(find(daemon, server.port)["id"], finding["id"], "%s: the same finding, found anew" % what)
        daemon.wait_cycles(1)
        equal(len(daemon.lines("damaged")), 1, "%s: one warning, in %s" % (what, daemon.output()))
        with open(path + ".damaged", "rb") as file:
            equal(file.read(), content, "%s: set aside" % what)
        os.unlink(path + ".damaged")
        daemon.stop()
    with open(path, "wb") as file:
        file.write(whole)
    daemon = world.daemon().started()
    equal(find(daemon, server.port)["since"], finding["since"], "a whole one is believed: since")
    equal(daemon.lines("damaged"), [], "warnings")


@scenario()
def a_lock_on_the_directory_itself_keeps_nobody_out(world):
    """Anybody may open it."""
    first = world.daemon().started()
    first.stop()
    held = os.open(first.runtime, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        world.daemon().started().wait_cycles(1)
    finally:
        os.close(held)


@scenario()
def a_reader_of_its_messages_that_goes_away_does_not_end_it(world):
    folders = [world.path("piped-run"), world.path("piped-state")]
    daemon = subprocess.Popen([product.DAEMON, "--runtime-dir", folders[0], "--state-dir", folders[1],
                               "-o", "daemon.interval=1s"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        status = os.path.join(folders[0], "status")
        check.until(lambda: os.path.exists(status), "a status")
        daemon.stderr.close()
        before = os.stat(status).st_mtime_ns
        daemon.send_signal(signal.SIGHUP)  # answered with a message
        check.until(lambda: daemon.poll() is not None or os.stat(status).st_mtime_ns > before, "the next cycle")
        equal(daemon.poll(), None, "exit status")
    finally:
        daemon.terminate()
        equal(daemon.wait(), 0, "it stops in order")


@scenario()
def two_daemons_do_not_share_a_directory(world):
    daemon = world.daemon().started()
    second = world.daemon()
    equal(second.wait(), 1, "the second one's exit status")
    expect(second.lines(re.escape(daemon.runtime)), "it says why", second.output())
    daemon.wait_cycles(1)
    daemon.stop()
