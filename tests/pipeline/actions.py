#!/usr/bin/env python3
"""The elkhorn output's actions, as events name them: index, create, update (with and without doc_as_upsert) and
delete, and what a file that cannot work is told.

    actions.py --elkhorn PATH
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

from server import Checks, Server

PIPELINE = """
input {{ file {{ path => "{events}" mode => "read" start_position => "beginning" sincedb_path => "/dev/null" codec => json }} }}
filter {{ mutate {{ remove_field => ["path", "host", "event", "log", "@version", "@timestamp"] }} }}
output {{ elkhorn {{ index => "things" action => "%{{do}}" document_id => "%{{id}}" {more} }} }}
"""
EVENTS = [
    {"do": "index", "id": "a", "colour": "red", "at": {"x": 1, "y": 2}},
    {"do": "create", "id": "a", "colour": "not taken: it is there"},
    {"do": "update", "id": "a", "at": {"y": 3}, "text": "a \"quoted\" word"},
    {"do": "index", "id": "b", "colour": "blue"},
    {"do": "delete", "id": "b"},
    {"do": "delete", "id": "never there"},
    {"do": "update", "id": "c", "colour": "green"},
    {"do": "something else", "id": "d", "colour": "taken for index"},
]


def run(binary: str, folder: pathlib.Path, more: str) -> subprocess.CompletedProcess:
    (folder / "events").write_text("".join(json.dumps(event) + "\n" for event in EVENTS))
    (folder / "actions.conf").write_text(PIPELINE.format(events=folder / "events", more=more))
    return subprocess.run([binary, "pipeline", "-f", folder / "actions.conf", "--data", folder / "data",
                           "--pipeline-workers", "1"], capture_output=True, text=True)


def contents(binary: str, folder: pathlib.Path) -> dict:
    with Server(binary, "--data", str(folder / "data")) as server:
        server.count("things")
        hits = server.ask("POST", "/things/_search", {"size": 100})["hits"]["hits"]
        return {hit["_id"]: hit["_source"] for hit in hits}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", required=True)
    binary = str(pathlib.Path(parser.parse_args().elkhorn).resolve())
    checks = Checks()
    merged = {"do": "update", "id": "a", "colour": "red", "at": {"x": 1, "y": 3}, "text": "a \"quoted\" word"}
    with tempfile.TemporaryDirectory(prefix="elkhorn-actions-") as name:
        folder = pathlib.Path(name)
        done = run(binary, folder, "")
        checks.that("the pipeline ends by itself", done.returncode, 0)
        checks.that("documents", contents(binary, folder), {"a": merged, "d": EVENTS[7]})
        checks.that("an update of nothing is told", "[c]: document missing" in done.stderr, True)
        checks.that("a create of what is there is told", "version conflict" in done.stderr, True)
    with tempfile.TemporaryDirectory(prefix="elkhorn-actions-") as name:
        folder = pathlib.Path(name)
        run(binary, folder, "doc_as_upsert => true")
        checks.that("documents with doc_as_upsert", contents(binary, folder),
                    {"a": merged, "c": EVENTS[6], "d": EVENTS[7]})
        for wrong, told in (('action => "delete"', "needs document_id"), ('action => "remove"', "none of index")):
            config = folder / "wrong.conf"
            config.write_text("input { stdin { } } output { elkhorn { %s } }" % wrong)
            done = subprocess.run([binary, "pipeline", "-f", config, "--data", folder / "data"], capture_output=True,
                                  text=True, stdin=subprocess.DEVNULL)
            checks.that(wrong, (done.returncode != 0, told in done.stderr), (True, True))
    return checks.close()


sys.exit(main())
