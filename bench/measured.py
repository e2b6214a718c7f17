# SPDX-License-Identifier: Apache-2.0
"""Programs that are run and timed, and the lines that tell how they compare."""

import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

NAME_WIDTH = 34


class Measured:
    """A program that ran to its end: seconds, those of CPU, and its peak resident memory in MB."""

    def __init__(self, command: list[str]):
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.seconds = time.monotonic() - began
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak_mb = usage.ru_maxrss / 1024
        if process.returncode != 0:
            sys.exit(f"ended with {process.returncode}: {' '.join(command)}")


class Ingest:
    """`dltpp ingest` with a working folder of its own, and its steps as its trace tells them."""

    STEPS = ("extract", "normalize", "load")

    def __init__(self, program: str, data: pathlib.Path, table: str, to: str, pipelines: pathlib.Path, options: list[str]):
        command = [program, "ingest", str(data), "--table", table, "--to", to, "--quiet"]
        measured = Measured([*command, "--pipelines-dir", str(pipelines), *options])
        self.seconds = measured.seconds
        self.cpu = measured.cpu
        self.peak_mb = measured.peak_mb
        trace = json.loads((pipelines / "ingest" / "trace.json").read_text())
        self.steps = {step["step"]: step["seconds"] for step in trace["steps"]}


def fresh(folder: pathlib.Path) -> pathlib.Path:
    """The folder, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def check_same(expected: object, actual: object) -> None:
    if actual != expected:
        sys.exit(f"what is loaded differs: {expected} expected, {actual} found")


def median_line(name: str, seconds: list[float], megabytes: float, whole: list = ()) -> None:
    """With CPU and the peak of memory when the runs were `whole` programs."""
    middle = statistics.median(seconds)
    spread = f"({min(seconds):.2f} to {max(seconds):.2f})"
    line = f"{name:{NAME_WIDTH}} {middle:7.2f} s  {spread:16} {megabytes / middle:6.0f} MB/s"
    if whole:
        cpu = statistics.median(run.cpu for run in whole)
        line += f" {cpu:6.2f} s CPU {max(run.peak_mb for run in whole):6.0f} MB"
    print(line)


def print_pairs(ours: list[Ingest], rival: str, theirs: list[Measured], megabytes: float) -> None:
    """A table of both, and how many times the rival's time ours is: the median of the pairs."""
    median_line("ingest, whole process", [run.seconds for run in ours], megabytes, ours)
    for step in Ingest.STEPS:
        median_line(f"  {step}", [run.steps[step] for run in ours], megabytes)
    both = [run.steps["extract"] + run.steps["normalize"] for run in ours]
    median_line("  extract and normalize", both, megabytes)
    if not theirs:
        return
    median_line(rival, [run.seconds for run in theirs], megabytes, theirs)

    def ratio(of_pair) -> str:
        return f"{statistics.median(of_pair(a, b) for a, b in zip(ours, theirs)):.2f}"

    print(f"ratio, median of pairs: {ratio(lambda a, b: a.seconds / b.seconds)} the whole process, "
          f"{ratio(lambda a, b: a.steps['load'] / b.seconds)} load alone, {ratio(lambda a, b: a.cpu / b.cpu)} CPU", flush=True)
