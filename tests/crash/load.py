"""What crash tests do to a server, and what they remember of its answers.

`Load` runs writers and one `Owner` of indices, each in a thread with keys of its own, so that what was
acknowledged last is known exactly:

  - documents with an `_id` in two indices are indexed, changed in part, and deleted, many times over;
  - documents with generated ids go into one of three indices, the oldest of which is deleted each round;
  - indices are made with a mapping, get further fields, and are deleted;
  - scripts are kept under names, changed, and deleted.

After a restart `Ledger.check` reads everything. What was acknowledged is there, once, with its last value;
what was tried without an answer may be there or not, whole; what nobody sent is not there. From then on what
was found counts as acknowledged: a document may not come or go with the next restart.
"""
import base64
import random
import threading

from elkhorn_process import Connection, Gone

NAMED = ("named-a", "named-b")
MADE = 3
ABSENT = None


class Ledger:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.known: dict = {name: {} for name in NAMED}   # index -> key -> value or ABSENT
        self.tried: dict = {name: {} for name in NAMED}   # index -> key -> values since
        self.made: dict = {}       # index -> mark -> acknowledged?
        self.fields: dict = {}     # index -> field -> acknowledged?; "" is the index itself
        self.snapshots: dict = {}  # repository -> names of its acknowledged snapshots
        self.scripts: dict = {}    # id of a stored script -> value or ABSENT
        self.tried_scripts: dict = {}  # the same -> values since
        self.doomed: set = set()   # a delete of the index was sent and not answered
        self.complaints: list = []
        self.acknowledged = 0

    # -- what was sent, and what came back --------------------------------------------------------------

    def try_value(self, index: str, key: str, value) -> None:
        self.tried[index].setdefault(key, set()).add(value)

    def take(self, index: str, key: str, value, status: int) -> None:
        """An answer for one document with an id."""
        if status >= 500 or status == 429:
            return  # nothing is known
        self.acknowledged += 1
        before, maybe = self.known[index].get(key, ABSENT), self.tried[index].pop(key, set())
        if status == 404 and value is not ABSENT and before is not ABSENT and ABSENT not in maybe:
            self.complaints.append(f"{index}/{key} was there, but an update did not find it")
        elif status not in (200, 201, 404):
            self.complaints.append(f"{index}/{key}: status {status}")
        self.known[index][key] = ABSENT if status == 404 else value

    # -- after a restart --------------------------------------------------------------------------------

    def check(self, port: int) -> list[str]:
        connection = Connection(port)
        problems, self.complaints = self.complaints, []
        for index in NAMED:
            problems += self.check_named(index, connection.documents(index) or [])
        for index in sorted(self.made):
            problems += self.check_made(index, connection.documents(index))
        status, mappings = connection.send("GET", "/_mapping")
        if status != 200:
            return problems + [f"the mappings cannot be read: {mappings}"]
        problems += self.check_indices(mappings)
        problems += self.check_snapshots(connection)
        problems += self.check_scripts(connection)
        self.doomed.clear()
        return problems

    def check_named(self, index: str, hits: list[dict]) -> list[str]:
        problems, found = [], {}
        for hit in hits:
            found.setdefault(hit["_id"], []).append(hit["_source"]["value"])
        known, tried = self.known[index], self.tried[index]
        for key, values in found.items():
            if len(values) > 1:
                problems.append(f"{index}/{key} is there {len(values)} times")
            if key not in known and key not in tried:
                problems.append(f"nobody wrote {index}/{key}")
        for key in known.keys() | tried.keys():
            now = found.get(key, [ABSENT])[0]
            if now != known.get(key, ABSENT) and now not in tried.get(key, ()):
                problems.append(f"{index}/{key} is {now}, not {known.get(key, ABSENT)}")
            known[key] = now
        tried.clear()
        return problems

    def check_made(self, index: str, hits: list[dict] | None) -> list[str]:
        problems, marks = [], self.made[index]
        if index in self.doomed and not hits:
            marks.clear()
            return []
        found: dict = {}
        for hit in hits or []:
            mark = hit["_source"]["key"]
            found[mark] = found.get(mark, 0) + 1
        for mark, count in found.items():
            if count > 1:
                problems.append(f"{index}: {mark} is there {count} times")
            if mark not in marks:
                problems.append(f"nobody wrote {mark} into {index}")
        problems += [f"{index}: {mark} is lost" for mark, sure in marks.items() if sure and mark not in found]
        self.made[index] = {mark: True for mark in found}
        return problems

    def check_indices(self, mappings: dict) -> list[str]:
        problems = []
        for index, fields in list(self.fields.items()):
            there = set(mappings.get(index, {}).get("mappings", {}).get("properties", {}))
            if index not in mappings:
                if fields[""] is True and index not in self.doomed:
                    problems.append(f"index {index} is lost")
                del self.fields[index]
                continue
            if fields.get("") == "deleted":
                problems.append(f"index {index} is back from the dead")
            lost = [field for field, sure in fields.items() if field and sure and field not in there]
            problems += [f"{index} has lost its field {field}" for field in lost]
            self.fields[index] = {"": True} | {field: True for field in there}
        problems += [f"nobody made index {index}" for index in mappings
                     if index.startswith("owned") and index not in self.fields]
        return problems


    def check_scripts(self, connection: "Connection") -> list[str]:
        problems = []
        for key in self.scripts.keys() | self.tried_scripts.keys():
            status, answer = connection.send("GET", f"/_scripts/{key}")
            now = int(answer["script"]["source"]) if status == 200 else ABSENT
            known = self.scripts.get(key, ABSENT)
            if now != known and now not in self.tried_scripts.get(key, ()):
                problems.append(f"the stored script {key} is {now}, not {known}")
            self.scripts[key] = now
        self.tried_scripts.clear()
        return problems

    def check_snapshots(self, connection: "Connection") -> list[str]:
        problems = []
        for repository, names in self.snapshots.items():
            status, answer = connection.send("GET", f"/_snapshot/{repository}/_all")
            there = {each["snapshot"]: each["state"] for each in answer.get("snapshots", [])}
            problems += [f"snapshot {repository}/{name} is {there.get(name, f'lost ({status})')}"
                         for name in names if there.get(name) != "SUCCESS"]
        return problems


class Worker(threading.Thread):
    """Goes on until the server is gone, or `stop` is set."""

    def __init__(self, load: "Load", number: int) -> None:
        super().__init__(daemon=True)
        self.load, self.ledger, self.number = load, load.ledger, number
        self.random = random.Random(load.seed * 1000 + number)
        self.connection = Connection(load.port)

    def run(self) -> None:
        try:
            while not self.load.stopped.is_set():
                self.turn()
        except Gone:
            pass

    def turn(self) -> None:
        raise NotImplementedError


class Writer(Worker):
    KEYS = 60

    def turn(self) -> None:
        lines, sent = [], []
        for _ in range(self.random.randint(1, 30)):
            kind = self.random.random()
            if kind < 0.3:
                self.generated(lines, sent)
            else:
                self.named(kind, lines, sent)
        status, answer = self.connection.send("POST", "/_bulk?filter_path=items.*.status,error", lines)
        with self.ledger.lock:
            if status == 200:
                for (index, key, value), item in zip(sent, answer["items"], strict=True):
                    self.answered(index, key, value, next(iter(item.values()))["status"])
            else:
                self.load.refusals.append(answer)
        if status != 200:
            self.load.stopped.wait(0.02)  # a refused writer does not hammer

    def answered(self, index: str, key: str, value, status: int) -> None:
        if index in NAMED:
            self.ledger.take(index, key, value, status)
        elif status == 201:
            self.ledger.acknowledged += 1
            self.ledger.made[index][key] = True

    def document(self, key: str, value: int) -> dict:
        # Nothing that the log could compress: it is to grow, and to be flushed.
        pad = base64.b64encode(self.random.randbytes(self.load.pad)).decode()
        return {"key": key, "value": value, "pad": pad}

    def generated(self, lines: list, sent: list) -> None:
        mark, index = f"m{self.load.next_value()}", self.load.made_index
        with self.ledger.lock:
            self.ledger.made.setdefault(index, {})[mark] = False
        lines += [{"index": {"_index": index}}, self.document(mark, 0)]
        sent.append((index, mark, 0))

    def named(self, kind: float, lines: list, sent: list) -> None:
        index = NAMED[self.random.random() < 0.3]
        key, value = f"w{self.number}k{self.random.randrange(self.KEYS)}", self.load.next_value()
        action = {"_index": index, "_id": key}
        if kind < 0.45:
            value = ABSENT
            lines.append({"delete": action})
        elif kind < 0.6:
            lines += [{"update": action}, {"doc": {"value": value}}]
        else:
            lines += [{"index": action}, self.document(key, value)]
        with self.ledger.lock:
            self.ledger.try_value(index, key, value)
        sent.append((index, key, value))


class Owner(Worker):
    """Makes indices, gives them fields, deletes them."""

    def turn(self) -> None:
        doomed = f"made-{(self.load.round + 1) % MADE}"
        if self.ledger.made.get(doomed):
            self.delete(doomed)
        names = [name for name, fields in self.ledger.fields.items() if fields.get("") is True]
        if len(names) > 3:
            self.delete(names[0])
        name = f"owned-{self.load.next_value()}"
        with self.ledger.lock:
            self.ledger.fields[name] = {"": False, "key": False}
        status, _ = self.connection.send("PUT", f"/{name}", {"mappings": {"properties": {"key": {"type": "keyword"}}}})
        with self.ledger.lock:
            self.ledger.fields[name] = {"": status == 200, "key": status == 200}
        for _ in range(3):
            field = f"f{self.load.next_value()}"
            with self.ledger.lock:
                self.ledger.fields[name][field] = False
            status, _ = self.connection.send("PUT", f"/{name}/_mapping", {"properties": {field: {"type": "long"}}})
            with self.ledger.lock:
                self.ledger.fields[name][field] = status == 200
            self.connection.send("POST", f"/{name}/_doc", {"key": "x", field: 1})

    def delete(self, name: str) -> None:
        with self.ledger.lock:
            self.ledger.doomed.add(name)
        status, _ = self.connection.send("DELETE", f"/{name}")
        with self.ledger.lock:
            if status == 404 and name in self.ledger.fields:
                # A delete before it was not acknowledged: it is done, but may not last.
                self.ledger.fields[name] = {"": False}
            if status == 200:
                self.ledger.doomed.discard(name)
                self.ledger.made.pop(name, None)
                if name in self.ledger.fields:
                    self.ledger.fields[name] = {"": "deleted"}


class Archivist(Worker):
    """Registers a repository, takes snapshots of an index into it, forgets the one before."""

    def turn(self) -> None:
        repository = f"r-{self.load.next_value()}"
        location = {"type": "fs", "settings": {"location": repository}}
        status, _ = self.connection.send("PUT", f"/_snapshot/{repository}", location)
        if status == 200:
            with self.ledger.lock:
                forgotten, self.ledger.snapshots = list(self.ledger.snapshots), {repository: []}
            for before in forgotten:
                self.connection.send("DELETE", f"/_snapshot/{before}")
        for name in ("first", "second") if status == 200 else ():
            body = {"indices": NAMED[0], "ignore_unavailable": True}
            status, _ = self.connection.send("PUT", f"/_snapshot/{repository}/{name}?wait_for_completion=true", body)
            if status == 200:
                with self.ledger.lock:
                    self.ledger.snapshots[repository].append(name)
        self.load.stopped.wait(0.5)


class Librarian(Worker):
    """Keeps scripts under a few names, changes them, deletes some."""

    def turn(self) -> None:
        key, value = f"s{self.random.randrange(5)}", self.load.next_value()
        if self.random.random() < 0.3:
            value = ABSENT
        with self.ledger.lock:
            self.ledger.tried_scripts.setdefault(key, set()).add(value)
        if value is ABSENT:
            status, _ = self.connection.send("DELETE", f"/_scripts/{key}")
        else:
            body = {"script": {"lang": "painless", "source": str(value)}}
            status, _ = self.connection.send("PUT", f"/_scripts/{key}", body)
        if status in (200, 404):
            with self.ledger.lock:
                self.ledger.acknowledged += status == 200
                self.ledger.scripts[key] = value
                self.ledger.tried_scripts.pop(key, None)
        self.load.stopped.wait(0.05)


class Load:
    """All of them at one server, for one round."""

    values = 0
    values_lock = threading.Lock()

    def __init__(self, port: int, ledger: Ledger, round_number: int, seed: int, *, writers: int = 8,
                 pad: int = 300) -> None:
        self.port, self.ledger, self.round, self.seed, self.pad = port, ledger, round_number, seed, pad
        self.made_index = f"made-{round_number % MADE}"
        self.stopped = threading.Event()
        self.refusals: list = []
        self.workers = [Writer(self, number) for number in range(writers)]
        self.workers += [Owner(self, writers), Archivist(self, writers + 1), Librarian(self, writers + 2)]
        for worker in self.workers:
            worker.start()

    def next_value(self) -> int:
        with Load.values_lock:
            Load.values += 1
            return Load.values

    def join(self) -> None:
        self.stopped.set()
        for worker in self.workers:
            worker.join()
