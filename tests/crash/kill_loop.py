#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills `dltpp ingest` at random instants until it gets through, and compares what is in the database.

A round loads files with nested records in three calls of `ingest`, each naming more files than the
one before, appending or replacing. Every call is killed with SIGKILL after a random time and made
again until it ends by itself. Then the database must hold what a round without kills left there:
every row once, every child with its parent, every load id in `_dlt_loads` and the other way around.
Rounds go on until there were enough kills.

With --folder deleted the pipeline's working folder is removed after each kill: what was done comes
back from the destination.
"""

import argparse
import gzip
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

FILES = 9
RECORDS_PER_FILE = 300
CALLS = (3, 6, 9)
RESTLESS_SECONDS = 300


def record(rng: random.Random, number: int) -> dict:
    made = {
        "id": number,
        "name": f"name {number}",
        "at": f"2024-01-{number % 28 + 1:02}T10:00:00Z",
        "score": rng.choice([number, number / 2, str(number)]),
        "owner": {"login": f"u{number % 7}", "admin": number % 2 == 0},
        "tags": [f"t{i}" for i in range(rng.randrange(4))],
        "parts": [{"n": i, "sizes": list(range(rng.randrange(3)))} for i in range(rng.randrange(4))],
    }
    if number % 11 == 0:
        made[f"rare_{number % 5}"] = {"deep": [number]}
    return made


def write_files(folder: pathlib.Path, seed: int) -> list[pathlib.Path]:
    rng = random.Random(seed)
    paths = []
    for index in range(FILES):
        lines = [json.dumps(record(rng, index * RECORDS_PER_FILE + i)) for i in range(RECORDS_PER_FILE)]
        # Two tables; the second from compressed files.
        packed = index % 3 == 2
        path = folder / (f"events_{index}.jsonl.gz" if packed else f"issues_{index}.jsonl")
        data = ("\n".join(lines) + "\n").encode()
        path.write_bytes(gzip.compress(data, 1) if packed else data)
        paths.append(path)
    return paths


class Round:
    """A database and a working folder, and the program that loads into one from the other."""

    def __init__(self, program: str, folder: pathlib.Path, files: list[pathlib.Path], disposition: str):
        self.program = program
        self.database = folder / "loaded.duckdb"
        self.pipelines = folder / "pipelines"
        self.files = files
        self.disposition = disposition

    def start(self, call: int) -> subprocess.Popen:
        issues = [str(f) for f in self.files[: CALLS[call]]]
        command = [self.program, "ingest", *issues, "--table", "items", "--to", str(self.database), "--quiet"]
        command += ["--pipelines-dir", str(self.pipelines), "--write-disposition", self.disposition]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def query(self, sql: str) -> list[dict]:
        command = [self.program, "query", str(self.database), sql, "--format", "json"]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout)

    def contents(self) -> dict[str, list[str]]:
        """Rows by table, as text and sorted, without what differs from load to load."""
        columns: dict[str, list[str]] = {}
        for row in self.query(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'ingest_dataset' ORDER BY ordinal_position"
        ):
            columns.setdefault(row["table_name"], []).append(row["column_name"])
        found = {}
        for table, names in columns.items():
            if table.startswith("_dlt"):
                continue
            kept = [f'"{n}"' for n in sorted(names) if n not in ("_dlt_id", "_dlt_parent_id", "_dlt_load_id")]
            rows = self.query(f"SELECT {', '.join(kept)} FROM ingest_dataset.{table}")
            found[table] = sorted(json.dumps(row, sort_keys=True) for row in rows)
            self.check_keys(table, names)
        return found

    def check_keys(self, table: str, names: list[str]) -> None:
        bad = self.query(f"SELECT _dlt_id FROM ingest_dataset.{table} GROUP BY ALL HAVING count(*) > 1")
        if "_dlt_parent_id" in names:
            parent = table
            while parent := parent[: parent.rfind("__")]:
                if self.query(f"SELECT 1 AS n FROM information_schema.tables WHERE table_name = '{parent}'"):
                    break
            bad += self.query(
                f"SELECT _dlt_id FROM ingest_dataset.{table} WHERE _dlt_parent_id NOT IN "
                f"(SELECT _dlt_id FROM ingest_dataset.{parent})"
            )
        elif self.disposition == "append":
            bad += self.query(
                f"SELECT DISTINCT _dlt_load_id FROM ingest_dataset.{table} WHERE _dlt_load_id NOT IN "
                "(SELECT load_id FROM ingest_dataset._dlt_loads WHERE status = 0)"
            )
            bad += self.query(
                "SELECT load_id FROM ingest_dataset._dlt_loads GROUP BY ALL HAVING count(*) > 1 "
                f"UNION ALL SELECT load_id FROM ingest_dataset._dlt_loads WHERE load_id NOT IN "
                f"(SELECT _dlt_load_id FROM ingest_dataset.{table}) AND load_id NOT IN "
                "(SELECT _dlt_load_id FROM ingest_dataset._dlt_pipeline_state)"
            )
        if bad:
            raise AssertionError(f"table {table}: keys without what they point to, or twice: {bad[:5]}")


def finish(process: subprocess.Popen, what: str) -> None:
    output, _ = process.communicate(timeout=RESTLESS_SECONDS)
    if process.returncode != 0:
        raise AssertionError(f"{what} ended with {process.returncode}:\n{output.decode(errors='replace')}")


def run_killed(loaded: Round, call: int, longest: float, keeps: bool, rng: random.Random) -> int:
    """Makes a call until it ends by itself; returns how often it was killed."""
    kills = 0
    while True:
        process = loaded.start(call)
        try:
            process.wait(timeout=rng.uniform(0, longest))
        except subprocess.TimeoutExpired:
            process.kill()
        finish_code = process.wait()
        if finish_code != -9:
            finish(process, f"call {call + 1}")
            return kills
        process.stdout.close()
        kills += 1
        if not keeps:
            shutil.rmtree(loaded.pipelines, ignore_errors=True)


def differences(expected: dict[str, list[str]], found: dict[str, list[str]]) -> list[str]:
    lines = []
    for table in sorted(expected.keys() | found.keys()):
        wanted, got = expected.get(table, []), found.get(table, [])
        if wanted != got:
            lost, doubled = len(set(wanted) - set(got)), len(got) - len(set(got)) - (len(wanted) - len(set(wanted)))
            lines.append(f"table {table}: {len(wanted)} rows expected, {len(got)} found, {lost} lost, {doubled} doubled")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dltpp", required=True, help="the program")
    parser.add_argument("--kills", type=int, default=200, help="at least so many")
    parser.add_argument("--folder", choices=["kept", "deleted"], default="kept", help="the working folder after a kill")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    program = str(pathlib.Path(options.dltpp).resolve())
    rng = random.Random(options.seed)

    with tempfile.TemporaryDirectory(prefix="dltpp-kill-") as name:
        folder = pathlib.Path(name)
        (folder / "input").mkdir()
        files = write_files(folder / "input", options.seed)
        expected, longest = {}, {}
        for disposition in ("append", "replace"):
            (folder / disposition).mkdir()
            unkilled = Round(program, folder / disposition, files, disposition)
            took = 0.0
            for call in range(len(CALLS)):
                began = time.monotonic()
                finish(unkilled.start(call), "a call without kills")
                took = max(took, time.monotonic() - began)
            expected[disposition] = unkilled.contents()
            longest[disposition] = took * 1.2
        rows = sum(map(len, expected["append"].values()))
        if rows < FILES * RECORDS_PER_FILE or rows != sum(map(len, expected["replace"].values())):
            raise AssertionError(f"a round without kills leaves {rows} rows")

        kills = rounds = 0
        while kills < options.kills:
            disposition = ("append", "replace")[rounds % 2]
            (folder / f"round{rounds}").mkdir()
            loaded = Round(program, folder / f"round{rounds}", files, disposition)
            for call in range(len(CALLS)):
                kills += run_killed(loaded, call, longest[disposition], options.folder == "kept", rng)
            wrong = differences(expected[disposition], loaded.contents())
            if wrong:
                print(f"round {rounds}, {disposition}, seed {options.seed}:", *wrong, sep="\n  ")
                return 1
            shutil.rmtree(folder / f"round{rounds}")
            rounds += 1
    print(
        f"{kills} kills in {rounds} rounds of {len(CALLS)} calls, working folder {options.folder}: "
        f"{rows} rows of {len(expected['append'])} tables each time, 0 lost, 0 doubled"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
