#!/usr/bin/env python3
"""A disk that fills up and is emptied again: writes are refused in Elasticsearch's words and taken again, indices
can be deleted all the while.

    disk.py --elkhorn PATH

Takes 3 GB of the disk for some seconds; where there are not 8 GB free it is skipped (77).
"""
import argparse
import os
import pathlib
import shutil
import sys
import tempfile

from limits import Checks, Server, bulk, log_of, metric, wait_until

GB = 1 << 30
BLOCK = ("index [{}] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has "
         "read-only-allow-delete block];")


def flags(free: int) -> list:
    return [f"--disk-watermark-{name}={free}" for name in ("low", "high", "flood-stage")]


def refused(server: Server, checks: Checks) -> None:
    status, answer = bulk(server, "logs", [{"a": 1}, {"a": 2}])
    checks.that("a bulk is answered item by item", (status, answer["errors"], [
        (item["index"]["status"], item["index"]["error"]["type"], item["index"]["error"]["reason"])
        for item in answer["items"]]), (200, True, [(429, "cluster_block_exception", BLOCK.format("logs"))] * 2))
    for what, method, path, body in (("a document", "PUT", "/logs/_doc/1", {"a": 1}),
                                     ("an update", "POST", "/logs/_update/first", {"doc": {"a": 1}}),
                                     ("a delete of a document", "DELETE", "/logs/_doc/first", None),
                                     ("a new index", "PUT", "/more", None),
                                     ("a mapping", "PUT", "/logs/_mapping", {"properties": {"b": {"type": "long"}}})):
        answer = server.ask(method, path, body)
        index = path.split("/")[1]
        checks.that(f"{what} is refused", (answer.get("status"), answer.get("error", {}).get("type"),
                                           answer.get("error", {}).get("reason")),
                    (429, "cluster_block_exception", BLOCK.format(index)))
    checks.that("reading goes on", server.ask("GET", "/logs/_doc/first")["found"], True)
    checks.that("the node is ready", server.raw("GET", "/_elkhorn/health")[0], 200)
    health = server.ask("GET", "/_elkhorn/health")
    checks.holds("and says what is wrong", "flood stage is reached" in health.get("warnings", [""])[0])
    checks.that("/metrics shows it", metric(server, "elkhorn_disk_watermark"), 3)
    checks.that("an index can be deleted", server.raw("DELETE", "/other")[0], 200)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", required=True)
    binary = parser.parse_args().elkhorn
    place = pathlib.Path(tempfile.mkdtemp(prefix="elkhorn-test-"))
    free = shutil.disk_usage(place).free
    if free < 8 * GB:
        print("skipped: less than 8 GB are free")
        return 77
    checks = Checks()
    ballast = place / "ballast"
    with Server(binary, "--data", str(place / "data"), *flags(free - GB - GB // 2)) as server:
        checks.that("with room a document is taken", server.raw("PUT", "/logs/_doc/first", b"{}",
                                                               {"Content-Type": "application/json"})[0], 201)
        server.ask("PUT", "/other")
        with open(ballast, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, 3 * GB)
        full = wait_until(lambda: server.ask("PUT", "/logs/_doc/full", {}).get("status") == 429)
        checks.holds("a disk that fills up stops writes", full)
        if full:
            refused(server, checks)
        ballast.unlink()
        checks.holds("room ends it, by itself",
                     wait_until(lambda: "result" in server.ask("PUT", "/logs/_doc/again", {})))
        checks.holds("merges go on, too", metric(server, "elkhorn_disk_watermark") <= 1)
        _, filled_up, after = log_of(server).partition("flood stage is reached")
        checks.holds("the log tells that it filled up", filled_up)
        checks.holds("and then that there is room",
                     "there is room again" in after or "low watermark is reached" in after)
    shutil.rmtree(place)
    return checks.close()


sys.exit(main())
