"""Reads the step files: YAML, with the line of each step kept for messages.

A step with `later: why` holds for the reference and waits for Elkhorn: it is sent there, must fail, and
is counted. With `differs: why` Elkhorn answers otherwise on purpose, as `elkhorn:` says.

Plain words stay words: in these files only `true` and `false` are booleans, only JSON's numbers are
numbers, and `2024-01-01`, `12:30`, `yes` and `on` are strings, because that is what somebody who
writes a request expects. A key that stands twice in one object is a mistake and is refused.
"""

import datetime
import json
import re

import yaml

OUTCOME_KEYS = {"status", "expect", "expect_headers", "ids", "text", "capture"}
STEP_KEYS = OUTCOME_KEYS | {"name", "request", "headers", "body", "repeat", "gzip", "differs",
                            "elkhorn", "later"}
FILE_KEYS = {"about", "indices", "setup", "steps"}


class BadStep(Exception):
    """A step file that cannot be run as it is written."""


class _PlainLoader(yaml.SafeLoader):
    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key_node, _ in node.value:
            key = key_node.value
            if key in seen:
                line = key_node.start_mark.line + 1
                raise BadStep(f"{self.name}:{line}: the key {key} stands twice")
            seen.add(key)
        return super().construct_mapping(node, deep)


for _tag, _pattern, _first in (
        ("bool", r"^(?:true|false)$", "tf"),
        ("null", r"^(?:null|~)?$", ["n", "~", ""]),
        ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
        ("float", r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)$",
         "-0123456789")):
    _PlainLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern),
                                       list(_first))
_PlainLoader.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value))
_PlainLoader.add_constructor("tag:yaml.org,2002:float", lambda _, node: float(node.value))


class Step:
    """One request and what must come back. `line` is where it starts in its file."""

    def __init__(self, fields, path, line):
        self.path, self.line = path, line
        unknown = set(fields) - STEP_KEYS
        if unknown:
            raise BadStep(f"{self.where}: unknown keys {sorted(unknown)}")
        if ("differs" in fields) != ("elkhorn" in fields):
            raise BadStep(f"{self.where}: `differs` and `elkhorn` belong together")
        if "request" not in fields:
            raise BadStep(f"{self.where}: no `request`")
        self.fields = fields
        self.name = fields.get("name", fields["request"])

    @property
    def where(self):
        return f"{self.path.name}:{self.line}"

    def outcome(self, is_reference):
        """What must come back from this kind of server."""
        chosen = self.fields
        if "elkhorn" in self.fields and not is_reference:
            chosen = self.fields["elkhorn"]
        return {"status": 200, **{k: v for k, v in chosen.items() if k in OUTCOME_KEYS}}

    def request(self, values):
        """(method, target, body bytes or None, headers), captured values filled in."""
        method, _, target = fill(self.fields["request"], values).partition(" ")
        headers = dict(self.fields.get("headers", {}))
        body = self._body(values)
        if body is not None and not any(name.lower() == "content-type" for name in headers):
            several = isinstance(self.fields["body"], list) or "_bulk" in target
            kind = "application/x-ndjson" if several else "application/json"
            headers["Content-Type"] = kind
        return method, target, body, {name: v for name, v in headers.items() if v is not None}

    def _body(self, values):
        if "body" not in self.fields:
            return None
        body = fill(self.fields["body"], values)
        if "repeat" in self.fields:
            body = [fill(one, {"i": i}) for i in range(self.fields["repeat"]) for one in body]
        if isinstance(body, list):
            lines = (one if isinstance(one, str) else compact(one) for one in body)
            body = "".join(line + "\n" for line in lines)
        elif isinstance(body, dict):
            body = compact(body)
        return body.encode()


class StepFile:
    """The steps of one file, in order, and the names of the indices they may create."""

    def __init__(self, path):
        self.path = path
        loader = _PlainLoader(path.read_text())
        loader.name = path.name
        try:
            root = loader.get_single_node()
        except yaml.YAMLError as error:
            raise BadStep(f"{path.name}: {error}") from error
        sections = {key.value: value for key, value in root.value}
        unknown = set(sections) - FILE_KEYS
        if unknown:
            raise BadStep(f"{path.name}: unknown sections {sorted(unknown)}")
        read = lambda node: loader.construct_object(node, deep=True)
        self.indices = read(sections["indices"]) if "indices" in sections else []
        self.setup, self.steps = (
            [Step(read(item), path, item.start_mark.line + 1) for item in sections[name].value]
            if name in sections else [] for name in ("setup", "steps"))


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def known_values():
    """What every step may use: the day as it stands in daily index names, in UTC."""
    now = datetime.datetime.now(datetime.timezone.utc)
    return {"today": now.strftime("%Y.%m.%d"), "year": now.strftime("%Y")}


def fill(value, values):
    """Replaces ${name} everywhere; a string that is nothing but ${name} takes the value's type."""
    if isinstance(value, dict):
        return {fill(key, values): fill(one, values) for key, one in value.items()}
    if isinstance(value, list):
        return [fill(one, values) for one in value]
    if not isinstance(value, str):
        return value
    whole = re.fullmatch(r"\$\{(\w+)\}", value)
    if whole and whole[1] in values:
        return values[whole[1]]
    return re.sub(r"\$\{(\w+)\}", lambda m: str(values.get(m[1], m[0])), value)
