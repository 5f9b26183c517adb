#!/usr/bin/env python3
"""Writes a C++ table of a folder's files, gzip-compressed, through the assembler's .incbin.

    embed.py FOLDER OUT_FOLDER

OUT_FOLDER/assets.cc defines `std::span<const elkhorn::ui::Asset> elkhorn::ui::assets()`. A folder that is
not there gives an empty table: the program then says that its UI was not built.
"""
import gzip
import pathlib
import sys

TYPES = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".json": "application/json",
    ".png": "image/png", ".ico": "image/x-icon", ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2", ".webmanifest": "application/manifest+json",
}


def main() -> None:
    folder, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    files = sorted(f for f in folder.rglob("*") if f.is_file()) if folder.is_dir() else []
    lines = ["// Written by tools/embed.py from the built UI: do not edit.", '#include "ui/assets.h"', ""]
    rows = []
    for number, file in enumerate(files):
        packed = out / f"{number}.gz"
        packed.write_bytes(gzip.compress(file.read_bytes(), 9, mtime=0))
        lines += [f'asm(".section .rodata\\n.global elkhorn_ui_{number}\\nelkhorn_ui_{number}:\\n"',
                  f'    ".incbin \\"{packed}\\"\\n.global elkhorn_ui_{number}_end\\nelkhorn_ui_{number}_end:\\n"',
                  '    ".byte 0\\n.text\\n");',
                  f'extern "C" const char elkhorn_ui_{number}[];',
                  f'extern "C" const char elkhorn_ui_{number}_end[];', ""]
        path = "/" + file.relative_to(folder).as_posix()
        kind = TYPES.get(file.suffix, "application/octet-stream")
        rows.append(f'        {{"{path}", "{kind}", {{elkhorn_ui_{number}, static_cast<std::size_t>('
                    f'elkhorn_ui_{number}_end - elkhorn_ui_{number})}}}},')
    lines += ["namespace elkhorn::ui {", "", "std::span<const Asset> assets() {",
              f"    static const std::array<Asset, {len(rows)}> table{{{{" if rows else "    static const std::array<Asset, 0> table{};"]
    if rows:
        lines += rows + ["    }};"]
    lines += ["    return table;", "}", "", "}  // namespace elkhorn::ui", ""]
    target = out / "assets.cc"
    text = "\n".join(lines)
    if not target.exists() or target.read_text() != text:
        target.write_text(text)


main()
