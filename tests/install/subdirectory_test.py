#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A project that has the source of dlt++ in a subfolder: add_subdirectory.

Without --all only its own file is compiled: all of dlt++ takes minutes.
"""

import argparse
import pathlib
import sys

from consumer import configure, expect, loads_rows, run, run_test


def targets(build: pathlib.Path) -> set[str]:
    lines = run(["ninja", "-C", build, "-t", "targets", "all"]).splitlines()
    return {line.split(":")[0] for line in lines}


def test(source: pathlib.Path, work: pathlib.Path, dltpp: pathlib.Path | None) -> None:
    build = work / "build"
    options = [f"-DDLTPP_SOURCE={source}"]
    if dltpp:
        # Kept for the next time.
        build = source / "build" / "subdirectory"
        # A folder at a time, and nothing optimized: the least work.
        options += ["-DCMAKE_UNITY_BUILD=ON"]
    configure(build, *options)

    # Of ours only the library: no program, no tests; and no settings for the project's own files.
    ours = {name for name in targets(build) if name.startswith("dltpp/")}
    strange = {name for name in ours if any(f"/{folder}/" in name for folder in ("tests", "examples", "cli"))}
    expect("dltpp/src/libdltpp.a" in ours and not strange, f"the project builds of dlt++: {sorted(strange or ours)}")
    commands = (build / "compile_commands.json").read_text()
    own = [line for line in commands.splitlines() if '"command"' in line and "consumer.dir" in line]
    expect(len(own) == 1 and "-Wconversion" not in own[0], f"the project's file is compiled with\n{own}")

    if dltpp:
        run(["cmake", "--build", build, "-j", "2"])
        loads_rows(build / "consumer", dltpp, work / "run")
    else:
        run(["ninja", "-C", build, "CMakeFiles/consumer.dir/main.cpp.o"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=pathlib.Path, required=True, help="the source of dlt++")
    parser.add_argument("--all", type=pathlib.Path, metavar="DLTPP", help="build all, run it, and ask this program what it loaded")
    options = parser.parse_args()
    return run_test(lambda work: test(options.source.resolve(), work, options.all and options.all.resolve()))


if __name__ == "__main__":
    sys.exit(main())
