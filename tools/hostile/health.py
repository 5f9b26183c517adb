"""Whether a server says how it is, and how soon: each tenth of a second over a kept connection and over one of its
own. A bare server of two lines is asked in between, at the same priority: what that takes is the machine's."""
import dataclasses
import socket
import threading
import time

EACH_S = 0.1
SLOW_MS = 100
REQUEST = b"GET /_cluster/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
BARE_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
TIMEOUT_S = 30


@dataclasses.dataclass
class Health:
    kept_ms: list = dataclasses.field(default_factory=list)
    own_ms: list = dataclasses.field(default_factory=list)
    machine_ms: list = dataclasses.field(default_factory=list)  # the bare server's
    late_ms: list = dataclasses.field(default_factory=list)  # how late we were woken ourselves
    slow: list = dataclasses.field(default_factory=list)  # (second of the run, ms, the machine's ms just before)
    bad: list = dataclasses.field(default_factory=list)


def bare_server(listener: socket.socket) -> None:
    while True:
        link, _ = listener.accept()
        with link:
            link.recv(4096)
            link.sendall(BARE_ANSWER)


def read_answer(link: socket.socket) -> bytes:
    said = b""
    while b"\r\n\r\n" not in said:
        piece = link.recv(65536)
        if not piece:
            raise ConnectionResetError("closed without an answer")
        said += piece
    head, _, body = said.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += link.recv(65536)
    return head


class Asker:
    def __init__(self, port: int) -> None:
        self.port, self.kept, self.health = port, None, Health()

    def ask(self, link: socket.socket) -> None:
        link.sendall(REQUEST)
        head = read_answer(link)
        if not head.startswith(b"HTTP/1.1 200"):
            self.health.bad.append(head[:200].decode(errors="replace"))

    def over_its_own(self, port: int) -> float:
        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as link:
            self.ask(link)
        return (time.monotonic() - began) * 1000

    def over_the_kept(self) -> float:
        began = time.monotonic()
        if self.kept is None:
            self.kept = socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT_S)
        self.ask(self.kept)
        return (time.monotonic() - began) * 1000

    def tried(self, how, *arguments) -> float | None:
        try:
            return how(*arguments)
        except OSError as error:
            self.health.bad.append(f"{how.__name__}: {error!r}")
            if how == self.over_the_kept and self.kept is not None:
                self.kept.close()
                self.kept = None
            return None

    def run(self, until: float) -> Health:
        listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=bare_server, args=(listener,), daemon=True).start()
        bare_port = listener.getsockname()[1]
        began = due = time.monotonic()
        while due < until:
            time.sleep(max(0.0, due - time.monotonic()))
            self.health.late_ms.append((time.monotonic() - due) * 1000)
            machine = self.tried(self.over_its_own, bare_port)
            self.health.machine_ms.append(machine)
            for values, ms in ((self.health.kept_ms, self.tried(self.over_the_kept)),
                               (self.health.own_ms, self.tried(self.over_its_own, self.port))):
                if ms is None:
                    continue
                values.append(ms)
                if ms > SLOW_MS:
                    self.health.slow.append((round(due - began, 1), round(ms, 1), round(machine, 1)))
            due = max(due + EACH_S, time.monotonic())
        return self.health


def health(port: int, until: float) -> Health:
    return Asker(port).run(until)
