#!/usr/bin/env python3
"""Retention in the running program: indices past their age go whole, rows beyond a limit go oldest first, and a
clock that seems to have leapt deletes nothing until somebody says that it is right.

    retention.py --elkhorn PATH
"""
import argparse
import pathlib
import shutil
import sys
import tempfile

from limits import DAY_MS, Checks, Server, bulk, log_of, metric, now_ms, wait_until

QUICK = ("--retention-interval", "100ms")


def stamped(days_ago: float, count: int) -> list:
    return [{"@timestamp": int(now_ms() - days_ago * DAY_MS), "n": n} for n in range(count)]


def by_age(binary: str, checks: Checks) -> None:
    rules = '[{pattern: "audit-*"}, {pattern: "*-logs-*", max_age: 30d}]'
    with Server(binary, "--retention", rules, *QUICK) as server:
        mapping = {"mappings": {"properties": {"@timestamp": {"type": "date"}}}}
        for index in ("audit-logs-1", "web-logs-1", "web-logs-2"):
            server.ask("PUT", f"/{index}", mapping)
        bulk(server, "audit-logs-1", stamped(400, 10))
        bulk(server, "web-logs-2", stamped(1, 10))
        bulk(server, "web-logs-1", stamped(40, 10))
        gone = wait_until(lambda: server.raw("GET", "/web-logs-1")[0] == 404)
        checks.holds("an index past its age is deleted", gone)
        checks.that("the young one stays", server.count("web-logs-2"), 10)
        checks.that("the one whose rule has no limits stays", server.count("audit-logs-1"), 10)
        checks.that("it is counted", metric(server, "elkhorn_retention_dropped_indices_total"), 1)
        checks.that("and its rows", metric(server, "elkhorn_retention_dropped_rows_total"), 10)
        lines = [line for line in log_of(server).splitlines() if "retention dropped data" in line]
        checks.holds("a line of the log names index, rows and rule", len(lines) == 1 and "web-logs-1" in lines[0]
                     and "10" in lines[0] and "*-logs-* max_age 30d" in lines[0])


def by_rows(binary: str, checks: Checks) -> None:
    data = pathlib.Path(tempfile.mkdtemp(prefix="elkhorn-test-"))
    groups, rows = 8, 9_000
    with Server(binary, "--data", str(data)) as server:  # a refresh ends a row group of that many rows
        for group in range(groups):
            bulk(server, "many", [{"g": group, "n": n} for n in range(rows)], "?refresh=true&filter_path=errors")
        checks.that("all are there without a rule", server.count("many"), groups * rows)
    with Server(binary, "--data", str(data), "--retention", "[{pattern: many, max_rows: 36k}]", *QUICK) as server:
        checks.holds("the oldest rows go until the limit is kept", wait_until(lambda: server.count("many") == 36_000))
        left = server.ask("POST", "/many/_search", {"size": 0, "aggs": {"g": {"min": {"field": "g"}}}})
        checks.that("those that came last stay", left["aggregations"]["g"]["value"], 4)
    with Server(binary, "--data", str(data)) as server:
        checks.that("they are gone after a restart, too", server.count("many"), 36_000)
    shutil.rmtree(data)


def by_a_clock_that_leaps(binary: str, checks: Checks) -> None:
    data = pathlib.Path(tempfile.mkdtemp(prefix="elkhorn-test-"))
    rule = ("--data", str(data), "--retention", "[{pattern: logs, max_age: 30d}]", *QUICK)
    with Server(binary, "--data", str(data)) as server:
        server.ask("PUT", "/logs", {"mappings": {"properties": {"@timestamp": {"type": "date"}}}})
        bulk(server, "logs", stamped(40, 10))
    # As if the time that passed since had not been seen to pass.
    (data / "retention.clock").write_text(f"{now_ms() - 39 * DAY_MS}\n")
    with Server(binary, *rule) as server:
        (data / "retention.clock").unlink()
        checks.holds("retention looks", wait_until((data / "retention.clock").exists))
        (data / "retention.clock").unlink()
        checks.holds("and looks again", wait_until((data / "retention.clock").exists))
        checks.that("but drops nothing", server.count("logs"), 10)
        health = server.ask("GET", "/_elkhorn/health")
        checks.that("the node is ready", health["ready"], True)
        checks.holds("and says what to do", "POST /_elkhorn/clock" in health.get("warnings", [""])[0])
        checks.holds("the log says it", "the clock has leapt ahead" in log_of(server))
        checks.holds("/metrics shows it", metric(server, "elkhorn_retention_clock_ahead_seconds") > 38 * 86_400)
        checks.that("somebody believes the clock", server.ask("POST", "/_elkhorn/clock")["warnings"], [])
        checks.holds("then the old rows go", wait_until(lambda: server.count("logs") == 0))
        checks.that("the index stays, for it is the newest", server.raw("GET", "/logs")[0], 200)
    shutil.rmtree(data)


def by_bad_settings(binary: str, checks: Checks) -> None:
    import subprocess
    for rule, words in (("[{pattern: a, max_agee: 3d}]", "--retention: retention: max_agee: there is no limit max_agee "
                         "(did you mean max_age?)"),
                        ("[{max_age: 3d}]", "--retention: retention: a rule needs the pattern"),
                        ("[{pattern: a, max_age: soon}]", "\"soon\" is not a duration such as 30s"),
                        ("logs 30d", "is no list of mappings")):
        run = subprocess.run([binary, "serve", "--data", "/nonexistent/elkhorn", "--retention", rule],
                             capture_output=True, text=True, timeout=60)
        checks.holds(f"{rule} is refused with a sentence", run.returncode == 2 and words in run.stderr)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", required=True)
    binary = parser.parse_args().elkhorn
    checks = Checks()
    for part in (by_age, by_rows, by_a_clock_that_leaps, by_bad_settings):
        part(binary, checks)
    return checks.close()


sys.exit(main())
