#!/usr/bin/env python3
"""The harness of tests/es is held to what it promises: it can fail.

A canned server stands for the real thing. Waiting steps are sent and a pass of one is a failure;
an error is known by its type and reason, never by its status alone; a run that compared nothing is
no success, and one that had nothing to compare with says so loudly.
"""

import contextlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import types
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import differential  # noqa: E402
import run  # noqa: E402
from harness import server as servers  # noqa: E402
from harness.comparison import compare_answers  # noqa: E402
from harness.steps import StepFile  # noqa: E402


def answer(status, body):
    return servers.Answer(status, {}, json.dumps(body).encode())


def refusal(status, kind, reason, top="search_phase_execution_exception"):
    cause = {"type": kind, "reason": reason}
    return answer(status, {"error": {"root_cause": [cause], "type": top, "reason": "all failed"},
                           "status": status})


class Canned:
    """Gives the same answer to whatever is asked, and remembers what was."""

    url = "http://canned"

    def __init__(self, given, is_reference=False):
        self.given, self.is_reference, self.asked = given, is_reference, []

    def ask(self, method, target, body=None, headers=None):
        self.asked.append(f"{method} {target}")
        return self.given


def run_steps(text, given, is_reference=False):
    """(report, what was printed, what was asked) of a step file against one answer."""
    server, report, out = Canned(given, is_reference), run.Report(verbose=False), io.StringIO()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(out):
        path = pathlib.Path(folder) / "sample.yaml"
        path.write_text(textwrap.dedent(text))
        run.run_file(server, StepFile(path), "", report)
    return report, out.getvalue(), server.asked


WAITING = """
    steps:
      - name: a thing to come
        request: GET /thing
        later: things
        expect: {thing: 1}
"""


class WaitingSteps(unittest.TestCase):
    def test_are_sent_and_counted_while_they_fail(self):
        report, _, asked = run_steps(WAITING, answer(200, {"thing": 2}))
        self.assertEqual(asked, ["GET /thing"])
        self.assertEqual((report.passed, report.failed, report.later), (0, 0, 1))

    def test_fail_by_name_and_place_once_they_pass(self):
        report, printed, _ = run_steps(WAITING, answer(200, {"thing": 1}))
        self.assertEqual((report.passed, report.failed, report.later), (0, 1, 0))
        self.assertIn("sample.yaml:3  a thing to come", printed)
        self.assertIn("take the `later:` away", printed)

    def test_are_ordinary_ones_to_the_real_server(self):
        report, _, _ = run_steps(WAITING, answer(200, {"thing": 2}), is_reference=True)
        self.assertEqual((report.passed, report.failed, report.later), (0, 1, 0))

    def test_of_a_setup_do_not_end_it(self):
        setup = WAITING.replace("steps:", "setup:") + """
    steps:
      - request: GET /other
        expect: {thing: 2}
"""
        report, _, _ = run_steps(setup, answer(200, {"thing": 2}))
        self.assertEqual((report.passed, report.failed, report.later), (1, 0, 1))


class StepsThatDiffer(unittest.TestCase):
    DIFFERS = """
    steps:
      - request: GET /thing
        expect: {thing: 1}
        differs: on purpose
        elkhorn: {expect: {thing: {$gte: 1}}}
"""

    def test_have_to_differ(self):
        report, printed, _ = run_steps(self.DIFFERS, answer(200, {"thing": 2}))
        self.assertEqual((report.passed, report.failed), (1, 0))
        report, printed, _ = run_steps(self.DIFFERS, answer(200, {"thing": 1}))
        self.assertEqual((report.passed, report.failed), (0, 1))
        self.assertIn("the same: take it away", printed)


class Refusals(unittest.TestCase):
    def failures(self, expect, given):
        report, _, _ = run_steps(f"""
    steps:
      - request: GET /x
        status: {given.status}
        expect: {json.dumps(expect)}
""", given)
        return report.failed

    def test_need_more_than_a_status(self):
        given = refusal(400, "parsing_exception", "unknown query [x]")
        self.assertEqual(self.failures({"status": 400}, given), 1)
        only_type = {"error": {"root_cause": [{"type": "parsing_exception"}]}}
        self.assertEqual(self.failures(only_type, given), 1)
        other = {"error": {"root_cause": [{"type": "parsing_exception", "reason": "other"}]}}
        self.assertEqual(self.failures(other, given), 1)
        whole = {"error": {"root_cause": [{"type": "parsing_exception",
                                           "reason": "unknown query [x]"}]}}
        self.assertEqual(self.failures(whole, given), 0)

    def test_of_one_item_in_a_bulk_too(self):
        item = {"index": {"status": 400, "error": {"type": "t", "reason": "r"}}}
        given = answer(200, {"errors": True, "items": [item]})
        self.assertEqual(self.failures({"errors": True}, given), 1)
        self.assertEqual(self.failures({"items": [item]}, given), 0)

    def test_in_words_alone(self):
        given = answer(405, {"error": "no such method", "status": 405})
        self.assertEqual(self.failures({"status": 405}, given), 1)
        self.assertEqual(self.failures({"error": "no such method"}, given), 0)

    def test_that_are_none_need_nothing(self):
        self.assertEqual(self.failures({"found": False}, answer(404, {"found": False})), 0)


class Comparisons(unittest.TestCase):
    def test_tell_errors_apart_by_type_and_reason(self):
        one = refusal(400, "parsing_exception", "unknown query [x]")
        self.assertIsNone(compare_answers(None, one, one))
        for other in (refusal(400, "illegal_argument_exception", "unknown query [x]"),
                      refusal(400, "parsing_exception", "unknown query [y]"),
                      refusal(400, "parsing_exception", "unknown query [x]", top="other"),
                      answer(400, {"error": "unknown query [x]"}), answer(400, {})):
            self.assertIsNotNone(compare_answers(None, one, other))

    def test_of_nothing_but_errors_fail(self):
        side = differential.Side(Canned(refusal(400, "t", "r")), "index")
        arguments = types.SimpleNamespace(count=3, seed=1, number=None)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            _, failed = differential.run_questions(side, side, arguments)
        self.assertEqual(failed, 1)


class RunsThatComparedNothing(unittest.TestCase):
    def ended(self, program, *arguments, **environment):
        done = subprocess.run([sys.executable, str(HERE / program), *arguments], text=True,
                              capture_output=True, env={**os.environ, **environment})
        return done.returncode, done.stderr

    def without_java(self, program, **environment):
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder) / "reference"
            script.write_text("#!/bin/sh\necho 'Java is missing' >&2\nexit 77\n")
            script.chmod(0o755)
            return self.ended(program, *(["--self"] if program == "differential.py" else
                                         ["--reference"]),
                              ELKHORN_REFERENCE_SCRIPT=str(script), **environment)

    def test_say_so_where_there_is_no_java(self):
        for program in ("run.py", "differential.py"):
            code, said = self.without_java(program, ELKHORN_REQUIRE_REFERENCE="")
            self.assertEqual(code, servers.SKIPPED)
            self.assertIn("NOTHING WAS COMPARED", said)
            self.assertIn("Java is missing", said)

    def test_fail_where_there_could_be(self):
        for program in ("run.py", "differential.py"):
            code, said = self.without_java(program, ELKHORN_REQUIRE_REFERENCE="1")
            self.assertEqual(code, 1)
            self.assertIn("NOTHING WAS COMPARED", said)

    def test_fail_when_what_was_named_does_not_answer(self):
        for program in ("run.py", "differential.py"):
            code, said = self.ended(program, "--elkhorn", "/nowhere/elkhorn",
                                    ELKHORN_REFERENCE_SCRIPT="/bin/true")
            self.assertEqual(code, 1, said)

    def test_fail_when_no_step_has_run(self):
        report, _, _ = run_steps("steps: []\n", answer(200, {}))
        self.assertEqual(run.exit_code(report), 1)


if __name__ == "__main__":
    unittest.main()
