#!/usr/bin/env python3
"""Runs the steps of tests/es/*.yaml against a server that answers the Elasticsearch API.

    run.py --elkhorn build/elkhorn         starts the binary on free ports, with an empty store
    run.py --url http://127.0.0.1:9200     a server that runs already
    run.py --reference [--url URL]         the real Elasticsearch 7.10.2; exit 77 without it
    run.py ... --only search_sort[:words]  one file, or its steps whose name holds these words
    run.py ... -v                          prints each step as it passes

The same steps hold for both, so an expectation can be wrong in one way only: against the real one.
The setup of a file always runs; with --only FILE:words earlier steps are left out, so a step that
needs a captured value wants its whole file. A step that waits (`later:`) is sent to Elkhorn as well
and has to fail there: one that passes is a step whose `later:` must go. Exit code 1 when a step
failed, passed against its `later:`, or when no step ran at all.
"""

import argparse
import gzip
import json
import pathlib
import sys

from harness import server as servers
from harness.expectation import BadExpectation, differences
from harness.steps import BadStep, StepFile, compact, fill, known_values

HERE = pathlib.Path(__file__).resolve().parent
SHOWN_MAX = 1500  # characters of a request or an answer in a message


class Report:
    """Counts, and prints a failed step so that it can be understood without running it again."""

    def __init__(self, verbose):
        self.verbose = verbose
        self.passed = self.failed = self.later = 0

    def step(self, step, sent, answer, problems):
        if not problems:
            self.passed += 1
            if self.verbose:
                print(f"  ok    {step.where}  {step.name}")
            return
        self.failed += 1
        self._show(step, sent, answer, problems)

    def waiting(self, step, sent, answer, problems):
        """A step that holds for the real server only, so far."""
        if not problems:
            why = step.fields["later"]
            problems = [("`later`", f"a failure, for {why}", "a pass: take the `later:` away")]
            self.failed += 1
            self._show(step, sent, answer, problems)
            return
        self.later += 1
        if self.verbose:
            print(f"  later {step.where}  {step.name}: {step.fields['later']}")

    @staticmethod
    def _show(step, sent, answer, problems):
        method, target, body, _ = sent
        print(f"  FAIL  {step.where}  {step.name}\n    request   {method} {target}")
        if body:
            print(f"    body      {short(body.decode('utf-8', 'replace'))}")
        for path, expected, actual in problems[:6]:
            print(f"    at        {path or '(top)'}\n      expected  {short(as_json(expected))}"
                  f"\n      came      {short(as_json(actual))}")
        if len(problems) > 6:
            print(f"    and {len(problems) - 6} more differences")
        if answer is not None:
            print(f"    answer    {answer.status} {short(answer.text)}")


def short(text):
    text = text.rstrip("\n").replace("\n", "\\n")
    return text if len(text) <= SHOWN_MAX else text[:SHOWN_MAX] + " ..."


def as_json(value):
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def check(outcome, method, answer):
    """All differences between an answer and what a step says about it."""
    found = differences(outcome["status"], answer.status, "status")
    for name, value in outcome.get("expect_headers", {}).items():
        shown = answer.headers.get(name.lower())
        wanted = None if value == "$absent" else value
        found += differences(wanted, shown, f"header {name}")
    if "text" in outcome:
        found += differences(outcome["text"], answer.text, "text")
    if method == "HEAD" and answer.raw:
        found.append(("body", "nothing after HEAD", answer.text))
    wants_json = "expect" in outcome or "ids" in outcome
    body = answer.json()
    if wants_json and body is None:
        return found + [("body", "JSON", answer.text)]
    if "expect" in outcome:
        found += differences(outcome["expect"], body)
    if "text" not in outcome:
        found += unnamed_errors(outcome, body)
    if "ids" in outcome:
        hits = body.get("hits", {}).get("hits", []) if isinstance(body, dict) else []
        found += differences(outcome["ids"], [hit["_id"] for hit in hits], "ids of the hits")
    return found


def unnamed_errors(outcome, body):
    """An answer that refuses something has to be expected with its type and reason: the status
    alone would be the same for a request that was refused for another cause, or by mistake."""
    found = []
    for path, error, wanted in errors_in(body, outcome.get("expect")):
        if isinstance(error, str) and not wanted:
            found.append((path, "its words in `expect`", error))
        if isinstance(error, dict) and not (names(wanted, "type") and names(wanted, "reason")):
            found.append((path, "its type and reason in `expect`",
                          {key: error.get(key) for key in ("type", "reason")}))
    return found


def errors_in(body, wanted, path=""):
    """(path, error, what the step says of it), at the top and of each item of a bulk."""
    if isinstance(body, dict) and body.get("error"):
        yield f"{path}error", body["error"], part(wanted, "error")
    items = body.get("items") if isinstance(body, dict) else None
    for i, item in enumerate(items if isinstance(items, list) else []):
        for action, answer in item.items():
            said = part(part(part(wanted, "items"), i), action)
            yield from errors_in(answer, said, f"{path}items.{i}.{action}.")


def part(value, key):
    """What is at a key or an index, or None."""
    if isinstance(value, dict):
        return value.get(key)
    return value[key] if isinstance(value, list) and key < len(value) else None


def names(value, key):
    """Whether an expectation says something about `key`, at whatever depth."""
    if isinstance(value, dict):
        return key in value or any(names(one, key) for one in value.values())
    return isinstance(value, list) and any(names(one, key) for one in value)


def value_at(body, path):
    """The value at a path such as `hits.hits.0._id`."""
    for key in path.split("."):
        body = body[int(key)] if isinstance(body, list) else body[key]
    return body


def run_step(server, step, values, report):
    waits = "later" in step.fields and not server.is_reference
    method, target, body, headers = step.request(values)
    if step.fields.get("gzip"):
        headers["Content-Encoding"] = "gzip"
    sent = (method, target, body, headers)
    answer = None
    try:
        packed = gzip.compress(body) if step.fields.get("gzip") else body
        answer = server.ask(method, target, packed, headers)
        outcome = fill(step.outcome(server.is_reference), values)
        problems = check(outcome, method, answer)
        if "differs" in step.fields and not server.is_reference and not problems:
            problems = stale(step, values, method, answer)
        if not problems:
            for name, path in outcome.get("capture", {}).items():
                values[name] = value_at(answer.json(), path)
    except BadExpectation as error:
        raise BadStep(f"{step.where}: {error}") from error
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        problems = [("", "an answer", f"{type(error).__name__}: {error}")]
    if waits:
        report.waiting(step, sent, answer, problems)
        return True  # a setup goes on without it
    report.step(step, sent, answer, problems)
    return not problems


def stale(step, values, method, answer):
    """What is said to differ has to: else the words of the real server alone are the better test."""
    if check(fill(step.outcome(is_reference=True), values), method, answer):
        return []
    return [("`differs`", "another answer than the real server's", "the same: take it away")]


def clean(server, step_file):
    for name in step_file.indices:
        server.ask("DELETE", f"/{fill(name, known_values())}?ignore_unavailable=true")


def run_file(server, step_file, words, report):
    before = (report.passed, report.failed)
    values = known_values()
    clean(server, step_file)
    try:
        if not all([run_step(server, step, values, report) for step in step_file.setup]):
            print(f"  {step_file.path.name}: the setup failed, its steps are not run")
            report.failed += len(step_file.steps)
            return
        for step in step_file.steps:
            if words.lower() in step.name.lower():
                run_step(server, step, values, report)
    finally:
        clean(server, step_file)
        passed, failed = report.passed - before[0], report.failed - before[1]
        print(f"{step_file.path.stem:24} {passed:4} passed {failed:4} failed", flush=True)


def chosen_files(only):
    """(step file, words) for each file to run."""
    name, _, words = (only or "").partition(":")
    stem = name.removesuffix(".yaml")
    paths = [path for path in sorted(HERE.glob("*.yaml")) if not stem or path.stem == stem]
    if not paths:
        raise BadStep(f"there is no step file named {name}")
    return [(StepFile(path), words) for path in paths]


def open_server(arguments):
    if arguments.elkhorn:
        return servers.elkhorn(arguments.elkhorn)
    if arguments.url:
        return servers.at_url(arguments.url, is_reference=arguments.reference)
    return servers.reference()


def exit_code(report):
    """Zero comparisons never count as a pass."""
    if not report.passed and not report.failed:
        print("NOTHING WAS COMPARED: no step has run", file=sys.stderr)
    return 1 if report.failed or not report.passed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elkhorn", metavar="PATH")
    parser.add_argument("--url")
    parser.add_argument("--reference", action="store_true")
    parser.add_argument("--only", metavar="FILE[:words]")
    parser.add_argument("-v", "--verbose", action="store_true")
    arguments = parser.parse_args()
    if not (arguments.elkhorn or arguments.url or arguments.reference):
        parser.error("one of --elkhorn, --url, --reference is needed")
    report = Report(arguments.verbose)
    try:
        files = chosen_files(arguments.only)
        with open_server(arguments) as server:
            for step_file, words in files:
                run_file(server, step_file, words, report)
    except BadStep as error:
        sys.exit(f"run.py: {error}")
    except servers.Unusable as error:
        sys.exit(f"es/run.py: {error}")
    except servers.NotAvailable as error:
        servers.not_compared(error)
    if report.later:
        print(f"{report.later} steps wait for what the server will learn later")
    print(f"{report.passed} passed, {report.failed} failed")
    sys.exit(exit_code(report))


if __name__ == "__main__":
    main()
