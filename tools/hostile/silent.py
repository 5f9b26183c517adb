"""Connections that say nothing, a byte at a time, or half a request and no more. A server that closes one of them is
right; it is opened again."""
import collections
import itertools
import selectors
import socket
import time

REQUEST = b"POST /hostile/_bulk HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\nContent-Type: application/x-ndjson\r\n\r\n"
BYTE_EACH_S = 1.0
KINDS = ("say nothing", "a byte at a time", "half a request", "a whole request, then nothing")
WHOLE = b"GET /_cluster/health HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Silent:
    def __init__(self, kind: str, port: int) -> None:
        self.kind, self.sent = kind, 0
        self.link = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.link.setblocking(False)
        if kind == "half a request":
            self.link.send(REQUEST + b"x" * 100)
        if kind == "a whole request, then nothing":
            self.link.send(WHOLE)

    def drip(self) -> None:
        if self.kind != "a byte at a time":
            return
        try:
            self.sent += self.link.send(REQUEST[self.sent:self.sent + 1] or b"x")
        except OSError:
            pass  # closed: the selector tells

    def gone(self) -> bool:
        try:
            return not self.link.recv(65536)
        except BlockingIOError:
            return False
        except OSError:
            return True


class Room:
    def __init__(self, number: int, port: int) -> None:
        self.port, self.ends = port, collections.Counter()
        self.selector = selectors.DefaultSelector()
        for _, kind in zip(range(number), itertools.cycle(KINDS), strict=False):
            self.open(kind)

    def open(self, kind: str) -> None:
        try:
            silent = Silent(kind, self.port)
            self.selector.register(silent.link, selectors.EVENT_READ, silent)
        except OSError:
            self.ends[kind, "not connected"] += 1
            return
        self.ends[kind, "opened"] += 1

    def look(self, wait_s: float) -> None:
        for key, _ in self.selector.select(wait_s):
            if not key.data.gone():
                continue
            self.selector.unregister(key.fileobj)
            key.fileobj.close()
            self.ends[key.data.kind, "closed by the server"] += 1

    def drip(self) -> None:
        for key in list(self.selector.get_map().values()):
            key.data.drip()

    def fill_up(self, number: int) -> None:
        """Not more than a few at once: who is closed comes back, but is no flood."""
        missing = number - len(self.selector.get_map())
        for _, kind in zip(range(min(missing, 50)), itertools.cycle(KINDS), strict=False):
            self.open(kind)


def silent(number: int, port: int, until: float) -> collections.Counter:
    room = Room(number, port)
    while time.monotonic() < until:
        round_ends = time.monotonic() + BYTE_EACH_S
        while (left := round_ends - time.monotonic()) > 0:
            room.look(left)
        room.drip()
        room.fill_up(number)
    return room.ends
