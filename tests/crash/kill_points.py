#!/usr/bin/env python3
"""Ends the real program at every kill point in turn, under load, and again while it recovers.

    kill_points.py --elkhorn PATH [--all] [--only NAME] [--seed S]

`elkhorn kill-points` names the points. For each one outside recovery: the program runs under load until it dies
there; it is started again with a point of recovery armed, and dies there if its way leads past it; then it is
started for good, and everything acknowledged has to be there, once, and nothing else (load.py). Without --all
each point is followed by one that recovery passes on such a way, chosen in turn; with it by every one of them. A
point that is never reached fails the run. One data folder lives through all of it. Ends with `N passed, N failed`.
"""
import argparse
import collections
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from elkhorn_process import Elkhorn
from load import Ledger, Load

REACH_SECONDS = 30
# Passed at every start, too, so that a start can be cut short there.
ALSO_IN_RECOVERY = ("log.file.created", "log.file.header_written", "log.file.header_synced", "log.file.named")
# A way of recovery that only the death at another point opens, and that at some of its times: a flush may be of
# an index that is new, or not.
TRIES = 20
OPENED_BY = {
    "recovery.leftover_removed": ("segment.created", "segment.written", "segment.synced", "segment.named",
                                  "deletes.new.created", "deletes.new.synced", "deletes.named", "manifest.new.synced"),
    "recovery.unfinished_index_removed": ("flush.folder_made", "segment.named"),
    "recovery.index_delete": ("index.delete.marked", "index.delete.manifest_removed", "index.delete.logged"),
}


class Run:
    def __init__(self, binary: str, folder: pathlib.Path, seed: int) -> None:
        self.binary, self.folder, self.seed = binary, folder, seed
        self.ledger, self.rounds = Ledger(), 0
        self.passed = self.failed = 0
        self.died_at: collections.Counter = collections.Counter()

    def once(self, point: str, then: str) -> bool:
        """Dies at `point`, then perhaps at `then`; whether it did."""
        problems, twice = [], False
        if not self.die_under_load(point):
            problems.append(f"not reached within {REACH_SECONDS} s of load")
        server = Elkhorn(self.binary, self.folder, kill_point=then)
        if server.died:
            twice = server.process.returncode == -9
            if not twice:
                problems.append(f"does not start (exit code {server.process.returncode}): {server.last_words()}")
            self.died_at[then] += 1
            server = Elkhorn(self.binary, self.folder)
        else:
            server.kill()  # what it is armed with could end it during the check
            server = Elkhorn(self.binary, self.folder)
        if server.died:
            print(f"{point}, then {then}: does not start: {server.last_words()}")
            self.failed += 1
            return twice
        problems += self.ledger.check(server.port)
        server.kill()
        self.passed, self.failed = self.passed + (not problems), self.failed + bool(problems)
        if problems:
            print(f"{point}, then {then if twice else 'nothing'} (seed {self.seed}): " + "; ".join(problems[:5]))
        return twice

    def die_under_load(self, point: str) -> bool:
        self.rounds += 1
        # The first new file of the log is made while it starts, the others under load.
        nth = 2 if point.startswith("log.file") else 1 + self.rounds % 3
        server = Elkhorn(self.binary, self.folder, kill_point=f"{point}:{nth}")
        if server.died:  # it is passed at each start
            self.died_at[point] += 1
            return True
        load = Load(server.port, self.ledger, self.rounds, self.seed + self.rounds)
        try:
            server.process.wait(REACH_SECONDS)
            self.died_at[point] += 1
        except subprocess.TimeoutExpired:
            return False
        finally:
            server.kill()
            load.join()
        return True


def ways(points: list[str], recovery: list[str], everything: bool) -> list[tuple[str, str]]:
    if everything:
        return [(point, then) for point in points for then in [*recovery, *ALSO_IN_RECOVERY]]
    in_turn = [*[name for name in recovery if name not in OPENED_BY], *ALSO_IN_RECOVERY]
    found = []
    for number, point in enumerate(points):
        opened = [then for then, by in OPENED_BY.items() if point in by]
        found += [(point, then) for then in opened or [in_turn[number % len(in_turn)]]]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", required=True)
    parser.add_argument("--all", action="store_true", help="every point of recovery after every other point")
    parser.add_argument("--only", help="one point")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    listed = subprocess.run([arguments.elkhorn, "kill-points"], check=True, capture_output=True, text=True)
    names = listed.stdout.split()
    recovery = [name for name in names if name.startswith("recovery.")]
    points = [name for name in names if name not in recovery and arguments.only in (None, name)]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="elkhorn-kill-points-"))
    run, began = Run(arguments.elkhorn, folder, arguments.seed), time.monotonic()
    twice = sum(run.once(point, then) for point, then in ways(points, recovery, arguments.all))
    for point, then in [(by, then) for then, opened in OPENED_BY.items() for by in opened * TRIES]:
        if point in points and not arguments.only and run.died_at[then] == 0:
            twice += run.once(point, then)
    never = [] if arguments.only else [name for name in names if run.died_at[name] == 0]
    if never:
        print(f"never died at {', '.join(never)}")
    shutil.rmtree(folder) if not run.failed else print(f"the data folder is left in {folder}")
    print(f"{len(names)} kill points, {run.passed + run.failed} deaths under load, {twice} of them with a second death "
          f"in recovery, {run.ledger.acknowledged} acknowledged changes, {time.monotonic() - began:.0f} s, "
          f"seed {arguments.seed}")
    print(f"{run.passed} passed, {run.failed + len(never)} failed")
    return 1 if run.failed or never else 0


sys.exit(main())
