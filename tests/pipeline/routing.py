#!/usr/bin/env python3
"""The founding pipeline file, as it stands but for its ports: 100,000 events by TCP from 8 connections and
10,000 by UDP at a modest rate go through `amazon_es` into one index a service and day, nothing from TCP
missing.

    routing.py --elkhorn PATH
"""
import argparse
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

from server import Checks, Server

FILE = """
input { tcp { port => 9601 codec => json } udp { port => 9602 codec => json } }
filter { mutate { remove_field => ["path", "host", "port"] } }
output { amazon_es { index => "logstash-%{service}-%{+YYYY.MM.dd}" hosts => ["${ELASTICSEARCH_HOST}"] region => "${ELASTICSEARCH_REGION}" } }
"""
TCP_EVENTS, UDP_EVENTS, UDP_RATE = 100_000, 10_000, 5_000


def free_port(kind: int) -> int:
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def send_datagrams(binary: str, port: int) -> None:
    lines = subprocess.run([binary, "generate", "api-events", "--count", str(UDP_EVENTS), "--seed", "99"],
                           stdout=subprocess.PIPE, check=True).stdout.splitlines()
    began = time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for number, line in enumerate(lines):
            s.sendto(line, ("127.0.0.1", port))
            ahead = number / UDP_RATE - (time.monotonic() - began)
            if ahead > 0.005:
                time.sleep(ahead)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", required=True)
    binary = str(pathlib.Path(parser.parse_args().elkhorn).resolve())
    checks = Checks()
    tcp, udp = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_DGRAM)
    config = pathlib.Path(tempfile.mkdtemp(prefix="elkhorn-routing-")) / "pipeline.conf"
    config.write_text(FILE.replace("9601", str(tcp)).replace("9602", str(udp)))
    api = free_port(socket.SOCK_STREAM)
    environment = {"ELASTICSEARCH_HOST": f"127.0.0.1:{api}", "ELASTICSEARCH_REGION": "eu-west-1"}
    with Server(binary, "--pipeline", str(config), "--api-port", str(api), environment=environment) as server:
        began = time.monotonic()
        subprocess.run([binary, "generate", "api-events", "--count", str(TCP_EVENTS), "--connections", "8", "--to",
                        f"tcp://127.0.0.1:{tcp}"], check=True)
        found = server.wait_for_count("logstash-*", TCP_EVENTS)
        print(f"{TCP_EVENTS} events by TCP in {time.monotonic() - began:.1f} s")
        checks.that("every event that came by TCP is there", found, TCP_EVENTS)
        send_datagrams(binary, udp)
        found = server.wait_for_count("logstash-*", TCP_EVENTS + UDP_EVENTS, 10)
        checks.that("and every one that came by UDP", found, TCP_EVENTS + UDP_EVENTS)
        indices = [row["index"] for row in server.ask("GET", "/_cat/indices/logstash-*?format=json&s=index")]
        services = {name.split("-")[1] for name in indices}
        checks.that("one index a service", services, {"billing", "catalog", "checkout", "identity", "search", "shipping"})
        checks.holds("and day", all(len(name.split("-")[2].split(".")) == 3 for name in indices))
        hit = server.ask("GET", "/logstash-*/_search?size=1")["hits"]["hits"][0]["_source"]
        checks.holds("the fields named are gone", not {"path", "host", "port"} & set(hit))
        checks.holds("the others are there", {"service", "status", "duration_ms", "@timestamp"} <= set(hit))
    return checks.close()


sys.exit(main())
