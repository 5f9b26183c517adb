#!/usr/bin/env python3
"""An hour in the life of a server: does what it takes stay bounded?

    life.py --elkhorn PATH [--minutes 60] [--rate 20] [--memory 2gb]      ./dev bench life does it with the release build

Documents of `elkhorn generate big5` by bulks at RATE MB/s in a new index each tenth of the time, the one before the
last three deleted; beside it a small index whose documents are replaced, changed and deleted all the time; and
searches, one after another. The server may hold --memory, so that its caches are full long before half time. Samples
memory (resident; of that what is no file; what the server's own account says of its cache), file descriptors, segment
files and the time a bulk takes, prints a line of a table each twentieth of the time and a verdict on the second half.
Reported, never gated: what is slow or grows on a shared machine is for a person to judge.
"""
import argparse
import dataclasses
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from elkhorn_process import Connection, Elkhorn

BULK_LINES = 500
DATA_LINES = 60_000
KEPT_INDICES = 3
CACHE = re.compile(r'^elkhorn_memory_used_bytes\{use="cache"\} (\d+)', re.MULTILINE)
GROWTH_OF_MEMORY = 0.10  # over the second half: more is no noise


@dataclasses.dataclass
class Sample:
    minute: float
    resident_mb: float
    own_mb: float
    cache_mb: float
    descriptors: int
    segments: int
    disk_mb: float
    sent_mb: float


def make_bulks(binary: str) -> list[bytes]:
    made = subprocess.run([binary, "generate", "big5", "--count", str(DATA_LINES), "--seed", "7"], check=True,
                          capture_output=True)
    lines = made.stdout.splitlines()
    return [b"".join(b'{"index":{}}\n' + line + b"\n" for line in lines[at:at + BULK_LINES])
            for at in range(0, len(lines), BULK_LINES)]


class Life:
    def __init__(self, server: Elkhorn, arguments, bulks: list[bytes]) -> None:
        self.server, self.bulks, self.seconds = server, bulks, arguments.minutes * 60
        self.bytes_per_second = arguments.rate * 1e6
        self.began = time.monotonic()
        self.sent_bytes = 0
        self.bulk_ms: list[tuple[float, float]] = []  # when, how long
        self.search_ms: list[float] = []
        self.changes = self.refused = 0
        self.ended = threading.Event()
        self.lock = threading.Lock()

    def age(self) -> float:
        return time.monotonic() - self.began

    def over(self) -> bool:
        return self.ended.is_set() or self.age() > self.seconds

    def index(self) -> str:
        return f"life-{int(self.age() / self.seconds * 10)}"

    def ingest(self, number: int, of: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=120)
        at = number
        while not self.over():
            body = self.bulks[at % len(self.bulks)]
            at += of
            with self.lock:
                due = self.sent_bytes / self.bytes_per_second
                self.sent_bytes += len(body)
            self.ended.wait(max(0.0, due - self.age()))
            began = time.monotonic()
            connection.request("POST", f"/{self.index()}/_bulk?filter_path=errors", body,
                               {"Content-Type": "application/x-ndjson"})
            answer = connection.getresponse()
            taken = answer.read() == b'{"errors":false}' and answer.status == 200
            with self.lock:
                self.bulk_ms.append((self.age(), (time.monotonic() - began) * 1000))
                self.refused += not taken

    def change(self) -> None:
        connection, choose = Connection(self.server.port), random.Random(1)
        while not self.over():
            lines: list = []
            for _ in range(50):
                action, kind = {"_index": "changing", "_id": str(choose.randrange(20_000))}, choose.random()
                if kind < 0.2:
                    lines.append({"delete": action})
                elif kind < 0.5:
                    lines += [{"update": action}, {"doc": {"n": choose.random()}, "doc_as_upsert": True}]
                else:
                    lines += [{"index": action}, {"n": choose.random(), "text": f"word{choose.randrange(1000)} more"}]
            connection.send("POST", "/_bulk?filter_path=errors", lines)
            self.changes += 50
            self.ended.wait(0.05)

    def search(self) -> None:
        connection, choose = Connection(self.server.port), random.Random(2)
        questions = [
            {"size": 10, "sort": [{"@timestamp": "desc"}]},
            {"size": 0, "aggs": {"t": {"terms": {"field": "cloud.region.keyword"}}}},
            {"size": 10, "query": {"match": {"message": "dockerd"}}},
            {"size": 0, "query": {"range": {"metrics.size": {"gte": 3000}}},
             "aggs": {"h": {"date_histogram": {"field": "@timestamp", "fixed_interval": "1m"}}}},
        ]
        while not self.over():
            began = time.monotonic()
            connection.send("POST", f"/{choose.choice([self.index(), 'changing'])}/_search", choose.choice(questions))
            self.search_ms.append((time.monotonic() - began) * 1000)
            self.ended.wait(0.2)

    def sample(self) -> Sample:
        process, data = pathlib.Path(f"/proc/{self.server.process.pid}"), self.server.folder / "data"
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        sizes = {}
        for path in data.rglob("*"):
            try:
                sizes[path] = path.stat().st_size
            except FileNotFoundError:
                pass
        return Sample(self.age() / 60, int(status["VmRSS"].split()[0]) / 1000, int(status["RssAnon"].split()[0]) / 1000,
                      self.cache_mb(), len(os.listdir(process / "fd")), sum(path.suffix == ".seg" for path in sizes),
                      sum(sizes.values()) / 1e6, self.sent_bytes / 1e6)

    def cache_mb(self) -> float:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        connection.request("GET", "/metrics")
        return int(CACHE.search(connection.getresponse().read().decode()).group(1)) / 1e6

    def show(self, sample: Sample, shown: int) -> int:
        """A line, with what bulks took since the last one; how many bulks have been shown then."""
        with self.lock:
            since = [ms for _, ms in self.bulk_ms[shown:]]
        print("{:6.1f} {:12.0f} {:7.0f} {:8.0f} {:5d} {:9d} {:8.0f} {:8.0f}".format(*dataclasses.astuple(sample)),
              f"  {milliseconds(since)}", flush=True)
        return shown + len(since)

    def run(self) -> list[Sample]:
        threads = [threading.Thread(target=self.ingest, args=(n, 4), daemon=True) for n in range(4)]
        threads += [threading.Thread(target=work, daemon=True) for work in (self.change, self.search)]
        for thread in threads:
            thread.start()
        print("minute  resident MB  own MB cache MB   fds  segments  disk MB  sent MB  a bulk")
        samples, owner, shown = [], Connection(self.server.port), 0
        while not self.over():
            samples.append(self.sample())
            if len(samples) % 10 == 0:
                shown = self.show(samples[-1], shown)
            oldest = int(self.index().split("-")[1]) - KEPT_INDICES
            if oldest >= 0:
                owner.send("DELETE", f"/life-{oldest}")
            self.ended.wait(self.seconds / 200)
        for thread in threads:
            thread.join()
        return samples


def slope(samples: list[Sample], name: str) -> float:
    """Of a straight line through them, per minute."""
    return statistics.linear_regression([s.minute for s in samples], [getattr(s, name) for s in samples]).slope


def verdict(samples: list[Sample]) -> list[str]:
    half = samples[len(samples) // 2:]
    minutes = half[-1].minute - half[0].minute
    words = []
    for name, what, noise in (("own_mb", "memory", 32.0), ("descriptors", "file descriptors", 8.0),
                              ("segments", "segments", 8.0)):
        rise, mean = slope(half, name) * minutes, statistics.mean(getattr(s, name) for s in half)
        grows = rise > max(noise, GROWTH_OF_MEMORY * mean)
        words.append(f"{what} {'GROWS' if grows else 'flat'}: {rise:+.1f} over the second half ({minutes:.1f} min), "
                     f"mean {mean:.0f}")
    return words


def milliseconds(values: list[float]) -> str:
    if not values:
        return "none"
    ordered = sorted(values)
    return (f"p50 {ordered[len(ordered) // 2]:.0f} ms, p99 {ordered[int(len(ordered) * 0.99)]:.0f} ms, "
            f"max {ordered[-1]:.0f} ms")


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench life", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=float, default=20, help="MB/s of raw JSON")
    parser.add_argument("--memory", default="2gb", help="what the server may hold")
    parser.add_argument("--json", action="store_true", help="print every sample as JSON, too")
    arguments = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="elkhorn-life-"))
    bulks = make_bulks(arguments.elkhorn)
    server = Elkhorn(arguments.elkhorn, folder, log_limit="128mb", flags=("--memory", arguments.memory))
    life = Life(server, arguments, bulks)
    samples = life.run()
    if arguments.json:
        print(json.dumps([dataclasses.asdict(sample) for sample in samples]))
    bulk_ms = [ms for _, ms in life.bulk_ms]
    print(f"{life.sent_bytes / 1e6 / life.age():.1f} MB/s of {arguments.rate:g}; {len(bulk_ms)} bulks: "
          f"{milliseconds(bulk_ms)}; {life.refused} refused; {life.changes} changes; "
          f"{len(life.search_ms)} searches: {milliseconds(life.search_ms)}")
    for words in verdict(samples):
        print(words)
    print(f"stopped with exit code {server.stop()}")
    shutil.rmtree(folder)
    return 0


sys.exit(main())
