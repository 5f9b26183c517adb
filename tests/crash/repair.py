#!/usr/bin/env python3
"""Damages each kind of file of a real data folder, repairs it, and counts what a server then has.

    repair.py --elkhorn PATH

For each file: a byte changed, the file cut in half, the file removed. `elkhorn repair --dry-run` must change
nothing and say the same as the repair after it; `elkhorn verify` must find nothing then; the server must start and
have as many documents as the repair said. Ends with `N passed, N failed`.
"""
import argparse
import hashlib
import http.client
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

DOCUMENTS = 6000


class Server:
    def __init__(self, binary: str, data: pathlib.Path) -> None:
        ports_file = data.parent / "ports"
        ports_file.unlink(missing_ok=True)
        ports = [word for name in ("api", "ui", "tcp", "udp") for word in (f"--{name}-port", "0")]
        self.process = subprocess.Popen([binary, "serve", "--data", data, "--port-file", ports_file, "--log-level",
                                         "error", *ports], stderr=subprocess.PIPE, text=True)
        began = time.monotonic()
        while not ports_file.exists():
            if self.process.poll() is not None or time.monotonic() - began > 60:
                raise AssertionError(f"the server did not start: {self.process.stderr.read()}")
            time.sleep(0.005)
        self.port = json.loads(ports_file.read_text())["api"]

    def ask(self, method: str, path: str, body=None) -> dict:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        return json.loads(connection.getresponse().read())

    def stop(self, kill=False) -> None:
        (self.process.kill if kill else self.process.terminate)()
        self.process.wait()
        self.process.stderr.close()


def bulk(server: Server, index: str, first: int, count: int) -> None:
    lines = []
    for n in range(first, first + count):
        # So that the log grows past what it keeps.
        pad = "".join(hashlib.sha512(f"{n} {i}".encode()).hexdigest() for i in range(5))
        lines += [json.dumps({"index": {"_id": f"k{n}"} if n % 2 else {}}),
                  json.dumps({"n": n, "message": f"user {n % 31} asked for page {n} of the manual",
                              "host": f"h{n % 7}", "pad": pad})]
    server.ask("POST", f"/{index}/_bulk?filter_path=errors", "\n".join(lines) + "\n")


def make_folder(binary: str, data: pathlib.Path) -> None:
    """Segments, deletes and documents that only the log has; killed, not stopped."""
    server = Server(binary, data)
    for first in range(0, DOCUMENTS, 1500):
        bulk(server, "logs", first, 1500)
        server.ask("POST", "/_flush")
    for n in range(1, 400, 2):
        server.ask("DELETE", f"/logs/_doc/k{n}")
    server.ask("POST", "/_flush")
    for first in range(DOCUMENTS, DOCUMENTS + 300, 50):
        bulk(server, "logs", first, 50)
        bulk(server, "young", first, 50)
    server.stop(kill=True)


def checksums(folder: pathlib.Path) -> dict:
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in folder.rglob("*") if file.is_file() and file.name != "LOCK"}


def flip(file: pathlib.Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 0x10
    file.write_bytes(content)


def cut(file: pathlib.Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


DAMAGES = {"a byte changed in": flip, "cut in half": cut, "removed": pathlib.Path.unlink}


class Suite:
    def __init__(self, binary: str) -> None:
        self.binary = binary
        self.passed = self.failed = 0

    def check(self, what: str, holds: bool, detail="") -> None:
        self.passed += bool(holds)
        self.failed += not holds
        if not holds:
            print(f"FAILED: {what} {detail}")

    def repair(self, data: pathlib.Path, *flags: str) -> dict:
        done = subprocess.run([self.binary, "repair", data, "--json", *flags], capture_output=True, text=True)
        if done.returncode != 0:
            return {"error": done.stderr}
        return json.loads(done.stdout)

    def one(self, data: pathlib.Path, what: str) -> None:
        before = checksums(data)
        planned = self.repair(data, "--dry-run")
        self.check(f"{what}: a dry run changes nothing", checksums(data) == before)
        done = self.repair(data)
        if "error" in done:
            return self.check(f"{what}: it is repaired", False, done["error"])
        same = [one["documents_kept"] for one in planned["indices"]] == [one["documents_kept"] for one in done["indices"]]
        self.check(f"{what}: and says the same", same, (planned, done))
        after = checksums(data).values()
        self.check(f"{what}: nothing is gone", all(sum in after for sum in before.values()))
        verified = subprocess.run([self.binary, "verify", data, "--values"], capture_output=True, text=True)
        self.check(f"{what}: it verifies", verified.returncode == 0, verified.stdout)
        try:
            server = Server(self.binary, data)
        except AssertionError as error:
            return self.check(f"{what}: the server starts", False, error)
        found = server.ask("GET", "/_all/_count").get("count", 0)
        server.stop(kill=True)
        kept = sum(one["documents_kept"] for one in done["indices"])
        lost = sum(one["documents_lost_at_most"] for one in done["indices"])
        # Those of the log come to what segments have, at most 600; what was deleted may be there again.
        self.check(f"{what}: as many as it said", kept <= found <= kept + 600, (kept, found))
        self.check(f"{what}: none lost without being counted",
                   found + lost + 100 * done["log_entries_lost"] >= self.whole or "wal" in what,
                   (found, lost, self.whole))

    def run(self, folder: pathlib.Path) -> None:
        whole = folder / "whole" / "data"
        make_folder(self.binary, whole)
        original = folder / "count" / "data"
        shutil.copytree(whole, original)
        server = Server(self.binary, original)
        self.whole = server.ask("GET", "/_all/_count")["count"]
        server.stop(kill=True)
        self.check("all are there to begin with", self.whole == DOCUMENTS - 200 + 600, self.whole)
        for file in sorted(whole.rglob("*")):
            if not file.is_file() or file.name in ("LOCK", "node.uuid") or file.stat().st_size < 40:
                continue
            for damage, do in DAMAGES.items():
                data = folder / "damaged" / "data"
                shutil.copytree(whole, data)
                do(data / file.relative_to(whole))
                self.one(data, f"{file.relative_to(whole)} {damage}")
                shutil.rmtree(data.parent)
        self.everything(folder, whole)

    def everything(self, folder: pathlib.Path, whole: pathlib.Path) -> None:
        """All manifests gone, a byte of everything else changed."""
        data = folder / "damaged" / "data"
        shutil.copytree(whole, data)
        for file in data.rglob("*"):
            if file.name == "manifest":
                file.unlink()
            elif file.is_file() and file.stat().st_size > 100:
                flip(file)
        done = self.repair(data)
        self.check("everything at once is repaired", "error" not in done, done)
        verified = subprocess.run([self.binary, "verify", data], capture_output=True, text=True)
        self.check("and verifies", verified.returncode == 0, verified.stdout)
        Server(self.binary, data).stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--elkhorn", required=True)
    suite = Suite(parser.parse_args().elkhorn)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="elkhorn-repair-"))
    try:
        suite.run(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{suite.passed} passed, {suite.failed} failed")
    sys.exit(1 if suite.failed else 0)


if __name__ == "__main__":
    main()
