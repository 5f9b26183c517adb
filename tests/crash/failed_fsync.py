#!/usr/bin/env python3
"""Lets fdatasync fail with EIO under a running server, by libfiu and a wrapper (fdatasync_by_fiu.cc).

    failed_fsync.py --elkhorn PATH --wrapper PATH [--rounds 4] [--seed S]

Each round, under the mixed load of load.py, fdatasync begins to fail. From the first refusal on nothing is
acknowledged, though fdatasync works again soon after: what the disk has is unknown until it is read again. Health
says so, searches are answered, refusals say what to do. After a restart everything acknowledged is there, once, and
nothing else. Exit code 77 (skipped) without libfiu (Debian's fiu-utils). Ends with `N passed, N failed`.
"""
import argparse
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

CONTROL = "/usr/lib/fiu/fiu_run_preload.so"
FAIL = "enable name=posix/io/sync/fdatasync,failinfo=5"  # EIO
WORK = "disable name=posix/io/sync/fdatasync"


def one_round(number: int, arguments, folder: pathlib.Path, ledger: Ledger) -> tuple[list[str], int]:
    pipe = folder / "fiu"
    wrapped = {"LD_PRELOAD": f"{CONTROL} {arguments.wrapper.resolve()}", "FIU_CTRL_FIFO": str(pipe), "FIU_ENABLE": ""}
    server = Elkhorn(arguments.elkhorn, folder, environment=wrapped)
    if server.died:
        return [f"does not start: {server.last_words()}"], 0

    def control(command: str) -> None:
        subprocess.run(["fiu-ctrl", "-f", pipe, "-c", command, str(server.process.pid)], check=True, timeout=10)

    connection, problems = Connection(server.port), []
    load = Load(server.port, ledger, number, arguments.seed + number)
    before = ledger.acknowledged
    until("some documents", lambda: ledger.acknowledged > before + 500)
    control(FAIL)
    until("a refused bulk", lambda: load.refusals)
    control(WORK)
    refused = str(load.refusals[0])
    if "fdatasync" not in refused or "Input/output error" not in refused or "restarted" not in refused:
        problems.append(f"the refusal does not say what to do: {refused}")
    # Answers that were on their way when the first was refused have come once every writer was refused.
    until("eight refusals more", lambda: len(load.refusals) > 16)
    acknowledged, refusals = ledger.acknowledged, len(load.refusals)
    until("two hundred refusals more", lambda: len(load.refusals) > refusals + 200)
    if ledger.acknowledged != acknowledged:
        problems.append(f"{ledger.acknowledged - acknowledged} changes were acknowledged after a failed fdatasync")
    status, health = connection.send("GET", "/_elkhorn/health")
    if status != 503 or "restarted" not in str(health):
        problems.append(f"health says {status} {health}")
    if connection.send("GET", "/_cluster/health")[1].get("status") != "red":
        problems.append("_cluster/health is not red")
    if connection.send("POST", "/named-a/_search", {"size": 1})[0] != 200:
        problems.append("a search is not answered after a failed fdatasync")
    load.join()
    server.kill() if number % 2 else server.stop()
    server = Elkhorn(arguments.elkhorn, folder)
    if server.died:
        return [*problems, f"does not start: {server.last_words()}"], len(load.refusals)
    problems += ledger.check(server.port)
    server.kill()
    return problems, len(load.refusals)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", required=True)
    parser.add_argument("--wrapper", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    if not shutil.which("fiu-ctrl") or not os.path.exists(CONTROL):
        print("skipped: libfiu is not installed (Debian's fiu-utils)")
        return SKIPPED
    folder = pathlib.Path(tempfile.mkdtemp(prefix="elkhorn-failed-fsync-"))
    ledger = Ledger()
    sound = run_rounds(arguments, ledger, lambda number: one_round(number, arguments, folder, ledger))
    shutil.rmtree(folder) if sound else print(f"the data folder is left in {folder}")
    return 0 if sound else 1


sys.exit(main())
