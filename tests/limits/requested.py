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
SHARE = 64 * MB  # an eighth of --memory 512mb, for requests, and as much for searches
BETWEEN = 256 * MB  # what the allocator keeps, documents on their way to disk, blocks that are being read


class Crowd:
    """Several at once send the same; how they were answered, and the most that was resident meanwhile."""

    def __init__(self, server: Server, count: int, method: str, path: str, body: bytes, headers: dict) -> None:
        self.answers, self.last = collections.Counter(), {}
        self.before = self.most = resident(server)
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
    more = crowd.most - crowd.before
    checks.holds(f"{what}: {more / MB:.0f} MB more are resident, answers {dict(crowd.answers)}", more < SHARE + BETWEEN)


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


def hits(server: Server, checks: Checks) -> None:
    """300 documents of 1 MB, more than all searches may hold at once, and 200 with objects of 8 MB."""
    for n in range(0, 300, 10):
        bulk(server, "big", [{"n": i, "k": f"{i:04}" + "k" * 5000, "text": f"{i} " + "x" * MB} for i in range(n, n + 10)],
             "?filter_path=errors")
    server.ask("PUT", "/nest", {"mappings": {"properties": {"o": {"type": "nested"}}}})
    bulk(server, "nest", [{"o": [{"a": i, "t": "y" * 2000} for i in range(20)]}] * 200, "?filter_path=errors")
    # So that nothing is flushed or merged beside what is measured.
    checks.that("all is in one segment", server.raw("POST", "/big,nest/_forcemerge?max_num_segments=1")[0], 200)
    small = {"query": {"range": {"n": {"lt": 5}}}, "size": 100}
    checks.that("five of them are shown", len(server.ask("POST", "/big/_search", small)["hits"]["hits"]), 5)
    every = {"match_all": {}}
    large = {"size": 10_000, "sort": [{"n": "asc"}]}
    top = {"h": {"top_hits": {"size": 100}}}
    below = [{"nested": {"path": "o", "query": every, "inner_hits": {"size": 100, "name": f"n{n}"}}} for n in range(12)]
    for what, path, body in (
            ("all with their sources", "/big/_search", large),
            ("all with a part of their sources", "/big/_search", {**large, "_source": ["text"]}),
            ("all with their fields", "/big/_search", {**large, "_source": False, "fields": ["text", "k"]}),
            ("100 of each of many buckets", "/big/_search", {"size": 0, "aggs": {"n": {"terms": {"field": "n", "size": 300}, "aggs": top}}}),
            ("hits below hits, twelve times", "/nest/_search",
             {"size": 10_000, "_source": False, "query": {"bool": {"must": below}}})):
        crowd = Crowd(server, 3, "POST", path, json.dumps(body).encode(), JSON)
        stays(checks, what, crowd)
        checks.holds(f"are refused with a sentence: {crowd.last.get(429, b'')[:300]}", "try again, or raise `memory`" in crowd.last.get(429, b"").decode())
        given_back(server, checks)
    lines = "".join("{}\n" + json.dumps({"size": 20, "from": n, "sort": [{"n": "asc"}]}) + "\n" for n in range(0, 280, 20))
    crowd = Crowd(server, 4, "POST", "/big/_msearch", lines.encode(), NDJSON)
    stays(checks, "pages of 20 MB in one request", crowd)
    statuses = collections.Counter(one["status"] for one in json.loads(crowd.last[200])["responses"])
    checks.holds(f"those that have no room are refused each by itself ({dict(statuses)})", set(statuses) == {200, 429} or set(statuses) == {429})
    status, answer = server.raw("POST", "/big/_mget", json.dumps({"docs": [{"_id": hit["_id"]} for hit in ids(server)]}).encode(), JSON)
    checks.that("all of them by their ids", (status, json.loads(answer)["error"]["type"]), (429, "circuit_breaking_exception"))
    given_back(server, checks)
    checks.that("an ordinary search after that", server.ask("POST", "/big/_search", small)["hits"]["total"]["value"], 5)


def ids(server: Server) -> list:
    return server.ask("POST", "/big/_search", {"size": 300, "_source": False})["hits"]["hits"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", required=True)
    checks = Checks()
    elkhorn = parser.parse_args().elkhorn
    for part in (bulks, order, updates, bodies, hits):
        with Server(elkhorn, "--memory", "512mb") as server:
            part(server, checks)
    return checks.close()


if __name__ == "__main__":
    sys.exit(main())
