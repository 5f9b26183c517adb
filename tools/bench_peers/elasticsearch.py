"""Elasticsearch 7.10.2, as tests/es/reference puts it together: 2 GB of heap, one shard, no replica,
best_compression, mappings of its own making, bulks of 2,000, then _forcemerge to one segment.

It gets a tenth of the documents, for it is slow: its figures are per second and per cent of what it got.
Before that it gets them uncounted, into indices that are deleted, until the JVM has compiled its code.
"""
import json
import pathlib
import shutil
import subprocess
import time

from bench_documents import Documents
from bench_measure import (CannotMeasure, Measurement, cpu_seconds, cpu_seconds_when_quiet, disk_bytes, peak_bytes,
                           show_progress)
from bench_server import ask, free_port
from bench_subject import Subject

VERSION = "7.10.2"
WARM_BYTES = 300_000_000  # with fewer the JVM spends more on compiling its code than on documents
REFERENCE = pathlib.Path(__file__).resolve().parent.parent.parent / "tests/es/reference"
INDEX = {"settings": {"number_of_shards": 1, "number_of_replicas": 0, "codec": "best_compression"}}


def reference(*words: str) -> str:
    show_progress(f"tests/es/reference {words[0]}")
    done = subprocess.run([REFERENCE, *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise CannotMeasure(f"tests/es/reference {words[0]}: {done.stderr.strip()[-400:]}")
    return done.stdout.strip()


def install() -> None:
    reference("fetch")


def measure(documents: Documents, _: pathlib.Path) -> Measurement:
    port = free_port()
    node = pathlib.Path(reference("fetch")).parent / f"node-{port}"
    try:
        reference("start", "--port", str(port), "--heap", "2g")
        return fill(documents, port, node)
    finally:
        reference("stop", "--port", str(port))
        shutil.rmtree(node, ignore_errors=True)


def fill(documents: Documents, port: int, node: pathlib.Path) -> Measurement:
    pid = int((node / "pid").read_text())
    for _ in range(0, WARM_BYTES, documents.raw_bytes):
        load(documents, port, "warm")
        ask(port, "DELETE", "/warm")
    before, began = cpu_seconds_when_quiet(pid), time.monotonic()
    client_cpu_s = load(documents, port, "bench")
    wall_s = time.monotonic() - began
    cpu_s = cpu_seconds_when_quiet(pid) - before
    documents.expect(json.loads(ask(port, "GET", "/bench/_count"))["count"])
    return Measurement(documents.count, documents.raw_bytes, wall_s, cpu_s, peak_bytes(pid),
                       disk_bytes([node / "data"]), {"client_cpu_s": client_cpu_s})


def load(documents: Documents, port: int, index: str) -> float:
    ask(port, "PUT", f"/{index}", json.dumps(INDEX))
    client_cpu_s = documents.send(port, f"/{index}/_bulk?filter_path=errors", lines_each=2000,
                                  before_each=b'{"index":{}}\n', answer=b'{"errors":false}')
    ask(port, "POST", f"/{index}/_forcemerge?max_num_segments=1")
    return client_cpu_s


SUBJECTS = [Subject("elasticsearch", VERSION, measure, install, share=0.1)]
