#!/usr/bin/env python3
"""Breaks a copy of the tree in each way that tools/tidy is there to find, and wants it found by name.

Usage: tests/tidy_test.py
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TIDY = ROOT / "tools/tidy"


def copy_tree(to: pathlib.Path) -> None:
    names = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                           capture_output=True, text=True, check=True).stdout.splitlines()
    for name in names:
        if name.startswith(("tests/data/", "ui/", "fuzz/")) or not (ROOT / name).is_file():
            continue
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, to / name)
    subprocess.run(["git", "init", "-q"], cwd=to, check=True)


def tidy(tree: pathlib.Path) -> tuple:
    ended = subprocess.run([sys.executable, TIDY], env={**os.environ, "TIDY_ROOT": str(tree)},
                           capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout + ended.stderr


def prepend(path: pathlib.Path, line: str) -> None:
    path.write_text(line + "\n" + path.read_text())


# What is broken, and what the complaint must say.
def includes_upwards(tree):
    prepend(tree / "src/store/code/bit_packing.cc", '#include "store/node/store.h"')
    return "src/store/code/bit_packing.cc:1: store/code may not include store/node"


def depends_upwards(tree):
    cmake = tree / "src/store/code/CMakeLists.txt"
    cmake.write_text(cmake.read_text().replace("DEPS base", "DEPS base store/node"))
    return "depends on store/node, which stands above it"


def no_door_of_an_inner_room(tree):
    prepend(tree / "src/store/group/group_builder.cc", '#include "store/code/word_table.h"')
    return "word_table.h is no door of store/code"


def no_door_of_a_room(tree):
    prepend(tree / "src/search/match/bm25.cc", '#include "store/log/write_log.h"')
    return "log/write_log.h is no door of store"


def a_full_folder(tree):
    for i in range(40):
        (tree / f"src/store/limits/piece_{i}.cc").write_text("\n")
    return "src/store/limits: holds"


def a_plugin_among_machinery(tree):
    (tree / "src/api/cat/parts/cat_nodes.cc").write_text("extern constinit const Endpoint spec{};\n")
    return "is a plug-in, but api/cat/parts has no PLUGINS"


def an_inner_room_without_a_way(tree):
    readme = tree / "src/store/README.md"
    readme.write_text(readme.read_text().replace("`limits`", "limits"))
    return "tells no way through its inner room `limits`"


def a_folder_that_is_no_room(tree):
    (tree / "src/store/attic").mkdir()
    (tree / "src/store/attic/old.cc").write_text("\n")
    return "src/store/attic: has source files and is no room"


def a_header_that_nobody_includes(tree):
    (tree / "src/text/date/lonely.h").write_text("#pragma once\n")
    return "src/text/date/lonely.h: nobody includes it"


BREAKS = [includes_upwards, depends_upwards, no_door_of_an_inner_room, no_door_of_a_room, a_full_folder,
          a_plugin_among_machinery, an_inner_room_without_a_way, a_folder_that_is_no_room,
          a_header_that_nobody_includes]


def main() -> int:
    failed = 0
    with tempfile.TemporaryDirectory() as place:
        sound = pathlib.Path(place) / "sound"
        copy_tree(sound)
        code, said = tidy(sound)
        known = set(said.splitlines())  # links to what was not copied
        for broken in BREAKS:
            tree = pathlib.Path(place) / broken.__name__
            shutil.copytree(sound, tree)
            wanted = broken(tree)
            code, said = tidy(tree)
            new = [line for line in said.splitlines() if line not in known]
            if code == 0 or not any(wanted in line for line in new):
                failed += 1
                print(f"FAIL {broken.__name__}: wanted \"{wanted}\", exit {code}:\n  " + "\n  ".join(new[:5]))
    print(f"tidy: {len(BREAKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
