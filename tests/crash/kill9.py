#!/usr/bin/env python3
"""Kills the real program with SIGKILL in the middle of ten bulk writers, again and again.

    kill9.py --elkhorn PATH [--rounds 50] [--seed S]

After each restart, ready within 5 seconds: every acknowledged document is there; those with an `_id` exactly
once, with one of the values written to it; no document is there that nobody sent. The data folder goes on
from round to round. Ends with `N passed, N failed`.
"""
import argparse
import http.client
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

WRITERS = 10
READY_SECONDS = 5


class Server:
    def __init__(self, binary: str, folder: pathlib.Path) -> None:
        self.ports_file = folder / "ports"
        self.ports_file.unlink(missing_ok=True)
        began = time.monotonic()
        self.process = subprocess.Popen(
            [binary, "serve", "--data", folder / "data", "--port-file", self.ports_file, "--api-port", "0",
             "--ui-port", "0", "--tcp-port", "0", "--udp-port", "0", "--log-level", "error"])
        while not self.ports_file.exists():
            if self.process.poll() is not None or time.monotonic() - began > 60:
                sys.exit("kill9: the server did not start")
            time.sleep(0.005)
        self.ready_seconds = time.monotonic() - began
        self.port = json.loads(self.ports_file.read_text())["api"]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def request(port: int, method: str, path: str, body: bytes = b"") -> dict:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, {"Content-Type": "application/x-ndjson"} if body else {})
    return json.loads(connection.getresponse().read())


class Writer(threading.Thread):
    """Writes bulks of some documents until the server is gone; even writers give ids, odd ones do not."""

    def __init__(self, port: int, number: int, round_number: int, seed: int) -> None:
        super().__init__()
        self.port, self.number, self.round = port, number, round_number
        self.random = random.Random(seed * 1000 + number)
        self.acknowledged: dict = {}  # mark or id -> last acknowledged value
        self.tried: dict = {}         # id -> values sent

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        value = 0
        try:
            while True:
                lines, sent = [], []
                for _ in range(self.random.randint(1, 40)):
                    value += 1
                    action = {}
                    key = f"r{self.round}w{self.number}v{value}"
                    if self.number % 2 == 0:
                        key = f"r{self.round}w{self.number}k{self.random.randint(1, 200)}"
                        action = {"_id": key}
                    sent.append((key, value))
                    self.tried.setdefault(key, set()).add(value)
                    lines += [json.dumps({"index": action}), json.dumps({"key": key, "value": value, "pad": "x" * 200})]
                connection.request("POST", "/crash/_bulk?filter_path=errors", "\n".join(lines) + "\n",
                                   {"Content-Type": "application/x-ndjson"})
                if connection.getresponse().read() == b'{"errors":false}':
                    self.acknowledged.update(sent)
        except (OSError, http.client.HTTPException):
            pass


def stored(port: int, round_number: int) -> list:
    """Every document of a round, by pages."""
    request(port, "POST", "/crash/_refresh")
    hits, after = [], None
    while True:
        body = {"size": 5000, "query": {"prefix": {"key.keyword": f"r{round_number}w"}},
                "sort": [{"key.keyword": "asc"}, {"value": "asc"}]}
        if after:
            body["search_after"] = after
        page = request(port, "POST", "/crash/_search", json.dumps(body).encode())["hits"]["hits"]
        hits += page
        if len(page) < 5000:
            return hits
        after = page[-1]["sort"]


def check(port: int, round_number: int, writers: list) -> list:
    problems, found = [], {}
    for hit in stored(port, round_number):
        found.setdefault(hit["_source"]["key"], []).append(hit["_source"]["value"])
    tried, acknowledged = {}, {}
    for writer in writers:
        tried.update(writer.tried)
        acknowledged.update(writer.acknowledged)
    for key in acknowledged:
        if key not in found:
            problems.append(f"lost {key}")
    for key, values in found.items():
        if len(values) > 1:
            problems.append(f"{key} is there {len(values)} times")
        if key not in tried or values[0] not in tried[key]:
            problems.append(f"{key} = {values[0]} was never sent")
        elif key in acknowledged and values[0] < acknowledged[key]:
            problems.append(f"{key} went back from {acknowledged[key]} to {values[0]}")
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", required=True)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="elkhorn-kill9-"))
    choose = random.Random(arguments.seed)
    passed = failed = documents = 0
    slowest = 0.0
    server = Server(arguments.elkhorn, folder)
    for round_number in range(arguments.rounds):
        writers = [Writer(server.port, n, round_number, arguments.seed + round_number) for n in range(WRITERS)]
        for writer in writers:
            writer.start()
        # The moment is the point of the test: anywhere in the life of some bulks.
        time.sleep(choose.uniform(0.05, 0.5))
        server.kill()
        for writer in writers:
            writer.join()
        server = Server(arguments.elkhorn, folder)
        slowest = max(slowest, server.ready_seconds)
        problems = check(server.port, round_number, writers) if any(w.acknowledged for w in writers) else []
        if server.ready_seconds > READY_SECONDS:
            problems.append(f"ready only after {server.ready_seconds:.1f} s")
        documents += sum(len(writer.acknowledged) for writer in writers)
        passed, failed = passed + (not problems), failed + bool(problems)
        if problems:
            print(f"round {round_number} (seed {arguments.seed}): " + "; ".join(problems[:5]))
    server.kill()
    shutil.rmtree(folder)
    print(f"{documents} acknowledged keys, slowest start {slowest:.2f} s, seed {arguments.seed}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or documents == 0 else 0


sys.exit(main())
