"""Does an answer hold what a step expects? Expectations are a part of the answer, in plain YAML.

Objects match when each expected key matches; other keys are ignored, but {} means an empty one.
Arrays match element by element and in length. Scalars must be equal; true is not 1, but 1 equals
1.0, as JSON has one kind of number. An object whose keys start with `$` is a predicate on the value
at its place (all of them must hold), and the word `$absent` says that the key must not be there at
all. The README lists the predicates; `differences` names the path of all that does not match.
"""

import re

MISSING = object()

TYPES = {
    "int": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "string": lambda v: isinstance(v, str),
    "bool": lambda v: isinstance(v, bool),
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "null": lambda v: v is None,
}


class BadExpectation(Exception):
    """The step itself is wrong; nothing a server answers could pass or fail it."""


def differences(expected, actual, path=""):
    """A list of (path, expected, actual), empty when all is as expected."""
    if expected == "$absent":
        return [] if actual is MISSING else [(path, "no such key", actual)]
    if actual is MISSING:
        wants_nothing = isinstance(expected, dict) and expected.get("$exists") is False
        return [] if wants_nothing else [(path, expected, "(no such key)")]
    if isinstance(expected, dict):
        if expected and all(key.startswith("$") for key in expected):
            return _predicates(expected, actual, path)
        return _object(expected, actual, path)
    if isinstance(expected, list):
        return _array(expected, actual, path)
    return [] if same(expected, actual) else [(path, expected, actual)]


def same(expected, actual):
    """Equal all the way down, nothing more and nothing less; the order of keys does not matter."""
    if isinstance(expected, dict):
        return isinstance(actual, dict) and expected.keys() == actual.keys() and all(
            same(value, actual[key]) for key, value in expected.items())
    if isinstance(expected, list):
        return isinstance(actual, list) and len(expected) == len(actual) and all(
            same(one, other) for one, other in zip(expected, actual))
    return expected == actual and isinstance(expected, bool) == isinstance(actual, bool)


def _object(expected, actual, path):
    if not isinstance(actual, dict):
        return [(path, expected, actual)]
    if not expected and actual:
        return [(path, expected, actual)]
    found = []
    for key, value in expected.items():
        found += differences(value, actual.get(key, MISSING), f"{path}.{key}" if path else key)
    return found


def _array(expected, actual, path):
    if not isinstance(actual, list):
        return [(path, expected, actual)]
    if len(expected) != len(actual):
        return [(path, f"{len(expected)} elements: {expected}",
                 f"{len(actual)} elements: {actual}")]
    found = []
    for index, value in enumerate(expected):
        found += differences(value, actual[index], f"{path}[{index}]")
    return found


def _predicates(expected, actual, path):
    found = []
    for name, argument in expected.items():
        if name not in PREDICATES:
            raise BadExpectation(f"unknown predicate {name} at {path or 'the top'}")
        if not PREDICATES[name](argument, actual):
            found.append((path, {name: argument}, actual))
    return found


def _unordered(expected, actual):
    """Each expected element finds a partner of its own, whatever the order."""
    if not isinstance(actual, list) or len(expected) != len(actual):
        return False
    left = list(actual)
    for value in expected:
        partner = next((i for i, one in enumerate(left) if not differences(value, one)), None)
        if partner is None:
            return False
        del left[partner]
    return True


def _contains(expected, actual):
    if isinstance(actual, str):
        return expected in actual
    if isinstance(actual, dict):
        return expected in actual
    return isinstance(actual, list) and any(not differences(expected, one) for one in actual)


def _approx(argument, actual):
    value, tolerance = argument
    return TYPES["number"](actual) and abs(actual - value) <= tolerance


def _number(check):
    return lambda argument, actual: TYPES["number"](actual) and check(argument, actual)


PREDICATES = {
    "$exists": lambda argument, actual: argument is True,
    "$type": lambda argument, actual: TYPES[argument](actual),
    "$match": lambda argument, actual: isinstance(actual, str)
    and re.search(argument, actual, re.S) is not None,
    "$gt": _number(lambda argument, actual: actual > argument),
    "$gte": _number(lambda argument, actual: actual >= argument),
    "$lt": _number(lambda argument, actual: actual < argument),
    "$lte": _number(lambda argument, actual: actual <= argument),
    "$length": lambda argument, actual: hasattr(actual, "__len__") and len(actual) == argument,
    "$approx": _approx,
    "$contains": _contains,
    "$set": _unordered,
    "$exactly": lambda argument, actual: same(argument, actual),
    "$keys": lambda argument, actual: isinstance(actual, dict) and list(actual) == argument,
    "$not": lambda argument, actual: bool(differences(argument, actual)),
    "$one_of": lambda argument, actual: any(not differences(one, actual) for one in argument),
}
