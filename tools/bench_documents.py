"""The documents that ./dev bench sends: made once by `elkhorn generate`, kept in build/bench, one JSON
object a line. They are sent straight out of the mapped file, by forked processes with a connection each:
memory does not limit how many there can be, nor the client's CPU how fast.
"""
import dataclasses
import functools
import http.client
import json
import mmap
import multiprocessing
import multiprocessing.connection
import pathlib
import re
import subprocess
import time
from collections.abc import Iterator

from bench_measure import CannotMeasure, show_progress

BINARY = pathlib.Path("build/release/elkhorn").resolve()
CACHE = pathlib.Path("build/bench").resolve()
ACCESS_LINE = re.compile(r'(\S+) \S+ \S+ \[[^:]+:([\d:]+) \S+ "([^"]*)" (\d+) (\d+|-) "[^"]*" "([^"]*)"')


@dataclasses.dataclass(frozen=True)
class Kind:
    line_bytes: int  # about
    message: str  # the field in which people look for words
    streams: str  # fields of few values, for a program that wants to be told


KINDS = {"big5": Kind(1070, "message", "process.name,cloud.region"), "access-log": Kind(215, "request", ""),
         "json": Kind(210, "message", "service"), "api-events": Kind(235, "path", "service")}


@dataclasses.dataclass
class Documents:
    kind: str
    path: pathlib.Path
    connections: int  # that feed a server at once

    def __post_init__(self) -> None:
        self.raw_bytes = self.path.stat().st_size
        with open(self.path, "rb") as lines:
            self.count = sum(block.count(b"\n") for block in iter(lambda: lines.read(1 << 20), b""))

    def expect(self, found: int) -> None:
        if found != self.count:
            raise CannotMeasure(f"has {found} of {self.count} documents")

    def send(self, port: int, target: str, *, lines_each: int, before_each: bytes = b"", answer: bytes = b"") -> float:
        """Posts them all, about `lines_each` a request, each line after `before_each`; whatever is not 200
        and `answer` is a failure. Returns the CPU seconds that the senders took."""
        context = multiprocessing.get_context("fork")
        sent, cpu_s = (context.Array(code, self.connections, lock=False) for code in "Qd")
        failures = context.SimpleQueue()
        body_bytes = lines_each * self.raw_bytes // self.count

        def send_share(number: int) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
            for body in slices(self.path, body_bytes, number, self.connections):
                sent[number] += len(body)
                if before_each:
                    body = before_each + bytes(body[:-1]).replace(b"\n", b"\n" + before_each) + b"\n"
                try:
                    connection.request("POST", target, body, {"Content-Type": "application/x-ndjson"})
                    response = connection.getresponse()
                    said = response.read()
                except (OSError, http.client.HTTPException) as error:
                    return failures.put(f"POST {target}: {error!r}")
                if response.status != 200 or said != answer:
                    return failures.put(f"POST {target}: {response.status} {said[:300]!r}")
            cpu_s[number] = time.process_time()

        senders = [context.Process(target=send_share, args=(number,)) for number in range(self.connections)]
        for sender in senders:
            sender.start()
        while failures.empty() and (alive := [sender.sentinel for sender in senders if sender.is_alive()]):
            multiprocessing.connection.wait(alive, 0.2)
            show_progress(f"sent {sum(sent) / 1e6:,.0f} of {self.raw_bytes / 1e6:,.0f} MB")
        show_progress("")
        for sender in senders:
            if not failures.empty():
                sender.terminate()
            sender.join()
        if not failures.empty():
            raise CannotMeasure(failures.get())
        if any(sender.exitcode != 0 for sender in senders):
            raise CannotMeasure(f"a sender to {target} failed")
        return sum(cpu_s)


def slices(path: pathlib.Path, size: int, first: int, step: int) -> Iterator[memoryview]:
    """Every `step`th slice of whole lines, of about `size` bytes, from the `first` on."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as lines:
        with memoryview(lines) as view:
            for begin in range(first * size, len(lines), step * size):
                start, end = (0 if at == 0 else lines.find(b"\n", at - 1) + 1 or len(lines)
                              for at in (begin, min(begin + size, len(lines))))
                if start < end:
                    with view[start:end] as body:
                        yield body


def generated(kind: str, count: int, step_ms: int = 1) -> pathlib.Path:
    """Traffic of that kind, as the generator writes it, a document every `step_ms`."""
    path = CACHE / f"{kind}-{count}{'' if step_ms == 1 else f'-{step_ms}ms'}.lines"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        show_progress(f"generating {count:,} of {kind}")
        half = path.with_suffix(".new")
        with open(half, "wb") as out:
            subprocess.run([BINARY, "generate", kind, "--count", str(count), "--seed", "7", "--start",
                            "2026-01-01T00:00:00Z", "--step-ms", str(step_ms)], stdout=out, check=True)
        half.rename(path)
    return path


@functools.cache
def documents(kind: str, mb: float, document_bytes: int | None, connections: int) -> Documents:
    """About `mb` of JSON documents. An access log becomes JSON: the line as the message, or with
    `document_bytes` its fields, cut to that size."""
    count = int(mb * 1e6 / (document_bytes or KINDS[kind].line_bytes))
    lines = generated(kind, count)
    if kind != "access-log":
        return Documents(kind, lines, connections)
    path = lines.with_suffix(f".{document_bytes or 'message'}.json")
    if not path.exists():
        show_progress(f"making JSON of {count:,} access log lines")
        half = path.with_suffix(".new")
        with open(lines) as log, open(half, "w") as out:
            for number, line in enumerate(log):
                fields = access_fields(line, number, document_bytes) if document_bytes else {"message": line.rstrip()}
                out.write(json.dumps(fields, separators=(",", ":")) + "\n")
        half.rename(path)
    return Documents(kind, path, connections)


def access_fields(line: str, number: int, size: int) -> dict:
    """An access log line as a document of `size` bytes, line end included: its request is cut, or as much
    of the user agent added as there is room for. The traffic begins at midnight, a line a millisecond."""
    client, clock, request, status, length, agent = ACCESS_LINE.match(line).groups()
    fields = {"@timestamp": f"2026-01-01T{clock}.{number % 1000:03}Z", "clientip": client, "request": request,
              "status": int(status), "size": 0 if length == "-" else int(length)}
    room = size - len(json.dumps(fields, separators=(",", ":"))) - 1
    if room < 0:
        fields["request"] = request[:room]
    elif room > len(',"agent":""'):
        fields["agent"] = agent[:room - len(',"agent":""')]
    return fields
