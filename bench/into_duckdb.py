# SPDX-License-Identifier: Apache-2.0
"""`dltpp ingest` into a new DuckDB file, beside DuckDB's own reading and unnesting of the same file."""

import pathlib

from measured import Ingest, Measured, fresh, print_pairs

HERE = pathlib.Path(__file__).resolve().parent


def ingest(arguments, data: pathlib.Path, folder: pathlib.Path) -> Ingest:
    fresh(folder)
    return Ingest(arguments.dltpp, data, "issues", str(folder / "x.duckdb"), folder / "pipelines", arguments.options)


def rival(program: str, data: pathlib.Path, folder: pathlib.Path) -> Measured:
    fresh(folder)
    sql = (HERE / "rival.sql").read_text().replace("{input}", str(data))
    return Measured([program, "query", str(folder / "x.duckdb"), sql, "--write"])


def compare(arguments, data: pathlib.Path, folder: pathlib.Path) -> None:
    megabytes = data.stat().st_size / 1e6
    ours, theirs = [], []
    for _ in range(arguments.runs):
        ours.append(ingest(arguments, data, folder / "ours"))
        if not arguments.no_rival:
            theirs.append(rival(arguments.dltpp, data, folder / "theirs"))
    print(f"{arguments.records} records, {megabytes:.0f} MB, into DuckDB: median (least to most) of {arguments.runs} runs")
    print_pairs(ours, "read_json_auto and unnest", theirs, megabytes)
