# SPDX-License-Identifier: MIT
"""The shape of the JSON that people script against: every key is there, with the type it was promised."""

from lib import check
from lib.kernel import STATES

NUMBER = (int, float)
MAYBE_NUMBER = (int, float, type(None))
MAYBE_TEXT = (str, type(None))

REPORT = {"format": int, "version": str, "host": str, "boot_id": str, "updated": str, "running": bool,
          "interval_seconds": MAYBE_NUMBER, "cycle": dict, "sockets": dict, "listeners": list, "groups": list,
          "findings": list}
CYCLE = {"number": int, "seconds": NUMBER, "complete": bool, "health": str}
LISTENER = {"namespace": str, "address": str, "port": int, "queue": int, "limit": int, "drops": int, "owner": str}
GROUP = {"namespace": str, "owner": str, "unit": MAYBE_TEXT, "process": MAYBE_TEXT, "uid": int, "role": str,
         "port": MAYBE_NUMBER, "remote": MAYBE_TEXT, "states": dict, "stale": int, "not_accepted": int, "active": int,
         "causes": dict, "inherited": int, "oldest_seconds": dict, "holders": list}
HOLDER = {"pid": int, "process": MAYBE_TEXT, "fds": list, "descriptors": dict}
FINDING = {"id": str, "kind": str, "severity": str, "since": MAYBE_TEXT, "trend": MAYBE_TEXT, "namespace": str,
           "owner": str, "role": str, "port": MAYBE_NUMBER, "remote": MAYBE_TEXT, "count": int, "message": str,
           "advice": str, "full_in_seconds": MAYBE_NUMBER}


def check_object(value, keys, what):
    for key, kind in keys.items():
        check.expect(key in value, "%s has the key %s" % (what, key), value)
        good = isinstance(value[key], kind) and not (isinstance(value[key], bool) and kind is not bool)
        check.expect(good, "%s: the type of %s" % (what, key), value)


def check_group(group):
    check_object(group, GROUP, "a group")
    check.expect(group["role"] in ("server", "client"), "a role", group)
    check.expect((group["port"] is None) == (group["role"] == "client"), "a server has a port", group)
    check.expect((group["remote"] is None) == (group["role"] == "server"), "a client has a remote", group)
    check.equal(sorted(group["causes"]), ["drained", "unread-data", "unread-eof"], "the causes of a group")
    check.equal(sum(group["causes"].values()), group["stale"], "each stale socket has one cause")
    parts = group["stale"] + group["not_accepted"] + group["active"]
    check.expect(parts <= group["states"]["CLOSE_WAIT"], "the parts of a group are no more than the whole", group)
    for holder in group["holders"]:
        check_object(holder, HOLDER, "a holder")


def check_report(report):
    check_object(report, REPORT, "the report")
    check.equal(report["format"], 1, "the format")
    check_object(report["cycle"], CYCLE, "cycle")
    check.equal(sorted(report["sockets"]), sorted(STATES), "the states")
    for listener in report["listeners"]:
        check_object(listener, LISTENER, "a listener")
    for group in report["groups"]:
        check_group(group)
    for finding in report["findings"]:
        check_object(finding, FINDING, "a finding")
        check.expect(len(finding["id"]) == 8 and set(finding["id"]) <= set("0123456789abcdef"), "an id", finding)
        check.expect(finding["severity"] in ("notice", "warning", "critical"), "a severity", finding)
        check.expect("\n" not in finding["message"] + finding["advice"], "one line of text", finding)
