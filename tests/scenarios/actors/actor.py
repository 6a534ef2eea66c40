#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The programs that the scenario tests watch: servers, clients and pools that treat their sockets well or badly.

    actor.py ROLE --comm HEX [OPTIONS]

Each says a line of JSON when it is ready and after each command, a word a line on standard input.
"""

import argparse
import ctypes
import json
import os
import resource
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time

PR_SET_PDEATHSIG = 1
TCP_DEFER_ACCEPT = getattr(socket, "TCP_DEFER_ACCEPT", 9)
TALK_EVERY = 0.1  # seconds between what a served half-closed client is sent

libc = ctypes.CDLL(None)


def say(**facts):
    os.write(1, json.dumps(facts).encode() + b"\n")


def die_with(parent):
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it was faster
        os._exit(0)


def name_me(comm):
    with open("/proc/self/comm", "wb", buffering=0) as file:
        file.write(comm)


def wait_for_end():
    while sys.stdin.buffer.raw.read(4096):
        pass


def listen(options):
    listener = socket.socket(socket.AF_INET6 if ":" in options.address else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if options.reuseport:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if options.defer:
        listener.setsockopt(socket.IPPROTO_TCP, TCP_DEFER_ACCEPT, 30)
    if listener.family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.bind((options.address, options.port))
    listener.listen(options.backlog)
    return listener


def keep_alive(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)


class Server:
    """Accepts, and treats the end of its connections in one of several ways."""

    def __init__(self, options):
        self.options = options
        self.at_end = {"drain": self.keep, "talk": self.talk, "serve": self.close, "churn": self.close_later}.get(
            options.manner)
        self.listener = listen(options)
        self.kept, self.talking, self.leaving, self.children = [], [], [], []
        self.selector = selectors.DefaultSelector()
        self.selector.register(0, selectors.EVENT_READ, self.command)
        if not options.paused:
            self.resume()

    def run(self):
        say(pid=os.getpid(), port=self.listener.getsockname()[1])
        while True:
            for key, _ in self.selector.select(TALK_EVERY):
                key.data(key.fileobj)
            self.tick()

    # commands

    def command(self, _):
        words = os.read(0, 4096).decode().split()
        if not words:
            sys.exit(0)
        for word in words:
            {"resume": self.resume, "pause": self.pause, "close-listener": self.close_listener,
             "close-all": self.close_all, "close-one": self.close_one, "clone": self.clone}[word]()
            say(done=word, children=self.children)

    def resume(self):
        self.selector.register(self.listener, selectors.EVENT_READ, self.accept)

    def pause(self):
        self.selector.unregister(self.listener)

    def close_listener(self):
        if self.listener.fileno() in self.selector.get_map():
            self.pause()
        self.listener.close()

    def close_all(self):
        while self.kept:
            self.close_one()

    def close_one(self):
        self.kept.pop(0).close()

    def clone(self):
        """Children that hold whatever it holds now."""
        parent = os.getpid()
        for _ in range(self.options.clone):
            pid = os.fork()
            if not pid:
                die_with(parent)
                while True:
                    signal.pause()
            self.children.append(pid)

    # connections

    def accept(self, listener):
        connection = listener.accept()[0]
        if self.options.keepalive:
            keep_alive(connection)
        if self.at_end:
            self.watch(connection)
        else:
            self.kept.append(connection)

    def watch(self, connection):
        connection.setblocking(False)
        self.selector.register(connection, selectors.EVENT_READ, self.read)

    def read(self, connection):
        try:
            data = connection.recv(65536)
            if data and self.options.manner == "serve":
                connection.send(data)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        if not data:
            self.selector.unregister(connection)
            self.at_end(connection)

    def keep(self, connection):
        self.kept.append(connection)

    def talk(self, connection):
        self.talking.append(connection)

    def close(self, connection):
        connection.close()

    def close_later(self, connection):
        self.leaving.append((time.monotonic() + self.options.linger, connection))

    def tick(self):
        now = time.monotonic()
        while self.leaving and self.leaving[0][0] <= now:
            self.leaving.pop(0)[1].close()
        for connection in list(self.talking):
            try:
                connection.send(b"news\n")
            except BlockingIOError:
                pass
            except ConnectionError:
                self.talking.remove(connection)
                connection.close()


def server(options):
    if options.descriptors:
        resource.setrlimit(resource.RLIMIT_NOFILE, (options.descriptors, options.descriptors))
    Server(options).run()


def client(options):
    """Connects, sends, waits to be killed."""
    connections = [socket.create_connection((options.address, options.port)) for _ in range(options.count)]
    for connection in connections:
        connection.sendall(b"x" * options.send)
    say(pid=os.getpid(), connections=len(connections))
    wait_for_end()


def half(options):
    """Connects, says that it will send no more, and reads for ever."""
    connections = [socket.create_connection((options.address, options.port)) for _ in range(options.count)]
    for connection in connections:
        connection.sendall(b"x" * options.send)
        connection.shutdown(socket.SHUT_WR)
    say(pid=os.getpid(), connections=len(connections))
    selector = selectors.DefaultSelector()
    selector.register(0, selectors.EVENT_READ)
    for connection in connections:
        selector.register(connection, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            data = os.read(key.fd, 65536)
            if not data and key.fd == 0:
                sys.exit(0)
            if not data:
                selector.unregister(key.fileobj)


def churner(options):
    """Opens connections and leaves, again and again, so that count of them are closing at any time."""
    say(pid=os.getpid())
    selector = selectors.DefaultSelector()
    selector.register(0, selectors.EVENT_READ)
    while True:
        for _ in range(options.count):
            socket.create_connection((options.address, options.port)).close()
        if selector.select(options.linger):
            sys.exit(0)


def become_child(options, listener, parent):
    die_with(parent)
    name_me(bytes.fromhex(options.child_comm))
    if not options.keep_listener:
        listener.close()


def fork_worker(options, listener, connection):
    """A child that reads to the end and then sleeps, with the connection open."""
    ready, told = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        os.read(ready, 1)
        return pid
    become_child(options, listener, parent)
    os.write(told, b".")
    while connection.recv(65536):
        pass
    while True:
        signal.pause()


def exec_worker(options, listener, connection):
    """Another program that gets the descriptors by accident."""
    kept = [connection.fileno()] + ([listener.fileno()] if options.keep_listener else [])
    parent = os.getpid()
    child = subprocess.Popen(["sleep", "1000"], pass_fds=kept, preexec_fn=lambda: die_with(parent),
                             stdout=subprocess.DEVNULL)
    return child.pid


def forker(options):
    """Gives each connection to a child and closes its own descriptor, as it should."""
    listener = listen(options)
    say(pid=os.getpid(), port=listener.getsockname()[1])
    start = exec_worker if options.execute else fork_worker
    children = []
    for _ in range(options.count):
        connection = listener.accept()[0]
        children.append(start(options, listener, connection))
        connection.close()
    say(children=children)
    wait_for_end()


def courier(options):
    """Sends each connection over a unix socket that nobody reads, and closes its own descriptor."""
    listener = listen(options)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    say(pid=os.getpid(), port=listener.getsockname()[1])
    for _ in range(options.count):
        connection = listener.accept()[0]
        descriptor = connection.fileno().to_bytes(4, sys.byteorder)
        ours.sendmsg([b"take it"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptor)])
        connection.close()
    say(inflight=options.count)
    wait_for_end()
    theirs.close()


def headless(options):
    """A server whose first thread has exited; another one drains its connections and keeps them."""

    def work():
        Server(options).run()
        os._exit(0)

    threading.Thread(target=work).start()
    libc.pthread_exit(None)


def reader(options):
    """Reads the status file as fast as it can, and counts what is not whole."""
    say(pid=os.getpid())
    selector = selectors.DefaultSelector()
    selector.register(0, selectors.EVENT_READ)
    reads, changes, torn, last = 0, 0, [], None
    while not selector.select(0.001):
        try:
            with open(options.path, "rb") as file:
                text = file.read()
        except FileNotFoundError:
            torn += ["the file is missing"] if last is not None else []
            continue
        if text == last:
            continue
        reads, changes, last = reads + 1, changes + 1, text
        done = subprocess.run([options.ctl, "--runtime-dir", os.path.dirname(options.path), "status", "--json"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if done.returncode not in (0, 3):  # 3: it is whole, but old
            torn.append(done.stderr.decode())
        if not text.endswith(b"\n") or not text.startswith(options.first.encode()):
            torn.append(text.decode("latin-1"))
    say(changes=changes, torn=torn)


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=sorted(ROLES))
    parser.add_argument("--comm", default="")
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--backlog", type=int, default=128)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--clone", type=int, default=0)
    parser.add_argument("--descriptors", type=int, default=0)
    parser.add_argument("--send", type=int, default=0)
    parser.add_argument("--manner", choices=["drain", "ignore", "serve", "talk", "churn"], default="drain")
    parser.add_argument("--linger", type=float, default=0.3)
    parser.add_argument("--child-comm", default=b"cw-heir".hex())
    parser.add_argument("--path", default="")
    parser.add_argument("--ctl", default="")
    parser.add_argument("--first", default="")
    for flag in ("paused", "defer", "keepalive", "reuseport", "keep-listener", "execute"):
        parser.add_argument("--" + flag, action="store_true")
    return parser.parse_args()


ROLES = {role.__name__: role for role in (server, client, half, churner, forker, courier, headless, reader)}

if __name__ == "__main__":
    settings = arguments()
    if settings.comm:
        name_me(bytes.fromhex(settings.comm))
    ROLES[settings.role](settings)
