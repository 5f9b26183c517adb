#!/usr/bin/env python3
"""Kills the real program with SIGKILL at random moments of a mixed load, again and again.

    kill9.py --elkhorn PATH [--rounds 50] [--seed S]

The load (load.py): bulks of documents with given and with generated ids, changes in part, deletes, in several
indices; indices made, mapped and deleted; a small log, so that it is flushed, rotated and trimmed all the time.
After each restart (the slowest is printed) all that was acknowledged is there, once, as it was last, and nothing
else. The data folder goes on from round to round. Ends with `N passed, N failed`.
"""
import argparse
import pathlib
import random
import shutil
import sys
import tempfile
import time

from elkhorn_process import Connection, Elkhorn
from load import Ledger, Load

READY_SECONDS = 30  # a machine that does much else may take seconds for an fsync


def metric(port: int, name: str) -> int:
    status, answer = Connection(port).metrics()
    lines = [line for line in answer.splitlines() if line.startswith(name + " ")]
    return int(lines[0].split()[1]) if status == 200 and lines else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", required=True)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="elkhorn-kill9-"))
    choose, ledger = random.Random(arguments.seed), Ledger()
    passed = failed = segments = 0
    slowest, began = 0.0, time.monotonic()
    server = Elkhorn(arguments.elkhorn, folder)
    for number in range(arguments.rounds):
        load = Load(server.port, ledger, number, arguments.seed + number)
        # The moment is the point of the test: anywhere in the life of some bulks and flushes.
        time.sleep(choose.uniform(0.02, 0.5))
        segments += metric(server.port, "elkhorn_store_segments_written_total")
        server.kill()
        load.join()
        server = Elkhorn(arguments.elkhorn, folder)
        if server.died:
            print(f"round {number} (seed {arguments.seed}): does not start: {server.last_words()}")
            failed += 1
            break
        slowest = max(slowest, server.ready_seconds)
        problems = ledger.check(server.port)
        if server.ready_seconds > READY_SECONDS:
            problems.append(f"ready only after {server.ready_seconds:.1f} s")
        passed, failed = passed + (not problems), failed + bool(problems)
        if problems:
            print(f"round {number} (seed {arguments.seed}): " + "; ".join(problems[:5]))
    server.kill()
    shutil.rmtree(folder) if not failed else print(f"the data folder is left in {folder}")
    print(f"{ledger.acknowledged} acknowledged changes, {segments} segments written, slowest start {slowest:.2f} s, "
          f"{time.monotonic() - began:.0f} s, seed {arguments.seed}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or ledger.acknowledged == 0 else 0


sys.exit(main())
