# SPDX-License-Identifier: Apache-2.0
"""Peak resident memory of `dltpp ingest` into PostgreSQL as the input grows: it is to stay where it is."""

import itertools
import pathlib
import statistics

import into_postgres
from postgres_server import Server

TIMES = (1, 2, 4, 8)


def repeated(data: pathlib.Path, times: int, lines: int, to: pathlib.Path) -> None:
    """All of the file's records, `times` over."""
    with to.open("wb") as out:
        for _ in range(times):
            with data.open("rb") as records:
                out.writelines(itertools.islice(records, lines))


def measure(arguments, data: pathlib.Path, folder: pathlib.Path) -> None:
    print("peak resident memory of ingest into PostgreSQL")
    with Server(folder, arguments.folder) as server:
        server.create_database(into_postgres.DATABASE)
        for times in TIMES:
            more = folder / "more.jsonl"
            repeated(data, times, arguments.records, more)
            runs = [into_postgres.ingest(arguments, server, more, folder) for _ in range(arguments.runs)]
            megabytes = more.stat().st_size / 1e6
            seconds = statistics.median(run.seconds for run in runs)
            peak = max(run.peak_mb for run in runs)
            print(f"{arguments.records * times:8} records {megabytes:6.0f} MB {seconds:7.2f} s {peak:6.0f} MB peak", flush=True)
