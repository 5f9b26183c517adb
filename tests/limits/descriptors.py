#!/usr/bin/env python3
"""Running out of descriptors passes: writes are refused as on a full disk, and go on by themselves.

    descriptors.py --elkhorn PATH
"""
import argparse
import http.client
import json
import os
import resource
import shlex
import socket
import sys
import tempfile

from limits import NDJSON, Checks, Server, log_of, wait_until

LIMIT = 200


class Kept:
    """One connection for everything: without descriptors none can be opened."""

    def __init__(self, server: Server) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", server.ports["api"], timeout=60)

    def ask(self, method: str, path: str, body: bytes = b"", headers: dict = {}) -> tuple:
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read().decode()

    def bulk(self, index: str, documents: int) -> tuple:
        # Nothing that the log could make small: its files are to be filled.
        body = "".join('{"index":{"_index":"%s"}}\n{"text":"%s"}\n' % (index, os.urandom(400).hex()) for _ in range(documents))
        status, answer = self.ask("POST", "/_bulk?filter_path=errors,error,items.*.error", body.encode(), NDJSON)
        return status == 200 and not json.loads(answer)["errors"], answer


def limit(server: Server, soft: int) -> None:
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (soft, LIMIT))


def running_out(server: Server, checks: Checks) -> None:
    kept = Kept(server)
    taken = 0
    good, _ = kept.bulk("logs", 100)
    checks.holds("writing as usual", good)
    taken += 100
    limit(server, 3)
    before = metric_of(kept, "elkhorn_net_accept_failures_total")
    with socket.create_connection(("127.0.0.1", server.ports["api"])) as waiting:
        answer = ""
        for _ in range(40):  # until the log wants a file of its own
            good, answer = kept.bulk("logs", 500)
            if not good:
                break
            taken += 500
        checks.holds("without descriptors writes are refused in the end", not good)
        checks.holds(f"with a sentence that says why ({answer[-160:]!r})", "Too many open files" in answer)
        checks.that("searches go on", kept.ask("GET", "/logs/_search?size=1")[0], 200)
        checks.that("health says so", kept.ask("GET", "/_elkhorn/health")[0], 503)
        checks.holds("connections wait, and the loop does not spin",
                     wait_until(lambda: metric_of(kept, "elkhorn_net_accept_failures_total") > before)
                     and metric_of(kept, "elkhorn_net_accept_failures_total") - before < 400)
        limit(server, LIMIT)
        checks.holds("with descriptors again, writing goes on by itself", wait_until(lambda: kept.bulk("after", 1)[0], 30))
        waiting.settimeout(30)
        waiting.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        checks.holds("and the connection that waited is answered", waiting.recv(100).startswith(b"HTTP/1.1 200"))
    checks.that("health, too", kept.ask("GET", "/_elkhorn/health")[0], 200)
    found = server.count("logs")
    checks.holds(f"nothing that was acknowledged is lost ({found} of {taken})", found >= taken)


def metric_of(kept: Kept, name: str) -> int:
    return next(int(line.split()[-1]) for line in kept.ask("GET", "/metrics")[1].splitlines() if line.startswith(name + " "))


def many_connections(server: Server, checks: Checks) -> None:
    checks.holds("the limit is raised at the start, and the log says so",
                 f'"limit":{LIMIT}' in log_of(server) and '"connections":150' in log_of(server))
    crowd = [socket.create_connection(("127.0.0.1", server.ports["api"])) for _ in range(300)]
    checks.holds("connections take three quarters of the descriptors, and who waited longest gives way to new ones",
                 wait_until(lambda: metric_of(Kept(server), "elkhorn_http_connections_given_way_total") >= 150))
    used = len(os.listdir(f"/proc/{server.process.pid}/fd"))
    checks.holds(f"and leave the others ({used} of {LIMIT} are open)", used < LIMIT - 20)
    checks.holds("a new index can be written beside them", Kept(server).bulk("beside", 10)[0])
    checks.that("and flushed", Kept(server).ask("POST", "/beside/_flush")[0], 200)
    for each in crowd:
        each.close()
    checks.holds("all are given back", wait_until(lambda: len(os.listdir(f"/proc/{server.process.pid}/fd")) < 60))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", required=True)
    binary = os.path.abspath(parser.parse_args().elkhorn)
    checks = Checks()
    with tempfile.NamedTemporaryFile("w", suffix=".sh", delete=False) as limited:
        limited.write(f'#!/bin/sh\nulimit -Sn 100 && ulimit -Hn {LIMIT} && exec {shlex.quote(binary)} "$@"\n')
    os.chmod(limited.name, 0o700)
    for part in (running_out, many_connections):
        with Server(limited.name, "--store-log-limit", "4mb", "--log-format", "json") as server:
            part(server, checks)
    os.unlink(limited.name)
    return checks.close()


sys.exit(main())
