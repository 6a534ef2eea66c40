# SPDX-License-Identifier: MIT
"""What is checked, in this order: a check may rely on those before it. Each takes the Host and says in its name what
is so."""

import re

from host import CONFIG, DAEMON, PYTHON
from lib.check import equal, expect, until

SETTINGS = """\
[daemon]
interval = 1s
listen_interval = 500ms

[close-wait]
age = 1s
warn = 3

[accept-queue]
wait = 1s

[alerts]
clear_after = 0
"""
ODD = r"odd@a\x2db.service"
LEAK, QUEUE = "close-wait-leak", "accept-queue"


# a day of a service

def start_waits_until_the_first_look_is_done(host):
    host.systemctl("start", DAEMON)
    status = host.status()  # at once: there is nothing to wait for
    equal(host.show(DAEMON, "ActiveState", "SubState", "Type"),
          {"ActiveState": "active", "SubState": "running", "Type": "notify"}, "the unit")
    expect(status.get("running") and status["cycle"]["number"] >= 1 and status["cycle"]["complete"], "a status", status)
    equal(host.show(DAEMON, "StatusText"), "all is well (0 CLOSE_WAIT, 0 LISTEN)", "what systemctl status shows")


def a_leak_is_reported_under_its_unit(host):
    host.start("leaky.service", "leak", 8001, 5)
    finding = host.wait_finding(kind=LEAK, owner="leaky.service")
    equal([finding["severity"], finding["port"], finding["count"]], ["warning", 8001, 5], "the finding")
    until(lambda: host.show(DAEMON, "StatusText").startswith("1 warning (5 CLOSE_WAIT, 1 LISTEN)"), "the unit's text")


def the_journal_of_the_leaking_service_shows_the_warning(host):
    entry = host.wait_event("--unit=leaky.service", kind=LEAK, event="raise")
    equal([entry["PRIORITY"], entry["CLOSEWATCH_OWNER"], entry["_SYSTEMD_UNIT"], entry["OBJECT_SYSTEMD_UNIT"]],
          ["4", "leaky.service", DAEMON, "leaky.service"], "the entry")
    equal(int(entry["OBJECT_PID"]), host.pid("leaky.service"), "whom it is about")
    equal(entry["OBJECT_EXE"], PYTHON, "its program, as journald saw it")


def the_daemon_has_what_its_unit_promises_and_no_more(host):
    pid = host.pid()
    status = dict(line.split(":\t", 1) for line in host.read("/proc/%d/status" % pid).splitlines() if ":\t" in line)
    sys_ptrace_and_dac_read_search = "%016x" % (1 << 19 | 1 << 2)
    nothing = "%016x" % 0
    for name, value in (("CapEff", sys_ptrace_and_dac_read_search), ("CapPrm", sys_ptrace_and_dac_read_search),
                        ("CapBnd", sys_ptrace_and_dac_read_search), ("CapAmb", nothing), ("CapInh", nothing),
                        ("NoNewPrivs", "1"), ("Seccomp", "2"), ("Uid", "0\t0\t0\t0"), ("Threads", "1")):
        equal(status[name], value, name)
    equal(host.read("/proc/%d/oom_score_adj" % pid).strip(), "200", "it goes before what it watches")


def the_daemon_sees_the_hosts_sockets_from_a_mount_namespace_of_its_own(host):
    def namespaces(pid):
        return {name: host.run("readlink", "/proc/%s/ns/%s" % (pid, name)).strip()
                for name in ("mnt", "uts", "net", "pid", "user", "cgroup")}

    mine, hosts = namespaces(host.pid()), namespaces(1)
    equal({name for name in mine if mine[name] != hosts[name]}, {"mnt", "uts"}, "its own namespaces")
    mounts = {}
    for line in host.read("/proc/%d/mountinfo" % host.pid()).splitlines():
        mounts[line.split()[4]] = line.split()[5].split(",")
    for path in ("/", "/proc/sys", "/sys/fs/cgroup"):
        expect("ro" in mounts.get(path, []), "%s is read-only" % path, mounts)
    for path in ("/run/closewatch", "/var/lib/closewatch"):
        expect("rw" in mounts.get(path, []), "%s is writable" % path, mounts)


# units

def sd_pid_get_unit(host, pid):
    """What libsystemd says."""
    script = ("import ctypes, sys; unit = ctypes.c_char_p(); "
              "r = ctypes.CDLL('libsystemd.so.0').sd_pid_get_unit(int(sys.argv[1]), ctypes.byref(unit)); "
              "print(unit.value.decode() if r >= 0 else r)")
    return host.run(PYTHON, "-c", script, str(pid)).strip()


def owners_are_what_libsystemd_calls_the_unit(host):
    host.start_scope("pool.scope", "leak", 8002, 4)
    host.start(ODD, "leak", 8003, 4)
    for unit, port in (("leaky.service", 8001), ("pool.scope", 8002), (ODD, 8003)):
        entry = host.wait_event(kind=LEAK, event="raise", port=port)
        equal(entry["CLOSEWATCH_OWNER"], unit.replace("\\", "\\x5c"), "the owner")
        equal(sd_pid_get_unit(host, entry["OBJECT_PID"]), unit, "libsystemd's answer")


def a_listener_that_nobody_looked_through_has_the_unit_of_its_cgroup(host):
    host.start("idle.service", "idle", 8004)

    def listener():
        return [one for one in host.status(("list", "listeners")) if one["port"] == 8004]

    found = until(listener, "the listener")[0]
    equal(found["owner"], "idle.service", "its owner")


# what the journal explains

def journalctl_explains_a_leak(host):
    host.run("journalctl", "--update-catalog")
    finding = host.wait_finding(kind=LEAK, owner="leaky.service")
    text = host.run("journalctl", "--catalog", "--output=short", "CLOSEWATCH_ID=" + finding["id"])
    for part in ("Subject: leaky.service leaks sockets in CLOSE_WAIT", "Defined-By: closewatch",
                 "leaky.service (server) has 5 such sockets", 'Most of them are "drained"',
                 "closewatchctl explain " + finding["id"]):
        expect(part in text, part, text)
    expect("CLOSEWATCH_" not in text.replace("CLOSEWATCH_ID=", ""), "every field has its value", text)


def journalctl_explains_a_queue(host):
    host.start("stuck.service", "stuck", 8005, 6)
    entry = host.wait_event("--unit=stuck.service", kind=QUEUE, event="raise")
    text = host.run("journalctl", "--catalog", "--output=short", "--unit=stuck.service", "CLOSEWATCH_EVENT=raise")
    for part in ("Subject: stuck.service does not accept connections fast enough",
                 "%s connections waited" % entry["CLOSEWATCH_COUNT"], "ss -ltn 'sport = :8005'"):
        expect(part in text, part, text)
    expect(not re.search(r"CLOSEWATCH_(?!ID=)", text), "every field has its value", text)


# reload

def a_reload_takes_the_new_config(host):
    after = host.now()
    host.systemctl("log-level", "debug")
    host.write(CONFIG, SETTINGS.replace("interval = 1s", "interval = 2s", 1))
    host.systemctl("reload", DAEMON)
    host.wait_message("^the configuration was reloaded", after, "--unit=" + DAEMON)
    host.systemctl("log-level", "info")
    until(lambda: host.status().get("interval_seconds") == 2, "the new interval")
    told = [message for message in host.messages(after) if "Got notification message" in message and DAEMON in message]
    expect(any("RELOADING=1" in message for message in told), "systemd got RELOADING=1", told)
    expect(any("READY=1" in message for message in told), "systemd got READY=1", told)
    equal(host.show(DAEMON, "ActiveState"), "active", "the unit")


def a_reload_of_a_bad_config_keeps_the_one_in_use(host):
    after, pid = host.now(), host.pid()
    host.write(CONFIG, "[daemon]\ninterval = soon\n")
    host.systemctl("reload", DAEMON)
    host.wait_message("keeping the one in use", after, "--unit=" + DAEMON)
    errors = host.messages(after, "--unit=" + DAEMON, "--priority=err")
    expect(any(error.startswith(CONFIG + ":2: ") for error in errors), "FILE:LINE of the mistake", errors)
    until(lambda: host.show(DAEMON, "ActiveState") == "active", "the reload ends")
    equal([host.pid(), host.status()["interval_seconds"]], [pid, 2], "the daemon and its interval")
    host.write(CONFIG, SETTINGS)
    host.systemctl("reload", DAEMON)
    until(lambda: host.status().get("interval_seconds") == 1, "the old interval")


# faults

def the_watchdog_restarts_a_hung_daemon_and_nothing_is_told_twice(host):
    host.write("/run/systemd/system/closewatchd.service.d/test.conf",
               "[Service]\nWatchdogSec=2s\nRestartSec=100ms\nLimitCORE=0\n")
    host.systemctl("daemon-reload")
    host.systemctl("restart", DAEMON)
    host.wait_cycles(1)
    before = {finding["id"]: finding for finding in host.findings()}
    ages = oldest(host)
    after, pid = host.now(), host.pid()
    host.run("kill", "-STOP", str(pid))
    until(lambda: host.pid() not in (0, pid), "another daemon", 30)
    host.wait_cycles(2)
    host.wait_message("Watchdog timeout", after)
    expect(int(host.show(DAEMON, "NRestarts")) >= 1, "systemd restarted it")
    now = {finding["id"]: finding for finding in host.findings()}
    equal(sorted(now), sorted(before), "the findings")
    equal({i: now[i]["since"] for i in now}, {i: before[i]["since"] for i in now}, "when they were raised")
    for owner, age in oldest(host).items():
        expect(age > ages[owner], "the age of %s goes on: more than %s" % (owner, ages[owner]), age)
    equal([entry["MESSAGE"] for entry in host.events(after, "--unit=" + DAEMON) if "CLOSEWATCH_EVENT" in entry], [],
          "events since")


def oldest(host):
    """Of each owner, the age of its oldest stale socket, at least."""
    return {group["owner"]: group["oldest_seconds"]["at_least"] for group in host.status()["groups"]}


def an_event_after_a_restart_of_journald_is_in_the_journal(host):
    pid = host.pid()
    host.systemctl("restart", "systemd-journald.service")
    host.start("later.service", "leak", 8006, 3)
    host.wait_event("--unit=later.service", kind=LEAK, event="raise")
    equal(host.pid(), pid, "the daemon")


def the_end_is_shown_in_the_journal_of_a_service_that_has_ended(host):
    ended = (("leaky.service", LEAK), ("stuck.service", QUEUE), (ODD, LEAK))
    host.systemctl("stop", *[unit for unit, _ in ended])
    for unit, kind in ended:
        entry = host.wait_event("--unit=" + unit, kind=kind, event="clear")
        equal([entry["PRIORITY"], entry["OBJECT_SYSTEMD_UNIT"]], ["5", unit], "the entry")
    text = host.run("journalctl", "--catalog", "--output=short", "--unit=leaky.service", "CLOSEWATCH_EVENT=clear")
    expect("Subject: leaky.service no longer leaks" in text, "the catalog", text)


# the end

def stopping_is_clean(host):
    host.systemctl("stop", DAEMON)
    equal(host.show(DAEMON, "ActiveState", "Result", "ExecMainCode", "ExecMainStatus"),
          {"ActiveState": "inactive", "Result": "success", "ExecMainCode": "1", "ExecMainStatus": "0"}, "the unit")
    expect(not host.exists("/run/closewatch"), "the runtime directory is gone")
    expect(host.exists("/var/lib/closewatch/state"), "the state file is there")


def a_bad_config_ends_with_78_and_no_restart(host):
    host.write(CONFIG, "[nonsense]\n")
    after = host.now()
    host.systemctl("reset-failed", DAEMON, expect=None)
    host.systemctl("start", DAEMON, expect=1)
    # A restart that is to come would show as "auto-restart" by now.
    equal(host.show(DAEMON, "ActiveState", "SubState", "Result", "ExecMainStatus", "NRestarts"),
          {"ActiveState": "failed", "SubState": "failed", "Result": "exit-code", "ExecMainStatus": "78",
           "NRestarts": "0"}, "the unit")
    errors = host.messages(after, "--unit=" + DAEMON, "--priority=err")
    expect(any(error.startswith(CONFIG + ":1: ") for error in errors), "FILE:LINE of the mistake", errors)
    host.write(CONFIG, SETTINGS)


def alerts_go_on_after_a_stop_without_a_second_raise(host):
    after = host.now()
    host.systemctl("start", DAEMON)
    host.wait_cycles(2)
    equal(sorted(finding["owner"] for finding in host.findings(kind=LEAK)),
          ["later.service", "pool.scope"], "the findings")
    equal([entry["MESSAGE"] for entry in host.events(after) if entry.get("CLOSEWATCH_EVENT") == "raise"], [], "raised")


def systemd_has_nothing_against_the_unit(host):
    equal(host.run("systemd-analyze", "verify", "--man=no", DAEMON), "", "systemd-analyze verify")
    host.run("systemd-analyze", "security", "--no-pager", "--threshold=18", DAEMON)


CHECKS = [
    start_waits_until_the_first_look_is_done,
    a_leak_is_reported_under_its_unit,
    the_journal_of_the_leaking_service_shows_the_warning,
    the_daemon_has_what_its_unit_promises_and_no_more,
    the_daemon_sees_the_hosts_sockets_from_a_mount_namespace_of_its_own,
    owners_are_what_libsystemd_calls_the_unit,
    a_listener_that_nobody_looked_through_has_the_unit_of_its_cgroup,
    journalctl_explains_a_leak,
    journalctl_explains_a_queue,
    a_reload_takes_the_new_config,
    a_reload_of_a_bad_config_keeps_the_one_in_use,
    the_watchdog_restarts_a_hung_daemon_and_nothing_is_told_twice,
    an_event_after_a_restart_of_journald_is_in_the_journal,
    the_end_is_shown_in_the_journal_of_a_service_that_has_ended,
    stopping_is_clean,
    a_bad_config_ends_with_78_and_no_restart,
    alerts_go_on_after_a_stop_without_a_second_raise,
    systemd_has_nothing_against_the_unit,
]
