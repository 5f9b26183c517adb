"""VictoriaLogs: JSON lines over HTTP, 5,000 a request from as many connections as Elkhorn gets.

It is told the stream fields, as its manual asks for: fields of few values by which it groups. It has bloom
filters and no index, and answers before the documents are on disk: counted until it has merged and stopped,
for it is only then that all of them are.
"""
import json
import pathlib
import time

from bench_documents import KINDS, Documents
from bench_measure import Measurement, cpu_seconds, cpu_seconds_when_quiet, disk_bytes, peak_bytes
from bench_server import Server, answers, ask, free_port
from bench_subject import Subject, install_from_go

VERSION = "1.43.1"
MODULE = "github.com/VictoriaMetrics/VictoriaLogs"


def install() -> pathlib.Path:
    return install_from_go(f"{MODULE}/app/victoria-logs", MODULE, VERSION)


def measure(documents: Documents, folder: pathlib.Path) -> Measurement:
    port, kind = free_port(), KINDS[documents.kind]
    command = [install(), f"-storageDataPath={folder / 'data'}", f"-httpListenAddr=127.0.0.1:{port}",
               "-retentionPeriod=100y"]
    with Server(command, folder / "log", lambda: answers(port, "/health")) as server:
        before, began = cpu_seconds(server.pid), time.monotonic()
        client_cpu_s = documents.send(
            port, f"/insert/jsonline?_time_field=@timestamp&_msg_field={kind.message}&_stream_fields={kind.streams}",
            lines_each=5000)
        ask(port, "GET", "/internal/force_flush")
        wall_s = time.monotonic() - began
        cpu_seconds_when_quiet(server.pid)  # its merges
        found = json.loads(ask(port, "GET", "/select/logsql/query?query=*%20%7C%20count()%20as%20n"))
        documents.expect(int(found["n"]))
        peak = peak_bytes(server.pid)
    return Measurement(documents.count, documents.raw_bytes, wall_s, server.cpu_s - before, peak,
                       disk_bytes([folder / "data"]), {"client_cpu_s": client_cpu_s})


SUBJECTS = [Subject("victorialogs", VERSION, measure, install)]
