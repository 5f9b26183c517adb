#!/usr/bin/env python3
"""What strangers may send: pages of other sites are refused, and no compressed body is half read.

    strangers.py --elkhorn PATH
"""
import argparse
import gzip
import http.client
import json
import select
import socket
import sys
import time

from limits import NDJSON, Checks, Server

JSON = {"Content-Type": "application/json"}
BY_SOURCE = "/logs/_delete_by_query?source_content_type=application/json&source=%7B%22query%22%3A%7B%22match_all%22%3A%7B%7D%7D%7D"


def ask(server: Server, port: str, method: str, path: str, headers: dict, body: bytes = b"") -> tuple:
    connection = http.client.HTTPConnection("127.0.0.1", server.ports[port], timeout=60)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in {**headers, "Content-Length": str(len(body))}.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    return answer.status, answer.read().decode(), answer.headers


def bulk_body(texts: list) -> bytes:
    return "".join('{"index":{"_index":"logs"}}\n' + json.dumps({"message": text}) + "\n" for text in texts).encode()


def members(server: Server, checks: Checks) -> None:
    two = gzip.compress(bulk_body(["one", "two"])) + gzip.compress(bulk_body(["three"]))
    packed = {**NDJSON, "Content-Encoding": "gzip"}
    status, answer = server.raw("POST", "/_bulk", two, packed)
    checks.that("a bulk of two gzip members is answered item by item", (status, len(json.loads(answer)["items"])), (200, 3))
    checks.that("and all of it is there", server.count("logs"), 3)
    for what, body in (("cut", two[:-4]), ("followed by more", two + b"{}")):
        checks.that(f"one that is {what} is refused", server.raw("POST", "/_bulk", body, packed)[0], 400)
    status, answer = server.raw("POST", "/_bulk", two, {**NDJSON, "Content-Encoding": "zstd"})
    checks.that("one in a coding nobody knows here, too", status, 415)
    checks.that("none of them wrote anything", server.count("logs"), 3)


def pages(server: Server, checks: Checks) -> None:
    for port, prefix in (("api", ""), ("ui", "/es")):
        own = f"localhost:{server.ports[port]}"
        rebound = ask(server, port, "GET", prefix + "/logs/_search", {"Host": f"evil.example:{server.ports[port]}"})
        checks.that(f"{port}: a name that is not ours", rebound[0], 403)
        checks.holds("names the setting that would let it", "http.allowed_hosts" in rebound[1])
        if port == "api":
            checks.that("in Elasticsearch's words", json.loads(rebound[1])["error"]["type"], "security_exception")
        foreign = {"Host": own, "Origin": "https://evil.example", **JSON}
        checks.that(f"{port}: a page of another site", ask(server, port, "POST", prefix + BY_SOURCE, foreign)[0], 403)
        image = {"Host": own, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
        checks.that(f"{port}: its image", ask(server, port, "GET", prefix + "/logs/_flush", image)[0], 403)
        own_page = {"Host": own, "Origin": f"http://{own}", "Sec-Fetch-Site": "same-origin", **JSON}
        checks.that(f"{port}: our own page", ask(server, port, "POST", prefix + "/logs/_search", own_page, b"{}")[0], 200)
        checks.that(f"{port}: a listed name", ask(server, port, "GET", prefix + "/", {"Host": "logs.example"})[0], 200)
        checks.that(f"{port}: a program without Host", ask(server, port, "GET", prefix + "/", {})[0], 200)
        for kind in ("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            headers = {"Host": own, **({"Content-Type": kind} if kind else {})}
            by_source = ask(server, port, "POST", prefix + BY_SOURCE, headers)
            by_body = ask(server, port, "POST", prefix + "/logs/_delete_by_query", headers, b'{"query":{"match_all":{}}}')
            checks.that(f"{port}: what a form can send, as [{kind}]", (by_source[0], by_body[0]), (406, 406))
        read = ask(server, port, "GET", prefix + BY_SOURCE.replace("_delete_by_query", "_search"), {"Host": own})
        checks.that(f"{port}: reading by source is as ever", read[0], 200)
    checks.that("nothing is gone", server.count("logs"), 3)


def the_page(server: Server, checks: Checks) -> None:
    for path in ("/", "/es/", "/no-such-file.js"):
        headers = ask(server, "ui", "GET", path, {"Host": "localhost"})[2]
        policy = headers["Content-Security-Policy"]
        checks.holds(f"{path} has a policy without anything inline",
                     "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy)
        checks.that("and is taken for what it says it is", headers["X-Content-Type-Options"], "nosniff")


def lanes(server: Server, checks: Checks) -> None:
    """As many slow searches as there are threads for them, and more that wait behind."""
    clause = {"bool": {"should": [{"wildcard": {"message": f"*{n}*{n}*"}} for n in range(12)]}}
    slow = json.dumps({"query": clause, "aggs": {"m": {"terms": {"field": "message.keyword", "size": 1000}}}}).encode()
    texts = [f"{n} " + " ".join(str((n * k) % 9973) for k in range(40)) for n in range(4000)]
    server.raw("POST", "/_bulk", bulk_body(texts), NDJSON)
    checks.holds("there is something to search", server.count("logs") > len(texts))
    request = b"POST /logs/_search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
    for port, prefix in (("api", ""), ("ui", "/es")):
        searchers = [socket.create_connection(("127.0.0.1", server.ports[port])) for _ in range(40)]
        for each in searchers:
            each.sendall(request.replace(b"/logs", prefix.encode() + b"/logs") % (len(slow), slow))
        began = time.monotonic()
        quick = [ask(server, port, "GET", prefix + path, {})[0] for path in ("/", "/_cluster/health", "/_elkhorn/health")]
        written = ask(server, port, "POST", prefix + "/_bulk", NDJSON, bulk_body(["beside"]))[0]
        took = time.monotonic() - began
        waiting = sum(not select.select([each], [], [], 0)[0] for each in searchers)
        checks.that(f"{port}: health and bulks are answered beside 40 searches", (*quick, written), (200,) * 4)
        checks.holds(f"of which {waiting} were still waiting after {took * 1000:.0f} ms", waiting > 16)
        for each in searchers:
            each.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", required=True)
    checks = Checks()
    with Server(parser.parse_args().elkhorn, "--http-allowed-hosts", "logs.example") as server:
        for part in (members, pages, the_page, lanes):
            part(server, checks)
    return checks.close()


sys.exit(main())
