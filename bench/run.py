#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times `dltpp ingest` of issue-like records into DuckDB, beside DuckDB's own reading and unnesting.

Prints a table of medians: the whole process, its steps as its trace tells them, MB of input a
second, peak resident memory. The two programs run in turn, so that what else the machine does falls
on both.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent


class Measured:
    def __init__(self, command: list[str]):
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.seconds = time.monotonic() - began
        self.peak_mb = usage.ru_maxrss / 1024
        if process.returncode != 0:
            sys.exit(f"ended with {process.returncode}: {' '.join(command)}")


def ingest(program: str, data: pathlib.Path, folder: pathlib.Path, options: list[str]) -> tuple[Measured, dict]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    command = [program, "ingest", str(data), "--table", "issues", "--to", str(folder / "x.duckdb"), "--quiet"]
    measured = Measured([*command, "--pipelines-dir", str(folder / "pipelines"), *options])
    trace = json.loads((folder / "pipelines" / "ingest" / "trace.json").read_text())
    return measured, {step["step"]: step["seconds"] for step in trace["steps"]}


def rival(program: str, data: pathlib.Path, folder: pathlib.Path) -> Measured:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    sql = (HERE / "rival.sql").read_text().replace("{input}", str(data))
    return Measured([program, "query", str(folder / "x.duckdb"), sql, "--write"])


def median_line(name: str, seconds: list[float], megabytes: float, peaks: list[float]) -> None:
    middle = statistics.median(seconds)
    peak = f"{max(peaks):6.0f} MB" if peaks else ""
    print(f"{name:34} {middle:7.2f} s  ({min(seconds):.2f} to {max(seconds):.2f}) {megabytes / middle:8.0f} MB/s {peak}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dltpp", default=str(HERE.parent / "build/release/src/cli/dltpp"), help="the program")
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", type=pathlib.Path, help="where to work; default: a temporary folder")
    parser.add_argument("--no-rival", action="store_true")
    parser.add_argument("options", nargs="*", help="more options of ingest, after --")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="dltpp-bench-", dir=arguments.folder) as name:
        folder = pathlib.Path(name)
        data = folder / "issues.jsonl"
        subprocess.run([HERE / "generate_issues.py", str(arguments.records), str(data)], check=True)
        megabytes = data.stat().st_size / 1e6
        ours, steps, theirs = [], [], []
        for _ in range(arguments.runs):
            measured, in_steps = ingest(arguments.dltpp, data, folder / "ours", arguments.options)
            ours.append(measured)
            steps.append(in_steps)
            if not arguments.no_rival:
                theirs.append(rival(arguments.dltpp, data, folder / "theirs"))

        print(f"{arguments.records} records, {megabytes:.0f} MB, median (least to most) of {arguments.runs} runs")
        median_line("ingest, whole process", [m.seconds for m in ours], megabytes, [m.peak_mb for m in ours])
        for step in ("extract", "normalize", "load"):
            median_line(f"  {step}", [s[step] for s in steps], megabytes, [])
        both = [s["extract"] + s["normalize"] for s in steps]
        median_line("  extract and normalize", both, megabytes, [])
        if theirs:
            median_line("read_json_auto and unnest", [m.seconds for m in theirs], megabytes, [m.peak_mb for m in theirs])
            ratio = statistics.median(a.seconds / b.seconds for a, b in zip(ours, theirs))
            print(f"ratio of the whole process, median of pairs: {ratio:.2f}")


if __name__ == "__main__":
    main()
