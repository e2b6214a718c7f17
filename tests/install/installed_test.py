#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Installs a build, moves what was installed, and uses it: the program, and a project with find_package(dltpp)."""

import argparse
import pathlib
import subprocess
import sys

from consumer import PROJECT, configure, expect, loads_rows, run, run_test, surroundings

# Patterns of what must be there, each for one file.
INSTALLED = [
    "bin/dltpp",
    "include/dlt/dlt.hpp",
    "include/dlt/pipeline.hpp",
    "lib*/**/libdltpp.a",
    "lib*/**/cmake/dltpp/dltppConfig.cmake",
    "lib*/**/cmake/dltpp/dltppConfigVersion.cmake",
    "share/man/man1/dltpp.1",
    "share/bash-completion/completions/dltpp",
    "share/zsh/site-functions/_dltpp",
    "share/fish/vendor_completions.d/dltpp.fish",
    "share/doc/dltpp/LICENSE",
]


def refuses(build: pathlib.Path, options: list[str], expected: str, **environment: str) -> None:
    """find_package(dltpp) says what it lacks."""
    done = subprocess.run(
        ["cmake", "-S", PROJECT, "-B", build, "-G", "Ninja", *options],
        env=surroundings(build, **environment),
        capture_output=True,
        text=True,
    )
    said = " ".join(done.stderr.split())
    expect(done.returncode != 0 and expected in said, f"expected '{expected}' of a project with {options}, got\n{done.stderr}")


def headers(folder: pathlib.Path) -> set[str]:
    return {path.name for path in (folder / "include" / "dlt").iterdir()}


def test(build: pathlib.Path, source: pathlib.Path, work: pathlib.Path) -> None:
    run(["cmake", "--install", build, "--strip", "--prefix", work / "there"])
    # It may lie anywhere.
    prefix = (work / "there").rename(work / "elsewhere")
    for pattern in INSTALLED:
        found = list(prefix.glob(pattern))
        expect(len(found) == 1 and found[0].stat().st_size > 0, f"{pattern}: installed are {found}")
    expect(headers(prefix) == headers(source), f"headers that are installed: {sorted(headers(prefix))}")

    dltpp = prefix / "bin" / "dltpp"
    said = run([dltpp, "--version"], env=surroundings(work), cwd=work)
    expect(said.startswith("dltpp "), f"dltpp --version says\n{said}")

    package = f"-DCMAKE_PREFIX_PATH={prefix}"
    configure(work / "build", package)
    run(["cmake", "--build", work / "build"])
    loads_rows(work / "build" / "consumer", dltpp, work / "run")

    refuses(work / "no-simdjson", [package, "-DCMAKE_DISABLE_FIND_PACKAGE_simdjson=ON"], "simdjson")
    refuses(work / "no-modules", [package], "dltpp links libzstd>=1.5", PKG_CONFIG_LIBDIR="/nonexistent")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True, help="a build folder with everything built")
    parser.add_argument("--source", type=pathlib.Path, required=True, help="the source of dlt++")
    options = parser.parse_args()
    return run_test(lambda work: test(options.build.resolve(), options.source.resolve(), work))


if __name__ == "__main__":
    sys.exit(main())
