# SPDX-License-Identifier: MIT
"""Process names that want to be something else than a name (scenario 24)."""

import json
import re
import unicodedata

from lib import check, kernel, product
from lib.check import equal, expect
from lib.registry import scan_and_daemon, scenario

NAMES = [  # 15 bytes at most
    b"\n[finding 0]\nx=1", b"\x1b[2J\x1b]0;pwn\x07", b"\xff\xfe\"]=;#\\'", b"a\r\t\x9b31m\x7f\x08b", b"  spaced  ",
    b"x\nhealth = bad", b"<0>CRIT\nMSG=x", b"%s%n%s%n", b"\xe2\x80\xae\xe2\x80\xa8rtl", b"[group 1]",
]
NAMES = [name[:15] for name in NAMES]
STATUS_LINE = re.compile(r"\[(closewatch|sockets|end|listener \d+|group \d+|finding [0-9a-f]{8})\]"
                         r"|[a-zA-Z0-9_.-]+ =.*|\t.*|[;#].*|")


def escaped(name):
    """What every output shows instead of the name."""
    text = ""
    for i, byte in enumerate(name):
        char = chr(byte)
        bare = 0x20 <= byte < 0x7f and char not in '\\";#=[]' and not (char == " " and i in (0, len(name) - 1))
        text += char if bare else "\\x%02x" % byte
    return text


def is_harmless(raw, what):
    """No control character but the newlines of our own, and nothing that a name could have made a line of."""
    text = raw.decode("utf-8")
    for char in text:
        category = unicodedata.category(char)
        harmless = category[0] != "C" and category not in ("Zl", "Zp")
        expect(char == "\n" or harmless, "%s: character %r" % (what, char), text)
    for line in text.split("\n"):
        injected = re.match(r"\s*(\[finding 0|health = bad|MSG=|x=1)", line)
        expect(not injected, "%s: a line of the name's making" % what, text)


def leak_by_name(world):
    """A leaking server of each name, and one that does not accept: {port: name}."""
    ports = {}
    for name in NAMES:
        server = world.actor("server", "--manner", "drain", comm=name)
        world.hang_up([world.connect(server.port, data=b"hello")])
        ports[server.port] = name
        with open("/proc/%d/comm" % server.pid, "rb") as file:
            equal(file.read(), name + b"\n", "the kernel's idea of the name")
    kernel.wait_rows(len(NAMES), "drained", state="CLOSE_WAIT", receive_queue=0, accepted=True)
    asleep = world.actor("server", "--paused", comm=NAMES[0])
    world.connect(asleep.port)
    return ports, asleep.port


@scan_and_daemon(24)
def hostile_names_are_shown_escaped(world):
    look = world.look(close_wait__warn=1)
    ports, asleep = leak_by_name(world)

    def says(sight):
        for port, name in ports.items():
            shown = escaped(name)
            group = sight.group(port=port)
            equal(group["process"], shown, "the process of a group")
            equal([holder["process"] for holder in group["holders"]], [shown], "the process of a holder")
            finding = sight.finding("close-wait-leak", port)
            expect(shown in finding["message"], "the message says %s" % shown, finding)
        sight.finding("accept-queue", asleep)

    sight = look.expect(says, "all names, escaped")
    for text in texts_of(sight.report):
        expect(all(0x20 <= ord(char) < 0x7f for char in text), "only printable ASCII in JSON", text)
    if not look.is_daemon:
        is_harmless(product.ctl("scan", *product.assignments(look.settings)).exits(0).raw, "scan")
        return
    with open(look.daemon.runtime + "/status", "rb") as file:
        text = file.read()
    for line in text.decode("ascii").split("\n"):
        expect(STATUS_LINE.fullmatch(line), "a line of the status file: %r" % line, text)
    expect(text.count(b"\n[finding ") == len(NAMES) + 1, "as many findings in the status file as there are", text)
    is_harmless(look.daemon.output().encode("latin-1", "replace"), "the daemon's messages")


def texts_of(value):
    if isinstance(value, dict):
        value = list(value.keys()) + list(value.values())
    if isinstance(value, list):
        return [text for part in value for text in texts_of(part)]
    return [value] if isinstance(value, str) else []


@scenario(24)
def hostile_names_are_harmless_in_every_output_for_people(world):
    daemon = world.daemon(close_wait__warn=1).started()
    leak_by_name(world)

    def all_found():
        return len(daemon.status()["findings"]) == len(NAMES) + 1

    check.until(all_found, "all findings")
    ids = [finding["id"] for finding in daemon.status()["findings"] if finding["kind"] == "close-wait-leak"]
    age = ("-o", "close-wait.age=1s")  # what looks live is to call them stale as the daemon does
    commands = [("status",), ("list",)] + [("list", what) for what in ("findings", "groups", "listeners", "sockets")]
    commands += [("explain", one) for one in ids] + [("list", "sockets", "--finding", one) for one in ids[:2]]
    for locale in ("C", "C.UTF-8"):
        for command in commands:
            answer = product.ctl("--runtime-dir", daemon.runtime, "--color", "never", *age, *command,
                                 environment={"LC_ALL": locale, "COLUMNS": "80"}).exits(0)
            is_harmless(answer.raw, " ".join(command))
            expect(answer.raw.strip(), "%s says something" % " ".join(command))
    for command in commands:
        answer = daemon.ask("--json", *age, *command).exits(0)
        is_harmless(answer.raw, " ".join(command) + " --json")
        json.loads(answer.raw.decode("ascii"))
    daemon.stop()
    is_harmless(daemon.output().encode("latin-1", "replace"), "the daemon's messages")
