#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lets each call of `dltpp ingest` that opens or changes a file go wrong, and compares what is in the database.

The calls to the C library are counted in an undisturbed round, of the program and of the libraries that it loads. Then, for
each of them, a round in which it goes wrong, in fresh folders: the process is stopped there, or amid what it writes, or
the call writes half, or fails once (EIO, ENOSPC), or fails as all do from then on that need space. After a failure the
program must end by itself, and say which file it was and why. Then the call of `ingest` is made again, and at the end the
dataset must hold what a round that nothing disturbs leaves.

Threads make the order of calls vary: the n-th is the n-th of that run.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import itertools
import pathlib
import subprocess
import sys
import tempfile
import time

from destinations import DuckDb, Postgres, destination
from faults import FAULTS, Faults, Outcome, wrong_with
from program import FAILED, Ingest, Program
from rounds import Round, Undisturbed
from ways import WAYS, Way

# Rounds of few calls to the C library.
SMALL_WAYS = tuple(
    dataclasses.replace(way, calls=2, records_per_call=12)
    for way in WAYS
    if way.name in ("append", "replace", "merge-upsert", "merge-delete-insert-cursor")
)
# DuckDB writes rows to the database before they are committed only when there are many.
LARGE_WAY = dataclasses.replace(WAYS[0], name="append-large", calls=1, records_per_call=18_000)
MOST_ATTEMPTS = 50

# A checkpoint of DuckDB 1.4 seems to write blocks of metadata that are in use in their place: of one that a kill cut in
# two the checksum is wrong, and the database cannot be opened any more. No way to prevent that from outside was found.
TORN_BLOCK = "databases that a checkpoint left damaged"


@dataclasses.dataclass(frozen=True)
class Trial:
    """One round in which something goes wrong in one call of `ingest`."""

    way: Way
    call: int
    fault: str
    at: int

    def __str__(self) -> str:
        return f"--way {self.way.name} --call {self.call} --fault {self.fault} --at {self.at}"


class Trials:
    """Makes trials, several at once, and counts what came of them."""

    def __init__(self, program: Program, to: DuckDb | Postgres, faults: Faults, folder: pathlib.Path, seed: int):
        self._program, self._to, self._faults, self._folder, self._seed = program, to, faults, folder, seed
        self._numbers = itertools.count()
        self._undisturbed: dict[str, Undisturbed] = {}
        self.calls: collections.Counter[str] = collections.Counter()
        self.outcomes: collections.Counter[str] = collections.Counter()

    def round(self, way: Way) -> Round:
        it = Round(self._program, self._to, self._folder / f"round_{next(self._numbers)}", way, self._seed)
        self._to.leave_former_log(it.dataset)
        return it

    def all_of(self, way: Way, fault: str) -> list[Trial]:
        """For each call to the C library that the fault can happen to, a trial."""
        if way.name not in self._undisturbed:
            self._undisturbed[way.name] = Undisturbed(self.round(way))
        trials = []
        it = self.round(way)
        for call in range(way.calls):
            calls = self._faults.calls_of(it.call(call), it.folder, fault)
            if self._to.kind == "duckdb" and not any(hit.path.startswith("database.duckdb") for hit in calls):
                raise AssertionError(f"none of {len(calls)} calls that are seen is one of libduckdb")
            self.calls.update(hit.call for hit in calls)
            trials += [Trial(way, call, fault, at) for at in range(1, len(calls) + 1)]
        it.remove()
        return trials

    def make(self, trial: Trial) -> list[str]:
        """What is wrong after a trial."""
        it = self.round(trial.way)
        try:
            wrong = self._go_through(it, trial)
        except (AssertionError, subprocess.CalledProcessError) as error:
            return [str(error)]
        it.remove()
        return wrong

    def _go_through(self, it: Round, trial: Trial) -> list[str]:
        wrong = []
        could_not_be_removed = ""
        for number in range(trial.way.calls):
            call = it.call(number)
            if number == trial.call:
                outcome = self._faults.run(call, it.folder, trial.fault, trial.at)
                complaint = wrong_with(trial.fault, outcome)
                if complaint:
                    wrong.append(f"{outcome.hit}: {complaint}: exit code {outcome.code}\n{outcome.said}")
                self.outcomes[what_came_of(outcome)] += 1
                if outcome.hit is not None and outcome.hit.call == "unlink":
                    could_not_be_removed = outcome.hit.path
            try:
                self._get_through(call)
            except AssertionError as error:
                if number != trial.call or not is_torn_block(trial, outcome, error):
                    raise
                self.outcomes[TORN_BLOCK] += 1
                return wrong
        found = it.read()
        return wrong + it.violations(found) + self._undisturbed[trial.way.name].differences(found) + it.leftovers(could_not_be_removed)

    def _get_through(self, call: Ingest) -> None:
        for _ in range(MOST_ATTEMPTS):
            if not call.end(call.start(), self._to.passing_errors):
                return
        raise AssertionError(f"{call.what} does not get through")


def is_torn_block(trial: Trial, outcome: Outcome, error: AssertionError) -> bool:
    of_block = "the database is damaged" in str(error) and "does not match stored checksum" in str(error)
    return trial.fault == "torn" and outcome.hit is not None and outcome.hit.path == "database.duckdb" and of_block


def what_came_of(outcome: Outcome) -> str:
    if outcome.hit is None:
        return "not reached"
    return {0: "went on", FAILED: "ended with an error"}.get(outcome.code, "stopped")


def listed(counts: collections.Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.most_common())


def options_given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dltpp", required=True, help="the program")
    parser.add_argument("--preload", required=True, action="append", help="the library of faults/, after what must come first")
    parser.add_argument("--to", choices=["duckdb", "postgres"], default="duckdb")
    parser.add_argument("--fault", choices=FAULTS, action="append", help="default: all")
    ways = [way.name for way in (*SMALL_WAYS, LARGE_WAY)]
    parser.add_argument("--way", choices=ways, action="append", help="to write; default: all but the large one")
    parser.add_argument("--call", type=int, help="of a round, from 0; default: each")
    parser.add_argument("--at", type=int, help="the how manieth call to the C library; default: each")
    parser.add_argument("--files", default="", help="what their paths begin with in the folder of a round; default: all")
    parser.add_argument("--trials", type=int, help="at most, evenly spread over all that there are; default: all")
    parser.add_argument("--jobs", type=int, default=1, help="trials at once")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def run(given: argparse.Namespace, to: DuckDb | Postgres, folder: pathlib.Path) -> int:
    began = time.monotonic()
    trials = Trials(Program(given.dltpp), to, Faults(given.preload, given.files), folder, given.seed)
    faults = given.fault or FAULTS
    planned = []
    for fault in faults:
        for way in SMALL_WAYS if given.way is None else (*SMALL_WAYS, LARGE_WAY):
            if given.way is None or way.name in given.way:
                planned += trials.all_of(way, fault)
    planned = [
        trial
        for trial in planned
        if (given.call is None or trial.call == given.call) and (given.at is None or trial.at == given.at)
    ]
    possible = len(planned)
    if given.trials and given.trials < possible:
        planned = [planned[index * possible // given.trials] for index in range(given.trials)]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(given.jobs) as jobs:
        for trial, wrong in zip(planned, jobs.map(trials.make, planned)):
            if wrong:
                failed += 1
                print(f"--to {to.kind} --files '{given.files}' --seed {given.seed} {trial}:", *wrong, sep="\n  ", flush=True)
    result = "0 lost, 0 doubled" if failed == 0 else f"{failed} rounds failed"
    print(
        f"{to.kind}, {', '.join(faults)}: {len(planned)} of {possible} calls gone wrong ({listed(trials.calls)}): "
        f"{listed(trials.outcomes)}; {result} ({time.monotonic() - began:.0f} s, seed {given.seed})"
    )
    return 1 if failed else 0


def main() -> int:
    given = options_given()
    with tempfile.TemporaryDirectory(prefix="dltpp-faults-") as name:
        folder = pathlib.Path(name).resolve()
        with destination(given.to, folder) as to:
            return run(given, to, folder)


if __name__ == "__main__":
    sys.exit(main())
