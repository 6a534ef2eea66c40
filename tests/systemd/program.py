# SPDX-License-Identifier: MIT
"""A program of the host that is watched: program.py MANNER PORT COUNT

leak    a server that read COUNT connections to the end, which their clients have closed, and never closes them
stuck   a server with a short queue that accepts none of COUNT connections
idle    a server that nobody comes to
"""

import signal
import socket
import sys


def leak(listener, count):
    kept = []
    for _ in range(count):
        with socket.create_connection(listener.getsockname()):
            kept.append(listener.accept()[0])
        while kept[-1].recv(4096):
            pass
    return kept


def stuck(listener, count):
    clients = [socket.socket() for _ in range(count)]
    for client in clients:
        client.setblocking(False)
        client.connect_ex(listener.getsockname())
    return clients


def idle(_listener, _count):
    return []


def main():
    manner, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with socket.create_server(("127.0.0.1", port), backlog=1 if manner == "stuck" else 128) as listener:
        kept = {"leak": leak, "stuck": stuck, "idle": idle}[manner](listener, count)
        print("%s: %d" % (manner, len(kept)), flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
