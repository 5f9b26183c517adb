"""ClickHouse inside a Python process (chdb), reading the file of documents itself: no HTTP, no fsync.

Two tables, each with a text index on the message and OPTIMIZE FINAL counted: `clickhouse-json` has one JSON
column, as who knows nothing of the documents would; `clickhouse-typed` has 24 columns typed by hand, as who
knows all of them would. Run as a program, by the Python that has chdb, this file fills one of them, or answers questions about it.
"""
import functools
import json
import os
import pathlib
import sys
import time

from bench_documents import KINDS, Documents
from bench_measure import CannotMeasure, Measurement, cpu_seconds, disk_bytes, peak_bytes, run_to_end
from bench_subject import Subject, install_from_pypi

CHDB = "4.4.0"
INDEX = "TYPE text(tokenizer = 'splitByNonAlpha')"
SETTINGS = "ORDER BY {} SETTINGS default_compression_codec = 'ZSTD(1)'"

# A path of big5, its type in the JSON, its column. LowCardinality: what has at most 400 values.
FEW, TEXT = "LowCardinality(String)", "String CODEC(ZSTD(1))"
TIME, NUMBER = "DateTime64(3) CODEC(Delta, ZSTD(1))", "Int64 CODEC(ZSTD(1))"
TYPED = {
    "@timestamp": TIME, "message": TEXT, "agent.id": FEW, "agent.name": FEW, "agent.type": FEW,
    "agent.version": FEW, "agent.ephemeral_id": FEW, "ecs.version": FEW, "input.type": FEW,
    "tags": "Array(LowCardinality(String))", "event.id": TEXT, "event.dataset": FEW, "event.ingested": TIME,
    "trace.id": TEXT, "process.name": FEW, "log.file.path": TEXT, "metrics.size": NUMBER, "metrics.tmin": NUMBER,
    "aws.cloudwatch.log_stream": FEW, "aws.cloudwatch.log_group": FEW, "aws.cloudwatch.region": FEW,
    "cloud.region": FEW, "cloud.instance.id": FEW, "host.name": FEW}


def json_statements(path: str, message: str) -> list[str]:
    column = f"j JSON({message} String, `@timestamp` DateTime64(3))"
    return [f"CREATE TABLE bench.t ({column}, INDEX text j.{message} {INDEX}) ENGINE = MergeTree "
            + SETTINGS.format("j.`@timestamp`"),
            f"INSERT INTO bench.t SELECT json FROM file('{path}', 'JSONAsObject')"]


def typed_statements(path: str, message: str) -> list[str]:
    columns = ", ".join(f"`{name}` {kind}" for name, kind in TYPED.items())
    return [f"CREATE TABLE bench.t ({columns}, INDEX text {message} {INDEX}, INDEX trace `trace.id` TYPE bloom_filter) "
            "ENGINE = MergeTree " + SETTINGS.format("`@timestamp`"),
            f"INSERT INTO bench.t SELECT {', '.join(map(quoted, TYPED))} FROM file('{path}', 'JSONEachRow', "
            f"'{structure(TYPED)}') SETTINGS date_time_input_format = 'best_effort'"]


def quoted(path: str) -> str:
    return ".".join(f"`{name}`" for name in path.split("."))


def structure(columns: dict) -> str:
    """The shape of the JSON: `a.b` is a member b of a tuple a."""
    tree: dict = {}
    for path, kind in columns.items():
        *parents, name = path.split(".")
        place = tree
        for parent in parents:
            place = place.setdefault(parent, {})
        place[name] = kind.split(" CODEC")[0]

    def members(place: dict) -> str:
        return ", ".join(f"`{name}` Tuple({members(of)})" if isinstance(of, dict) else f"`{name}` {of}"
                         for name, of in place.items())

    return members(tree)


def session_of(folder: str) -> "Session":
    from chdb.session import Session
    session = Session(folder)
    session.query(f"SET max_threads = {os.cpu_count()}")
    return session


def answer(folder: str) -> None:
    """A line of SQL after the other, each a JSON string: the milliseconds until its answer."""
    session = session_of(folder)
    for line in sys.stdin:
        began = time.monotonic()
        session.query(json.loads(line), "JSONCompact")
        print(1000 * (time.monotonic() - began), flush=True)


def fill(table: str, path: str, message: str, folder: str) -> dict:
    session = session_of(folder)
    session.query("CREATE DATABASE bench ENGINE = Atomic")
    statements = STATEMENTS[table](path, message)
    before, began = cpu_seconds(os.getpid()), time.monotonic()
    for statement in [*statements, "OPTIMIZE TABLE bench.t FINAL"]:
        session.query(statement)
    wall_s, cpu_s = time.monotonic() - began, cpu_seconds(os.getpid()) - before
    # The parts that were merged stay for minutes: only those in use count.
    parts = str(session.query("SELECT path FROM system.parts WHERE database = 'bench' AND active", "TSVRaw"))
    return {"count": int(str(session.query("SELECT count() FROM bench.t", "TSV"))), "wall_s": wall_s, "cpu_s": cpu_s,
            "peak_bytes": peak_bytes(os.getpid()), "disk_bytes": disk_bytes(map(pathlib.Path, parts.splitlines()))}


def install() -> pathlib.Path:
    return install_from_pypi("chdb", CHDB) / "bin/python"


def measure(table: str, documents: Documents, folder: pathlib.Path) -> Measurement:
    if table == "typed" and documents.kind != "big5":
        raise CannotMeasure("its columns are typed by hand for big5 only")
    tools, log = pathlib.Path(__file__).resolve().parent.parent, folder / "log"
    run_to_end(["env", f"PYTHONPATH={tools}", install(), __file__, table, documents.path,
                KINDS[documents.kind].message, folder / "data"], log)
    said = json.loads(log.read_text().splitlines()[-1])
    documents.expect(said.pop("count"))
    return Measurement(documents.count, documents.raw_bytes, **said)


STATEMENTS = {"json": json_statements, "typed": typed_statements}
SUBJECTS = [Subject(f"clickhouse-{table}", f"26.9, chdb {CHDB}", functools.partial(measure, table), install)
            for table in STATEMENTS]

if __name__ == "__main__" and sys.argv[1] == "answer":
    answer(sys.argv[2])
elif __name__ == "__main__":
    print(json.dumps(fill(*sys.argv[1:])))
