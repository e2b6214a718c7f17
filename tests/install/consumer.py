# SPDX-License-Identifier: Apache-2.0
"""The project in the folder consumer, which links dlt++, and what must come of it."""

import os
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Callable

PROJECT = pathlib.Path(__file__).resolve().parent / "consumer"


class Failure(Exception):
    """What was expected did not come; says which."""


def run_test(test: Callable[[pathlib.Path], None]) -> int:
    """The exit code of a test that gets an empty folder of its own."""
    with tempfile.TemporaryDirectory(prefix="dltpp-install-") as work:
        try:
            test(pathlib.Path(work).resolve())
        except Failure as failure:
            print(failure, file=sys.stderr)
            return 1
    return 0


def run(command: list, **options) -> str:
    """What the command prints, on both streams. Its failure is the test's."""
    done = subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        **options,
    )
    if done.returncode != 0:
        raise Failure(f"exit code {done.returncode}: {' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def expect(condition: bool, message: str) -> None:
    if not condition:
        raise Failure(message)


def surroundings(home: pathlib.Path, **others: str) -> dict[str, str]:
    """Nothing of the user's own, and no help in finding libraries."""
    kept = {name: os.environ[name] for name in ("PATH", "CCACHE_DIR", "TMPDIR") if name in os.environ}
    # ccache's own settings lie in the user's home.
    return {**kept, "HOME": os.environ.get("HOME", str(home)), "DLT_DATA_DIR": str(home), "LC_ALL": "C.UTF-8", **others}


def configure(build: pathlib.Path, *options: str) -> None:
    run(["cmake", "-S", PROJECT, "-B", build, "-G", "Ninja", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", *options])


def loads_rows(consumer: pathlib.Path, dltpp: pathlib.Path, folder: pathlib.Path) -> None:
    """Runs the consumer, and asks what it loaded with the program."""
    folder.mkdir()
    environment = surroundings(folder)
    said = run([consumer], cwd=folder, env=environment)
    expect("is LOADED" in said, f"the consumer says\n{said}")
    sql = "SELECT o.id, l.item FROM shop.orders o JOIN shop.orders__lines l ON l._dlt_parent_id = o._dlt_id ORDER BY item"
    rows = run([dltpp, "query", "rows.duckdb", sql, "--format", "csv"], cwd=folder, env=environment)
    expect(rows.split() == ["id,item", "1,cup", "1,tea"], f"the consumer loaded\n{rows}")
