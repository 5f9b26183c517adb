"""Starts the program on free ports and waits until it is ready; shared by the suites beside it."""
import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time


class Server:
    """`elkhorn serve` with its own data folder; a context manager that ends it with SIGTERM."""

    def __init__(self, binary: str, *flags: str, environment: dict = {}) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="elkhorn-test-"))
        ports = self.folder / "ports"
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen(
            [binary, "serve", "--data", self.folder / "data", "--port-file", ports, "--api-port", "0", "--ui-port",
             "0", "--tcp-port", "0", "--udp-port", "0", *flags], stderr=self.log,
            env={**os.environ, **environment})
        deadline = time.monotonic() + 30
        while not ports.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit("the server did not get ready:\n" + (self.folder / "log").read_text())
            time.sleep(0.01)
        self.ports = json.loads(ports.read_text())

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *unused: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        self.log.close()
        if status != 0:
            print((self.folder / "log").read_text())
            sys.exit(f"the server ended with {status}")
        shutil.rmtree(self.folder)

    def raw(self, method: str, path: str, body: bytes = b"", headers: dict = {}) -> tuple:
        connection = http.client.HTTPConnection("127.0.0.1", self.ports["api"], timeout=60)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def ask(self, method: str, path: str, body: object = None) -> dict:
        raw = json.dumps(body).encode() if body is not None else b""
        return json.loads(self.raw(method, path, raw, {"Content-Type": "application/json"} if raw else {})[1])

    def count(self, index: str) -> int:
        self.ask("POST", f"/{index}/_refresh")
        return self.ask("GET", f"/{index}/_count").get("count", 0)

    def wait_for_count(self, index: str, wanted: int, seconds: float = 60) -> int:
        deadline = time.monotonic() + seconds
        while (found := self.count(index)) < wanted and time.monotonic() < deadline:
            time.sleep(0.05)
        return found


class Checks:
    """Counts what holds; ends with the plain closing line."""

    def __init__(self) -> None:
        self.passed = self.failed = 0

    def that(self, what: str, found: object, wanted: object) -> None:
        good = found == wanted
        self.passed, self.failed = self.passed + good, self.failed + (not good)
        print(f"{'ok    ' if good else 'FAILED'} {what}" + ("" if good else f": {found!r}, not {wanted!r}"))

    def holds(self, what: str, condition: bool) -> None:
        self.that(what, bool(condition), True)

    def close(self) -> int:
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0
