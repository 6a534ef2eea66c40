# SPDX-License-Identifier: MIT
"""What the kernel's own text tables say of the test's namespace, to hold closewatch against."""

import collections
import os
import re
import shutil
import subprocess

from lib import check

STATES = ["ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT",
          "LAST_ACK", "LISTEN", "CLOSING"]  # by number, from 1
NEW_SYN_RECV = 12
SS_NAMES = {"ESTAB": "ESTABLISHED", "SYN-SENT": "SYN_SENT", "SYN-RECV": "SYN_RECV", "FIN-WAIT-1": "FIN_WAIT1",
            "FIN-WAIT-2": "FIN_WAIT2", "TIME-WAIT": "TIME_WAIT", "UNCONN": "CLOSE", "CLOSE-WAIT": "CLOSE_WAIT",
            "LAST-ACK": "LAST_ACK", "LISTEN": "LISTEN", "CLOSING": "CLOSING"}

Row = collections.namedtuple("Row", "state port remote_port send_queue receive_queue uid inode")


def rows(state=None, port=None, remote_port=None):
    """The rows of both families that match."""
    found = []
    for path in ("/proc/self/net/tcp", "/proc/self/net/tcp6"):
        if os.path.exists(path):
            with open(path) as file:
                found += [parse(line.split()) for line in file.readlines()[1:]]
    return [row for row in found if state in (None, row.state) and port in (None, row.port)
            and remote_port in (None, row.remote_port)]


def parse(words):
    number = int(words[3], 16)
    send, receive = words[4].split(":")
    return Row(STATES[2 if number == NEW_SYN_RECV else number - 1], int(words[1].rsplit(":", 1)[1], 16),
               int(words[2].rsplit(":", 1)[1], 16), int(send, 16), int(receive, 16), int(words[7]), int(words[9]))


def wait_rows(n, what, accepted=None, receive_queue=None, **match):
    """Waits until n rows match, and returns them."""

    def there():
        found = [row for row in rows(**match) if receive_queue in (None, row.receive_queue)
                 and (accepted is None or accepted == (row.inode != 0))]
        check.expect(len(found) == n, "%d rows" % n, [row._asdict() for row in rows()])
        return found or True

    return check.until(there, "the kernel shows %d: %s" % (n, what))


def sees_all_processes():
    """Whether every process's descriptors can be read, so that it can be told that nobody holds a socket."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            for entry in os.listdir("/proc/%s/fd" % pid)[:1]:
                os.readlink("/proc/%s/fd/%s" % (pid, entry))
        except PermissionError:
            return False
        except OSError:
            pass
    return True


def in_user_namespace():
    with open("/proc/self/uid_map") as file:
        return file.read().split() != ["0", "0", "4294967295"]


def descriptors(pid, inodes):
    """The descriptors of the process that are these sockets, in order."""
    names = {"socket:[%d]" % inode for inode in inodes}
    folder = "/proc/%s/fd" % pid
    found = []
    for entry in os.listdir(folder):
        try:
            if os.readlink(os.path.join(folder, entry)) in names:
                found.append(int(entry))
        except FileNotFoundError:
            pass
    return sorted(found)


def counter(name):
    """One of the namespace's TcpExt counters."""
    with open("/proc/self/net/netstat") as file:
        names, values = [line.split() for line in file if line.startswith("TcpExt:")]
    return int(values[names.index(name)])


def ss(*arguments):
    program = shutil.which("ss") or shutil.which("ss", path="/usr/sbin:/sbin")
    if not program:
        raise check.Skipped("ss (iproute2) is not installed")
    return subprocess.run([program, *arguments], stdout=subprocess.PIPE, check=True, universal_newlines=True).stdout


def ss_counts():
    """How many sockets ss shows in each state."""
    counts = dict.fromkeys(STATES, 0)
    for line in ss("-tanH").splitlines():
        counts[SS_NAMES[line.split()[0]]] += 1
    return counts


def ss_listener(port):
    """(queue, limit, drops) of the one listener on the port."""
    text = ss("-tlnmH", "sport", "= :%d" % port).split("\n", 1)
    words = text[0].split()
    drops = re.search(r"\bd(\d+)\)", " ".join(text))
    return int(words[1]), int(words[2]), int(drops.group(1)) if drops else 0
