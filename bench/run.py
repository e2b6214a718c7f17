#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times `dltpp ingest` beside what the destination can do by itself.

    duckdb           issue-like records into a new file, beside read_json_auto and unnest
    postgres         issue-like records into new tables, beside COPY of the same rows from ready-made files
    postgres-flat    flat rows of 10 columns, likewise
    merge-duckdb     every 10th of the flat rows, changed, merged into all of them, beside SQL written by hand
    merge-postgres   likewise
    memory           peak resident memory of ingest into PostgreSQL, of 1, 2, 4 and 8 times the records; no rival

Prints medians: the whole process, its steps as its trace tells them, MB of input a second, peak
resident memory. The two programs run in turn, so that what else the machine does falls on both.
"""

import argparse
import os
import pathlib
import subprocess
import tempfile

import into_duckdb
import into_postgres
import memory
import merge_duckdb
import merge_postgres

HERE = pathlib.Path(__file__).resolve().parent
# What runs, the generator of its records, how many there are and how often it runs unless options say.
BENCHES = {
    "duckdb": (into_duckdb.compare, "generate_issues.py", 200_000, 5),
    "postgres": (into_postgres.compare, "generate_issues.py", 200_000, 5),
    "postgres-flat": (into_postgres.compare, "generate_flat.py", 1_000_000, 5),
    "merge-duckdb": (merge_duckdb.compare, "generate_flat.py", 1_000_000, 5),
    "merge-postgres": (merge_postgres.compare, "generate_flat.py", 1_000_000, 5),
    "memory": (memory.measure, "generate_issues.py", 200_000, 1),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", choices=BENCHES)
    parser.add_argument("--dltpp", default=str(HERE.parent / "build/release/src/cli/dltpp"), help="the program")
    parser.add_argument("--records", type=int)
    parser.add_argument("--runs", type=int)
    parser.add_argument("--folder", type=pathlib.Path, help="where to work; default: a temporary folder")
    parser.add_argument("--no-rival", action="store_true", help="ingest alone, without what it is compared with")
    parser.add_argument("options", nargs="*", help="more options of ingest, after --")
    arguments = parser.parse_args()
    run, generator, records, runs = BENCHES[arguments.bench]
    arguments.records = arguments.records or records
    arguments.runs = arguments.runs or runs

    with tempfile.TemporaryDirectory(prefix="dltpp-bench-", dir=arguments.folder) as name:
        folder = pathlib.Path(name)
        data = folder / "records.jsonl"
        subprocess.run([HERE / generator, str(arguments.records), str(data)], check=True)
        print(f"load average of the machine before: {os.getloadavg()[0]:.1f}", flush=True)
        run(arguments, data, folder)


if __name__ == "__main__":
    main()
