#!/usr/bin/env python3
"""Everything a broken or hostile sender may send: each gets its documented answer, a counter, and does no
harm to the lines around it.

    bad_input.py --elkhorn PATH
"""
import argparse
import json
import re
import socket
import sys

from server import Checks, Server

NDJSON = {"Content-Type": "application/x-ndjson"}
DEEP = b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}"


def send_tcp(port: int, *pieces: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for piece in pieces:
            connection.sendall(piece)


def metric(server: Server, name: str) -> int:
    text = server.raw("GET", "/metrics")[1].decode()
    return sum(int(value) for value in re.findall(rf"^{name}(?:{{[^}}]*}})? (\d+)$", text, re.M))


def tcp_lines(server: Server, checks: Checks) -> None:
    good = [json.dumps({"mark": f"good {n}"}).encode() + b"\n" for n in range(5)]
    send_tcp(server.ports["tcp"],
             good[0], b'{"mark": broken\n',
             good[1], b'{"mark":"bad utf-8 \xff\xfe"}\n',
             good[2], b'{"mark":"nul \x00 byte"}\n',
             good[3], DEEP + b"\n",
             b'{"mark":"' + b"x" * (100 << 20) + b'"}\n', good[4])
    found = server.wait_for_count("logs-*", 10)
    checks.holds("every line became a document, the bad ones too", found >= 10)
    checks.that("the good ones are whole", server.ask("GET", '/logs-*/_count?q=mark:good')["count"], 5)
    tagged = server.ask("POST", "/logs-*/_search",
                        {"query": {"match": {"tags": "_jsonparsefailure"}}, "size": 50})["hits"]["hits"]
    checks.holds("broken lines carry the tag _jsonparsefailure", len(tagged) >= 4)
    checks.holds("and keep the line in message", any('{"mark": broken' in h["_source"].get("message", "") for h in tagged))
    checks.holds("no document is a hundred megabytes",
                 all(len(json.dumps(h["_source"])) < 12 << 20 for h in tagged))
    checks.holds("the line that was too long is tagged", any("_linetoolong" in h["_source"].get("tags", []) for h in
                 server.ask("POST", "/logs-*/_search", {"query": {"match": {"tags": "_linetoolong"}}})["hits"]["hits"]))
    checks.holds("broken lines are counted", metric(server, "elkhorn_codec_parse_failures_total") >= 4)


def bulk_bodies(server: Server, checks: Checks) -> None:
    refused = metric(server, "elkhorn_api_client_errors_total")

    def bulk(body: bytes, headers: dict = NDJSON) -> tuple:
        status, answer = server.raw("POST", "/bad/_bulk", body, headers)
        return status, json.loads(answer)

    action = b'{"index":{}}\n'
    status, answer = bulk(action + b'{"a":1}')
    checks.that("a bulk without its last newline", (status, answer["error"]["type"]), (400, "illegal_argument_exception"))
    status, answer = bulk(action + b'{"a":1}\n', {"Content-Type": "text/plain"})
    checks.that("a wrong content type", (status, answer["error"]), (406, "Content-Type header [text/plain] is not supported"))
    lines = [b'{"ok":1}', b'{"broken', b'{"ok":2}', b'{"u":"\xff"}', b'{"n":"\x00"}', DEEP, b'{"ok":3}']
    status, answer = bulk(b"".join(action + line + b"\n" for line in lines))
    checks.that("bad documents fail alone", [item["index"]["status"] for item in answer["items"]],
                [201, 400, 201, 400, 400, 400, 201])
    checks.that("and say what kind of trouble it is", {item["index"]["error"]["type"] for item in answer["items"]
                                                       if "error" in item["index"]}, {"mapper_parsing_exception"})
    checks.that("the sound ones are there", server.count("bad"), 3)
    status, answer = server.raw("POST", "/bad/_bulk", b"x" * (101 << 20), NDJSON)
    checks.that("a body of more than 100 MB", status, 413)
    checks.holds("refusals are counted", metric(server, "elkhorn_api_client_errors_total") > refused)
    status, answer = server.raw("POST", "/bad/_bulk", b"\x1f\x8b rubbish", {**NDJSON, "Content-Encoding": "gzip"})
    checks.that("a gzip body that is none", status, 400)


def questions(server: Server, checks: Checks) -> None:
    status, answer = server.raw("GET", "/nothing/_search")
    checks.that("a missing index", (status, json.loads(answer)["error"]["type"]), (404, "index_not_found_exception"))
    answer = server.ask("POST", "/bad/_search", {"sort": [{"nobody": "asc"}]})
    checks.that("an unknown field in a sort", (answer["status"], answer["error"]["root_cause"][0]["reason"]),
                (400, "No mapping found for [nobody] in order to sort on"))
    status, answer = server.raw("POST", "/bad/_search", b'{"query":', {"Content-Type": "application/json"})
    checks.that("half a query", status, 400)
    deep = b'{"query":' + b'{"bool":{"must":' * 5000 + b'{"match_all":{}}' + b"}}" * 5000 + b"}"
    status, answer = server.raw("POST", "/bad/_search", deep, {"Content-Type": "application/json"})
    checks.that("a query 10,000 deep", status, 400)
    with socket.create_connection(("127.0.0.1", server.ports["api"])) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00rubbish that is no HTTP\r\n\r\n")
        checks.holds("bytes that are no HTTP", b" 400 " in connection.recv(4096))
    checks.that("after all of it the server is ready", server.ask("GET", "/_elkhorn/health"),
                {"live": True, "ready": True, "reasons": []})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", required=True)
    checks = Checks()
    with Server(parser.parse_args().elkhorn) as server:
        tcp_lines(server, checks)
        bulk_bodies(server, checks)
        questions(server, checks)
    return checks.close()


sys.exit(main())
