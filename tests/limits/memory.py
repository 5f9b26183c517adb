#!/usr/bin/env python3
"""One number for memory: what would pass it is refused before it is there, and all that was accepted is kept.

    memory.py --elkhorn PATH
"""
import argparse
import collections
import gzip
import select
import socket
import sys
import threading

from limits import NDJSON, Checks, Server, account, bulk, metric, resident, wait_until

MB = 1 << 20
FREED = 448 * MB  # what the allocator has not given back yet, and what is between kernel and account


def too_large(server: Server, checks: Checks) -> None:
    checks.that("the whole is what was set", account(server, "parent")["limit_size_in_bytes"], 48 * MB)
    checks.that("half of it is for documents on their way", account(server, "tails")["limit_size_in_bytes"], 24 * MB)
    checks.that("/metrics says so, too", metric(server, "elkhorn_memory_limit_bytes", '{use="tails"}'), 24 * MB)
    checks.that("an eighth for bodies", account(server, "in_flight_requests")["limit_size_in_bytes"], 6 * MB)
    status, answer = bulk(server, "logs", [{"text": "x" * 1000}] * 10_000)
    checks.that("a request that can never fit", (status, answer["error"]["type"]), (413, "content_too_long_exception"))
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


class Flood:
    """Connections that send bodies without an end, as fast as they are taken; all of them at once."""

    def __init__(self, server: Server, connections: int, head: str, piece: bytes) -> None:
        self.sockets = [socket.create_connection(("127.0.0.1", server.ports["api"])) for _ in range(connections)]
        self.piece, self.most = piece, 0
        for each in self.sockets:
            each.sendall(head.encode())
            each.setblocking(False)

    def send(self, server: Server, megabytes: int) -> None:
        """Until each has sent so much, or was refused."""
        left = {each: megabytes * MB for each in self.sockets}
        while left:
            _, ready, _ = select.select([], list(left), [], 0.5)
            if not ready:
                break  # the rest is not read: nobody makes room for it
            for each in ready:
                try:
                    left[each] -= each.send(self.piece)
                except (BrokenPipeError, ConnectionResetError):
                    left[each] = 0
                if left[each] <= 0:
                    del left[each]
            self.most = max(self.most, resident(server))

    def answers(self) -> collections.Counter:
        found = collections.Counter()
        for each in self.sockets:
            try:
                found[each.recv(65536).split(b" ")[1].decode()] += 1
            except (BlockingIOError, ConnectionResetError, IndexError):
                found["none"] += 1
        return found

    def close(self) -> None:
        for each in self.sockets:
            each.close()


def bodies(server: Server, checks: Checks) -> None:
    share = account(server, "in_flight_requests")["limit_size_in_bytes"]
    checks.that("an eighth of 512 MB is for bodies", share, 64 * MB)
    before = resident(server)
    head = "POST /logs/_bulk HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
    chunk = b"40000\r\n" + b"x" * 0x40000 + b"\r\n"
    for what, more, piece in (("of a told length", f"Content-Length: {60 * MB}\r\n\r\n", b"x" * MB),
                              ("in chunks", "Transfer-Encoding: chunked\r\n\r\n", chunk)):
        flood = Flood(server, 200, head + more, piece)
        flood.send(server, 20)
        checks.holds(f"200 bodies {what}, none of which ends, take no more than their share and what is between "
                     f"({(flood.most - before) / MB:.0f} MB more)", flood.most - before < share + FREED)
        status, answer = server.raw("GET", "/_cluster/health")
        checks.that("health answers beside them", status, 200)
        checks.that("and small bulks are taken", bulk(server, "small", [{"n": 1}])[0], 200)
        answers = flood.answers()
        checks.holds(f"the others are told to come back ({dict(answers)})", answers["429"] > 100)
        flood.close()
        checks.holds("all of it is given back", wait_until(
            lambda: account(server, "in_flight_requests")["estimated_size_in_bytes"] == 0))
    status, answer = bulk(server, "large", [{"text": "x" * 1000}] * 30_000)
    checks.that("a bulk of 30 MB is taken after that", (status, answer["errors"]), (200, False))


def bombs(server: Server, checks: Checks) -> None:
    before, most = resident(server), [0]
    bomb = gzip.compress(b"\n" * (63 * MB))
    answers = collections.Counter()

    def send() -> None:
        for _ in range(3):
            answers[server.raw("POST", "/_bulk", bomb, {**NDJSON, "Content-Encoding": "gzip"})[0]] += 1
            most[0] = max(most[0], resident(server))

    senders = [threading.Thread(target=send) for _ in range(24)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    share = account(server, "in_flight_requests")["limit_size_in_bytes"]
    checks.holds(f"72 bombs of 63 MB, too ({(most[0] - before) / MB:.0f} MB more)", most[0] - before < share + FREED)
    checks.holds(f"nobody gets a wrong answer ({dict(answers)})", set(answers) <= {400, 429})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", required=True)
    checks = Checks()
    elkhorn = parser.parse_args().elkhorn
    with Server(elkhorn, "--memory", "512mb") as server:
        for part in (bodies, bombs):
            part(server, checks)
    with Server(elkhorn, "--memory", "48mb") as server:
        for part in (too_large, many_writers, searches):
            part(server, checks)
    return checks.close()


sys.exit(main())
