"""One thing that a stranger does to an HTTP server, as data, and what comes of it.

What is sent is made before the run: a run costs the sender system calls and little else.
"""
import asyncio
import collections
import dataclasses
import random
import socket
import time

PIECE = 1 << 18
ANSWER_KEPT = 2000
SENDS_FOR_S = 20


@dataclasses.dataclass(frozen=True)
class Attempt:
    name: str
    head: bytes
    body: bytes = b""
    times: int = 1  # that the body is sent
    answered: bool = True  # HTTP, or good manners, oblige the server to answer
    ends: bool = False  # it says that nothing follows
    leaves_after_s: float = 0  # without its answer; 0: it waits
    reads: bool = True  # what is answered; who does not holds the connection all the same
    patience_s: float = 90


@dataclasses.dataclass
class Outcomes:
    """How often each kind came to which end, and the first answer of each that is worth a look."""
    counts: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    slowest_ms: dict = dataclasses.field(default_factory=dict)
    samples: dict = dataclasses.field(default_factory=dict)
    unanswered: collections.Counter = dataclasses.field(default_factory=collections.Counter)

    def add(self, attempt: Attempt, end: str, took_s: float, answer: bytes) -> None:
        self.counts[attempt.name, end] += 1
        self.samples.setdefault((attempt.name, end), bytes(answer[:ANSWER_KEPT]))
        if end[0].isdigit():
            self.slowest_ms[attempt.name] = max(self.slowest_ms.get(attempt.name, 0), took_s * 1000)
        elif attempt.answered and attempt.times == 1 and end != "left":  # who sends for long may have to give way
            self.unanswered[attempt.name, end] += 1

    def merge(self, other: "Outcomes") -> None:
        self.counts += other.counts
        self.unanswered += other.unanswered
        for name, ms in other.slowest_ms.items():
            self.slowest_ms[name] = max(self.slowest_ms.get(name, 0), ms)
        for key, sample in other.samples.items():
            self.samples.setdefault(key, sample)


async def send(attempt: Attempt, link: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    try:
        await loop.sock_sendall(link, attempt.head)
        view = memoryview(attempt.body)
        for _ in range(attempt.times if attempt.body else 0):
            for at in range(0, len(view), PIECE):
                await loop.sock_sendall(link, view[at:at + PIECE])
        if attempt.ends:
            link.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # refused in the middle: the answer says why


async def receive(link: socket.socket) -> tuple[str, bytes]:
    """How it ended and the beginning of the answer; all of it is read, until the server closes."""
    loop, kept = asyncio.get_running_loop(), b""
    try:
        while piece := await loop.sock_recv(link, PIECE):
            if len(kept) < ANSWER_KEPT:
                kept += piece[:ANSWER_KEPT]
    except OSError:
        if not kept:
            return "reset", kept
    while kept.startswith(b"HTTP/1.1 100"):
        kept = kept[kept.index(b"\r\n\r\n") + 4:]
    if not kept:
        return "closed", kept
    return (kept[9:12].decode() if kept.startswith(b"HTTP/1.1 ") else "nonsense"), kept


async def carry_out(attempt: Attempt, link: socket.socket) -> tuple[str, bytes]:
    sending = asyncio.create_task(asyncio.wait_for(send(attempt, link), SENDS_FOR_S))
    try:
        if attempt.leaves_after_s:
            await asyncio.sleep(attempt.leaves_after_s)
            return "left", b""
        return await asyncio.wait_for(receive(link), attempt.patience_s)
    except TimeoutError:
        return "no answer", b""
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def attack(attempt: Attempt, port: int, outcomes: Outcomes) -> None:
    began = time.monotonic()
    with socket.socket() as link:
        link.setblocking(False)
        if not attempt.reads:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        try:
            await asyncio.get_running_loop().sock_connect(link, ("127.0.0.1", port))
        except OSError:
            outcomes.add(attempt, "not connected", 0, b"")
            return
        end, answer = await carry_out(attempt, link)
    outcomes.add(attempt, end, time.monotonic() - began, answer)


async def one_stranger(seed: int, attempts: list[Attempt], port: int, until: float, pause_s: float,
                       outcomes: Outcomes) -> None:
    choose = random.Random(seed)
    await asyncio.sleep(choose.random() * pause_s)
    while time.monotonic() < until:
        await attack(choose.choice(attempts), port, outcomes)
        await asyncio.sleep(choose.random() * 2 * pause_s)


def strangers(number: int, attempts: list[Attempt], port: int, until: float, pause_s: float) -> Outcomes:
    """So many at once until then, each with a pause of so long between two attempts."""
    async def all_of_them() -> Outcomes:
        outcomes = Outcomes()
        await asyncio.gather(*(one_stranger(seed, attempts, port, until, pause_s, outcomes) for seed in range(number)))
        return outcomes
    return asyncio.run(all_of_them())
