#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails when a file includes from a floor above its own, or a third-party header outside of the folder that owns it.

The floors are those of docs/architecture.md.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FLOORS = {
    "core": 1, "net": 1,
    "schema": 2, "config": 2, "state": 2, "arrow": 2, "csv": 2, "engine": 2,
    "package": 3,
    "destinations": 4,
    "extract": 5, "normalize": 5, "load": 5, "sources": 5,
    "pipeline": 6, "dataset": 6,
    "project": 7,
    "cli": 8, "dashboard": 8,
}
# Folders of one floor that must not know each other.
APART = [{"extract", "normalize", "load"}]
# Third-party headers and the folders that may include them.
OWNERS = {
    r"simdjson\.h": ["src/core/json/"],
    r"duckdb\.h": ["src/engine/"],
    r"libpq-fe\.h": ["src/destinations/postgres/"],
    r"openssl/.*": ["src/core/hash/"],
    r"yaml-cpp/.*": ["src/schema/"],
    r"zlib\.h|zstd\.h": ["src/core/files/"],
    r"CLI/.*": ["src/cli/"],
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def problems_in(path):
    relative = path.relative_to(ROOT).as_posix()
    own = relative.split("/")[1] if relative.startswith("src/") else None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quoted, header = match.group(1) == '"', match.group(2)
        where = f"{relative}:{number}"
        for pattern, folders in OWNERS.items():
            if re.fullmatch(pattern, header) and not any(relative.startswith(f) for f in folders):
                yield f"{where}: <{header}> belongs to {', '.join(folders)}"
        if relative.startswith("include/"):
            public = header.startswith("dlt/") or header.startswith("nlohmann/") or "." not in header
            if not public:
                yield f"{where}: a public header includes <{header}>"
        if own is None or not quoted:
            continue
        folder = header.split("/")[0]
        if folder == "dlt" or "/" not in header:
            continue
        if folder not in FLOORS:
            yield f"{where}: '{header}' is in no known folder"
        elif FLOORS[folder] > FLOORS[own]:
            yield f"{where}: '{header}' is on floor {FLOORS[folder]}, above floor {FLOORS[own]}"
        elif folder != own and any(folder in group and own in group for group in APART):
            yield f"{where}: '{header}': the phases do not know each other"


def main():
    files = [p for folder in ("src", "include") for p in sorted((ROOT / folder).rglob("*.?pp"))]
    problems = [problem for path in files for problem in problems_in(path)]
    print("\n".join(problems) if problems else f"layers: {len(files)} files clean")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
