#!/usr/bin/env python3
"""Snapshots of the real program: what they cost, and that they bring back what was there.

    run.py --elkhorn PATH

Two repositories: one on the disk of the data folder, where files are linked, and one on another (/dev/shm),
where they are copied. Writes go on while snapshots are made. Ends with `N passed, N failed`.
"""
import argparse
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

READY_SECONDS = 30


class Server:
    def __init__(self, binary: str, data: pathlib.Path, repositories: list) -> None:
        self.ports_file = data.parent / "ports"
        self.ports_file.unlink(missing_ok=True)
        ports = [word for name in ("api", "ui", "tcp", "udp") for word in (f"--{name}-port", "0")]
        self.process = subprocess.Popen(
            [binary, "serve", "--data", data, "--port-file", self.ports_file, "--log-level", "warn",
             "--path-repo", ",".join(map(str, repositories)), *ports])
        began = time.monotonic()
        while not self.ports_file.exists():
            if self.process.poll() is not None or time.monotonic() - began > READY_SECONDS:
                sys.exit("snapshots: the server did not start")
            time.sleep(0.01)
        self.port = json.loads(self.ports_file.read_text())["api"]

    def ask(self, method: str, path: str, body=None) -> tuple:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        payload = body if isinstance(body, (str, type(None))) else json.dumps(body)
        connection.request(method, path, payload, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    def must(self, method: str, path: str, body=None) -> dict:
        status, answer = self.ask(method, path, body)
        if status not in (200, 201):
            raise AssertionError(f"{method} {path}: {status} {answer}")
        return answer

    def stop(self, kill=False) -> None:
        (self.process.kill if kill else self.process.terminate)()
        self.process.wait()


def bulk(server: Server, index: str, first: int, count: int) -> None:
    lines = []
    for n in range(first, first + count):
        lines.append(json.dumps({"index": {"_id": f"k{n}"} if n % 2 else {}}))
        lines.append(json.dumps({"n": n, "message": f"user {n % 17} asked for page {n} of the manual",
                                 "host": f"host-{n % 5}", "trace": f"{n * 2654435761 % 2**64:016x}"}))
    server.must("POST", f"/{index}/_bulk?filter_path=errors", "\n".join(lines) + "\n")


def documents(server: Server, index: str) -> dict:
    """Source by _id, all of them."""
    server.must("POST", f"/{index}/_refresh")
    found, after = {}, None
    while True:
        body = {"size": 2000, "sort": [{"n": "asc"}]}
        if after:
            body["search_after"] = after
        hits = server.must("POST", f"/{index}/_search", body)["hits"]["hits"]
        for hit in hits:
            found[hit["_id"]] = hit["_source"]
        if len(hits) < 2000:
            return found
        after = hits[-1]["sort"]


def used(folder: pathlib.Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def snapshot(server: Server, repository: str, name: str, body=None) -> dict:
    server.must("PUT", f"/_snapshot/{repository}/{name}?wait_for_completion=true", body)
    return server.must("GET", f"/_snapshot/{repository}/{name}/_status")["snapshots"][0]["stats"]


class Suite:
    def __init__(self, binary: str, folder: pathlib.Path, other_disk: pathlib.Path) -> None:
        self.binary, self.data = binary, folder / "data"
        self.repositories = [folder / "repositories", other_disk]
        self.other_disk = other_disk
        self.server = self.start()
        self.passed = self.failed = 0

    def start(self) -> Server:
        return Server(self.binary, self.data, self.repositories)

    def check(self, what: str, holds: bool, detail="") -> None:
        self.passed += holds
        self.failed += not holds
        if not holds:
            print(f"FAILED: {what} {detail}")

    def cost(self) -> None:
        """The second snapshot brings little; one that follows nothing new brings nothing."""
        server = self.server
        server.must("PUT", "/_snapshot/far", {"type": "fs", "settings": {"location": str(self.other_disk / "far")}})
        server.must("PUT", "/_snapshot/near", {"type": "fs", "settings": {"location": "near"}})
        bulk(server, "logs", 0, 20000)
        self.before = documents(server, "logs")
        first = snapshot(server, "far", "s1", {"indices": "logs"})
        far = self.other_disk / "far" / "indices"
        self.check("the first is all new", first["incremental"] == first["total"], first)
        self.check("its bytes are there", used(far) == first["total"]["size_in_bytes"], used(far))
        bulk(server, "logs", 20000, 50)
        server.must("DELETE", "/logs/_doc/k1")
        self.after = documents(server, "logs")
        second = snapshot(server, "far", "s2", {"indices": "logs"})
        copied = used(far) - first["total"]["size_in_bytes"]
        self.check("the second copies what it says", copied == second["incremental"]["size_in_bytes"], copied)
        self.check("and that is little", copied * 20 < first["total"]["size_in_bytes"], copied)
        third = snapshot(server, "far", "s3", {"indices": "logs"})
        self.check("the third copies nothing", third["incremental"]["file_count"] == 0, third)
        print(f"bytes brought: first {first['incremental']['size_in_bytes']}, second {copied}, third "
              f"{third['incremental']['size_in_bytes']}")

    def links(self) -> None:
        stats = snapshot(self.server, "near", "s1", {"indices": "logs"})
        segments = list((self.repositories[0] / "near").rglob("*.seg"))
        linked = [file for file in segments if file.stat().st_nlink > 1]
        self.check("on one disk segments are links", len(linked) == len(segments) > 0, segments)
        self.check("and counted all the same", stats["incremental"]["file_count"] >= len(segments))

    def restore(self) -> None:
        server = self.server
        for repository, name, expected in (("far", "s1", self.before), ("far", "s2", self.after),
                                           ("near", "s1", self.after)):
            to = f"back-{repository}-{name}"
            server.must("POST", f"/_snapshot/{repository}/{name}/_restore?wait_for_completion=true",
                        {"rename_pattern": "logs", "rename_replacement": to})
            self.check(f"{to} has the same documents", documents(server, to) == expected)
        some = list(self.before)[:40]
        got = server.must("POST", "/back-far-s1/_mget", {"ids": some})["docs"]
        self.check("found by their ids", [doc["_id"] for doc in got if doc["found"]] == some, got)
        status, _ = server.ask("POST", "/_snapshot/far/s1/_restore", {})
        self.check("never over an open index", status == 500)

    def kill(self) -> None:
        """What was answered holds after SIGKILL."""
        self.server.stop(kill=True)
        self.server = self.start()
        self.check("restored indices outlive a kill", documents(self.server, "back-far-s1") == self.before)
        names = [one["snapshot"] for one in self.server.must("GET", "/_snapshot/far/_all")["snapshots"]]
        self.check("so do snapshots and repositories", names == ["s1", "s2", "s3"], names)
        bulk(self.server, "back-far-s1", 30000, 100)
        self.check("writes go on in a copy", len(documents(self.server, "back-far-s1")) == len(self.before) + 100)

    def delete(self) -> None:
        server = self.server
        bytes_before = used(self.other_disk / "far" / "indices")
        server.must("DELETE", "/_snapshot/far/s1")
        self.check("the deleted one is not listed", server.ask("GET", "/_snapshot/far/s1")[0] == 404)
        self.check("what others name stays", used(self.other_disk / "far" / "indices") * 2 > bytes_before)
        server.must("DELETE", "/logs")
        server.must("POST", "/_snapshot/far/s2/_restore?wait_for_completion=true")
        self.check("the second is restored under its own name", documents(server, "logs") == self.after)
        server.must("DELETE", "/_snapshot/far/s*")
        left = [str(file) for file in (self.other_disk / "far" / "indices").rglob("*")]
        self.check("with the last one goes every file", left == [], left)
        self.check("and the data does not care", documents(server, "logs") == self.after)

    def moments(self) -> None:
        """Every document is replaced over and over by a writer; a snapshot has each of them once."""
        server, stop = self.server, threading.Event()
        bodies = ["\n".join(f'{{"index":{{"_id":"k{k}"}}}}\n{{"n":{k},"round":{r}}}' for k in range(100)) + "\n"
                  for r in range(50)]
        server.must("POST", "/moving/_bulk?filter_path=errors", bodies[0])

        def write() -> None:
            while not stop.is_set():
                for body in bodies:
                    server.must("POST", "/moving/_bulk?filter_path=errors", body)

        writer = threading.Thread(target=write)
        writer.start()
        for n in range(12):
            snapshot(server, "near", f"m{n}", {"indices": "moving"})
        stop.set()
        writer.join()
        for n in range(12):
            server.must("POST", f"/_snapshot/near/m{n}/_restore?wait_for_completion=true",
                        {"rename_pattern": "moving", "rename_replacement": f"moved{n}"})
            answer = server.must("POST", f"/moved{n}/_search", {"size": 200, "track_total_hits": True})
            ids = [hit["_id"] for hit in answer["hits"]["hits"]]
            self.check(f"snapshot {n} has each document once", len(ids) == len(set(ids)) == 100, len(ids))

    def killed_while_made(self) -> None:
        """Kills in the middle of snapshots: what is listed can be restored, and the next one works."""
        for n in range(8):
            bulk(self.server, "killed", n * 3000, 3000)
            port_before = self.server

            def make() -> None:
                try:
                    port_before.ask("PUT", f"/_snapshot/far/x{n}?wait_for_completion=true", {"indices": "killed"})
                except (OSError, http.client.HTTPException, ValueError):
                    pass

            maker = threading.Thread(target=make)
            maker.start()
            # As soon as the first file appears: in the middle.
            far, deadline = self.other_disk / "far" / "indices", time.monotonic() + 5
            while not any(far.rglob("*.*")) and maker.is_alive() and time.monotonic() < deadline:
                pass
            self.server.stop(kill=True)
            maker.join()
            self.server = self.start()
            for one in self.server.must("GET", "/_snapshot/far/_all")["snapshots"]:
                to = f"x-{n}-{one['snapshot']}"
                self.server.must("POST", f"/_snapshot/far/{one['snapshot']}/_restore?wait_for_completion=true",
                                 {"rename_pattern": "killed", "rename_replacement": to})
                self.server.must("DELETE", f"/{to}")
            self.server.must("DELETE", "/_snapshot/far/*")
            gone = self.server.must("POST", "/_snapshot/far/_cleanup")
            left = [file for file in far.rglob("*") if file.is_file()]
            self.check(f"round {n} leaves nothing", left == [], (left, gone))

    def run(self) -> None:
        for part in (self.cost, self.links, self.restore, self.kill, self.delete, self.moments,
                     self.killed_while_made):
            part()
        self.server.stop()
        found = subprocess.run([self.binary, "verify", self.data, "--values"], capture_output=True, text=True)
        self.check("the data folder verifies", found.returncode == 0, found.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--elkhorn", required=True)
    binary = os.path.abspath(parser.parse_args().elkhorn)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="elkhorn-snapshots-"))
    if not os.access("/dev/shm", os.W_OK):
        print("snapshots: /dev/shm is missing")
        sys.exit(77)
    other_disk = pathlib.Path(tempfile.mkdtemp(prefix="elkhorn-snapshots-", dir="/dev/shm"))
    suite = None
    try:
        suite = Suite(binary, folder, other_disk)
        suite.run()
    finally:
        if suite is not None:
            suite.server.stop(kill=True)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(other_disk, ignore_errors=True)
    print(f"{suite.passed} passed, {suite.failed} failed")
    sys.exit(1 if suite.failed else 0)


if __name__ == "__main__":
    main()
