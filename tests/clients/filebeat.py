#!/usr/bin/env python3
"""A real Filebeat 7.10.2 ships a file to Elkhorn: each line arrives, once, also those written later.

    filebeat.py --elkhorn build/elkhorn [--filebeat PATH]

Without --filebeat it is built by Go from the module (filebeat/go.mod) into build/filebeat, which
takes some minutes the first time. Where Go or the module cannot be had this says so and ends with
77. The settings below are all that it needs: Elkhorn has no templates by PUT /_template yet, and a
Filebeat built by a new Go must not install its system call filter.
"""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "es"))

from harness import server as servers  # noqa: E402

PACKAGE = "github.com/elastic/beats/v7/filebeat"
FIRST, LATER = 500, 100
DEADLINE_S = 60
SETTINGS = """
filebeat.inputs: [{type: log, paths: ["%(folder)s/*.log"], scan_frequency: 100ms, backoff: 100ms}]
output.elasticsearch: {hosts: ["%(url)s"]}
setup.template.enabled: false
seccomp.enabled: false
path.home: %(folder)s/home
"""


def built():
    """The path of Filebeat, which is built where it is not there yet."""
    folder = ROOT / "build" / "filebeat"
    program = folder / "filebeat"
    if program.exists():
        return program
    go = shutil.which("go")
    if go is None:
        servers.not_compared("Filebeat needs Go to be built, and there is none")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "filebeat" / "go.mod", folder)
    print("building Filebeat 7.10.2: some minutes the first time", flush=True)
    done = subprocess.run([go, "build", "-p", "2", "-o", "made", PACKAGE], cwd=folder, text=True,
                          capture_output=True, env={**os.environ, "GOFLAGS": "-mod=mod"})
    if done.returncode != 0:
        servers.not_compared(f"Filebeat cannot be built: {done.stderr.strip()[-600:]}")
    (folder / "made").rename(program)  # half a program is never taken for a whole one
    return program


@contextlib.contextmanager
def shipping(program, folder, url):
    """Filebeat on the *.log of a folder, until the end of the block."""
    settings = folder / "filebeat.yml"
    settings.write_text(SETTINGS % {"folder": folder, "url": url})
    settings.chmod(0o600)
    with (folder / "filebeat.out").open("wb") as out:
        process = subprocess.Popen([program, "-e", "-c", settings], stdin=subprocess.DEVNULL,
                                   stdout=out, stderr=subprocess.STDOUT)
    try:
        yield
    except BaseException:
        print((folder / "filebeat.out").read_text(errors="replace")[-2000:], file=sys.stderr)
        raise
    finally:
        process.terminate()
        process.wait()


def write(path, numbers):
    with path.open("a") as file:
        file.writelines(f"line {number} of them all\n" for number in numbers)


def wait_for_documents(server, count):
    deadline = time.monotonic() + DEADLINE_S
    found = {}
    while time.monotonic() < deadline:
        server.ask("POST", "/filebeat-*/_refresh")
        found = server.ask_json("GET", "/filebeat-*/_count")
        if found.get("count", 0) >= count:
            return
        time.sleep(0.05)
    raise AssertionError(f"{count} lines were written, after {DEADLINE_S} s there is {found}")


def check(server, count):
    """Each line once, and whole."""
    found = server.ask_json("POST", "/filebeat-*/_search", {"size": 2 * count})["hits"]["hits"]
    messages = sorted(hit["_source"]["message"] for hit in found)
    assert messages == sorted(f"line {n} of them all" for n in range(count)), messages[:5]
    for hit in found:
        source = hit["_source"]
        assert source["agent"]["type"] == "filebeat" and source["agent"]["version"] == "7.10.2", hit
        assert source["@timestamp"] and source["log"]["file"]["path"].endswith("app.log"), hit
    words = server.ask_json("POST", "/filebeat-*/_count", {"query": {"match": {"message": "all"}}})
    assert words["count"] == count, words


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", required=True)
    parser.add_argument("--filebeat", type=pathlib.Path)
    arguments = parser.parse_args()
    program = arguments.filebeat or built()
    with tempfile.TemporaryDirectory(prefix="elkhorn-filebeat-") as name:
        folder = pathlib.Path(name)
        write(folder / "app.log", range(FIRST))
        with servers.elkhorn(arguments.elkhorn) as server:
            with shipping(program, folder, server.url):
                wait_for_documents(server, FIRST)
                write(folder / "app.log", range(FIRST, FIRST + LATER))
                wait_for_documents(server, FIRST + LATER)
                check(server, FIRST + LATER)
    print(f"{FIRST + LATER} lines by Filebeat: each is there, once")


if __name__ == "__main__":
    main()
