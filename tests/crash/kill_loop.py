#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Disturbs `dltpp ingest` at random instants until it gets through, and compares what is in the database.

A round loads files with nested records in some calls of `ingest`, in one way to write; each call finds more than the one
before. Every call is killed after a random time and made again until it ends by itself. Then the dataset must hold what
was written, and nothing else: what a round without kills left, every row once, newest revisions only where they are
merged, every nested row with its parent, every load id in `_dlt_loads` and the other way around, and schemas and states
once. Rounds go on, through all ways to write, until there were enough kills.

With --folder deleted the pipeline's working folder is removed after each kill: what was done comes back from the
destination. With --kill backend the sessions at the server are ended, not the program.
"""

import argparse
import pathlib
import random
import sys
import tempfile
import time

from destinations import DuckDb, Postgres, destination
from kills import KillProcess, TerminateBackends
from program import Program
from rounds import Round, Undisturbed
from ways import CALLS, WAYS


def options_given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dltpp", required=True, help="the program")
    parser.add_argument("--to", choices=["duckdb", "postgres"], default="duckdb")
    parser.add_argument("--kill", choices=["process", "backend"], default="process", help="backend: of PostgreSQL")
    parser.add_argument("--kills", type=int, default=200, help="at least so many")
    parser.add_argument("--folder", choices=["kept", "deleted"], default="kept", help="the working folder after a kill")
    parser.add_argument("--way", choices=[way.name for way in WAYS], action="append", help="to write; default: all")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.kill == "backend" and given.to != "postgres":
        parser.error("--kill backend is for --to postgres")
    return given


def run(given: argparse.Namespace, to: DuckDb | Postgres, folder: pathlib.Path) -> int:
    program = Program(given.dltpp)
    rng = random.Random(given.seed)
    if given.kill == "backend":
        disturbance = TerminateBackends(to, rng)
    else:
        disturbance = KillProcess(to, rng, given.folder == "kept")
    ways = [way for way in WAYS if given.way is None or way.name in given.way]
    undisturbed: dict[str, Undisturbed] = {}
    began = time.monotonic()
    kills = errors = rounds = rows = 0
    while kills < given.kills:
        way = ways[(given.seed + rounds) % len(ways)]
        if way.name not in undisturbed:
            undisturbed[way.name] = Undisturbed(Round(program, to, folder / f"calm_{rounds}", way, given.seed))
        expected = undisturbed[way.name]
        disturbed = Round(program, to, folder / f"round_{rounds}", way, given.seed)
        for number in range(CALLS):
            outcome = disturbance.get_through(disturbed.call(number), expected.seconds)
            kills += outcome.kills
            errors += outcome.errors
            expected.seconds = outcome.seconds
        found = disturbed.read()
        wrong = disturbed.violations(found) + expected.differences(found)
        if wrong:
            print(f"round {rounds}, {way.name}, seed {given.seed}, after {kills} kills:", *wrong, sep="\n  ")
            return 1
        rows += expected.rows
        disturbed.remove()
        rounds += 1
    print(
        f"{given.to}: {kills} {disturbance.what}, {errors} calls that ended with an error and were made again; "
        f"{rounds} rounds of {CALLS} calls, {min(rounds, len(ways))} ways to write, {rows} rows compared: 0 lost, 0 doubled "
        f"({time.monotonic() - began:.0f} s, seed {given.seed})"
    )
    return 0


def main() -> int:
    given = options_given()
    with tempfile.TemporaryDirectory(prefix="dltpp-kill-") as name:
        folder = pathlib.Path(name)
        with destination(given.to, folder) as to:
            return run(given, to, folder)


if __name__ == "__main__":
    sys.exit(main())
