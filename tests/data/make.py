#!/usr/bin/env python3
"""Makes a data folder that is kept for ever, with what is in it.

    make.py --elkhorn PATH --to tests/data/folder-v1

Run once for each version of the formats, and never again for that version: whatever program comes later must open
the folder as this one left it. It has several indices, every column encoding, replaced and deleted documents, given
and generated ids, a restored index, and documents that only the log has. `expected.ndjson` beside it has every
document that can be found: index, _id, _source. The unit test Kept.* holds the two together.
"""
import argparse
import hashlib
import http.client
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

WORDS = [f"{a}{b}" for a in ("lo", "ta", "mi", "ver", "son", "qua", "ze", "bri") for b in ("ra", "nek", "stol", "wi", "dun", "pax")]


class Server:
    def __init__(self, binary: str, data: pathlib.Path) -> None:
        ports_file = data.parent / "ports"
        ports_file.unlink(missing_ok=True)
        ports = [word for name in ("api", "ui", "tcp", "udp") for word in (f"--{name}-port", "0")]
        self.process = subprocess.Popen([binary, "serve", "--data", data, "--port-file", ports_file, "--log-level",
                                         "warn", "--path-repo", data.parent / "repositories", *ports])
        deadline = time.monotonic() + 30
        while not ports_file.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit("make: the server did not start")
            time.sleep(0.01)
        self.port = json.loads(ports_file.read_text())["api"]

    def ask(self, method: str, path: str, body=None) -> dict:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        text = body if isinstance(body, (str, type(None))) else json.dumps(body)
        connection.request(method, path, text and text.encode(), {"Content-Type": "application/json"} if text else {})
        answer = connection.getresponse()
        if answer.status not in (200, 201):
            sys.exit(f"make: {method} {path}: {answer.read()}")
        return json.loads(answer.read())

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def document(rng: random.Random, n: int) -> dict:
    host = rng.randrange(6)
    made = {"@timestamp": f"2026-11-22T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}.{rng.randrange(1000):03}Z",
            "n": n, "level": rng.choice(["info", "info", "info", "warn", "error"]), "host": f"host-{host}",
            "host_id": hashlib.md5(str(host).encode()).hexdigest()[:7], "price": rng.randrange(2000) / 2,
            "ratio": rng.random(), "trace": f"{rng.getrandbits(64):016x}",
            "client": f"10.{rng.randrange(4)}.{rng.randrange(256)}.{rng.randrange(256)}", "ok": n % 3 == 0,
            "message": f"user {rng.randrange(900)} asked for page {n} in {rng.randrange(90)} ms",
            "note": " ".join(rng.choice(WORDS) for _ in range(rng.randrange(3, 9))),
            "blob": "".join(chr(rng.randrange(33, 0x2ff)) for _ in range(6))}
    if n % 7 == 0:
        made["tags"] = ["seven", f"t{n % 5}"]
    if n % 11 == 0:
        made["odd"] = rng.choice([12, "twelve", True, None, 1.50])
    if n % 3 == 0:
        made["long"] = " ".join(f"{rng.getrandbits(40):x}" if rng.random() < 0.3 else rng.choice(WORDS) for _ in range(15))
    if n % 13 == 0:
        made["nested"] = {"a": {"b": n, "c": ["x", "y"]}, "d": {}}
    return made


def bulk(server: Server, index: str, documents: list) -> None:
    lines = []
    for n, made in documents:
        lines += [json.dumps({"index": {"_id": f"id{n}"} if n % 4 == 0 else {}}), json.dumps(made, ensure_ascii=False)]
    if server.ask("POST", f"/{index}/_bulk?filter_path=errors", "\n".join(lines) + "\n")["errors"]:
        sys.exit("make: a document was refused")


def fill(server: Server) -> None:
    rng = random.Random(22)
    server.ask("PUT", "/logs", {"settings": {"number_of_replicas": 0}, "mappings": {"properties": {
        "client": {"type": "ip"}, "host": {"type": "keyword"}, "host_id": {"type": "keyword"},
        "trace": {"type": "keyword"}, "blob": {"type": "keyword"}, "level": {"type": "keyword"}}}})
    bulk(server, "logs", [(n, document(rng, n)) for n in range(300)])
    bulk(server, "events-2026.11.22", [(n, {"n": n, "text": f"event {n}"}) for n in range(40)])
    server.ask("POST", "/_flush")
    bulk(server, "logs", [(n, document(rng, n)) for n in range(240, 330)])  # replaces some
    for n in range(0, 60, 4):
        server.ask("DELETE", f"/logs/_doc/id{n}")
    server.ask("POST", "/_flush")
    server.ask("PUT", "/_snapshot/kept", {"type": "fs", "settings": {"location": "kept"}})
    server.ask("PUT", "/_snapshot/kept/s?wait_for_completion=true", {"indices": "events-2026.11.22"})
    server.ask("POST", "/_snapshot/kept/s/_restore?wait_for_completion=true",
               {"rename_pattern": "(.+)", "rename_replacement": "restored-$1"})
    # From here on only the log has them.
    bulk(server, "logs", [(n, document(rng, n)) for n in range(330, 350)])
    bulk(server, "restored-events-2026.11.22", [(n, {"n": n, "text": f"event {n}"}) for n in range(40, 50)])
    bulk(server, "young", [(n, {"n": n, "text": f"young {n}"}) for n in range(5)])
    server.ask("DELETE", "/logs/_doc/id64")


def expected(server: Server) -> list:
    lines = []
    server.ask("POST", "/_refresh")
    for index in ("events-2026.11.22", "logs", "restored-events-2026.11.22", "young"):
        hits = server.ask("POST", f"/{index}/_search", {"size": 5000, "sort": ["_doc"]})["hits"]
        assert len(hits["hits"]) == hits["total"]["value"]
        for hit in hits["hits"]:
            lines.append(json.dumps({"_index": index, "_id": hit["_id"], "_source": hit["_source"]},
                                    ensure_ascii=False, separators=(",", ":")))
    return sorted(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--elkhorn", required=True)
    parser.add_argument("--to", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.to.exists():
        sys.exit(f"make: {arguments.to} is there already, and is kept for ever")
    with tempfile.TemporaryDirectory(prefix="elkhorn-kept-") as folder:
        data = pathlib.Path(folder) / "data"
        server = Server(arguments.elkhorn, data)
        fill(server)
        server.kill()
        kept = pathlib.Path(folder) / "kept"
        shutil.copytree(data, kept)
        for name in ("LOCK", "repositories"):
            (kept / name).unlink(missing_ok=True)
        server = Server(arguments.elkhorn, data)
        lines = expected(server)
        server.kill()
        arguments.to.mkdir(parents=True)
        shutil.copytree(kept, arguments.to / "data")
        (arguments.to / "expected.ndjson").write_text("\n".join(lines) + "\n")
    print(f"{len(lines)} documents, {sum(f.stat().st_size for f in arguments.to.rglob('*') if f.is_file())} bytes")


if __name__ == "__main__":
    main()
