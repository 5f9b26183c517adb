#!/usr/bin/env python3
"""One number for memory: what would pass it is refused before it is there, and all that was accepted is kept.

    memory.py --elkhorn PATH
"""
import argparse
import sys
import threading

from limits import Checks, Server, bulk, metric

MB = 1 << 20


def account(server: Server, name: str) -> dict:
    nodes = server.ask("GET", "/_nodes/stats/breaker")["nodes"]
    return next(iter(nodes.values()))["breakers"][name]


def too_large(server: Server, checks: Checks) -> None:
    checks.that("the whole is what was set", account(server, "parent")["limit_size_in_bytes"], 48 * MB)
    checks.that("half of it is for documents on their way", account(server, "tails")["limit_size_in_bytes"], 24 * MB)
    checks.that("/metrics says so, too", metric(server, "elkhorn_memory_limit_bytes", '{use="tails"}'), 24 * MB)
    status, answer = bulk(server, "logs", [{"text": "x" * 1000}] * 10_000)
    checks.that("a request that can never fit", (status, answer["error"]["type"]), (429, "circuit_breaking_exception"))
    checks.holds("is refused with a sentence that helps", "send smaller requests" in answer["error"]["reason"])


def many_writers(server: Server, checks: Checks) -> None:
    accepted, refused, most = [0], [0], [0]
    done = threading.Event()

    def write(number: int) -> None:
        for batch in range(15):
            documents = [{"w": number, "b": batch, "n": n, "id": f"{number}-{batch}-{n}", "text": f"{number} {batch} {n} " + "words " * 150}
                         for n in range(1000)]
            while True:
                status, answer = bulk(server, "load", documents, "?filter_path=errors,error.type")
                if status == 200 and not answer["errors"]:
                    accepted[0] += len(documents)
                    break
                if status != 429:
                    refused[0] += 1
                    break

    def watch() -> None:
        while not done.is_set():
            most[0] = max(most[0], account(server, "tails")["estimated_size_in_bytes"])

    writers = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    watcher = threading.Thread(target=watch)
    watcher.start()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    done.set()
    watcher.join()
    checks.that("90 MB through 24 MB: all of it is taken, if need be at the second try", (accepted[0], refused[0]),
                (90_000, 0))
    checks.that("and is there", server.count("load"), 90_000)
    # For a moment a batch is counted as what it asked for and as what it takes.
    checks.holds(f"tails never held more than their share ({most[0] / MB:.1f} MB)", 0 < most[0] <= 28 * MB)


def searches(server: Server, checks: Checks) -> None:
    plain = {"size": 0, "aggs": {"w": {"terms": {"field": "w"}}}}
    checks.that("an ordinary aggregation", len(server.ask("POST", "/load/_search", plain)["aggregations"]["w"]["buckets"]), 6)
    below = {kind: {kind: {"field": "n"}} for kind in ("stats", "extended_stats", "percentiles", "cardinality")}
    large = {"size": 0, "aggs": {"id": {"terms": {"field": "id.keyword", "size": 10}, "aggs": below}}}
    answer = server.ask("POST", "/load/_search", large)
    checks.that("one that counts in more than searches may hold",
                (answer.get("status"), answer.get("error", {}).get("caused_by", {}).get("type")),
                (429, "circuit_breaking_exception"))
    checks.that("gives back what it held", account(server, "request")["estimated_size_in_bytes"], 0)
    checks.holds("is counted", account(server, "request")["tripped"] > 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", required=True)
    checks = Checks()
    with Server(parser.parse_args().elkhorn, "--memory", "48mb") as server:
        for part in (too_large, many_writers, searches):
            part(server, checks)
    return checks.close()


sys.exit(main())
