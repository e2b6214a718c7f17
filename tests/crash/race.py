#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starts several processes of `dltpp ingest` at once, in waves, and looks at what they left together.

The first wave finds an empty database, each later one more records. A process ends well, or with the error that says why
it was refused (another process runs the pipeline, another machine was faster with it); then it is called again, with all
that were refused at once. In the end every record must be there once, with its nested rows, every load in `_dlt_loads`,
and no schema or state twice.
"""

import argparse
import collections
import dataclasses
import pathlib
import subprocess
import sys
import tempfile
import time

from contents import Dataset
from destinations import DuckDb, Postgres, destination
from program import Ingest, Program
from records import Journal, spread
from ways import APPEND, CURSOR, merge

WAVES = 2
RECORDS_PER_WAVE = 102

IN_USE = "another process runs the pipeline"
OUTRUN = "at the destination changed after the package was extracted"
# Both began to extract in the same microsecond.
SAME_LOAD_ID = "another run committed a package with the same load id"


@dataclasses.dataclass(frozen=True)
class Race:
    """What the processes have in common: pipelines of one name run in one folder, or on several machines. `refusals`: the
    errors by which one may be refused."""

    name: str
    same_pipeline: bool = False
    same_folder: bool = False
    same_table: bool = True
    same_records: bool = False
    grows: bool = False  # files that hold all waves' records, instead of one file a wave
    updates: int = 0
    options: tuple[str, ...] = APPEND
    refusals: tuple[str, ...] = ()


RACES = (
    Race("pipelines-one-table"),
    Race("pipelines-a-table-each", same_table=False),
    Race("pipelines-cursors", options=(*APPEND, *CURSOR), grows=True),
    Race("pipelines-upsert", options=merge("upsert"), grows=True, updates=40),
    Race("pipelines-delete-insert", options=merge("delete-insert"), grows=True, updates=40),
    Race("pipelines-upsert-same-keys", options=merge("upsert"), same_records=True, grows=True, updates=40),
    Race("pipelines-delete-insert-same-keys", options=merge("delete-insert"), same_records=True, grows=True, updates=40),
    Race("pipelines-replace", options=("--write-disposition", "replace"), same_records=True, grows=True, updates=40),
    Race("folder", same_pipeline=True, same_folder=True, refusals=(IN_USE,)),
    Race("folder-same-files", same_pipeline=True, same_folder=True, same_records=True, refusals=(IN_USE,)),
    Race("machines", same_pipeline=True, refusals=(OUTRUN,)),
    Race("machines-a-table-each", same_pipeline=True, same_table=False, refusals=(OUTRUN,)),
    Race("machines-same-files", same_pipeline=True, same_records=True, refusals=(OUTRUN,)),
    Race(
        "machines-same-cursor",
        same_pipeline=True, same_records=True, grows=True, options=(*APPEND, *CURSOR), refusals=(OUTRUN,),
    ),
    Race(
        "machines-same-merge",
        same_pipeline=True, same_records=True, grows=True, updates=40, options=(*merge("upsert"), *CURSOR),
        refusals=(OUTRUN,),
    ),
)  # fmt: skip


class Racer:
    """One of the processes: what it loads in each wave."""

    def __init__(
        self, number: int, race: Race, program: Program, address: str, dataset: str, folder: pathlib.Path, seed: int
    ):
        self._race, self._program, self._address, self._dataset, self._folder = race, program, address, dataset, folder
        source = 0 if race.same_records else number
        # Pipelines that do not know of each other would find different types for the same column.
        mixed = race.same_pipeline and race.same_records
        first_id = 1_000_000 * source
        self.journal = Journal(seed + source, WAVES, RECORDS_PER_WAVE, race.updates, first_id=first_id, mixed=mixed)
        self.table = "items" if race.same_table else f"items_{number}"
        self._input = folder / f"input_{source}"
        self._pipeline = "crash" if race.same_pipeline else f"crash_{number}"
        self._pipelines = folder / ("machine" if race.same_folder else f"machine_{number}")

    def call(self, wave: int) -> Ingest:
        self._input.mkdir(parents=True, exist_ok=True)
        contents = {}
        if self._race.grows:
            contents = spread(self.journal.newest(wave), 2, "all")
        else:
            for each in range(wave + 1):
                contents |= spread(self.journal.written(each), 2, f"wave_{each}")
        for name, data in contents.items():
            file = self._input / name
            if not file.exists() or file.read_bytes() != data:
                file.write_bytes(data)
        return Ingest(
            self._program,
            files=[self._input / name for name in contents],
            address=self._address,
            dataset=self._dataset,
            pipelines=self._pipelines,
            pipeline=self._pipeline,
            table=self.table,
            options=self._race.options,
        )


def run_wave(calls: list[Ingest], refusals: tuple[str, ...]) -> int:
    """Starts all calls at once, and those that were refused again, until none is left. How often one was refused."""
    refused = 0
    waiting = calls
    while waiting:
        started: list[tuple[Ingest, subprocess.Popen]] = [(call, call.start()) for call in waiting]
        try:
            waiting = [call for call, process in started if call.end(process, refusals)]
        finally:
            for _, process in started:
                process.kill()
        if len(waiting) == len(started):
            raise AssertionError(f"of {len(started)} processes at once none got through: {waiting[0].what}")
        refused += len(waiting)
    return refused


def violations(found: Dataset, racers: list[Racer]) -> list[str]:
    records = collections.defaultdict(dict)
    for racer in racers:
        for record in racer.journal.newest(WAVES - 1):
            records[racer.table][record["id"]] = record
    wrong = found.violations()
    for table, of_table in records.items():
        wrong += found.differences_from_records(list(of_table.values()), table)
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dltpp", required=True, help="the program")
    parser.add_argument("--to", choices=["duckdb", "postgres"], default="duckdb")
    parser.add_argument("--processes", type=int, action="append", help="at once; default: 2, then 8")
    parser.add_argument("--repeat", type=int, default=1, help="every race so often")
    parser.add_argument("--race", choices=[race.name for race in RACES], action="append", help="default: all")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    program = Program(given.dltpp)
    races = [race for race in RACES if given.race is None or race.name in given.race]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="dltpp-race-") as name:
        folder = pathlib.Path(name)
        with destination(given.to, folder) as to:
            for processes in given.processes or [2, 8]:
                for race in races:
                    failed += not run_race(race, program, to, folder, processes, given.repeat, given.seed)
    return 1 if failed else 0


def run_race(
    race: Race, program: Program, to: DuckDb | Postgres, folder: pathlib.Path, processes: int, repeat: int, seed: int
) -> bool:
    began = time.monotonic()
    refused = rows = 0
    title = f"{to.kind}, {processes} processes: {race.name}"
    for number in range(repeat):
        dataset = f"race_{processes}_{RACES.index(race)}_{number}"
        address = to.address(dataset)
        racers = [
            Racer(each, race, program, address, dataset, folder / dataset, seed + 100 * number) for each in range(processes)
        ]
        for wave in range(WAVES):
            refused += run_wave([racer.call(wave) for racer in racers], (*race.refusals, SAME_LOAD_ID))
        found = Dataset(program, address, dataset)
        wrong = violations(found, racers)
        if wrong:
            print(f"{title}, the {number + 1}. time, seed {seed}:", *wrong, sep="\n  ")
            return False
        rows += sum(len(found.rows[table]) for table in found.tables)
        to.forget(dataset)
    print(
        f"{title}: {repeat} times {WAVES} waves, {refused} processes refused and called again, {rows} rows: "
        f"0 lost, 0 doubled ({time.monotonic() - began:.0f} s)",
        flush=True,
    )
    return True


if __name__ == "__main__":
    sys.exit(main())
