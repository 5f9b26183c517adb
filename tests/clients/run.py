#!/usr/bin/env python3
"""Real clients against a server: they connect, write with their helpers, search and count.

    run.py --elkhorn build/elkhorn       starts the binary on free ports, with an empty store
    run.py --url http://127.0.0.1:9200   a server that runs already
    run.py --reference [--url URL]       the real Elasticsearch 7.10.2, behind a proxy that gives it
                                         the identity that newer clients ask for

What a client checks before it talks (product, version, media type) is in no document of ours; the
client is. Clients: Debian's python3-elasticsearch, and those of package.json by npm. One that is
not there is skipped by its name. Ends with `N passed, N failed, N skipped`; exit code 1 when a
step failed, 77 when no client could run.
"""

import argparse
import contextlib
import json
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "es"))

import identity_proxy  # noqa: E402
from harness import server as servers  # noqa: E402

PACKAGES = {  # name in package.json: whether it packs its requests
    "elasticsearch-7.10": False, "elasticsearch-7.17": False, "elasticsearch-8": True,
    "elasticsearch-9": False, "opensearch-3": False,
}
DEADLINE_S = 120


class Tally:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def skip(self, client, why):
        self.skipped += 1
        print(f"skipped  {client}: {why}")

    def session(self, client, command):
        """Runs a session and counts its steps. One that ends early has failed."""
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S,
                                  cwd=HERE)
        except subprocess.TimeoutExpired:
            self.failed += 1
            print(f"FAIL     {client}: not done after {DEADLINE_S} s")
            return
        if done.returncode == servers.SKIPPED:
            self.skip(client, "its package is not installed")
            return
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        for line in lines:
            self.passed += line["ok"]
            self.failed += not line["ok"]
            if not line["ok"]:
                print(f"FAIL     {client}: {line['step']}\n         {line['why']}")
        if done.returncode != 0 or not lines:
            self.failed += 1
            print(f"FAIL     {client}: ended with {done.returncode}: {done.stderr[-600:]}")
        print(f"{client:22} {sum(line['ok'] for line in lines):3} of {len(lines)} steps passed",
              flush=True)


def python_with_client():
    """The Python that has the client; Debian's own when this one has it not."""
    for python in (sys.executable, "/usr/bin/python3"):
        found = subprocess.run([python, "-c", "import elasticsearch"], capture_output=True)
        if found.returncode == 0:
            return python
    return None


def install_packages():
    """True when the npm packages are there, or could be had."""
    if (HERE / "node_modules").is_dir():
        return True
    return bool(shutil.which("npm")) and subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund"], cwd=HERE, capture_output=True).returncode == 0


def run_clients(url, tally):
    python = python_with_client()
    if python:
        tally.session("python", [python, str(HERE / "session.py"), url])
    else:
        tally.skip("python", "python3-elasticsearch is not installed")
    node = shutil.which("node")
    available = bool(node) and install_packages()
    for package, packs in PACKAGES.items():
        if not available or not (HERE / "node_modules" / package).is_dir():
            tally.skip(package, "node or its npm package is not there")
            continue
        command = [node, "session.mjs", package, url] + (["gzip"] if packs else [])
        tally.session(package, command)


@contextlib.contextmanager
def opened(arguments):
    """Yields the URL that the clients shall use."""
    if arguments.elkhorn:
        with servers.elkhorn(arguments.elkhorn) as server:
            yield server.url
    elif not arguments.reference:
        with servers.at_url(arguments.url) as server:
            yield server.url
    else:
        real = (servers.at_url(arguments.url, is_reference=True) if arguments.url
                else servers.reference())
        with real as server, identity_proxy.in_front_of(server.url) as url:
            yield url


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", metavar="PATH")
    parser.add_argument("--url")
    parser.add_argument("--reference", action="store_true")
    arguments = parser.parse_args()
    if not (arguments.elkhorn or arguments.url or arguments.reference):
        parser.error("one of --elkhorn, --url, --reference is needed")
    tally = Tally()
    try:
        with opened(arguments) as url:
            run_clients(url, tally)
    except servers.Unusable as error:
        sys.exit(f"clients/run.py: {error}")
    except servers.NotAvailable as error:
        servers.not_compared(error)
    print(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    if tally.passed + tally.failed == 0:
        servers.not_compared("no client could be had")
    sys.exit(1 if tally.failed else 0)


if __name__ == "__main__":
    main()
