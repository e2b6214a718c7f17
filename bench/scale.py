#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How `dltpp ingest` into DuckDB behaves as its input gets large in one way or another. There is no rival.

    start      a run of one row, and --version
    tables     one load of many small tables
    columns    one table of many columns
    queue      many packages of one row each that wait: the time that one takes is to stay what it is
    memory     peak resident memory, by the size of a record and by how many there are: it is to stay where it is
    memory-postgres  the same into PostgreSQL, where what the destination takes is not counted
    flat       flat records of JSON, CSV and Parquet: rows a second through extract and normalize

Prints medians of --runs.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile

from measured import Ingest, Measured, fresh
from postgres_server import Server

HERE = pathlib.Path(__file__).resolve().parent
KILOBYTE = 1024


def large_record(number: int, size: int) -> dict:
    """About `size` bytes of JSON, a part of them in a list. No text comes twice, and none packs well."""
    items = min(64, size // 256)
    item_bytes = 85
    text = "".join(f"{(number * 2654435761 + j * 40503) % 4294967296:08x}" for j in range((size - items * item_bytes) // 8))
    return {"id": number, "text": text, "items": [{"n": j, "t": text[j * 64 : (j + 1) * 64]} for j in range(items)]}


class Scale:
    def __init__(self, arguments, folder: pathlib.Path):
        self.program = arguments.dltpp
        self.queue_program = arguments.queue_program
        self.runs = arguments.runs
        self.folder = folder
        # Where the server of a database has its folder, which another user must be able to reach.
        self.parent = arguments.folder

    def ingest(self, data: pathlib.Path, to: str) -> Ingest:
        place = fresh(self.folder / "run")
        return Ingest(self.program, data, "t", to or str(place / "x.duckdb"), place / "pipelines", ["--write-disposition", "replace"])

    def ingests(self, data: pathlib.Path, to: str = "") -> list[Ingest]:
        """Into a new DuckDB database, unless said otherwise."""
        return [self.ingest(data, to) for _ in range(self.runs)]

    def line(self, what: str, runs: list[Ingest]) -> None:
        steps = ", ".join(f"{step} {statistics.median(run.steps[step] for run in runs):.2f}" for step in Ingest.STEPS)
        seconds = statistics.median(run.seconds for run in runs)
        print(f"{what:44} {seconds:7.2f} s  ({steps})  {max(run.peak_mb for run in runs):4.0f} MB", flush=True)

    def write(self, name: str, lines) -> pathlib.Path:
        path = self.folder / name
        with path.open("w", encoding="ascii") as out:
            for line in lines:
                out.write(json.dumps(line, separators=(",", ":")) + "\n")
        return path

    def start(self) -> None:
        version = [Measured([self.program, "--version"]).seconds for _ in range(self.runs)]
        print(f"{'--version':44} {statistics.median(version) * 1000:7.0f} ms")
        runs = self.ingests(self.write("one.jsonl", [{"id": 1}]))
        print(f"{'a run of one row':44} {statistics.median(run.seconds for run in runs) * 1000:7.0f} ms")

    def tables(self) -> None:
        for tables in (10, 100, 1000):
            data = self.write("tables.jsonl", [{f"t{i}": [{"a": i, "b": "x"}] for i in range(tables)}] * 3)
            self.line(f"{tables} tables of 3 rows", self.ingests(data))

    def columns(self) -> None:
        for columns in (20, 200, 2000):
            rows = 2_000_000 // columns
            record = {f"c{i}": i if i % 2 else f"text {i}" for i in range(columns)}
            self.line(f"{rows} rows of {columns} columns", self.ingests(self.write("columns.jsonl", [record] * rows)))

    def queue(self) -> None:
        for packages in (100, 1000, 10_000):
            place = fresh(self.folder / "run")
            printed = subprocess.run([self.queue_program, str(packages), str(place)], check=True, stdout=subprocess.PIPE, text=True)
            print(printed.stdout, end="", flush=True)

    def memory(self, to: str = "") -> None:
        for size in (KILOBYTE, 64 * KILOBYTE, KILOBYTE * KILOBYTE):
            for times in (1, 4, 8):
                records = times * 100 * KILOBYTE * KILOBYTE // size
                path = self.write("memory.jsonl", (large_record(i, size) for i in range(records)))
                self.line(f"{records} records of {size // KILOBYTE} KB, {path.stat().st_size / 1e6:.0f} MB", self.ingests(path, to=to))

    def memory_postgres(self) -> None:
        with Server(self.folder, self.parent) as server:
            server.create_database("bench")
            self.memory(server.address("bench"))

    def flat(self) -> None:
        rows = 500_000
        data = self.folder / "flat.jsonl"
        subprocess.run([HERE / "generate_flat.py", str(rows), str(data)], check=True)
        for ending, copy in (("csv", "FORMAT csv, HEADER"), ("parquet", "FORMAT parquet")):
            sql = f"COPY (FROM read_json_auto('{data}')) TO '{self.folder}/flat.{ending}' ({copy})"
            subprocess.run([self.program, "query", str(self.folder / "copy.duckdb"), sql, "--write"], check=True, stdout=subprocess.DEVNULL)
        for ending in ("jsonl", "csv", "parquet"):
            runs = self.ingests(self.folder / f"flat.{ending}")
            self.line(f"{rows} rows of 10 columns, {ending}", runs)
            both = statistics.median(run.steps["extract"] + run.steps["normalize"] for run in runs)
            print(f"{'  extract and normalize':44} {rows / both / 1e6:7.2f} million rows/s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", choices=["start", "tables", "columns", "queue", "memory", "memory-postgres", "flat"])
    build = HERE.parent / "build/release"
    parser.add_argument("--dltpp", default=str(build / "src/cli/dltpp"), help="the program")
    parser.add_argument("--queue-program", default=str(build / "bench/dltpp_queue"), help="what makes packages wait")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=pathlib.Path, help="where to work; default: a temporary folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dltpp-scale-", dir=arguments.folder) as name:
        getattr(Scale(arguments, pathlib.Path(name)), arguments.bench.replace("-", "_"))()


if __name__ == "__main__":
    main()
