#!/usr/bin/env python3
"""Starts the real program on data folders it must not start on.

    bad_data.py --elkhorn PATH

A newer format, somebody else's folder, a missing file, a cut log, a folder that cannot be written or is in use: each
gives one sentence that names the place and says what to do, exit code 1 or 2, and leaves every byte as it was (the
LOCK file, which names the process, apart). Ends with `N passed, N failed`.
"""
import argparse
import hashlib
import http.client
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import time

NOBODY = 65534


def command(binary: str, data: pathlib.Path, ports_file: pathlib.Path) -> list:
    ports = [word for name in ("api", "ui", "tcp", "udp") for word in (f"--{name}-port", "0")]
    return [binary, "serve", "--data", str(data), "--port-file", str(ports_file), "--log-level", "error", *ports]


def start(binary: str, data: pathlib.Path) -> tuple:
    """The process and its API's port, once it is ready."""
    ports_file = data.parent / "ports"
    ports_file.unlink(missing_ok=True)
    process = subprocess.Popen(command(binary, data, ports_file))
    deadline = time.monotonic() + 60
    while not ports_file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError("the server did not start")
        time.sleep(0.005)
    return process, json.loads(ports_file.read_text())["api"]


def ask(port: int, method: str, path: str, body=None) -> dict:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
    return json.loads(connection.getresponse().read())


def bulk(port: int, count: int) -> None:
    lines = []
    for n in range(count):
        # So that the log grows past what it keeps.
        pad = "".join(hashlib.sha512(f"{n} {i}".encode()).hexdigest() for i in range(5))
        lines += [json.dumps({"index": {"_id": f"k{n}"}}), json.dumps({"n": n, "message": f"line {n}", "pad": pad})]
    ask(port, "POST", "/logs/_bulk?filter_path=errors", "\n".join(lines) + "\n")


def make_folder(binary: str, data: pathlib.Path) -> None:
    """A segment, a deletes file, and a log with files that follow one another."""
    process, port = start(binary, data)
    bulk(port, 5000)
    ask(port, "POST", "/_flush")
    ask(port, "DELETE", "/logs/_doc/k7")
    ask(port, "POST", "/_flush")
    for _ in range(3):
        bulk(port, 100)
        bulk(port, 100)
        process.kill()
        process.wait()
        process, port = start(binary, data)
    process.kill()
    process.wait()


def tree(folder: pathlib.Path) -> dict:
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.name != "LOCK":
            found[str(path.relative_to(folder))] = path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def newer(file: pathlib.Path) -> None:
    """The version follows an eight byte magic in every file of ours."""
    content = bytearray(file.read_bytes())
    content[8:10] = struct.pack("<H", 99)
    file.write_bytes(content)


def cut(file: pathlib.Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flip(file: pathlib.Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 0x10
    file.write_bytes(content)


def newest(data: pathlib.Path, pattern: str) -> pathlib.Path:
    """The largest, where there are several: an empty log file says nothing."""
    return max(data.glob(pattern), key=lambda file: file.stat().st_size)


def between(data: pathlib.Path) -> pathlib.Path:
    """A log file with entries, with others before and after it: the oldest may be gone, as it may be trimmed."""
    return [file for file in sorted(data.glob("log/*.wal"))[1:-1] if file.stat().st_size > 1000][-1]


CASES = {
    "a newer manifest": (lambda data: newer(newest(data, "indices/*/manifest")), ["manifest", "newer elkhorn", "use that one"]),
    "a newer segment": (lambda data: newer(newest(data, "indices/*/*.seg")), [".seg", "newer elkhorn", "use that one"]),
    "a newer deletes file": (lambda data: newer(newest(data, "indices/*/*.del")), [".del", "newer elkhorn", "use that one"]),
    "a newer log": (lambda data: newer(newest(data, "log/*.wal")), [".wal", "newer elkhorn", "use that one"]),
    "a missing segment": (lambda data: newest(data, "indices/*/*.seg").unlink(), [".seg", "missing", "copy"]),
    "a missing deletes file": (lambda data: newest(data, "indices/*/*.del").unlink(), [".del", "copy"]),
    "a missing manifest": (lambda data: newest(data, "indices/*/manifest").unlink(), ["manifest", "missing", "elkhorn repair"]),
    "a damaged manifest": (lambda data: flip(newest(data, "indices/*/manifest")), ["manifest", "damaged", "copy"]),
    "a cut segment": (lambda data: cut(newest(data, "indices/*/*.seg")), [".seg", "damaged", "elkhorn repair"]),
    "a cut log": (lambda data: cut(between(data)), [".wal", "cut", "copy"]),
    "a missing log file": (lambda data: between(data).unlink(), [".wal", "missing", "copy"]),
    "a log damaged in its middle": (lambda data: flip(between(data)), [".wal", "damaged", "copy"]),
}


class Suite:
    def __init__(self, binary: str, folder: pathlib.Path) -> None:
        self.binary, self.folder = binary, folder
        self.passed = self.failed = 0

    def check(self, what: str, holds: bool, detail="") -> None:
        self.passed += bool(holds)
        self.failed += not holds
        if not holds:
            print(f"FAILED: {what} {detail}")

    def refused(self, what: str, data: pathlib.Path, words: list, prefix=()) -> None:
        before = tree(data)
        ports_file = self.folder / "never"
        try:
            done = subprocess.run([*prefix, *command(self.binary, data, ports_file)], capture_output=True, text=True,
                                  timeout=15)
        except subprocess.TimeoutExpired:
            return self.check(f"{what}: it does not start", False)
        told = [line for line in done.stderr.splitlines() if line.startswith("elkhorn: ")]
        self.check(f"{what}: it does not start", done.returncode in (1, 2), done.returncode)
        self.check(f"{what}: one sentence", len(told) == 1, done.stderr)
        missing = [word for word in words if not told or word not in told[0]]
        self.check(f"{what}: which says {words}", not missing, told)
        self.check(f"{what}: nothing was changed", tree(data) == before, set(tree(data).items()) ^ set(before.items()))

    def damaged(self, whole: pathlib.Path) -> None:
        for what, (damage, words) in CASES.items():
            data = self.folder / "bad"
            shutil.copytree(whole, data)
            damage(data)
            self.refused(what, data, words)
            shutil.rmtree(data)

    def foreign(self) -> None:
        home = self.folder / "home"
        (home / "photos").mkdir(parents=True)
        (home / "thesis.tex").write_text("years of work")
        self.refused("somebody else's folder", home, [str(home), "no data folder", "--data"])
        self.check("without so much as a lock in it", not (home / "LOCK").exists())
        ours = self.folder / "ours" / "data"
        (ours / "positions").mkdir(parents=True)
        process, _ = start(self.binary, ours)  # a pipeline without a store was there first
        process.kill()
        process.wait()
        file = self.folder / "file"
        file.write_text("no folder")
        done = subprocess.run(command(self.binary, file, self.folder / "never"), capture_output=True, text=True)
        self.check("a file is no folder", done.returncode in (1, 2) and str(file) in done.stderr, done.stderr)

    def in_use(self, whole: pathlib.Path) -> None:
        data = self.folder / "used"
        shutil.copytree(whole, data)
        process, _ = start(self.binary, data)
        self.refused("a folder in use", data, [str(data), "in use", str(process.pid), "--data"])
        process.kill()
        process.wait()

    def read_only(self, whole: pathlib.Path) -> None:
        """As a user who may read it and not write."""
        binary = self.folder / "elkhorn"
        shutil.copy(self.binary, binary)
        data = self.folder / "readonly"
        shutil.copytree(whole, data)
        (data / "LOCK").unlink(missing_ok=True)
        for path in [self.folder, data, *data.rglob("*"), binary]:
            path.chmod(0o555)
        if os.getuid() == 0:
            prefix = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
            if shutil.which("setpriv") is None:
                return
        else:
            prefix = []
        kept, self.binary = self.binary, str(binary)
        self.refused("a folder that cannot be written", data, [str(data), "cannot", "make it writable"], prefix)
        self.binary = kept
        for path in [self.folder, data, *data.rglob("*")]:
            path.chmod(0o755)

    def run(self) -> None:
        whole = self.folder / "whole" / "data"
        whole.parent.mkdir()
        make_folder(self.binary, whole)
        self.damaged(whole)
        self.foreign()
        self.in_use(whole)
        self.read_only(whole)
        process, port = start(self.binary, whole)
        count = ask(port, "GET", "/logs/_count")["count"]
        process.kill()
        process.wait()
        self.check("the whole one starts, with everything", count == 5000, count)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--elkhorn", required=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="elkhorn-bad-data-"))
    suite = Suite(os.path.abspath(parser.parse_args().elkhorn), folder)
    try:
        suite.run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{suite.passed} passed, {suite.failed} failed")
    sys.exit(1 if suite.failed else 0)


if __name__ == "__main__":
    main()
