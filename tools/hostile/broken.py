"""Requests that no honest client sends: what is wrong with each is its name."""
import gzip
import json
import os

from hostile.attempt import Attempt

MB = 1 << 20
INDEX_LINE = b'{"index":{}}\n'
NDJSON = "application/x-ndjson"
JSON = "application/json"


def post(path: str, kind: str, body: bytes, more: str = "", length: int | str | None = None) -> bytes:
    told = len(body) if length is None else length
    return (f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {kind}\r\n{more}"
            f"Content-Length: {told}\r\n\r\n").encode() + body


def chunked(path: str) -> bytes:
    return (f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {NDJSON}\r\n"
            "Transfer-Encoding: chunked\r\n\r\n").encode()


def get(path: bytes, more: bytes = b"") -> bytes:
    return b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + more + b"\r\n"


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(body), body)


def bulk(*documents: bytes) -> bytes:
    return b"".join(INDEX_LINE + document + b"\n" for document in documents)


def bodies() -> list[Attempt]:
    whole = bulk(*(json.dumps({"n": n, "text": f"line {n}"}).encode() for n in range(200)))
    packed = gzip.compress(whole)
    squeezed = "Content-Encoding: gzip\r\n"
    lines = INDEX_LINE * (MB // len(INDEX_LINE))
    deep = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    many = b"{" + b",".join(b'"f%d":1' % n for n in range(50_000)) + b"}"
    to_bulk, to_search = "/hostile/_bulk", "/hostile/_search"
    return [
        Attempt("cut JSON", post(to_search, JSON, b'{"query":{"match_al')),
        Attempt("cut bulk", post(to_bulk, NDJSON, whole[:-30])),
        Attempt("cut gzip", post(to_bulk, NDJSON, packed[:-9], squeezed)),
        Attempt("no gzip at all", post(to_bulk, NDJSON, whole, squeezed)),
        Attempt("garbage after the gzip", post(to_bulk, NDJSON, packed + b"{}" * 100, squeezed)),
        Attempt("a member after the gzip", post(to_bulk, NDJSON, packed + packed, squeezed)),
        Attempt("gzip bomb", post(to_bulk, NDJSON, gzip.compress(b"\n" * (63 * MB)), squeezed)),
        Attempt("gzip bomb past the limit", post(to_bulk, NDJSON, gzip.compress(b" " * (300 * MB)), squeezed)),
        Attempt("gzip bomb of index lines", post(to_bulk, NDJSON, gzip.compress(lines * 30), squeezed)),
        Attempt("7 MB of index lines", post(to_bulk, NDJSON, b"", length=7 * len(lines)), lines, 7),
        Attempt("100 MB of index lines", post(to_bulk, NDJSON, b"", length=100 * len(lines)), lines, 100),
        Attempt("100 MB of index lines in chunks", chunked(to_bulk), chunk(lines), 100),
        Attempt("a body past the limit", post(to_bulk, NDJSON, b"", length=10**12), b"x" * MB, 20),
        Attempt("deep document", post(to_bulk, NDJSON, bulk(deep))),
        Attempt("deep query", post(to_search, JSON, b'{"query":' + b'{"bool":{"must":' * 5000 + b"{}" + b"}}" * 5000 + b"}")),
        Attempt("deep arrays", post(to_search, JSON, b"[" * 200_000)),
        Attempt("50,000 fields", post(to_bulk, NDJSON, bulk(many))),
        Attempt("invalid UTF-8 in a document", post(to_bulk, NDJSON, bulk(b'{"text":"\xff\xfe\xc3"}'))),
        Attempt("invalid UTF-8 in a query", post(to_search, JSON, b'{"query":{"match":{"text":"\xc3\x28"}}}')),
        Attempt("invalid UTF-8 in the URL", get(b"/hostile/_search?q=%ff%fe\xff\xfe"), answered=False),
        Attempt("nothing but zeros", post(to_bulk, NDJSON, b"\0" * MB)),
        Attempt("noise", post(to_bulk, NDJSON, os.urandom(MB))),
        Attempt("a long id", post(to_bulk, NDJSON, b'{"index":{"_id":"' + b"x" * MB + b'"}}\n{"a":1}\n')),
        Attempt("huge numbers", post(to_bulk, NDJSON, bulk(b'{"n":' + b"9" * 100_000 + b"}", b'{"n":1e999999}'))),
    ]


def framing() -> list[Attempt]:
    """Where a closed connection is an answer, too."""
    path = "/hostile/_bulk"
    wrong = {
        "longer than told": post(path, NDJSON, INDEX_LINE * 9, length=13),
        "a negative length": post(path, NDJSON, b"", length=-1),
        "a length of 2^64": post(path, NDJSON, b"{}", length=1 << 64),
        "a length that is no number": post(path, NDJSON, b"{}", length="many"),
        "two lengths": post(path, NDJSON, b"{}\n", "Content-Length: 9\r\n"),
        "a length and chunks": post(path, NDJSON, b"2\r\n{}\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n"),
        "chunks of no size": chunked(path) + b"zz\r\n{}\r\n0\r\n\r\n",
        "a chunk of 2^64": chunked(path) + b"ffffffffffffffff\r\n" + b"x" * 5000,
        "a long chunk extension": chunked(path) + b"2;" + b"x" * MB + b"\r\n{}\r\n0\r\n\r\n",
        "a flood of trailers": chunked(path) + b"2\r\n{}\r\n0\r\n" + b"A: b\r\n" * 50_000 + b"\r\n",
        "a flood of headers": get(b"/", b"X-A: b\r\n" * 20_000),
        "a long header": get(b"/", b"X-A: " + b"b" * MB + b"\r\n"),
        "no end of the request line": b"GET /" + b"a" * (2 * MB),
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(506),
        "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0" * 9,
        "HTTP/0.9": b"GET /\r\n",
        "noise for a request": os.urandom(4096),
        "zeros for a request": b"\0" * 4096,
    }
    named = [Attempt(name, bytes_, answered=False, ends=True, patience_s=30) for name, bytes_ in wrong.items()]
    half = post(path, NDJSON, INDEX_LINE, length=5000)
    return named + [
        Attempt("shorter than told", half, answered=False, ends=True),
        Attempt("half a header", half[:40], answered=False, ends=True),
        Attempt("half a header, left", half[:40], leaves_after_s=0.5),
        Attempt("half a body, left", half, leaves_after_s=1),
        Attempt("a large body, left in the middle", post(path, NDJSON, b"", length=60 * MB), b"x" * MB, 5, leaves_after_s=1.5),
    ]
