"""The people a server is there for: writers who remember what was acknowledged, and one who searches."""
import collections
import dataclasses
import http.client
import json
import threading
import time

INDEX = "honest"
BULK = 20
PAUSE_S = 0.1
PAGE = 5000
NDJSON = {"Content-Type": "application/x-ndjson"}
JSON = {"Content-Type": "application/json"}


def document(writer: int, n: int) -> dict:
    return {"writer": writer, "n": n, "text": f"line {n} of writer {writer}", "level": ("info", "warn", "error")[n % 3]}


@dataclasses.dataclass
class Work:
    """What one honest client did."""
    answers: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    acknowledged: set = dataclasses.field(default_factory=set)  # numbers of a writer's bulks
    ms: list = dataclasses.field(default_factory=list)
    longest_gap_s: float = 0.0  # between two that succeeded
    unanswered: list = dataclasses.field(default_factory=list)
    bad: list = dataclasses.field(default_factory=list)  # answers that nobody should get


class Client:
    """Keeps its connection. One that the server closed while nothing was asked is opened again, as every client
    library does; a question that was sent and gets no answer is held against the server."""

    def __init__(self, port: int, work: Work) -> None:
        self.port, self.work, self.connection, self.last_success = port, work, None, time.monotonic()

    def ask(self, method: str, path: str, body: bytes, headers: dict) -> tuple[int, bytes]:
        fresh = self.connection is None
        began = time.monotonic()
        try:
            if fresh:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            status, said = answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            self.connection = None
            if not fresh:
                return self.ask(method, path, body, headers)
            self.work.unanswered.append(f"{method} {path}: {error!r}")
            return 0, b""
        now = time.monotonic()
        self.work.answers[status] += 1
        if status == 200:
            self.work.ms.append((now - began) * 1000)
            self.work.longest_gap_s = max(self.work.longest_gap_s, now - self.last_success)
            self.last_success = now
        elif status not in (429, 503):
            self.work.bad.append(f"{method} {path}: {status} {said[:300]!r}")
        return status, said


def bulk_body(writer: int, number: int) -> bytes:
    lines = []
    for n in range(number * BULK, (number + 1) * BULK):
        lines += [f'{{"index":{{"_id":"{writer}-{n}"}}}}', json.dumps(document(writer, n))]
    return ("\n".join(lines) + "\n").encode()


def write(writer: int, port: int, until: float, work: Work) -> None:
    client, number = Client(port, work), 0
    while time.monotonic() < until:
        status, said = client.ask("POST", f"/{INDEX}/_bulk?filter_path=errors", bulk_body(writer, number), NDJSON)
        if status == 200 and said == b'{"errors":false}':
            work.acknowledged.add(number)
        elif status == 200:
            work.answers["429 in items"] += 1
        number += 1
        time.sleep(PAUSE_S)


def search(port: int, until: float, work: Work) -> None:
    questions = [
        {"size": 10, "sort": [{"n": "desc"}]},
        {"size": 0, "aggs": {"l": {"terms": {"field": "level.keyword"}}}},
        {"size": 10, "query": {"match": {"text": "line 7"}}},
        {"size": 0, "query": {"range": {"n": {"gte": 100}}}},
    ]
    client, at = Client(port, work), 0
    while time.monotonic() < until:
        client.ask("POST", f"/{INDEX}/_search", json.dumps(questions[at % len(questions)]).encode(), JSON)
        at += 1
        time.sleep(PAUSE_S)


def honest(writers: int, port: int, until: float) -> tuple[list[Work], Work]:
    """What each writer did, and the searcher."""
    works, searching = [Work() for _ in range(writers)], Work()
    threads = [threading.Thread(target=write, args=(n, port, until, work)) for n, work in enumerate(works)]
    threads.append(threading.Thread(target=search, args=(port, until, searching)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return works, searching


def numbers_of_page(port: int, writer: int, first: int) -> set[int]:
    """The documents of a writer in this page that are there, each compared with what was sent."""
    body = {"size": PAGE, "track_total_hits": True, "query": {"bool": {"filter": [
        {"term": {"writer": writer}}, {"range": {"n": {"gte": first, "lt": first + PAGE}}}]}}}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("POST", f"/{INDEX}/_search", json.dumps(body), JSON)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"reading back: {answer.status} {said[:300]!r}")
    hits = json.loads(said)["hits"]["hits"]
    return {hit["_source"]["n"] for hit in hits
            if hit["_id"] == f"{writer}-{hit['_source']['n']}" and hit["_source"] == document(writer, hit["_source"]["n"])}


def lost(port: int, works: list[Work]) -> tuple[int, int]:
    """Documents that were acknowledged, and how many of these are not there as they were sent."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("POST", f"/{INDEX}/_refresh")
    connection.getresponse().read()
    acknowledged = missing = 0
    for writer, work in enumerate(works):
        wanted = {n for number in work.acknowledged for n in range(number * BULK, (number + 1) * BULK)}
        acknowledged += len(wanted)
        for first in range(0, max(wanted, default=-1) + 1, PAGE):
            wanted -= numbers_of_page(port, writer, first)
        missing += len(wanted)
    return acknowledged, missing
