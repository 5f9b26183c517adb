"""What strangers send to the inputs of a pipeline: TCP, UDP and HTTP. No answer is owed by the first two."""
import collections
import gzip
import os
import random
import socket
import time

from hostile.attempt import Attempt
from hostile.broken import JSON, MB, NDJSON, chunked, post

PIPELINE = """
input {{
  tcp {{ host => "127.0.0.1" port => {lines} }}
  tcp {{ host => "127.0.0.1" port => {json} codec => json_lines }}
  udp {{ host => "127.0.0.1" port => {udp} codec => json }}
  http {{ host => "127.0.0.1" port => {http} }}
}}
output {{ elkhorn {{ index => "lines" }} }}
"""
PAUSE_S = 0.2
PARTIAL_AT_ONCE = 60


def streams() -> dict[str, bytes]:
    return {
        "a line without an end": b"x" * (9 * MB),
        "lines of nothing": b"\n" * (2 * MB),
        "invalid UTF-8": b"\xff\xfe\xc3\x28\n" * 2000,
        "zeros": b"\0" * MB + b"\n",
        "deep nesting": b'{"a":' * 50_000 + b"\n",
        "half JSON": b'{"a":"b\n' * 2000,
        "many fields": b"{" + b",".join(b'"g%d":1' % n for n in range(20_000)) + b"}\n",
        "noise": os.urandom(MB) + b"\n",
    }


def requests() -> list[Attempt]:
    return [
        Attempt("input: cut JSON", post("/", JSON, b'{"a":')),
        Attempt("input: deep JSON", post("/", JSON, b"[" * 100_000)),
        Attempt("input: gzip bomb", post("/", NDJSON, gzip.compress(b"x" * (60 * MB)), "Content-Encoding: gzip\r\n")),
        Attempt("input: empty lines", post("/", NDJSON, b"\n" * MB)),
        Attempt("input: chunks of no size", chunked("/") + b"zz\r\n", answered=False, ends=True),
        Attempt("input: half a body, left", post("/", NDJSON, b"{}", length=9999), leaves_after_s=1),
    ]


def lines(ports: dict, until: float) -> collections.Counter:
    """One after the other; those that leave a line open stay for a while, at most so many at once."""
    choose, sent, kinds, open_links = random.Random(9), collections.Counter(), streams(), []
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    while time.monotonic() < until:
        name = choose.choice(list(kinds))
        try:
            link = socket.create_connection(("127.0.0.1", ports[choose.choice(["lines", "json"])]), timeout=5)
            link.sendall(kinds[name])
            open_links.append(link)
            sent[name, "sent"] += 1
        except OSError as error:
            sent[name, "closed" if isinstance(error, ConnectionError) else "not taken"] += 1
        for text in (kinds[name][:1000], kinds[name][:60_000]):
            datagrams.sendto(text, ("127.0.0.1", ports["udp"]))
        sent["datagrams", "sent"] += 2
        if len(open_links) > PARTIAL_AT_ONCE:
            open_links.pop(choose.randrange(len(open_links))).close()
        time.sleep(PAUSE_S)
    return sent
