#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs cases of the program: a folder each, with `cmd`, a shell script, and `expected`, what it prints.

The other files of the folder are the case's input: `cmd` runs in an empty folder that has copies of
them, with prelude.sh read before. What differs from run to run is replaced (see Placeholders).
With --update, `expected` is written instead of compared: read it before you commit it.
"""

import argparse
import datetime
import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
NOT_INPUT = {"cmd", "expected"}
TIMEOUT_SECONDS = 120


class Placeholders:
    """Replaces what differs from run to run: folders, load ids, times, durations, rates."""

    def __init__(self, folder: pathlib.Path, program: str):
        self.paths = [(str(folder / "work"), "<work>"), (str(folder / "home"), "<home>"), (program, "<dltpp>")]
        today = datetime.datetime.now(datetime.timezone.utc).date()
        days = [today + datetime.timedelta(days=d) for d in (-1, 0, 1)]
        self.now = re.compile(rf"(?:{'|'.join(map(str, days))})[T ][0-9:.]+(?:Z|\+00(?::00)?)?")
        self.load_ids: dict[str, str] = {}

    def load_id(self, match: re.Match) -> str:
        return self.load_ids.setdefault(match[0], f"<load id {len(self.load_ids) + 1}>")

    def apply(self, text: str) -> str:
        for path, name in self.paths:
            text = text.replace(path, name)
        text = re.sub(r"\b[12]\d{9}\.\d{1,6}\b", self.load_id, text)
        text = self.now.sub("<now>", text)
        text = re.sub(r'("seconds": )[0-9.e-]+', r"\1<seconds>", text)
        text = re.sub(r"\b\d+\.\d\d( s$| s | seconds)", r"<seconds>\1", text, flags=re.MULTILINE)
        text = re.sub(r", \d+(\.\d)? [kMG]?B/s", "", text)
        # States and job files hold times and load ids, whose length varies.
        text = re.sub(r"^(! (?:normalize|load) +)\d+(?:\.\d)? [kMG]?B", r"\1<size>", text, flags=re.MULTILINE)
        text = re.sub(r"\bPID \d+", "PID <pid>", text)
        return text.replace("\r", "<CR>")


def run(case: pathlib.Path, program: str) -> str:
    with tempfile.TemporaryDirectory(prefix="dltpp-case-") as name:
        folder = pathlib.Path(name).resolve()
        work, home = folder / "work", folder / "home"
        home.mkdir()
        work.mkdir()
        for entry in case.iterdir():
            if entry.name in NOT_INPUT:
                continue
            if entry.is_dir():
                shutil.copytree(entry, work / entry.name)
            else:
                shutil.copy(entry, work / entry.name)
        # DLT_DATA_DIR: for root the data folder would else be the machine's.
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "DLT_DATA_DIR": str(home / ".dlt"),
            "DLTPP": program,
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")},
        }
        done = subprocess.run(
            ["sh", "-u", "-c", f". '{HERE}/prelude.sh'; . '{case}/cmd'"],
            cwd=work,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        return Placeholders(folder, program).apply(done.stdout.decode("utf-8", "backslashreplace"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dltpp", required=True, help="the program")
    parser.add_argument("--update", action="store_true", help="write `expected` instead of comparing")
    parser.add_argument("cases", nargs="*", type=pathlib.Path, help="folders of cases; default: all")
    options = parser.parse_args()
    program = str(pathlib.Path(options.dltpp).resolve())

    failed = 0
    for case in options.cases or sorted((HERE / "cases").iterdir()):
        case = case.resolve()
        actual = run(case, program)
        expectation = case / "expected"
        if options.update:
            expectation.write_text(actual, encoding="utf-8")
            continue
        expected = expectation.read_text(encoding="utf-8") if expectation.exists() else ""
        if actual == expected:
            continue
        failed += 1
        print(f"case {case.name} differs from {expectation}")
        diff = difflib.unified_diff(expected.splitlines(True), actual.splitlines(True), "expected", "actual")
        sys.stdout.writelines(diff)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
