"""The documents that the differential test searches: 20,000 log lines, always the same ones.

What is in them is what makes servers differ: values missing, in arrays and in objects, whole
numbers beside fractions, dates in several notations, dense around the two nights when European
clocks change, words of a small vocabulary of which few are common and most are rare (Zipf), and
fields with an explicit type beside fields that the server has to find a type for. A field's values
keep one kind, because the real server would refuse others.
"""

import datetime
import random

SEED = 20240331
COUNT = 20_000
BATCH = 2_000

MAPPING = {
    "settings": {"number_of_shards": 1, "number_of_replicas": 0},
    "mappings": {"properties": {
        "@timestamp": {"type": "date"},
        "seq": {"type": "long"},
        "host": {"type": "keyword"},
        "level": {"type": "keyword"},
        "message": {"type": "text"},
        "bytes": {"type": "long"},
        "took": {"type": "double"},
        "small": {"type": "integer"},
        "ok": {"type": "boolean"},
        "client": {"type": "ip"},
        "tags": {"type": "keyword"},
        "many": {"type": "long"},
        "born": {"type": "date"},
    }},
}

WORDS = [a + b for a in ("con", "re", "un", "time", "de", "in", "per", "sub", "data", "net")
         for b in ("nect", "fuse", "set", "out", "lay", "valid", "mit", "ject", "base", "work",
                   "load", "stream", "queue", "lock", "page", "log", "user", "host", "error",
                   "done")]
HOSTS = [f"{kind}-{number}" for kind in ("web", "db", "Cache") for number in range(1, 16)]
LEVELS = ["info"] * 12 + ["warn"] * 4 + ["error"] * 2 + ["debug"] * 3 + ["fatal"]
TAGS = ["a", "b", "c", "prod", "test", "eu-1", "us-1", "x y"]
NAMES = ["ann", "bob", "cid", "dora", "eve", "finn", "Gus"]
SERVICES = ["checkout", "user profile", "search api", "Billing Engine", "gateway"]
ZONES = ["Z", "+00:00", "+02:00", "-05:30"]
CLOCK_CHANGES = ["2024-03-31T01:00:00", "2024-10-27T01:00:00", "2024-03-10T07:00:00",
                 "2024-11-03T06:00:00"]
UTC = datetime.timezone.utc


def zipf(random_source, values):
    """A value, the first ones far more often than the last ones."""
    return values[int(len(values) ** random_source.random()) - 1]


def instant(r):
    """Seconds since 1970: two times in three within two days of a change of clocks."""
    if r.random() < 0.66:
        change = datetime.datetime.fromisoformat(r.choice(CLOCK_CHANGES)).replace(tzinfo=UTC)
        return change.timestamp() + r.uniform(-2, 2) * 86_400
    first = datetime.datetime(2024, 1, 1, tzinfo=UTC).timestamp()
    return first + r.random() * 366 * 86_400


def written(r, seconds):
    """An instant in one of the notations that loggers use."""
    if r.random() < 0.2:
        return int(seconds * 1000)
    zone = r.choice(ZONES)
    shift = 0 if zone in ("Z", "+00:00") else 7200 if zone == "+02:00" else -19_800
    local = datetime.datetime.fromtimestamp(int(seconds) + shift, UTC)
    text = local.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{int(seconds * 1000) % 1000:03d}{zone}"


def document(r, number):
    """One log line. Every `maybe` leaves its field out of some documents."""
    fields = {"seq": number, "@timestamp": written(r, instant(r))}

    def maybe(name, chance, make):
        if r.random() < chance:
            fields[name] = make()

    maybe("host", 0.95, lambda: r.choice(HOSTS))
    maybe("level", 0.9, lambda: r.choice(LEVELS))
    maybe("message", 0.95, lambda: sentence(r))
    maybe("bytes", 0.9, lambda: int(r.paretovariate(1.1) * 100) if r.random() < 0.95 else 0)
    maybe("took", 0.85, lambda: round(r.lognormvariate(1, 2) - 2, 3))
    maybe("small", 0.9, lambda: r.randint(-20, 20))
    maybe("ok", 0.8, lambda: r.random() < 0.7)
    maybe("client", 0.7, lambda: f"10.{r.randint(0, 3)}.{r.randint(0, 9)}.{r.randint(1, 250)}"
          if r.random() < 0.9 else f"2001:db8::{r.randint(1, 500):x}")
    maybe("tags", 0.6, lambda: r.sample(TAGS, r.randint(0, 3)) if r.random() < 0.8
          else r.choice(TAGS))
    maybe("many", 0.5, lambda: [r.randint(0, 100) for _ in range(r.randint(0, 4))])
    maybe("born", 0.3, lambda: f"{r.randint(1950, 2020)}-{r.randint(1, 12):02d}-"
          f"{r.randint(1, 28):02d}")
    dynamic_fields(r, maybe)
    return fields


def dynamic_fields(r, maybe):
    """The fields without an explicit type."""
    maybe("service", 0.8, lambda: r.choice(SERVICES))
    maybe("ratio", 0.7, lambda: r.randint(0, 64) / 64 + 0.0078125)  # exact as a 32-bit float
    maybe("retry", 0.4, lambda: r.randint(0, 5))
    maybe("cached", 0.5, lambda: r.random() < 0.5)
    maybe("session", 0.6, lambda: f"{r.randrange(16 ** 6):06x}")
    maybe("http", 0.6, lambda: {"status": r.choice([200, 200, 200, 301, 404, 500, 503]),
                                "request": {"method": r.choice(["GET", "POST", "PUT"]),
                                            "size": r.randint(0, 5000)}})
    maybe("users", 0.3, lambda: [{"name": r.choice(NAMES), "age": r.randint(18, 80)}
                                 for _ in range(r.randint(1, 3))])


def sentence(r):
    words = [zipf(r, WORDS) for _ in range(r.randint(2, 12))]
    if r.random() < 0.2:
        words[0] = words[0].upper()
    if r.random() < 0.2:
        words.append(str(r.randint(1, 50)))
    return r.choice([" ", " ", " ", ", "]).join(words)


def documents():
    r = random.Random(SEED)
    return [document(r, number) for number in range(COUNT)]
