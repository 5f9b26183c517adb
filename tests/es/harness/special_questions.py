"""Random queries about places of words, likeness and nearness, for Maker in questions.py.

Each takes the random source and the words to choose from, and gives a query.
"""

from harness import documents as data

COMMON = data.WORDS[:30]  # words near one another are rare among all of them
RELATIONS = ["containing", "contained_by", "not_containing", "not_contained_by", "overlapping",
             "not_overlapping", "before", "after"]


def word(r):
    return data.zipf(r, COMMON)


def intervals(r):
    return {"intervals": {"message": rule(r, 2)}}


def rule(r, depth):
    kind = r.randrange(6) if depth > 0 else 0
    if kind <= 2:
        made = {"query": " ".join(word(r) for _ in range(r.randint(1, 3)))}
        spacing(r, made)
        name = "match"
    elif kind == 3:
        return r.choice([{"prefix": {"prefix": word(r)[:-1]}},
                         {"wildcard": {"pattern": word(r)[:4] + "*"}},
                         {"fuzzy": {"term": word(r)[:-1] + "x"}}])
    else:
        name = "all_of" if kind == 4 else "any_of"
        made = {"intervals": [rule(r, depth - 1) for _ in range(r.randint(1, 3))]}
        if name == "all_of":
            spacing(r, made)
    if r.random() < 0.3:
        made["filter"] = {r.choice(RELATIONS): rule(r, depth - 1)}
    return {name: made}


def spacing(r, made):
    if r.random() < 0.5:
        made["max_gaps"] = r.choice([0, 1, 2, 4, -1])
    if r.random() < 0.5:
        made["ordered"] = r.choice([True, False])


def spans(r, depth=2):
    kinds = [span_term] if depth == 0 else [span_term, span_near, span_near, span_or, span_not,
                                            span_first, span_holding, span_multi]
    return r.choice(kinds)(r, depth - 1)


def span_term(r, _depth):
    return {"span_term": {"message": word(r)}}


def span_near(r, depth):
    return {"span_near": {"clauses": [spans(r, depth) for _ in range(r.randint(1, 3))],
                          "slop": r.randint(0, 5), "in_order": r.random() < 0.5}}


def span_or(r, depth):
    return {"span_or": {"clauses": [spans(r, depth) for _ in range(r.randint(1, 3))]}}


def span_not(r, depth):
    made = {"include": spans(r, depth), "exclude": spans(r, depth)}
    if r.random() < 0.5:
        made["dist"] = r.randint(0, 3)
    elif r.random() < 0.5:
        made["pre"], made["post"] = r.randint(0, 3), r.randint(0, 3)
    return {"span_not": made}


def span_first(r, depth):
    return {"span_first": {"match": spans(r, depth), "end": r.randint(1, 6)}}


def span_holding(r, depth):
    return {r.choice(["span_containing", "span_within"]):
            {"big": span_near(r, depth), "little": spans(r, 0)}}


def span_multi(r, _depth):
    pattern = r.choice([{"prefix": {"message": word(r)[:4]}},
                        {"wildcard": {"message": "*" + word(r)[-3:]}},
                        {"regexp": {"message": word(r)[:3] + ".*"}}])
    return {"span_multi": {"match": pattern}}


def across_fields(r):
    options = {"operator": r.choice(["and", "or"])} if r.random() < 0.5 else {}
    if r.random() < 0.4:
        options["tie_breaker"] = r.choice([0.3, 1])
    text = " ".join(r.choice([word(r), r.choice(["user", "search", "billing"])])
                    for _ in range(r.randint(1, 3)))
    return {"multi_match": {"query": text, "fields": ["message", "service"],
                            "type": "cross_fields", **options}}


def near_words(r):
    given = word(r)
    changed = given[:-1] + r.choice("abcxyz") if r.random() < 0.5 else given[1:]
    options = {"fuzziness": r.choice([1, 2, "AUTO"])}
    if r.random() < 0.3:
        options["prefix_length"] = r.randint(0, 3)
    return {"fuzzy": {"message": {"value": changed, **options}}}


def regular_expression(r):
    field, pattern = r.choice([
        ("host", "web-<1-9>"), ("host", "(web|db)-.*&.*1"), ("host", "~(web.*)"),
        ("level", "[a-m]+&~(error)"), ("host", "@-1~(0)"), ("message", "con.*&.*e.*"),
        ("tags", "~(.)")])
    return {"regexp": {field: {"value": pattern}}}


def near_moment(r):
    return {"distance_feature": {"field": "@timestamp", "pivot": r.choice(["1d", "12h", "30d"]),
                                 "origin": f"2024-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}"}}


def simple_language(r):
    text = r.choice([f"{word(r)} + {word(r)}", f"{word(r)} | -{word(r)}",
                     f'"{word(r)} {word(r)}"~2', f"{word(r)[:4]}*", f"{word(r)[:-1]}x~1", f"({word(r)} {word(r)}) + {word(r)}"])
    options = {"flags": r.choice(["ALL", "AND|OR|WHITESPACE", "PREFIX|FUZZY", "PHRASE|NEAR"])} \
        if r.random() < 0.5 else {}
    return {"simple_query_string": {"query": text, "fields": ["message"], **options}}


def like_texts(r):
    texts = [" ".join(data.zipf(r, data.WORDS) for _ in range(r.randint(1, 6)))
             for _ in range(r.randint(1, 2))]
    options = r.choice([{}, {"minimum_should_match": 1}, {"max_query_terms": 3},
                        {"unlike": word(r)}, {"boost_terms": 1}, {"max_doc_freq": 3000}])
    return {"more_like_this": {"fields": r.choice([["message"], ["message", "service"]]),
                               "like": texts, "min_term_freq": 1, **options}}


def as_many_terms(r):
    return {"terms_set": {"tags": {"terms": r.sample(data.TAGS, r.randint(1, 5)),
                                   "minimum_should_match_field": r.choice(["retry", "many"])}}}


ALL = [like_texts, as_many_terms, intervals, intervals, spans, spans, across_fields, near_words,
       regular_expression, near_moment, simple_language]
