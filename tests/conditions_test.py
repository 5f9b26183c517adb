#!/usr/bin/env python3
"""No condition of our Python says `A and B or C` without parentheses.

There `or C` makes the whole true whatever A and B are, which in a test is a check that cannot fail.
(C++ has -Wparentheses for it, which is an error here.)
"""

import ast
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def python_files():
    named = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                           cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for path in (ROOT / name for name in named.splitlines()):
        if path.is_file() and (path.suffix == ".py" or says_python(path)):
            yield path


def says_python(path):
    return not path.suffix and path.open("rb").readline().endswith(b"python3\n")


def mixed(source):
    """The lines where an `and` stands inside an `or` without parentheses of its own."""
    lines = source.encode().split(b"\n")
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.BoolOp) or not isinstance(node.op, ast.Or):
            continue
        for number, part in enumerate(node.values):
            if not isinstance(part, ast.BoolOp) or not isinstance(part.op, ast.And):
                continue
            # With parentheses the part begins behind one, and the whole does not begin with it.
            same_start = number == 0 and (part.lineno, part.col_offset) == (
                node.lineno, node.col_offset)
            before = lines[part.lineno - 1][:part.col_offset].rstrip()
            if same_start or not before.endswith(b"("):
                yield part.lineno


def main():
    for text, wanted in (("a and b or c", [1]), ("c or a and b", [1]), ("(a and b) or c", []),
                         ("x(a and b or c)", [1]), ("c or (a and b)", []), ("a and (b or c)", [])):
        if list(mixed(text)) != wanted:
            sys.exit(f"conditions_test.py: it does not see through: {text}")
    files = list(python_files())
    found = [f"{path.relative_to(ROOT)}:{line}: `and` beside `or`: put parentheses around what "
             f"belongs together" for path in files for line in mixed(path.read_text())]
    print("\n".join([*found, f"{len(files)} files, {len(found)} problems"]))
    sys.exit(1 if found or not files else 0)


if __name__ == "__main__":
    main()
