#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Installs the Debian packages on a bare Debian 12 in a folder, and uses them there; then takes them away again.

Needs root, and a mirror of Debian within reach (DEBIAN_MIRROR, or debootstrap's own).
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys

from consumer import PROJECT, expect, run, run_test

TOOLS = ["debootstrap", "dpkg-deb", "lintian", "unshare", "readelf"]
# What Debian asks of its own packages only.
LINTIAN_TAGS_LEFT = ["initial-upload-closes-no-bugs"]
INSTALL = "DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends"

# What a user of the program does, who is not root.
USE_PROGRAM = r"""
set -eu
cd "$(mktemp -d)"
export HOME="$PWD"
dltpp --version
printf '{"id": 1, "lines": [{"item": "tea"}, {"item": "cup"}]}\n' > orders.jsonl
dltpp ingest orders.jsonl --to shop.duckdb
dltpp query shop.duckdb 'SELECT o.id, l.item FROM orders o JOIN orders__lines l ON l._dlt_parent_id = o._dlt_id ORDER BY item' --format csv
"""

USE_LIBRARY = r"""
set -eu
cd "$(mktemp -d)"
cmake -S /srv/consumer -B build
cmake --build build
./build/consumer
dltpp query rows.duckdb 'SELECT item FROM shop.orders__lines ORDER BY item' --format csv
"""


class BareMachine:
    """Debian as debootstrap makes it, in a folder."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        mirror = [os.environ["DEBIAN_MIRROR"]] if "DEBIAN_MIRROR" in os.environ else []
        run(["debootstrap", "--variant=minbase", "bookworm", folder, *mirror])

    def does(self, script: str, user: str = "root") -> str:
        """What the shell prints there. Its mounts and processes end with it."""
        inside = 'mount -t proc proc "$0/proc" && exec chroot --userspec="$1" "$0" /bin/sh -c "$2"'
        return run(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", inside, self.folder, user, script],
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"},
        )


def fields(package: pathlib.Path) -> dict[str, str]:
    lines = run(["dpkg-deb", "--field", package]).splitlines()
    return dict(line.split(": ", 1) for line in lines if ": " in line and not line.startswith(" "))


def look_at(program: pathlib.Path, development: pathlib.Path, work: pathlib.Path) -> None:
    """What a package says and holds, before it is installed."""
    said = fields(program)
    for library in ("libc6", "libpq5", "libssl3", "libfmt9", "libsimdjson14"):
        expect(library in said["Depends"], f"{library} is not among what the package depends on: {said['Depends']}")
    expect("duckdb" not in said["Depends"], f"DuckDB is in the package, and it depends on one: {said['Depends']}")
    expect(f"dltpp (= {said['Version']})" in fields(development)["Depends"], "libdltpp-dev does not depend on its dltpp")

    run(["dpkg-deb", "--extract", program, work])
    for binary in [work / "usr/bin/dltpp", *work.glob("usr/lib/*/dltpp/*.so")]:
        expect(".symtab" not in run(["readelf", "--sections", "--wide", binary]), f"{binary} is not stripped")

    done = subprocess.run(
        ["lintian", "--allow-root", "--fail-on", "none", "--suppress-tags", ",".join(LINTIAN_TAGS_LEFT), program, development],
        capture_output=True,
        text=True,
    )
    found = [line for line in done.stdout.splitlines() if line.startswith(("E:", "W:"))]
    expect(done.returncode == 0 and not found, f"lintian says\n{done.stdout}{done.stderr}")


def test(program: pathlib.Path, development: pathlib.Path, work: pathlib.Path) -> None:
    look_at(program, development, work / "unpacked")
    machine = BareMachine(work / "machine")
    for package in (program, development):
        shutil.copy(package, machine.folder / "srv")

    machine.does(f"{INSTALL} /srv/{program.name}")
    said = machine.does(USE_PROGRAM, user="nobody")
    expect(said.splitlines()[-3:] == ["id,item", "1,cup", "1,tea"], f"the program, installed from its package, says\n{said}")

    shutil.copytree(PROJECT, machine.folder / "srv" / "consumer")
    machine.does(f"{INSTALL} /srv/{development.name} g++ make cmake")
    said = machine.does(USE_LIBRARY)
    expect(said.splitlines()[-3:] == ["item", "cup", "tea"], f"a program that was built with libdltpp-dev says\n{said}")

    machine.does("apt-get purge -y -qq libdltpp-dev dltpp")
    left = machine.does("find /usr -name '*dltpp*' -o -name 'libduckdb*'")
    expect(not left, f"the packages leave behind\n{left}")


def only(folder: pathlib.Path, pattern: str) -> pathlib.Path:
    found = list(folder.glob(pattern))
    expect(len(found) == 1, f"expected one {pattern} in {folder}, found {found}: run `make package` first")
    return found[0].resolve()


def test_in(folder: pathlib.Path, work: pathlib.Path) -> None:
    expect(os.geteuid() == 0, "a machine of its own wants root: run this as root")
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    expect(not missing, f"missing: {', '.join(missing)}; `scripts/setup.sh packages` installs them")
    test(only(folder, "dltpp_*.deb"), only(folder, "libdltpp-dev_*.deb"), work)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", type=pathlib.Path, help="the folder that cpack put the packages into")
    options = parser.parse_args()
    return run_test(lambda work: test_in(options.packages, work))


if __name__ == "__main__":
    sys.exit(main())
