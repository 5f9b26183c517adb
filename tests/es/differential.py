#!/usr/bin/env python3
"""Asks two servers the same random questions and compares the answers.

    differential.py --elkhorn build/elkhorn     the binary against the real Elasticsearch 7.10.2
    differential.py --url http://host:port      a running server against the real one
    differential.py --self                      the real one against itself, loaded in another
                                                order: no difference may be found
    differential.py --perturb                   the real one against altered answers of its own:
                                                each alteration must be found
    ... --count 2000 --seed 7 --number 31       how many, from which seed, only this one
    ... --reference-url URL                     a real one that runs already

The documents are always the same 20,000; the questions follow from the seed, which is printed.
A difference shows its seed, its number, the request as curl and the first path that differs.
Exit code 1 when there was one, or when nothing was compared: no question was asked, or each was an
error to the real server. 77 when the real server cannot be had.
"""

import argparse
import copy
import json
import random
import sys
import time

from harness import server as servers
from harness.comparison import compare_answers
from harness.documents import BATCH, MAPPING, documents
from harness.questions import Maker

INDEX = "es-differential"
AGAIN = "es-differential-again"


class Side:
    """A server and the name under which it holds the documents."""

    def __init__(self, server, index):
        self.server, self.index = server, index

    def load(self, backwards=False):
        self.server.ask("DELETE", f"/{self.index}?ignore_unavailable=true")
        made = self.server.ask_json("PUT", f"/{self.index}", MAPPING)
        if not made or not made.get("acknowledged"):
            raise RuntimeError(f"{self.server.url}: the index was refused: {made}")
        rows = documents()
        if backwards:
            rows.reverse()
        for start in range(0, len(rows), BATCH):
            self._write(rows[start:start + BATCH])
        self.server.ask("POST", f"/{self.index}/_refresh")
        counted = self.server.ask_json("GET", f"/{self.index}/_count")
        if counted.get("count") != len(rows):
            raise RuntimeError(f"{self.server.url}: {len(rows)} documents written: {counted}")

    def _write(self, rows):
        lines = []
        for row in rows:
            lines.append(json.dumps({"index": {"_id": str(row["seq"])}}))
            lines.append(json.dumps(row))
        answer = self.server.ask(
            "POST", f"/{self.index}/_bulk?filter_path=errors,items.*.error",
            ("\n".join(lines) + "\n").encode(), {"Content-Type": "application/x-ndjson"})
        if answer.status != 200 or answer.json().get("errors"):
            raise RuntimeError(f"{self.server.url}: bulk failed: {answer.text[:500]}")

    def ask(self, question):
        """The answers, page after page, each page continued from this server's own sort values."""
        body, answers = copy.deepcopy(question.body), []
        for _ in range(question.pages):
            data = None if body is None else json.dumps(body).encode()
            headers = {"Content-Type": "application/json"} if data else {}
            answer = self.server.ask(question.method, question.target(self.index), data, headers)
            answers.append(answer)
            hits = ((answer.json() or {}).get("hits") or {}).get("hits") or []
            if question.pages == 1 or answer.status != 200 or not hits:
                break
            body["search_after"] = hits[-1]["sort"]
        return answers

    def remove(self):
        self.server.ask("DELETE", f"/{self.index}?ignore_unavailable=true")


def compare(question, reference_answers, other_answers):
    if len(reference_answers) != len(other_answers):
        return "pages", len(reference_answers), len(other_answers)
    for page, (one, two) in enumerate(zip(reference_answers, other_answers)):
        difference = compare_answers(question, one, two)
        if difference:
            path, *values = difference
            return (f"page {page + 1}: {path}" if page else path, *values)
    return None


class Altered:
    """An answer with one thing changed, to prove that the comparison sees it."""

    def __init__(self, answer, body):
        self.status, self._body = answer.status, body

    def json(self):
        return self._body


def alterations(answer, chooser, most=3):
    """(what was altered, the altered answer), for some values of this answer."""
    body = answer.json()
    if answer.status != 200 or chooser.random() < 0.1:
        other = Altered(answer, body)
        other.status = 500 if answer.status == 200 else 200
        yield "status", other
        return
    paths = [path for path in leaves(body)
             if path[0] not in ("took", "timed_out", "_shards")
             and path[-1] not in ("_index", "_type")]
    for path in chooser.sample(paths, min(most, len(paths))):
        changed = copy.deepcopy(body)
        place = changed
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = altered(place[path[-1]])
        yield ".".join(map(str, path)), Altered(answer, changed)


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, path + (key,))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, path + (index,))
    else:
        yield path


def altered(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value * 1.5 + 1000
    return "altered" if value is None else f"{value}0"


def run_perturbed(side, arguments):
    """Alters a few values of each answer, one at a time; returns (found, missed)."""
    chooser = random.Random(arguments.seed)
    found = missed = 0
    for number in range(arguments.count):
        question = question_number(arguments.seed, number)
        answers = side.ask(question)[:1]
        for name, answer in alterations(answers[0], chooser):
            if compare(question, answers, [answer]) or excused(question, answers[0], name):
                found += 1
            else:
                missed += 1
                print(f"MISSED  number {number}: {name} was altered and not noticed\n"
                      f"  {question.curl(side.server.url, side.index)}")
    return found, missed


def excused(question, answer, name):
    """Ids in a group that the page cuts through cannot be compared, by design, nor can the last of
    ten significant terms, which may be others that score alike."""
    special = ((question.body or {}).get("aggs") or {}).get("s", {})
    if "significant_terms" in special and name.startswith("aggregations.s.buckets."):
        return len(answer.json()["aggregations"]["s"]["buckets"]) >= 10
    if not name.startswith("hits.hits.") or not name.endswith("._id"):
        return False
    hits = answer.json()["hits"]["hits"]
    size = (question.body or {}).get("size", len(hits))
    return len(hits) == size or bool((question.body or {}).get("from"))


def question_number(seed, number):
    """Each question has a random source of its own, so that one can be asked alone."""
    return Maker(random.Random(f"{seed}/{number}")).question()


def run_questions(reference, other, arguments):
    """Returns (passed, failed); goes on to the end whatever it finds."""
    passed = failed = answered = 0
    numbers = range(arguments.count) if arguments.number is None else [arguments.number]
    for number in numbers:
        question = question_number(arguments.seed, number)
        answers = reference.ask(question)
        answered += answers[0].status == 200
        difference = compare(question, answers, other.ask(question))
        if difference is None:
            passed += 1
            continue
        failed += 1
        path, one, two = difference
        print(f"DIFFERS  seed {arguments.seed} number {number}\n"
              f"  {question.curl(other.server.url, other.index)}\n"
              f"  at         {path}\n  reference  {str(one)[:500]}\n"
              f"  other      {str(two)[:500]}", flush=True)
    print(f"{answered} of {passed + failed} questions had an answer, the others an error")
    if not answered and arguments.number is None:
        print("NOTHING WAS COMPARED: no question had an answer", file=sys.stderr)
        failed += 1
    return passed, failed


def open_reference(arguments):
    if arguments.reference_url:
        return servers.at_url(arguments.reference_url, is_reference=True)
    return servers.reference()


def run(arguments):
    with open_reference(arguments) as server:
        reference = Side(server, INDEX)
        began = time.monotonic()
        reference.load()
        try:
            if arguments.perturb:
                return run_perturbed(reference, arguments)
            if arguments.self_test:
                return run_against(reference, server, AGAIN, arguments)
            opened = (servers.elkhorn(arguments.elkhorn) if arguments.elkhorn
                      else servers.at_url(arguments.url))
            with opened as other:
                return run_against(reference, other, INDEX, arguments)
        finally:
            reference.remove()
            print(f"{time.monotonic() - began:.1f} s")


def run_against(reference, server, index, arguments):
    other = Side(server, index)
    other.load(backwards=arguments.self_test)
    try:
        return run_questions(reference, other, arguments)
    finally:
        other.remove()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("--elkhorn", metavar="PATH")
    target.add_argument("--url")
    target.add_argument("--self", dest="self_test", action="store_true")
    target.add_argument("--perturb", action="store_true")
    parser.add_argument("--reference-url")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}, {arguments.count} questions", flush=True)
    try:
        passed, failed = run(arguments)
    except servers.Unusable as error:
        sys.exit(f"es/differential.py: {error}")
    except servers.NotAvailable as error:
        servers.not_compared(error)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
