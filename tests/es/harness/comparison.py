"""Are two answers to the same question the same? Returns the first path that differs, or None.

Equal means equal, apart from what no two servers need share:
  - `took`, and the order of documents that the request leaves open (equal sort values, or scores
    that are equal within the tolerance): within such a group the ids are compared as a set, and a
    group that the page cuts through by its sort values alone;
  - numbers with a fraction, within 1e-6 of each other, because sums depend on their order; scores
    within 1e-4, because real ones are computed with 32 bits and the length of a field in 8;
  - percentiles: each is asked for between two neighbours one per cent away, and has to lie
    between the real server's neighbours or within 3 % of the distance between the field's outer
    percentiles of its value, because both sides estimate (t-digest, which promises ranks, not
    values) and may cut their digests at different places;
  - the order of significant terms that score alike, and which of them are the last of the list;
  - cardinality within 2 % below 3,000 values and 6 % above, because HyperLogLog++ estimates; one
    more or less is always forgiven.
An empty `meta` counts as none: the real server adds one where a filter inside was rewritten.
Of errors the status, the type and the reason count, at the top and of each root cause; but not
places in a body (`[1:77]`, which are not told) and how many buckets were made when they became too
many (which depends on the order of work), and of one that only showed when the shards' answers
were joined (to the real server one without a reason and a root cause) its cause alone.
"""

import re

FLOAT_TOLERANCE = 1e-6
SCORE_TOLERANCE = 1e-4
PERCENTILE_TOLERANCE = 0.03
LEFT_OPEN = r"^\[\d+:\d+\] |(?<=less than or equal to: \[65535\] but was )\[\d+\]"  # in a reason
PERCENTILE_SPREAD = {  # what the middle 98 % of a field's values span
    "bytes": 6000, "took": 280, "small": 40, "many": 100, "retry": 5, "http.status": 303,
    "http.request.size": 5000, "users.age": 62, "seq": 20_000, "ratio": 1,
}


def close(one, other, tolerance=FLOAT_TOLERANCE):
    return abs(one - other) <= tolerance * max(abs(one), abs(other), 1e-9)


def number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def compare_answers(question, reference, other):
    """(path, reference's, other's) of the first difference, or None."""
    if reference.status != other.status:
        return "status", reference.status, other.status
    one, two = reference.json(), other.json()
    if reference.status != 200:
        return compare_errors(one, two)
    if "count" in one:
        return compare_plain(one["count"], two.get("count"), "count")
    return (compare_hits(question, one["hits"], two.get("hits", {}))
            or compare_aggs((question.body or {}).get("aggs", {}),
                            without_empty_meta(one.get("aggregations", {})),
                            without_empty_meta(two.get("aggregations", {})), "aggregations"))


def compare_errors(one, two):
    """What a client reads: type and reason, of the whole and of its root causes."""
    if not isinstance(two, dict) or not two.get("error"):
        return "error", one["error"], two
    error, other = one["error"], two["error"]
    if isinstance(error, dict) and isinstance(other, dict) and not error.get("reason"):
        error, other = error["caused_by"], other.get("caused_by", {})
    return compare_plain(error_words(error), error_words(other), "error")


def error_words(error):
    if not isinstance(error, dict):
        return error
    words = {key: re.sub(LEFT_OPEN, "", error.get(key) or "") for key in ("type", "reason")}
    return {**words, "root_cause": [error_words(cause) for cause in error.get("root_cause", [])]}


def without_empty_meta(value):
    if isinstance(value, list):
        return [without_empty_meta(one) for one in value]
    if isinstance(value, dict):
        return {key: without_empty_meta(one) for key, one in value.items()
                if not (key == "meta" and one == {})}
    return value


def compare_plain(one, two, path):
    """JSON against JSON; fractions within the tolerance."""
    if isinstance(one, dict) and isinstance(two, dict):
        if one.keys() != two.keys():
            return f"{path} (keys)", sorted(one), sorted(two)
        return first(compare_plain(one[key], two[key], f"{path}.{key}") for key in one)
    if isinstance(one, list) and isinstance(two, list):
        if len(one) != len(two):
            return f"{path} (length)", len(one), len(two)
        return first(compare_plain(*pair, f"{path}[{i}]") for i, pair in enumerate(zip(one, two)))
    if number(one) and number(two):
        return None if one == two or close(one, two) else (path, one, two)
    same = one == two and isinstance(one, bool) == isinstance(two, bool)
    return None if same else (path, one, two)


def first(differences):
    return next((difference for difference in differences if difference), None)


# Hits.


def compare_hits(question, one, two):
    if one.get("total") != two.get("total"):
        return "hits.total", one.get("total"), two.get("total")
    if (one["max_score"] is None) != (two.get("max_score") is None):
        return "hits.max_score", one["max_score"], two.get("max_score")
    if one["max_score"] is not None and not close(one["max_score"], two["max_score"],
                                                  SCORE_TOLERANCE):
        return "hits.max_score", one["max_score"], two["max_score"]
    hits, others = one["hits"], two["hits"]
    if len(hits) != len(others):
        return "hits.hits (length)", len(hits), len(others)
    return (first(compare_place(hits[i], others[i], f"hits.hits[{i}]")
                  for i in range(len(hits)))
            or compare_groups(question, hits, others)
            or compare_sources(hits, others))


def compare_sources(hits, others):
    """What is shown of the documents that both pages hold, field by field."""
    same = {hit["_id"]: hit for hit in others}
    return first(compare_plain(hit.get(shown), same[hit["_id"]].get(shown),
                               f"hits.hits[_id={hit['_id']}].{shown}")
                 for hit in hits if hit["_id"] in same
                 for shown in ("_source", "fields", "highlight", "inner_hits"))


def compare_place(hit, other, path):
    """What must agree at a place, whichever of several equal documents stands there."""
    difference = compare_plain(hit.get("sort"), other.get("sort"), f"{path}.sort")
    if difference:
        return difference
    score, other_score = hit["_score"], other["_score"]
    if score is None or other_score is None:
        return None if score == other_score else (f"{path}._score", score, other_score)
    return (None if close(score, other_score, SCORE_TOLERANCE)
            else (f"{path}._score", score, other_score))


def compare_groups(question, hits, others):
    """The ids of each run of documents that are equal in order. The last run may be cut off."""
    start = 0
    while start < len(hits):
        end = start + 1
        while end < len(hits) and equal_in_order(hits[end - 1], hits[end]):
            end += 1
        cut_at_end = end == len(hits) and page_is_full(question, hits)
        cut_at_start = start == 0 and (question.body or {}).get("from")
        ids = sorted(hit["_id"] for hit in hits[start:end])
        other_ids = sorted(hit["_id"] for hit in others[start:end])
        if ids != other_ids and not cut_at_end and not cut_at_start:
            return f"hits.hits[{start}..{end - 1}]._id", ids, other_ids
        start = end
    return None


def equal_in_order(hit, following):
    if "sort" in hit:
        return hit["sort"] == following["sort"]
    return close(hit["_score"], following["_score"], 2 * SCORE_TOLERANCE)


def page_is_full(question, hits):
    """Whether more equal documents may follow on the next page."""
    if question.body is None:
        return True
    size = question.body.get("size", 10)
    return len(hits) == (size if size >= 0 else 10)  # -1 is taken for "nothing said"


# Aggregations.


def compare_aggs(asked, one, two, path):
    if set(one) != set(two):
        return f"{path} (names)", sorted(one), sorted(two)
    return first(compare_agg(asked[name], one[name], two[name], f"{path}.{name}") for name in one)


def compare_agg(asked, one, two, path):
    kind = next(key for key in asked if key not in ("aggs", "meta"))
    inner = asked.get("aggs", {})
    if kind == "percentiles" and "hdr" not in asked[kind]:
        return compare_percentiles(asked[kind]["field"], one, two, path)
    if kind == "cardinality":
        return compare_cardinality(one["value"], two.get("value"), f"{path}.value")
    if kind == "significant_terms":
        one, two = in_order_of_scores(one), in_order_of_scores(two)
    if "buckets" in one:
        rest = {key: value for key, value in one.items() if key != "buckets"}
        others = {key: value for key, value in two.items() if key != "buckets"}
        return (compare_plain(rest, others, path)
                or compare_buckets(inner, one["buckets"], two["buckets"], f"{path}.buckets"))
    return compare_bucket(inner, one, two, path)


def in_order_of_scores(answer):
    """Terms that score alike by their keys. Of those that score as the last one does, which the
    size may have cut through, nobody knows which are there: they go."""
    def rounded(bucket):
        return float(f"{bucket['score']:.9g}")
    buckets = answer.get("buckets", [])
    if len(buckets) >= 10:
        buckets = [bucket for bucket in buckets if rounded(bucket) > rounded(buckets[-1])]
    ordered = sorted(buckets, key=lambda bucket: (-rounded(bucket), str(bucket["key"])))
    return {**answer, "buckets": ordered}


def compare_buckets(inner, one, two, path):
    if isinstance(one, dict):
        if list(one) != list(two):
            return f"{path} (keys)", list(one), list(two)
        return first(compare_bucket(inner, one[key], two[key], f"{path}.{key}") for key in one)
    keys = [bucket.get("key") for bucket in one]
    others = [bucket.get("key") for bucket in two]
    return (compare_plain(keys, others, f"{path}.key")
            or first(compare_bucket(inner, *pair, f"{path}[{i}]")
                     for i, pair in enumerate(zip(one, two))))


def compare_bucket(inner, one, two, path):
    """A bucket or a metric: its own values, then the aggregations inside."""
    own = {key: value for key, value in one.items() if key not in inner}
    others = {key: value for key, value in two.items() if key not in inner}
    return (compare_plain(own, others, path)
            or compare_aggs(inner, {key: one[key] for key in inner if key in one},
                            {key: two[key] for key in inner if key in two}, path))


def compare_percentiles(field, one, two, path):
    values, others = one["values"], two.get("values", {})
    if list(values) != list(others):
        return f"{path}.values (keys)", list(values), list(others)
    allowed = PERCENTILE_TOLERANCE * PERCENTILE_SPREAD[field]
    percents = list(values)
    for below, percent, above in zip(percents[::3], percents[1::3], percents[2::3]):
        value, other = values[percent], others[percent]
        if (value is None) != (other is None):
            return f"{path}.values.{percent}", value, other
        if value is None or close(value, other, 0.03) or abs(value - other) <= allowed:
            continue
        if not values[below] <= other <= values[above]:
            return f"{path}.values.{percent}", value, other
    return None


def compare_cardinality(one, two, path):
    if not number(two):
        return path, one, two
    allowed = max(1, (0.02 if one < 3000 else 0.06) * one)
    return None if abs(one - two) <= allowed else (path, one, two)
