"""A server process under measurement, and asking one over HTTP."""
import http.client
import os
import pathlib
import socket
import subprocess
import time
from collections.abc import Callable
from types import TracebackType

from bench_measure import CannotMeasure, end_of

READY_WITHIN_S = 60


class Server:
    """Runs from `with` to its end. `ready` is asked until it says so, or the process has gone."""

    def __init__(self, command: list, log: pathlib.Path, ready: Callable[[], bool]) -> None:
        self.command, self.log, self.ready = command, log, ready

    def __enter__(self) -> "Server":
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen(self.command, stdout=output, stderr=output)
        self.pid = self.process.pid
        deadline = time.monotonic() + READY_WITHIN_S
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise CannotMeasure(f"did not get ready: {end_of(self.log)}")
            time.sleep(0.02)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends it, after which `cpu_s` has the CPU seconds of its whole life."""
        if self.process.returncode is None:
            self.process.terminate()
            _, status, usage = os.wait4(self.pid, 0)
            self.process.returncode = os.waitstatus_to_exitcode(status)
            self.cpu_s = usage.ru_utime + usage.ru_stime


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def request(port: int, method: str, path: str, body: str | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1800)
    connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
    answer = connection.getresponse()
    return answer.status, answer.read()


def ask(port: int, method: str, path: str, body: str | None = None) -> bytes:
    """The answer, which must be 200."""
    status, said = request(port, method, path, body)
    if status != 200:
        raise CannotMeasure(f"{method} {path}: {status} {said[:300]!r}")
    return said


def answers(port: int, path: str) -> bool:
    try:
        return request(port, "GET", path)[0] == 200
    except OSError:
        return False
