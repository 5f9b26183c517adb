"""The questions of ./dev bench query, each in both languages and about a literal that is drawn anew from the
documents every time, so that no cache of answers helps anybody.
"""
import dataclasses
import json
import pathlib
import random
from collections.abc import Callable

DAY_MS = 86_400_000


class Drawer:
    """Draws documents out of a file of lines, and what one could ask about them."""

    def __init__(self, path: pathlib.Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.path, self.bytes = path, path.stat().st_size

    def document(self) -> dict:
        with open(self.path, "rb") as lines:
            lines.seek(self.random.randrange(self.bytes * 9 // 10))
            lines.readline()
            return json.loads(lines.readline())

    def words(self) -> list[str]:
        """Of a message, without its head of date, host and process."""
        return self.document()["message"].split(": ", 1)[1].split()

    def word(self) -> str:
        """One that is long enough to be cut into pieces."""
        return max(self.random.sample(self.words(), 4), key=len)

    def pair(self) -> tuple[str, str]:
        words = self.words()
        at = self.random.randrange(len(words) - 1)
        return words[at], words[at + 1]

    def moment(self) -> str:
        return self.document()["@timestamp"]


@dataclasses.dataclass(frozen=True)
class Question:
    name: str
    draw: Callable[[Drawer], dict]  # what the two below are filled with
    body: Callable[[dict], dict]  # for POST /bench/_search
    sql: Callable[[dict], str]


def no_literal(drawer: Drawer) -> dict:
    """Questions about everything: the interval's offset differs, the work does not."""
    return {"number": drawer.random.randrange(1, 1000)}


def counted(query: dict) -> dict:
    return {"size": 0, "track_total_hits": True, "query": query}


def aggregated(**aggs: dict) -> dict:
    return {"size": 0, "track_total_hits": False, "aggs": aggs}


def minutes(unit: str = "minute") -> dict:
    return {"date_histogram": {"field": "@timestamp", "calendar_interval": unit}}


def terms(field: str, size: int = 10, **inside: dict) -> dict:
    made: dict = {"terms": {"field": field, "size": size}}
    return {**made, "aggs": inside} if inside else made


def newest(size: int, query: dict | None = None) -> dict:
    body = {"size": size, "sort": [{"@timestamp": "desc"}], "track_total_hits": False}
    return {**body, "query": query} if query else body


TRACE, HOST, PROCESS, REGION = "trace.id.keyword", "host.name.keyword", "process.name.keyword", "cloud.region.keyword"
FROM = "FROM bench.t"


def has(word: str) -> str:
    return f"hasToken(message, '{word}')"


QUESTIONS = [
    Question("one trace id, default sort", lambda d: {"id": d.document()["trace"]["id"]},
             lambda v: {"query": {"term": {TRACE: v["id"]}}},
             lambda v: f"SELECT * {FROM} WHERE `trace.id` = '{v['id']}' LIMIT 10"),
    Question("distinct of all trace ids", no_literal,
             lambda v: aggregated(a={"cardinality": {"field": TRACE}}),
             lambda v: f"SELECT uniq(`trace.id`) {FROM}"),
    Question("terms over all trace ids", no_literal, lambda v: aggregated(a=terms(TRACE)),
             lambda v: f"SELECT `trace.id`, count() AS n {FROM} GROUP BY `trace.id` ORDER BY n DESC LIMIT 10"),
    Question("substring inside a word", lambda d: {"part": d.word()[1:-1]},
             lambda v: counted({"wildcard": {"message": f"*{v['part']}*"}}),
             lambda v: f"SELECT count() {FROM} WHERE message LIKE '%{v['part']}%'"),
    Question("regex on a word", lambda d: {"word": d.word()},
             lambda v: counted({"regexp": {"message": f"{v['word'][:3]}[a-z]+{v['word'][-2:]}"}}),
             lambda v: f"SELECT count() {FROM} WHERE match(message, '\\\\b{v['word'][:3]}[a-z]+{v['word'][-2:]}\\\\b')"),
    Question("phrase of two words", lambda d: {"pair": d.pair()},
             lambda v: counted({"match_phrase": {"message": " ".join(v["pair"])}}),
             lambda v: f"SELECT count() {FROM} WHERE {has(v['pair'][0])} AND {has(v['pair'][1])} "
                       f"AND match(message, '\\\\b{v['pair'][0]} {v['pair'][1]}\\\\b')"),
    Question("percentiles of a number", no_literal,
             lambda v: aggregated(a={"percentiles": {"field": "metrics.tmin"}}),
             lambda v: f"SELECT quantilesTDigest(0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)(`metrics.tmin`) {FROM}"),
    Question("average by term", no_literal,
             lambda v: aggregated(a=terms(PROCESS, m={"avg": {"field": "metrics.size"}})),
             lambda v: f"SELECT `process.name`, count() AS n, avg(`metrics.size`) {FROM} GROUP BY 1 ORDER BY n DESC LIMIT 10"),
    Question("hour histogram x terms", no_literal,
             lambda v: aggregated(a={**minutes("hour"), "aggs": {"t": terms(PROCESS)}}),
             lambda v: f"SELECT toStartOfHour(`@timestamp`) AS h, `process.name`, count() {FROM} GROUP BY 1, 2 ORDER BY h"),
    Question("minute histogram over all", no_literal, lambda v: aggregated(a=minutes()),
             lambda v: f"SELECT toStartOfMinute(`@timestamp`) AS m, count() {FROM} GROUP BY 1 ORDER BY m"),
    Question("minute histogram of a word", lambda d: {"word": d.word()},
             lambda v: {**aggregated(a=minutes()), "query": {"match": {"message": v["word"]}}},
             lambda v: f"SELECT toStartOfMinute(`@timestamp`) AS m, count() {FROM} WHERE {has(v['word'])} GROUP BY 1 ORDER BY m"),
    Question("terms of hosts over all", no_literal, lambda v: aggregated(a=terms(HOST)),
             lambda v: f"SELECT `host.name`, count() AS n {FROM} GROUP BY 1 ORDER BY n DESC LIMIT 10"),
    Question("newest 100, whole", no_literal, lambda v: newest(100),
             lambda v: f"SELECT * {FROM} ORDER BY `@timestamp` DESC LIMIT 100"),
    Question("newest 100 of a word", lambda d: {"word": d.word()},
             lambda v: newest(100, {"match": {"message": v["word"]}}),
             lambda v: f"SELECT * {FROM} WHERE {has(v['word'])} ORDER BY `@timestamp` DESC LIMIT 100"),
    Question("range of a number, count", lambda d: {"from": d.document()["metrics"]["tmin"]},
             lambda v: counted({"range": {"metrics.tmin": {"gte": v["from"]}}}),
             lambda v: f"SELECT count() {FROM} WHERE `metrics.tmin` >= {v['from']}"),
    Question("one word, count", lambda d: {"word": d.word()}, lambda v: counted({"match": {"message": v["word"]}}),
             lambda v: f"SELECT count() {FROM} WHERE {has(v['word'])}"),
    Question("two words, count", lambda d: {"pair": d.pair()},
             lambda v: counted({"match": {"message": {"query": " ".join(v["pair"]), "operator": "and"}}}),
             lambda v: f"SELECT count() {FROM} WHERE {has(v['pair'][0])} AND {has(v['pair'][1])}"),
    Question("500 hits from everywhere", lambda d: {"from": d.document()["metrics"]["tmin"]},
             lambda v: {"size": 500, "track_total_hits": False,
                        "query": {"range": {"metrics.tmin": {"gte": v["from"], "lt": v["from"] + 3000}}}},
             lambda v: f"SELECT * {FROM} WHERE `metrics.tmin` >= {v['from']} AND `metrics.tmin` < {v['from'] + 3000} LIMIT 500"),
    Question("deep search_after", lambda d: {"after": d.moment()},
             lambda v: {"size": 100, "sort": [{"@timestamp": "asc"}], "track_total_hits": False, "search_after": [v["after"]]},
             lambda v: f"SELECT * {FROM} WHERE `@timestamp` > parseDateTime64BestEffort('{v['after']}') "
                       "ORDER BY `@timestamp` LIMIT 100"),
    Question("terms x cardinality", no_literal,
             lambda v: aggregated(a=terms(PROCESS, c={"cardinality": {"field": HOST}})),
             lambda v: f"SELECT `process.name`, count() AS n, uniq(`host.name`) {FROM} GROUP BY 1 ORDER BY n DESC LIMIT 10"),
    Question("terms x percentiles", no_literal,
             lambda v: aggregated(a=terms(PROCESS, p={"percentiles": {"field": "metrics.size"}})),
             lambda v: "SELECT `process.name`, count() AS n, quantilesTDigest(0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)"
                       f"(`metrics.size`) {FROM} GROUP BY 1 ORDER BY n DESC LIMIT 10"),
    Question("auto_date_histogram", no_literal,
             lambda v: aggregated(a={"auto_date_histogram": {"field": "@timestamp", "buckets": 50}}),
             lambda v: f"SELECT toStartOfHour(`@timestamp`) AS h, count() {FROM} GROUP BY 1 ORDER BY h"),
    Question("histogram x terms x terms", no_literal,
             lambda v: aggregated(a={**minutes("hour"), "aggs": {"t": terms(REGION, u=terms(PROCESS))}}),
             lambda v: f"SELECT toStartOfHour(`@timestamp`) AS h, `cloud.region`, `process.name`, count() {FROM} GROUP BY 1, 2, 3 "
                       "ORDER BY h"),
    Question("best of three words", lambda d: {"words": d.random.sample(d.words(), 3)},
             lambda v: {"size": 10, "track_total_hits": False, "query": {"match": {"message": " ".join(v["words"])}}},
             lambda v: f"SELECT * {FROM} WHERE " + " OR ".join(map(has, v["words"])) + " ORDER BY "
                       + " + ".join(map(has, v["words"])) + " DESC LIMIT 10"),
    Question("a script for every row", lambda d: {"least": d.random.randrange(1, 5000)},
             lambda v: counted({"script": {"script": {"source": "doc['metrics.size'].size() > 0 && "
                                                                "doc['metrics.size'].value * 2 > params.least",
                                                      "params": {"least": v["least"]}}}}),
             lambda v: f"SELECT count() {FROM} WHERE `metrics.size` * 2 > {v['least']}"),
]
