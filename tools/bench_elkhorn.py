"""Elkhorn as ./dev bench measures it: a server fed over HTTP, a pipeline fed the same documents from their
file without HTTP, and a pipeline that takes an access log apart.
"""
import contextlib
import json
import pathlib
import subprocess
import time
from collections.abc import Iterator

from bench_documents import BINARY, Documents
from bench_measure import Measurement, cpu_seconds, cpu_seconds_when_quiet, disk_bytes, peak_bytes, run_to_end
from bench_server import Server, ask
from bench_subject import Subject

BODY_BYTES = 1 << 20
READ_JSON = """
input { file { path => "%s" mode => "read" start_position => "beginning" sincedb_path => "/dev/null" codec => json } }
"""
STORE = READ_JSON + 'output { elkhorn { index => "bench" } }\n'
NOWHERE = READ_JSON + "output { null { } }\n"
GROK_DATE = """
input { file { path => "%s" mode => "read" start_position => "beginning" sincedb_path => "/dev/null" } }
filter {
  grok { match => { "message" => "%%{COMBINEDAPACHELOG}" } }
  date { match => [ "timestamp", "dd/MMM/yyyy:HH:mm:ss Z" ] }
}
output { null { } }
"""


def elkhorn(folder: pathlib.Path, *flags: str | pathlib.Path, binary: pathlib.Path = BINARY) -> Server:
    """A server on `folder`/data, with these flags beside the usual ones. Its ports are in `folder`/ports."""
    ports = folder / "ports"
    command = [binary, "serve", "--data", folder / "data", "--port-file", ports, "--log-level", "warn", *flags]
    for port in ("api", "ui", "tcp", "udp"):
        command += [f"--{port}-port", "0"]
    return Server(command, folder / "log", ports.exists)


def api_port(folder: pathlib.Path) -> int:
    return json.loads((folder / "ports").read_text())["api"]


@contextlib.contextmanager
def serving(folder: pathlib.Path) -> Iterator[tuple[int, int]]:
    """The process and the API port of a server on `folder`/data."""
    with elkhorn(folder) as server:
        yield server.pid, api_port(folder)


def over_http(documents: Documents, folder: pathlib.Path) -> Measurement:
    """_bulk over keep-alive connections, no mapping given, fsync before every answer; then _flush and
    _forcemerge."""
    with serving(folder) as (pid, port):
        before, began = cpu_seconds(pid), time.monotonic()
        client_cpu_s = documents.send(
            port, "/bench/_bulk?filter_path=errors", before_each=b'{"index":{}}\n', answer=b'{"errors":false}',
            lines_each=max(1, BODY_BYTES * documents.count // documents.raw_bytes))
        ask(port, "POST", "/_flush")
        flushed = {"wall_s_until_flushed": time.monotonic() - began, "cpu_s_until_flushed": cpu_seconds(pid) - before,
                   "flushed_percent_of_raw": 100 * disk_bytes([folder / "data"]) / documents.raw_bytes}
        ask(port, "POST", "/bench/_forcemerge?max_num_segments=1")
        wall_s = time.monotonic() - began
        cpu_s = cpu_seconds_when_quiet(pid) - before
        peak = peak_bytes(pid)
        documents.expect(json.loads(ask(port, "GET", "/bench/_count"))["count"])
        log_percent = 100 * disk_bytes([folder / "data/log"]) / documents.raw_bytes
        note = f"the log has {log_percent:.1f} of its disk %"
        more = {"client_cpu_s": client_cpu_s, **flushed, "log_percent_of_raw": log_percent, "note": note}
        return Measurement(documents.count, documents.raw_bytes, wall_s, cpu_s, peak,
                           disk_bytes([folder / "data"]), more)


def through_pipeline(documents: Documents, folder: pathlib.Path) -> Measurement:
    """The same documents by a file input with the JSON codec into the store of the same process. What the output
    takes of it is the difference to the same pipeline that ends in `null`."""
    measurement = run_pipeline(STORE, documents, folder)
    measurement.disk_bytes = disk_bytes([folder / "data"])
    output_cpu_s = measurement.cpu_s - run_pipeline(NOWHERE, documents, folder).cpu_s
    output_mb_per_cpu_s = documents.raw_bytes / 1e6 / output_cpu_s
    measurement.more = {"output_mb_per_cpu_s": output_mb_per_cpu_s,
                        "note": f"{output_mb_per_cpu_s:.1f} MB per CPU second of the output alone, without reading the file"}
    with serving(folder) as (_, port):
        documents.expect(json.loads(ask(port, "GET", "/bench/_count"))["count"])
    return measurement


def grok_and_date(lines: Documents, folder: pathlib.Path) -> Measurement:
    return run_pipeline(GROK_DATE, lines, folder)


def run_pipeline(config: str, documents: Documents, folder: pathlib.Path) -> Measurement:
    (folder / "bench.conf").write_text(config % documents.path)
    command = [BINARY, "pipeline", "-f", folder / "bench.conf", "--data", folder / "data"]
    wall_s, cpu_s, peak = run_to_end(command, folder / "log")
    return Measurement(documents.count, documents.raw_bytes, wall_s, cpu_s, peak)


def commit() -> str:
    described = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True)
    return described.stdout.strip()


HTTP = Subject("elkhorn", commit(), over_http)
PIPELINE = Subject("elkhorn, pipeline", commit(), through_pipeline)
GROK = Subject("grok and date", commit(), grok_and_date)
