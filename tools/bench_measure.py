"""What ./dev bench counts, the same for every program: CPU seconds, peak memory, bytes on disk."""
import dataclasses
import os
import pathlib
import re
import sys
import time
from collections.abc import Iterable

QUIET_FOR_S = 5
QUIET_CPU_S = 0.1  # in that time: housekeeping
QUIET_WITHIN_S = 1800


class CannotMeasure(Exception):
    """A program that cannot be had here, or did not take what it was given; the text says why."""


@dataclasses.dataclass
class Measurement:
    documents: int
    raw_bytes: int
    wall_s: float  # until every document is kept and indexed
    cpu_s: float  # of the measured processes alone, merges included
    peak_bytes: int
    disk_bytes: int | None = None
    more: dict = dataclasses.field(default_factory=dict)  # what only this program has

    def figures(self) -> dict:
        raw_mb = self.raw_bytes / 1e6
        disk = None if self.disk_bytes is None else 100 * self.disk_bytes / self.raw_bytes
        return {"documents": self.documents, "raw_mb": raw_mb, "cpu_s": self.cpu_s, "wall_s": self.wall_s,
                "mb_per_cpu_s": raw_mb / self.cpu_s, "documents_per_cpu_s": self.documents / self.cpu_s,
                "mb_per_s": raw_mb / self.wall_s, "documents_per_s": self.documents / self.wall_s,
                "peak_mb": self.peak_bytes / 1e6, "disk_percent_of_raw": disk, **self.more}


def cpu_seconds(pid: int) -> float:
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_seconds_when_quiet(pid: int) -> float:
    """Waits until a server has done what it put off, such as merges."""
    deadline = time.monotonic() + QUIET_WITHIN_S
    before = cpu_seconds(pid)
    while time.monotonic() < deadline:
        time.sleep(QUIET_FOR_S)
        now = cpu_seconds(pid)
        if now - before <= QUIET_CPU_S:
            return now
        before = now
    raise CannotMeasure(f"was still busy {QUIET_WITHIN_S} s after the last document")


def peak_bytes(pid: int) -> int:
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) * 1024


def disk_bytes(folders: Iterable[pathlib.Path]) -> int:
    return sum(f.stat().st_blocks * 512 for folder in folders for f in folder.rglob("*") if f.is_file())


def run_to_end(command: list, log: pathlib.Path) -> tuple[float, float, int]:
    """Runs a program to its end: wall seconds, CPU seconds, peak bytes. What it says goes to `log`."""
    began = time.monotonic()
    words = [str(word) for word in command]
    with open(log, "wb") as output:
        pid = os.posix_spawnp(words[0], words, os.environ, file_actions=[
            (os.POSIX_SPAWN_DUP2, output.fileno(), 1), (os.POSIX_SPAWN_DUP2, output.fileno(), 2)])
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        raise CannotMeasure(f"{pathlib.Path(words[0]).name} failed: {end_of(log)}")
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def end_of(log: pathlib.Path) -> str:
    return " ".join(log.read_text(errors="replace").split())[-400:]


def show_progress(text: str) -> None:
    """One line that the next one replaces; nothing where nobody looks."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
