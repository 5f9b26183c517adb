"""Random searches over the documents of documents.py: queries, orders, pages and aggregations.

A question is a request with `{index}` where the name goes. The generator knows each field's type,
so that most questions have an answer; some are wrong on purpose, and then both servers have to say
so. Everything follows from one random source, so a seed and a number give the same question again.
"""

import json
import urllib.parse

from harness import documents as data
from harness import special_questions

KEYWORDS = {
    "host": data.HOSTS + ["nobody"],
    "level": ["info", "warn", "error", "debug", "fatal", "trace"],
    "tags": data.TAGS,
    "service.keyword": data.SERVICES,
    "http.request.method.keyword": ["GET", "POST", "PUT", "get"],
    "users.name.keyword": data.NAMES,
}
NUMBERS = {
    "bytes": (0, 2000), "small": (-20, 20), "many": (0, 100), "retry": (0, 5),
    "http.status": (199, 505), "http.request.size": (0, 5000), "users.age": (18, 80),
    "seq": (0, data.COUNT),
}
FRACTIONS = {"took": (-2.0, 60.0), "ratio": (0.0, 1.0)}
BOOLEANS = ["ok", "cached"]
UNMAPPED = "nothing"  # a field that no document has
DATES = ["@timestamp", "born"]
TEXTS = ["message", "service"]
ALL_FIELDS = [*KEYWORDS, *NUMBERS, *FRACTIONS, *BOOLEANS, *DATES, *TEXTS, "client", "http",
              "users", "nothing"]
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC", "+05:45", "-03:00"]


class Question:
    """One request, or several pages of one. `aggs` is what the comparison walks along."""

    def __init__(self, method, path, body=None, pages=1):
        self.method, self.path, self.body, self.pages = method, path, body, pages

    def target(self, index):
        return self.path.replace("{index}", index)

    def curl(self, url, index):
        shown = f"curl -s -X{self.method} '{url}{self.target(index)}'"
        if self.body is None:
            return shown
        body = json.dumps(self.body).replace("'", "'\\''")
        return f"{shown} -H 'Content-Type: application/json' -d '{body}'"


class Maker:
    """Makes questions from one random source."""

    def __init__(self, random_source):
        self.r = random_source

    def question(self):
        kinds = [(22, self.by_score), (20, self.sorted_page), (32, self.aggregated),
                 (7, self.counted), (5, self.paged), (4, self.in_the_address), (4, self.wrong),
                 (3, self.collapsed), (3, self.rescored), (8, self.scripted)]
        make = self.r.choices([kind for _, kind in kinds], [weight for weight, _ in kinds])[0]
        return make()

    # Kinds of questions.

    def by_score(self):
        body = {"query": self.query(3), "size": self.r.choice([0, 1, 10, 50]), "_source": False}
        if self.r.random() < 0.5:
            body["track_total_hits"] = self.r.choice([True, True, False, 100_000])
        return self.search(body)

    def sorted_page(self):
        body = {"query": self.query(2), "sort": self.sort(), "_source": self.source(),
                "size": self.r.choice([5, 20, 100]), "track_total_hits": True}
        if self.r.random() < 0.3:
            body["from"] = self.r.randint(0, 50)
        return self.search(body)

    def source(self):
        return self.r.choice([False, False, True, ["host", "http.*", "users.name"],
                              {"excludes": ["message", "*.size", "users"]}])

    def aggregated(self):
        body = {"size": 0, "aggs": self.aggs(self.r.randint(1, 3)), "track_total_hits": True}
        if self.r.random() < 0.3:
            # At the top alone: below buckets that are empty 7.10.2 looks behind the end of an
            # array, and a sampler makes room for all documents in each.
            special = self.r.choice([self.significant_terms, self.sampler, self.matrix])
            body["aggs"]["s"] = special()
        if self.r.random() < 0.6:
            body["query"] = self.query(2)
        return self.search(body)

    def counted(self):
        return Question("POST", "/{index}/_count", {"query": self.query(3)})

    def paged(self):
        body = {"query": self.query(1), "sort": self.sort() + [{"seq": "asc"}],
                "size": self.r.randint(3, 40), "_source": False, "track_total_hits": True}
        return Question("POST", "/{index}/_search", body, pages=3)

    def collapsed(self):
        field = self.r.choice(["host", "level", "small", "http.status", "service.keyword"])
        collapse = {"field": field}
        if self.r.random() < 0.5:
            collapse["inner_hits"] = {"name": "others", "size": self.r.randint(0, 4),
                                      "_source": ["seq"],
                                      "sort": [self.r.choice(["bytes", "took", "@timestamp"]),
                                               {"seq": "asc"}]}
        body = {"query": self.query(1), "collapse": collapse, "sort": self.sort() + [{"seq": "asc"}],
                "size": self.r.choice([3, 10, 30]), "_source": False, "track_total_hits": True}
        if self.r.random() < 0.3:
            body["from"] = self.r.randint(0, 5)
        return self.search(body)

    def rescored(self):
        """All of the hits are in the window: which of equal ones are is left open otherwise."""
        second = {"rescore_query": self.query(1),
                  "score_mode": self.r.choice(["total", "multiply", "avg", "max", "min"])}
        if self.r.random() < 0.5:
            second["query_weight"] = self.r.choice([0.2, 1.5])
            second["rescore_query_weight"] = self.r.choice([0.5, 3])
        query = {"bool": {"must": [self.match()],
                          "filter": [{"term": {"host": self.r.choice(data.HOSTS)}}]}}
        return self.search({"query": query, "size": 20, "_source": False,
                            "rescore": {"window_size": 10_000, "query": second}})

    def in_the_address(self):
        values = {"q": self.query_string(), "size": self.r.choice([0, 5, 20]),
                  "_source": "false", "track_total_hits": "true"}
        if self.r.random() < 0.5:
            values["sort"] = self.r.choice(["seq:desc", "bytes:desc,seq", "@timestamp,seq"])
        return Question("GET", "/{index}/_search?" + urllib.parse.urlencode(values))

    def wrong(self):
        query = self.query(1)
        return self.search(self.r.choice([
            {"query": {self.r.choice(["matches", "ranges", "should"]): {}}},
            {"query": query, "size": -1},
            {"query": query, "size": 10_001},
            {"query": query, "sort": [self.r.choice(["message", "nothing"])]},
            {"query": {"term": {"small": "word"}}},
            {"query": {"range": {"@timestamp": {"gte": "someday"}}}},
            {"query": {"query_string": {"query": "host:(web"}}},
            {"aggs": {"a": {"terms": {"field": "message"}}}},
            {"aggs": {"a": {"avg": {"field": "host"}}}},
            {"aggs": {"a": {"date_histogram": {"field": "@timestamp", "fixed_interval": "2y"}}}},
            {"aggs": {"a": {"unheard": {"field": "host"}}}},
            {"quarry": query},
        ]))

    def scripted(self):
        number, boolean = self.script_number(2), self.script_boolean(2)
        query = {"query": self.query(1), "size": 20, "sort": ["seq"], "_source": False}
        return self.search(self.r.choice([
            {**query, "query": {"bool": {"filter": [self.query(1), {"script": {"script": boolean}}]}}},
            {"query": {"script_score": {"query": self.query(1), "script": {
                "source": f"Math.abs({number}) % 1000"}}}, "size": 20, "_source": False},
            {**query, "script_fields": {"f": {"script": number}, "g": {"script": boolean}}},
            {**query, "sort": [{"_script": {"type": "number", "script": f"({number}) % 100",
                                            "order": self.r.choice(["asc", "desc"])}}, "seq"]},
            {"query": {"function_score": {"query": self.query(1), "functions": [
                {"field_value_factor": {"field": "bytes", "missing": 3, "modifier":
                                        self.r.choice(["log1p", "sqrt", "square", "ln2p"])}},
                {"filter": self.query(0), "weight": self.r.randint(1, 5)},
                {self.r.choice(["gauss", "exp", "linear"]): {
                    "@timestamp": {"origin": self.day(), "scale": "20d"}}}],
                "score_mode": self.r.choice(["multiply", "sum", "avg", "max", "min", "first"]),
                "boost_mode": self.r.choice(["multiply", "replace", "sum", "avg", "max", "min"])}},
             "size": 20, "_source": False},
        ]))

    def script_number(self, depth):
        """Of what every document may lack, so that each reading asks first."""
        field = self.r.choice([*NUMBERS, *FRACTIONS])
        value = f"(doc['{field}'].size() == 0 ? 1 : doc['{field}'].value)"
        if depth == 0:
            return self.r.choice([value, str(self.r.randint(-9, 99)), f"doc['{field}'].length"])
        a, b = self.script_number(depth - 1), self.script_number(depth - 1)
        return self.r.choice([
            f"({a} {self.r.choice('+-*')} {b})", f"Math.{self.r.choice(['max', 'min'])}({a}, {b})",
            f"({self.script_boolean(depth - 1)} ? (double) {a} : (double) {b})", value, f"(-{a})"])

    def script_boolean(self, depth):
        r = self.r
        keyword = r.choice(list(KEYWORDS))
        words = f"doc['{keyword}']"
        if depth == 0:
            return r.choice([
                f"{words}.contains('{r.choice(KEYWORDS[keyword])}')", f"{words}.size() > 1",
                f"({words}.size() > 0 && {words}.value.length() % 2 == 0)",
                f"({words}.size() > 0 && {words}.value.startsWith('{r.choice('wdaesi')}'))",
                "(doc['@timestamp'].size() > 0 && doc['@timestamp'].value.hour < 12)",
                "(doc['@timestamp'].size() > 0 && doc['@timestamp'].value.dayOfMonth > 9)"])
        a, b = self.script_boolean(depth - 1), self.script_boolean(depth - 1)
        number = self.script_number(depth - 1)
        return r.choice([f"({a} && {b})", f"({a} || {b})", f"!{a}", a,
                         f"({number} {r.choice(['<', '<=', '>', '>=', '=='])} {r.randint(0, 999)})"])

    @staticmethod
    def search(body):
        return Question("POST", "/{index}/_search", body)

    # Queries.

    def query(self, depth):
        leaves = [self.term, self.terms, self.match, self.match, self.phrase, self.number_range,
                  self.date_range, self.exists, self.prefix, self.wildcard, self.ids,
                  self.query_string_query, self.query_string_query, self.other_range,
                  self.special, self.special,
                  lambda: {"match_all": {}}, lambda: {"match_none": {}},
                  lambda: {"constant_score": {"filter": self.query(0),
                                              "boost": self.r.choice([0.5, 1, 3])}}]
        if depth > 0 and self.r.random() < 0.5:
            return self.bool(depth - 1)
        return self.r.choice(leaves)()

    def special(self):
        return self.r.choice(special_questions.ALL)(self.r)

    def bool(self, depth):
        clauses = {}
        for name, most in (("must", 2), ("filter", 2), ("should", 3), ("must_not", 1)):
            if self.r.random() < 0.45:
                clauses[name] = [self.query(depth) for _ in range(self.r.randint(1, most))]
        if "should" in clauses and self.r.random() < 0.4:
            clauses["minimum_should_match"] = self.r.choice([0, 1, 2, -1, "50%", "-30%"])
        return {"bool": clauses}

    def term(self):
        field, value = self.field_and_value()
        return {"term": {field: value if self.r.random() < 0.6 else {"value": value}}}

    def field_and_value(self):
        """A field of any kind that is not text, and a value that it may hold."""
        r = self.r
        kind = r.randrange(6)
        if kind <= 1:
            field = r.choice(list(KEYWORDS))
            return field, r.choice(KEYWORDS[field])
        if kind == 2:
            field = r.choice(list(NUMBERS))
            value = r.randint(*NUMBERS[field])
            return field, r.choice([value, str(value)])
        if kind == 3:
            return r.choice(BOOLEANS), r.choice([True, False, "true", "false"])
        if kind == 4:
            return "client", r.choice([f"10.{r.randint(0, 3)}.0.0/16", "10.0.0.0/8",
                                       "2001:db8::1", f"10.1.{r.randint(0, 9)}.0/24"])
        return r.choice(DATES), self.day()

    def terms(self):
        if self.r.random() < 0.6:
            field = self.r.choice(list(KEYWORDS))
            values = self.r.sample(KEYWORDS[field], self.r.randint(0, 3))
        else:
            field = self.r.choice(list(NUMBERS))
            values = [self.r.randint(*NUMBERS[field]) for _ in range(self.r.randint(1, 5))]
        return {"terms": {field: values}}

    def words(self, most):
        return " ".join(data.zipf(self.r, data.WORDS) for _ in range(self.r.randint(1, most)))

    def match(self):
        text = self.words(4)
        if self.r.random() < 0.15:
            return {"match": {"service": self.r.choice(["user", "search engine", "Billing"])}}
        options = self.r.choice([{}, {"operator": "and"}, {"operator": "or"},
                                 {"minimum_should_match": 2}, {"minimum_should_match": "60%"},
                                 {"boost": 2}])
        return {"match": {"message": {"query": text, **options} if options else text}}

    def phrase(self):
        options = {"slop": self.r.randint(1, 3)} if self.r.random() < 0.3 else {}
        words = [data.zipf(self.r, data.WORDS[:40]) for _ in range(self.r.randint(1, 3))]
        return {"match_phrase": {"message": {"query": " ".join(words), **options}}}

    def number_range(self):
        field = self.r.choice([*NUMBERS, *FRACTIONS])
        low, high = NUMBERS.get(field) or FRACTIONS[field]
        values = [self.r.uniform(low, high) for _ in range(2)]
        if field in NUMBERS and self.r.random() < 0.85:
            values = [round(value) for value in values]
        if field == "ratio":  # a 32-bit float: bounds that are exact in both widths
            values = [round(value * 64) / 64 for value in values]
        return {"range": {field: self.bounds(values)}}

    def bounds(self, values):
        low, high = sorted(values)
        chosen = {}
        if self.r.random() < 0.8:
            chosen[self.r.choice(["gt", "gte"])] = low
        if self.r.random() < 0.8 or not chosen:
            chosen[self.r.choice(["lt", "lte"])] = high
        return chosen

    def day(self):
        return f"2024-{self.r.choice([3, 3, 3, 10, 10, 11, 6]):02d}-{self.r.randint(1, 30):02d}"

    def date(self):
        return self.r.choice([
            lambda: self.day(), lambda: self.day() + "T01:30:00Z", lambda: self.day()[:7],
            lambda: self.day() + "T02", lambda: self.day() + "T23:59:59.999+02:00",
            lambda: self.day() + self.r.choice(["||/d", "||+1d/d", "||-1M/M", "||/w", "||+12h",
                                                "||/M+3d", "||-1y", "||/h"]),
        ])()

    def date_range(self):
        if self.r.random() < 0.15:
            return {"range": {"@timestamp": self.r.choice([
                {"lte": "now"}, {"gte": "now-50y/y"}, {"gt": "now+1d/d"}, {"lt": "now/M"}])}}
        if self.r.random() < 0.15:
            days = sorted([self.day(), self.day()])
            shown = [".".join(reversed(day.split("-"))) for day in days]
            return {"range": {"@timestamp": {"gte": shown[0], "lte": shown[1],
                                             "format": "dd.MM.yyyy"}}}
        options = {"time_zone": self.r.choice(ZONES)} if self.r.random() < 0.3 else {}
        bounds = self.bounds([self.date(), self.date()])
        return {"range": {self.r.choice(DATES[:1] * 4 + DATES): {**bounds, **options}}}

    def other_range(self):
        if self.r.random() < 0.5:
            return {"range": {"client": self.bounds(["10.0.5.0", "10.2.0.255"])}}
        field = self.r.choice(["host", "level", "service.keyword"])
        return {"range": {field: self.bounds(self.r.sample(["C", "a", "db-2", "info", "w", "z"],
                                                           2))}}

    def exists(self):
        return {"exists": {"field": self.r.choice(ALL_FIELDS)}}

    def prefix(self):
        if self.r.random() < 0.3:
            return {"prefix": {"message": self.r.choice(data.WORDS)[:self.r.randint(1, 4)]}}
        field = self.r.choice(list(KEYWORDS))
        value = self.r.choice(KEYWORDS[field])[:self.r.randint(1, 4)]
        options = {"case_insensitive": True} if self.r.random() < 0.2 else {}
        return {"prefix": {field: {"value": value, **options}}}

    def wildcard(self):
        field, pattern = self.r.choice([
            ("host", "w*-1?"), ("host", "*-1"), ("host", "?b-*"), ("host", "*"),
            ("host", "Cache-*"), ("level", "*o*"), ("tags", "?"), ("tags", "* *"),
            ("service.keyword", "*e*i*"), ("message", "con*"), ("message", "*load"),
            ("session.keyword", "a?f*"), ("level", "nothing*")])
        return {"wildcard": {field: {"value": pattern}}}

    def ids(self):
        return {"ids": {"values": [str(self.r.randrange(data.COUNT + 100))
                                   for _ in range(self.r.randint(0, 8))]}}

    def query_string_query(self):
        options = self.r.choice([
            {}, {"default_operator": "AND"}, {"default_field": "message"},
            {"fields": ["message", "service^3"]}, {"fields": ["message^2", "host"]},
            {"default_field": "message", "minimum_should_match": 2}])
        if not options or options == {"default_operator": "AND"}:
            options = {**options, "default_field": "message"}
        return {"query_string": {"query": self.query_string(), **options}}

    def query_string(self):
        parts = [self.query_string_part() for _ in range(self.r.randint(1, 3))]
        text = parts[0]
        for part in parts[1:]:
            text += self.r.choice([" AND ", " OR ", " AND NOT ", " && ", " "]) + part
        return f"({text}) OR level:fatal" if self.r.random() < 0.1 else text

    def query_string_part(self):
        r = self.r
        return r.choice([
            lambda: f"message:{self.words(1)}", lambda: f"message:\"{self.words(2)}\"",
            lambda: f"message:({self.words(3)})", lambda: f"host:{r.choice(data.HOSTS)}",
            lambda: f"-level:{r.choice(KEYWORDS['level'])}", lambda: "level:(error OR warn)",
            lambda: f"bytes:[{r.randint(0, 500)} TO {r.randint(500, 5000)}]",
            lambda: f"small:{{{r.randint(-20, 0)} TO {r.randint(0, 20)}]",
            lambda: f"small:>={r.randint(-20, 20)}", lambda: f"took:<{r.randint(0, 9)}.5",
            lambda: f"@timestamp:[{self.day()} TO {self.day()}]", lambda: "_exists_:users.name",
            lambda: f"host:{r.choice(['web', 'db'])}-*", lambda: "tags:\"x y\"", lambda: "ok:true",
            lambda: "tags:x\\ y", lambda: f"message:{self.words(1)}^3", lambda: "host:?b-1*",
            lambda: f"+message:{self.words(1)}", lambda: f"http.status:({r.choice([200, 404])})",
            lambda: "client:\"10.1.0.0/16\"", lambda: "*", lambda: "NOT host:w*",
        ])()

    # Orders.

    def sort(self):
        fields = self.r.sample([*NUMBERS, *FRACTIONS, *BOOLEANS, *DATES, "host", "level",
                                "service.keyword", "client"], self.r.randint(1, 2))
        keys = [self.sort_key(field) for field in fields]
        return keys + [{"seq": "desc"}] if self.r.random() < 0.7 else keys

    def sort_key(self, field):
        options = {"order": self.r.choice(["asc", "desc"])}
        if self.r.random() < 0.3:
            options["missing"] = self.r.choice(["_first", "_last"])
        if field in NUMBERS and self.r.random() < 0.3:
            options["mode"] = self.r.choice(["min", "max", "sum", "avg", "median"])
        return {field: options}

    # Aggregations.

    def aggs(self, depth):
        chosen = {}
        for number in range(self.r.randint(1, 2)):
            if depth > 1 or self.r.random() < 0.3:
                chosen[f"b{number}"] = self.buckets(depth)
            else:
                chosen[f"m{number}"] = self.metric()
        return chosen

    def metric(self):
        special = self.r.random()
        if special < 0.06:
            return {"matrix_stats": {"fields": self.r.sample([*NUMBERS, *FRACTIONS], 2)}}
        if special < 0.12:
            digits = self.r.choice([1, 2])  # with five, each bucket takes megabytes there
            return {"percentiles": {"field": self.r.choice(["seq", "users.age", "http.status"]),
                                    "percents": self.r.choice([[50], [0, 25, 75, 99.9, 100]]),
                                    "hdr": {"number_of_significant_value_digits": digits}}}
        kind = self.r.choice(["min", "max", "avg", "sum", "stats", "extended_stats",
                              "value_count", "cardinality", "percentiles"])
        field = self.r.choice([*NUMBERS, *FRACTIONS])
        if kind == "cardinality":
            field = self.r.choice([*KEYWORDS, "session.keyword", "small", "client"])
        if kind == "value_count":
            field = self.r.choice([*KEYWORDS, *NUMBERS, "client", "ok"])
        if kind in ("min", "max") and self.r.random() < 0.3:
            field = self.r.choice(DATES)
        options = {"missing": 7} if kind in ("avg", "sum") and self.r.random() < 0.2 else {}
        if kind == "percentiles":
            percents = self.r.choice([[50], [1, 50, 99], [5, 25, 75, 95]])
            # Each between two neighbours: an estimate is held to ranks (comparison.py).
            options = {"percents": [around for percent in percents
                                    for around in (percent - 1, percent, percent + 1)]}
        return {kind: {"field": field, **options}}

    def buckets(self, depth):
        make = self.r.choice([self.terms_buckets, self.terms_buckets, self.time_buckets,
                              self.time_buckets, self.histogram, self.ranges, self.date_ranges,
                              self.filters, self.filter, self.missing, self.rare_terms])
        agg = make()
        histogram = agg.get("histogram") or agg.get("date_histogram")
        # One that leaves empty buckets out is refused, once for each window of the request.
        if histogram and "min_doc_count" not in histogram and self.r.random() < 0.4:
            agg.setdefault("aggs", {})["w"] = self.window()
        if depth > 1 and self.r.random() < 0.8:
            below = self.aggs(depth - 1)
            # 7.10.2 mixes up the buckets below a `missing` of a field that does not exist: it
            # counts the documents of all filters, say, into each of them (aggs_filters.yaml). Below
            # rare_terms its numbers are not those of a query for the term, nor are all terms there.
            if agg.get("missing") != {"field": UNMAPPED} and "rare_terms" not in agg:
                agg.setdefault("aggs", {}).update(below)
        return agg

    def rare_terms(self):
        # 7.10.2 counts a document once for each of its equal numbers here.
        field = self.r.choice([*KEYWORDS, "small", "retry", "http.status"])
        return {"rare_terms": {"field": field, "max_doc_count": self.r.choice([1, 3, 20, 100])}}

    def significant_terms(self):
        r = self.r
        terms = {"field": r.choice([*KEYWORDS, "small", "retry", "http.status"]),
                 "min_doc_count": r.choice([1, 3, 10])}
        negatives = {"include_negatives": r.random() < 0.5}
        heuristic = r.choice([{}, {"jlh": {}}, {"mutual_information": negatives},
                              {"chi_square": negatives}, {"gnd": {}}, {"percentage": {}}])
        return {"significant_terms": {**terms, **heuristic}}

    def sampler(self):
        # As many as there are: of a smaller sample scores decide, which differ a little.
        sampled = {"sampler": {"shard_size": data.COUNT + 1}, "aggs": {"m": self.metric()}}
        if self.r.random() < 0.5:
            sampled = {"diversified_sampler": {"field": "seq", "shard_size": data.COUNT + 1},
                       "aggs": {"m": self.metric()}}
        return sampled

    def matrix(self):
        filters = {f"f{number}": self.query(1) for number in range(self.r.randint(1, 4))}
        return {"adjacency_matrix": {"filters": filters}}

    def window(self):
        r = self.r
        name = r.choice(["max", "min", "sum", "unweightedAvg", "linearWeightedAvg"])
        script = r.choice([f"MovingFunctions.{name}(values)", "MovingFunctions.ewma(values, 0.3)",
                           "MovingFunctions.holt(values, 0.3, 0.1)",
                           "MovingFunctions.stdDev(values, MovingFunctions.unweightedAvg(values))"])
        path = {"buckets_path": "_count"}
        return r.choice([
            {"moving_fn": {**path, "window": r.randint(1, 9), "shift": r.choice([0, 0, 1, -2]),
                           "script": script}},
            {"moving_avg": {**path, "model": r.choice(["simple", "linear", "ewma", "holt"])}},
            {"serial_diff": {**path, "lag": r.randint(1, 4)}}])

    def terms_buckets(self):
        r = self.r
        field = r.choice([*KEYWORDS, "small", "retry", "http.status", "many", "ratio", *BOOLEANS])
        terms = {"field": field, "size": r.choice([1, 3, 10, 50])}
        agg = {"terms": terms}
        order = r.random()
        if order < 0.2:
            terms["order"] = {"_key": r.choice(["asc", "desc"])}
        elif order < 0.3:
            terms["order"] = {"_count": "asc"}
            terms["size"] = 1000  # a server may not be sure which are the rarest of many
        elif order < 0.45:
            terms["order"] = {"by": r.choice(["asc", "desc"])}
            agg["aggs"] = {"by": {r.choice(["max", "min", "sum"]): {"field": "seq"}}}
        if r.random() < 0.2:
            terms["min_doc_count"] = r.choice([2, 50])
        if field in KEYWORDS and r.random() < 0.3:
            terms.update(r.choice([{"missing": "none"}, {"include": "[a-w].*"},
                                   {"exclude": ".*[13]"}, {"exclude": ["info", "a", "web-1"]}]))
        return agg

    def time_buckets(self):
        r = self.r
        if r.random() < 0.2:
            histogram = {"field": "born", "calendar_interval": r.choice(["year", "quarter"])}
        elif r.random() < 0.5:
            histogram = {"field": "@timestamp", "calendar_interval":
                         r.choice(["day", "week", "month", "1d", "hour", "quarter"])}
        else:
            histogram = {"field": "@timestamp",
                         "fixed_interval": r.choice(["1d", "12h", "7d", "90m", "6h", "36h"])}
        interval = histogram.get("calendar_interval") or histogram["fixed_interval"]
        if interval in ("hour", "90m", "6h", "12h") or r.random() < 0.3:
            histogram["min_doc_count"] = r.choice([1, 1, 3])
        elif r.random() < 0.2:
            histogram["extended_bounds"] = {"min": "2023-12-01", "max": "2025-01-15"}
        if r.random() < 0.6:
            histogram["time_zone"] = r.choice(ZONES)
        if r.random() < 0.2:
            histogram["offset"] = r.choice(["+1h", "-3h", "+30m"])
        if r.random() < 0.2:
            histogram["format"] = r.choice(["yyyy-MM-dd HH:mm", "epoch_millis", "yyyy-MM-dd XXX"])
        return {"date_histogram": histogram}

    def histogram(self):
        field, interval = self.r.choice([("small", 5), ("many", 10), ("ratio", 0.25),
                                         ("users.age", 7), ("http.request.size", 500)])
        histogram = {"field": field, "interval": interval}
        if self.r.random() < 0.3:
            histogram["min_doc_count"] = 1
        if self.r.random() < 0.2:
            histogram["offset"] = interval / 2
        return {"histogram": histogram}

    def ranges(self):
        field = self.r.choice(["bytes", "took", "small", "many"])
        edges = sorted(self.r.sample(range(-5, 500), 3))
        ranges = [{"to": edges[0]}, {"from": edges[0], "to": edges[1]}, {"from": edges[1]}]
        if self.r.random() < 0.3:
            ranges.append({"key": "wide", "from": edges[0], "to": edges[2]})
        return {"range": {"field": field, "ranges": ranges, "keyed": self.r.random() < 0.3}}

    def date_ranges(self):
        ranges = [{"to": "2024-03-31"}, {"from": "2024-03-31", "to": "2024-10-27||/M"},
                  {"from": "2024-10-27"}]
        options = {"time_zone": self.r.choice(ZONES)} if self.r.random() < 0.5 else {}
        return {"date_range": {"field": "@timestamp", "ranges": ranges, **options}}

    def filters(self):
        named = {f"f{number}": self.query(1) for number in range(self.r.randint(1, 3))}
        options = {"other_bucket": True} if self.r.random() < 0.3 else {}
        chosen = named if self.r.random() < 0.6 else list(named.values())
        return {"filters": {"filters": chosen, **options}}

    def filter(self):
        return {"filter": self.query(1)}

    def missing(self):
        return {"missing": {"field": self.r.choice([*KEYWORDS, *NUMBERS, *BOOLEANS, UNMAPPED])}}
