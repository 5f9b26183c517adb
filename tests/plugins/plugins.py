#!/usr/bin/env python3
"""Plug-ins that stand in no list: the program built with this folder knows them as it knows its own.

    plugins.py --elkhorn PATH        the program built with them
"""
import argparse
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "pipeline"))
from server import Checks, Server  # noqa: E402

JSON = {"Content-Type": "application/json"}


def ask(server: Server, path: str, body: dict | None = None) -> tuple:
    sent = json.dumps(body).encode() if body is not None else b""
    status, answer = server.raw("POST" if body is not None else "GET", path, sent, JSON)
    return status, json.loads(answer)


def endpoint(server: Server, checks: Checks) -> None:
    checks.that("the endpoint is routed and reads its parameters",
                ask(server, "/_elkhorn/greeting?name=reader&times=2"), (200, {"greetings": ["good day, reader"] * 2}))
    status, answer = ask(server, "/_elkhorn/greeting?times=often")
    checks.that("a number that is none is refused before it runs", status, 400)
    checks.holds("by its name", "times" in json.dumps(answer))
    checks.that("and a parameter it does not have", ask(server, "/_elkhorn/greeting?colour=red")[0], 400)


def aggregation(server: Server, checks: Checks) -> None:
    found = ask(server, "/logs/_search?size=0", {"aggs": {"s": {"spread": {"field": "bytes"}}}})
    checks.that("the aggregation counts", found[1]["aggregations"], {"s": {"value": 40.0}})
    below = ask(server, "/logs/_search?size=0",
                {"aggs": {"h": {"terms": {"field": "host.keyword"}, "aggs": {"s": {"spread": {"field": "bytes"}}}}}})
    checks.that("inside others, too",
                [(bucket["key"], bucket["s"]["value"]) for bucket in below[1]["aggregations"]["h"]["buckets"]],
                [("a", 15.0), ("b", None)])
    status, answer = ask(server, "/logs/_search", {"aggs": {"s": {"spread": {"field": "bytes", "colour": 1}}}})
    checks.that("a member it does not have is refused", status, 400)
    checks.holds("by its name", "colour" in json.dumps(answer))


def query(server: Server, checks: Checks) -> None:
    found = ask(server, "/logs/_search", {"query": {"bool": {"must": [{"lacks": {"field": "host"}}]}}})
    checks.that("the query finds", [hit["_id"] for hit in found[1]["hits"]["hits"]], ["4"])
    checks.that("a member it does not have is refused",
                ask(server, "/logs/_search", {"query": {"lacks": {"field": "host", "colour": 1}}})[0], 400)


def page(binary: str, checks: Checks) -> None:
    printed = subprocess.run([binary, "compatibility"], capture_output=True, text=True, check=True).stdout
    for words in ("`/_elkhorn/greeting`", "### spread", "### lacks"):
        checks.holds(f"the page of what is understood has {words}", words in printed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", required=True)
    binary = parser.parse_args().elkhorn
    checks = Checks()
    with Server(binary) as server:
        for identity, document in (("1", {"host": "a", "bytes": 10}), ("2", {"host": "a", "bytes": 25}),
                                   ("3", {"host": "b"}), ("4", {"bytes": 50})):
            server.raw("PUT", f"/logs/_doc/{identity}?refresh=true", json.dumps(document).encode(), JSON)
        endpoint(server, checks)
        aggregation(server, checks)
        query(server, checks)
    page(binary, checks)
    return checks.close()


if __name__ == "__main__":
    sys.exit(main())
