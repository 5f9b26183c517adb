#!/usr/bin/env python3
"""What a request makes of its body and for its answer: charged before it is there, seen in the process' resident size.

    requested.py --elkhorn PATH
"""
import argparse
import collections
import json
import sys
import threading
import time

from limits import NDJSON, Checks, Server, account, bulk, resident, wait_until

MB = 1 << 20
JSON = {"Content-Type": "application/json"}
MEMORY = 512 * MB
BETWEEN = 256 * MB  # what the allocator keeps, and the program itself


class Crowd:
    """Several at once send the same; how they were answered, and the most that was resident meanwhile."""

    def __init__(self, server: Server, count: int, method: str, path: str, body: bytes, headers: dict) -> None:
        self.answers, self.most, self.last = collections.Counter(), 0, {}
        done = threading.Event()

        def send() -> None:
            status, answer = server.raw(method, path, body, headers)
            self.answers[status] += 1
            self.last[status] = answer

        def watch() -> None:
            while not done.is_set():
                self.most = max(self.most, resident(server))
                time.sleep(0.005)

        watcher = threading.Thread(target=watch)
        watcher.start()
        senders = [threading.Thread(target=send) for _ in range(count)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        done.set()
        watcher.join()

    def reason(self, status: int) -> str:
        return json.loads(self.last[status])["error"]["reason"] if status in self.last else ""


def stays(checks: Checks, what: str, crowd: Crowd) -> None:
    checks.holds(f"{what}: {crowd.most / MB:.0f} MB are resident, answers {dict(crowd.answers)}",
                 crowd.most < MEMORY + BETWEEN)


def given_back(server: Server, checks: Checks) -> None:
    names = ("in_flight_requests", "request")
    checks.holds("all of it is given back", wait_until(
        lambda: all(account(server, name)["estimated_size_in_bytes"] == 0 for name in names)))


def bulks(server: Server, checks: Checks) -> None:
    tiny = b'{"index":{}}\n{}\n' * (28 * MB // 16)
    crowd = Crowd(server, 4, "POST", "/tiny/_bulk?filter_path=errors", tiny, NDJSON)
    stays(checks, "28 MB of tiny items each", crowd)
    checks.holds("some are taken", crowd.answers[200] > 0 and set(crowd.answers) <= {200, 429})
    checks.that("each of them whole", server.count("tiny"), crowd.answers[200] * (28 * MB // 16))
    crowd = Crowd(server, 2, "POST", "/never/_bulk", tiny, NDJSON)
    stays(checks, "the same with an answer to each", crowd)
    checks.that("is refused", crowd.answers, {429: 2})
    checks.holds("with a sentence that helps", "ask for less" in crowd.reason(429))
    checks.that("before anything is written", server.raw("GET", "/never/_count")[0], 404)
    crowd = Crowd(server, 4, "POST", "/tiny/_bulk?filter_path=errors",
                  b'{"delete":{"_id":"1"}}\n' * (28 * MB // 23), NDJSON)
    stays(checks, "28 MB of deletes each", crowd)
    wide = b'{"index":{}}\n{"a":[' + b"1," * (12 * MB) + b"1]}\n"
    stays(checks, "24 MB of numbers in one document", Crowd(server, 2, "POST", "/wide/_bulk", wide, NDJSON))
    long = b'{"index":{' + b'"a":1,' * (4 * MB) + b'"a":1}}\n{}\n'
    crowd = Crowd(server, 2, "POST", "/long/_bulk", long, NDJSON)
    stays(checks, "an action line of 24 MB", crowd)
    checks.holds("is no action line", "longer than" in crowd.reason(400))
    bad = b'{"index":{}}\n{}\n' * (12 * MB // 16) + b'{"index":{"x":1}}\n{}\n'
    crowd = Crowd(server, 1, "POST", "/bad/_bulk?filter_path=errors", bad, NDJSON)
    checks.that("a malformed line at the end of many slices", crowd.reason(400),
                f"Action/metadata line [{12 * MB // 16 * 2 + 1}] contains an unknown parameter [x]")
    checks.that("refuses them all", server.raw("GET", "/bad/_count")[0], 404)
    given_back(server, checks)


def order(server: Server, checks: Checks) -> None:
    """More than a slice, of which each item is one of few documents."""
    lines, versions = [], collections.Counter()
    for n in range(20_000):
        key = str(n % 7)
        versions[key] += 1
        action = ("index", "update")[n % 3 == 1 and versions[key] > 1]
        source = {"n": n} if action == "index" else {"doc": {"n": n}}
        lines += [json.dumps({action: {"_id": key}}), json.dumps(source)]
    status, answer = server.raw("POST", "/order/_bulk", ("\n".join(lines) + "\n").encode(), NDJSON)
    items = json.loads(answer)["items"]
    checks.that("20,000 items, each answered", (status, len(items)), (200, 20_000))
    last = [next(iter(item.values()))["_version"] for item in items[-7:]]
    checks.that("in their order", last, [versions[str(n % 7)] for n in range(19_993, 20_000)])
    checks.that("the last one wins", server.ask("GET", "/order/_doc/3")["_source"], {"n": 19_995})


def updates(server: Server, checks: Checks) -> None:
    bulk(server, "grow", [{"text": "x" * 4 * MB}])
    server.raw("PUT", "/grow/_doc/1", json.dumps({"text": "x" * 4 * MB}).encode(), JSON)
    lines = b"".join(b'{"update":{"_id":"1","_source":true}}\n{"doc":{"n":%d}}\n' % n for n in range(200))
    crowd = Crowd(server, 4, "POST", "/grow/_bulk?filter_path=errors", lines, NDJSON)
    stays(checks, "200 updates of a document of 4 MB each", crowd)
    given_back(server, checks)


def bodies(server: Server, checks: Checks) -> None:
    deep = b'{"docs":[' + b"{}," * (10 * MB) + b"{}]}"
    crowd = Crowd(server, 2, "POST", "/tiny/_mget", deep, JSON)
    stays(checks, "10 million documents to get", crowd)
    checks.that("are too many", set(crowd.answers), {429})
    crowd = Crowd(server, 2, "POST", "/tiny/_search", b'{"query":{"terms":{"a":[' + b"1," * (12 * MB) + b"1]}}}", JSON)
    stays(checks, "12 million terms", crowd)
    crowd = Crowd(server, 2, "POST", "/_msearch", b"\n" * (24 * MB), NDJSON)
    stays(checks, "24 million empty lines to search for", crowd)
    checks.that("are too many, too", set(crowd.answers), {400})
    given_back(server, checks)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", required=True)
    checks = Checks()
    elkhorn = parser.parse_args().elkhorn
    for part in (bulks, order, updates, bodies):
        with Server(elkhorn, "--memory", "512mb") as server:
            part(server, checks)
    return checks.close()


if __name__ == "__main__":
    sys.exit(main())
