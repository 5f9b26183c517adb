#!/usr/bin/env python3
"""Fills the disk of a running server: a tmpfs of its own, in a mount namespace of its own.

    full_disk.py --elkhorn PATH [--rounds 6] [--megabytes 24] [--seed S]

Each round, under the mixed load of load.py: a file takes what room there is but a little, and the load fills the
rest, so that the disk becomes full in the middle of the log, a segment or a manifest. Then bulks are refused with
503 and a sentence that says what is the matter, health says so, and searches are answered. In even rounds the room comes back
and writing goes on without a restart; in odd ones the server is killed while the disk is full, starts on the full
disk, answers searches, and writes again once there is room. After that everything acknowledged is there, once, and
nothing else. Exit code 77 (skipped) where nothing may be mounted. Ends with `N passed, N failed`.
"""
import argparse
import errno
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from elkhorn_process import Connection, Elkhorn
from load import Ledger, Load
from rounds import SKIPPED, run_rounds, until


def in_own_namespace() -> None:
    """Runs this program again where it may mount and nobody else sees it."""
    for attempt in (["unshare", "-m"], ["unshare", "-rm"]):
        if shutil.which("unshare") and subprocess.run([*attempt, "true"], capture_output=True).returncode == 0:
            os.execvp("unshare", [*attempt, sys.executable, __file__, *sys.argv[1:], "--inside"])
    print("skipped: this machine allows no mount namespace (unshare -m, unshare -rm)")
    sys.exit(SKIPPED)


class Disk:
    """The ballast leaves a little room; without it there is plenty."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder, self.ballast = folder, folder / "ballast"

    def free(self) -> int:
        info = os.statvfs(self.folder)
        return info.f_bavail * info.f_frsize

    def fill(self, leave: int) -> None:
        with open(self.ballast, "wb", buffering=0) as file:
            try:
                file.write(bytes(max(0, self.free() - leave)))
            except OSError as error:  # the load was faster, which is as good
                if error.errno != errno.ENOSPC:
                    raise

    def squeeze(self) -> None:
        """Takes half of what is left: deletes of the load may give back as much as it writes."""
        with open(self.ballast, "ab", buffering=0) as file:
            try:
                file.write(bytes(self.free() // 2))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def give_back(self) -> None:
        self.ballast.unlink()


def one_round(number: int, arguments, disk: Disk, ledger: Ledger) -> tuple[list[str], int]:
    folder, data = disk.folder.parent, disk.folder / "data"
    server = Elkhorn(arguments.elkhorn, folder, data=data)
    if server.died:
        return [f"does not start: {server.last_words()}"], 0
    connection, problems = Connection(server.port), []
    load = Load(server.port, ledger, number, arguments.seed + number)
    until("some documents", lambda: ledger.acknowledged > 200 * (number + 1))
    disk.fill(leave=150_000 + 170_000 * (number % 3))
    filled = time.monotonic()

    def refused() -> bool:
        if time.monotonic() - filled > 3:
            disk.squeeze()
        return bool(load.refusals)

    until("a refused bulk", refused)
    said = str(load.refusals[0])
    if "No space left on device" not in said or "free some" not in said:
        problems.append(f"the refusal does not say what to do: {said}")

    def red() -> bool:  # a flush that fails gives its room back, and the log may go on with it
        disk.squeeze()
        status, health = connection.send("GET", "/_elkhorn/health")
        cluster = connection.send("GET", "/_cluster/health")[1].get("status")
        return status == 503 and "No space left" in str(health) and cluster == "red"

    until("health that says so", red)
    if connection.send("POST", "/named-a/_search", {"size": 1})[0] != 200:
        problems.append("a search is not answered while the disk is full")
    if number % 2 == 1:
        server.kill()
        load.join()
        server = Elkhorn(arguments.elkhorn, folder, data=data)
        if server.died:
            disk.give_back()
            return [*problems, f"does not start on a full disk: {server.last_words()}"], len(load.refusals)
        connection = Connection(server.port)
        if connection.send("POST", "/named-a/_search", {"size": 1})[0] != 200:
            problems.append("a search is not answered after a start on a full disk")
        refusals, load = len(load.refusals), Load(server.port, ledger, number, arguments.seed - number - 1)
    disk.give_back()
    before = ledger.acknowledged
    until("acknowledgements after there was room", lambda: ledger.acknowledged > before + 100)
    until("health", lambda: connection.send("GET", "/_elkhorn/health")[0] == 200)
    load.join()
    refusals = len(load.refusals)
    server.kill()
    server = Elkhorn(arguments.elkhorn, folder, data=data)
    if server.died:
        return [*problems, f"does not start: {server.last_words()}"], refusals
    problems += ledger.check(server.port)
    server.kill()
    return problems, refusals


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", required=True)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--megabytes", type=int, default=24)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.inside:
        in_own_namespace()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="elkhorn-full-disk-"))
    mount = folder / "disk"
    mount.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={arguments.megabytes}m", "elkhorn", mount],
                             capture_output=True, text=True)
    if mounted.returncode != 0:
        print(f"skipped: no tmpfs can be mounted here ({mounted.stderr.strip()})")
        return SKIPPED
    ledger, disk = Ledger(), Disk(mount)
    sound = False
    try:
        sound = run_rounds(arguments, ledger, lambda number: one_round(number, arguments, disk, ledger))
    finally:
        if not sound:
            print((folder / "log").read_text()[-2000:])
        subprocess.run(["umount", "-l", mount], check=False)
        shutil.rmtree(folder, ignore_errors=not sound)  # a server that failed its round may still write
    return 0 if sound else 1


sys.exit(main())
