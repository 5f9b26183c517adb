"""Questions that cost a server far more than who asks them. They are asked of an index `texts`: long texts, words
that are all different, documents of a few KB."""
import json
import random

from hostile.attempt import Attempt
from hostile.broken import JSON, NDJSON, get, post
from urllib.parse import quote

DOCUMENTS = 12_000
WORDS = 400


def texts(batch: int = 500):
    """Bulk bodies of the index."""
    choose = random.Random(5)
    for first in range(0, DOCUMENTS, batch):
        lines = []
        for n in range(first, min(first + batch, DOCUMENTS)):
            words = " ".join(f"{choose.randrange(1 << 20):x}" for _ in range(WORDS))
            lines += ['{"index":{}}', json.dumps({"n": n, "unique": f"{choose.randrange(1 << 60):x}-{n}", "text": words,
                                                 "long": f"{n} " + "a" * 200 + words[:800],
                                                 "@timestamp": f"2026-01-{1 + n % 28:02}T00:00:00Z"})]
        yield "\n".join(lines) + "\n"


def nested(clause: dict, depth: int) -> dict:
    for _ in range(depth):
        clause = {"bool": {"should": [clause, {"match": {"text": "abc"}}], "filter": [{"exists": {"field": "n"}}]}}
    return clause


def filters(number: int) -> dict:
    return {"filters": {"filters": [{"range": {"n": {"gte": i, "lt": i + 50}}} for i in range(number)]}}


def bodies() -> dict[str, dict]:
    regexps = ["(a|aa|aaa)+b.*(c|cc)+d", ".*a.*b.*c.*d.*e.*f.*", "(.*.*.*.*.*)*x", "[a-f0-9]{1,200}(a|b|c){100}z", "(((a*)*)*)*b"]
    wildcards = ["*a*b*c*d*e*f*", "*" + "?*" * 50 + "z", "?" * 300 + "*"]
    keyword = {"terms": {"field": "unique.keyword", "size": 1_000_000}}
    both = [{"a": {"terms": {"field": "long.keyword"}}}, {"b": {"terms": {"field": "unique.keyword"}}}]
    spans = {"all_of": {"intervals": [{"match": {"query": "a1 b2 c3 d4", "max_gaps": 50}}, {"any_of": {"intervals": [
        {"wildcard": {"pattern": f"{letter}b?"}} for letter in "abcdef"]}}]}}  # of more than 128 words each it is refused
    questions = {
        "bool in bool, 100 deep": {"query": nested({"match_all": {}}, 100)},
        "1,000 filters under 1,000 filters": {"size": 0, "aggs": {"a": filters(1000) | {"aggs": {"b": filters(1000)}}}},
        "composite of long texts": {"size": 0, "aggs": {"c": {"composite": {"size": 10_000, "sources": both}}}},
        "terms of size 1e6": {"size": 0, "aggs": {"t": keyword | {"aggs": {"u": {"terms": {"field": "text.keyword", "size": 1_000_000}}}}}},
        "terms of terms of terms": {"size": 0, "aggs": {"t": keyword | {"aggs": {"u": keyword | {"aggs": {"v": keyword}}}}}},
        "intervals": {"query": {"intervals": {"text": spans}}},
        "a script": {"query": {"script": {"script": "while (true) {}"}}},
        "a script's score": {"query": {"script_score": {"query": {"match_all": {}}, "script": {"source": "1/0"}}}},
        "sorted by text": {"size": 1000, "sort": [{"unique.keyword": "desc"}, {"long.keyword": "asc"}], "_source": False},
        "65,536 terms": {"query": {"terms": {"n": list(range(65_536))}}, "size": 0},
        "cardinalities": {"size": 0, "aggs": {"t": keyword | {"aggs": {"c": {"cardinality": {"field": "long.keyword", "precision_threshold": 40_000}}}}}},
        "a histogram without end": {"size": 0, "aggs": {"h": {"histogram": {"field": "n", "interval": 1e-9}}}},
        "every second of a month": {"size": 0, "aggs": {"h": {"date_histogram": {"field": "@timestamp", "fixed_interval": "1s"}}}},
        "top hits in terms": {"size": 0, "aggs": {"t": {"terms": {"field": "unique.keyword", "size": 10_000}, "aggs": {"h": {"top_hits": {"size": 100}}}}}},
        "fuzzy": {"query": {"fuzzy": {"text": {"value": "abcde", "fuzziness": 2, "prefix_length": 0, "max_expansions": 1000}}}},
        "query_string of wildcards": {"query": {"query_string": {"query": "*a* AND *b* AND *c* AND /.*d.*e/", "fields": ["text", "long", "*"]}}},
        "10,000 whole documents": {"size": 10_000},
        "highlighted": {"size": 1000, "query": {"match": {"text": "abc def"}}, "highlight": {"fields": {"*": {}}}},
    }
    questions |= {f"regexp {n + 1}": {"query": {"regexp": {"long.keyword": {"value": r}}}} for n, r in enumerate(regexps)}
    questions |= {f"wildcard {n + 1}": {"query": {"wildcard": {"long.keyword": {"value": w}}}} for n, w in enumerate(wildcards)}
    return questions


def questions() -> list[Attempt]:
    found = [Attempt(name, post("/texts/_search", JSON, json.dumps(body).encode())) for name, body in bodies().items()]
    q = quote("(" * 30 + "text:abc" + " OR text:def)" * 30)
    found.append(Attempt("30 parentheses", get(f"/texts/_search?q={q}".encode())))
    found.append(Attempt("3,000 parentheses", get(f"/texts/_search?q={'(' * 3000}a{')' * 3000}".encode())))
    lines = b"".join(b"{}\n" + json.dumps(body).encode() + b"\n" for body in list(bodies().values())[:8]) * 4
    found.append(Attempt("32 of them in one _msearch", post("/texts/_msearch", NDJSON, lines)))
    return found


def rude() -> list[Attempt]:
    """Whoever asks and leaves in the middle of it, or does not read what was asked for."""
    found = [Attempt(f"left: {name}", post("/texts/_search", JSON, json.dumps(body).encode()), leaves_after_s=0.2)
             for name, body in bodies().items()]
    whole = json.dumps({"size": 10_000}).encode()
    found += [Attempt("does not read 10,000 documents", post("/texts/_search", JSON, whole), reads=False, leaves_after_s=20)] * 8
    return found
