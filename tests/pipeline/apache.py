#!/usr/bin/env python3
"""A real access log through grok and date into the store, and its known counts back through the API.

    apache.py --elkhorn PATH [--log FILE]     skipped (77) where the log is not at hand
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

from server import Checks, Server

LOG = pathlib.Path(__file__).resolve().parents[3] / "shared/data/apache_access.log"
PIPELINE = """
input {{ file {{ path => "{log}" mode => "read" start_position => "beginning" sincedb_path => "/dev/null" }} }}
filter {{
  grok {{ match => {{ "message" => "%{{COMBINEDAPACHELOG}}" }} }}
  date {{ match => [ "timestamp", "dd/MMM/yyyy:HH:mm:ss Z" ] }}
}}
output {{
  elkhorn {{ index => "apache" }}
  file {{ path => "{documents}" codec => json_lines }}
}}
"""
STATUSES = {"200": 9126, "304": 445, "404": 213, "301": 164, "206": 45, "500": 3, "416": 2, "403": 2}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", required=True)
    parser.add_argument("--log", type=pathlib.Path, default=LOG)
    arguments = parser.parse_args()
    if not arguments.log.exists():
        print(f"skipped: {arguments.log.name}, 10,000 lines of a real access log, is not here")
        return 77
    checks = Checks()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="elkhorn-apache-"))
    (folder / "apache.conf").write_text(PIPELINE.format(
        log=arguments.log.resolve(), documents=folder / "documents"))
    done = subprocess.run([arguments.elkhorn, "pipeline", "-f", folder / "apache.conf", "--data", folder / "data"])
    checks.that("the pipeline ends by itself", done.returncode, 0)
    kept = sum(file.stat().st_size for file in (folder / "data").rglob("*") if file.is_file())
    share = 100 * kept / (folder / "documents").stat().st_size
    print(f"on disk: {kept:,} bytes, {share:.1f} % of the parsed documents")
    checks.that("at most 12 % of the parsed documents on disk", share <= 12, True)
    with Server(arguments.elkhorn, "--data", str(folder / "data")) as server:
        checks.that("documents", server.count("apache"), 10_000)
        answer = server.ask("POST", "/apache/_search", {
            "size": 0, "track_total_hits": True,
            "aggs": {"status": {"terms": {"field": "response.keyword", "size": 20}},
                     "day": {"date_histogram": {"field": "@timestamp", "calendar_interval": "day"}},
                     "client": {"terms": {"field": "clientip.keyword", "size": 1}}}})
        aggregations = answer.get("aggregations", {})
        found = {b["key"]: b["doc_count"] for b in aggregations["status"]["buckets"]}
        checks.that("statuses", found, STATUSES)
        top = aggregations["client"]["buckets"][0]
        checks.that("the busiest client", (top["key"], top["doc_count"]), ("66.249.73.135", 482))
        busiest = max(aggregations["day"]["buckets"], key=lambda bucket: bucket["doc_count"])
        checks.that("the busiest day", (busiest["key_as_string"], busiest["doc_count"]),
                    ("2015-05-19T00:00:00.000Z", 2896))
        for status, documents in STATUSES.items():
            checks.that(f"a query for status {status}",
                        server.ask("GET", f"/apache/_count?q=response:{status}")["count"], documents)
    return checks.close()


sys.exit(main())
