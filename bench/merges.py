# SPDX-License-Identifier: Apache-2.0
"""Changed rows merged into a table by `dltpp ingest`, beside the same merge written by hand.

By hand: a temporary table of the same rows from a ready-made file, then MERGE or DELETE and INSERT, in one transaction. Each merge
begins with a fresh copy of the database and of the pipeline's working folder.
"""

import abc
import pathlib
import shutil
import subprocess

from measured import Ingest, Measured, check_same, print_pairs

HERE = pathlib.Path(__file__).resolve().parent
STRATEGIES = ("upsert", "delete-insert")
TABLE = "ingest_dataset.items"
EVERY = 10  # record is changed

# The rows that came last: after a merge, the changed ones.
NEWEST = f"SELECT * FROM {TABLE} WHERE _dlt_load_id = (SELECT max(load_id) FROM ingest_dataset._dlt_loads) ORDER BY id"
# What a merge leaves, whoever did it.
OUTCOME = f"SELECT count(*) AS rows, count(DISTINCT id) AS ids, sum(quantity) AS quantity FROM {TABLE}"


def statements(strategy: str, columns: list[str]) -> list[str]:
    """What merges the rows of a table `staged` by `id`."""
    names = ", ".join(columns)
    if strategy == "delete-insert":
        return [f"DELETE FROM {TABLE} AS d USING staged AS s WHERE d.id = s.id",
                f"INSERT INTO {TABLE} ({names}) SELECT {names} FROM staged"]
    assignments = ", ".join(f"{name} = s.{name}" for name in columns)
    values = ", ".join(f"s.{name}" for name in columns)
    return [f"MERGE INTO {TABLE} AS d USING staged AS s ON d.id = s.id "
            f"WHEN MATCHED THEN UPDATE SET {assignments} WHEN NOT MATCHED THEN INSERT ({names}) VALUES ({values})"]


class Merges(abc.ABC):
    """The merges of a strategy at a destination."""

    destination: str
    rival: str

    def __init__(self, arguments, folder: pathlib.Path, strategy: str):
        self.arguments = arguments
        self.folder = folder
        self.strategy = strategy
        self.pipelines = folder / "pipelines"
        self.pipelines_before = folder / "pipelines-before"

    @abc.abstractmethod
    def address(self) -> str: ...

    @abc.abstractmethod
    def keep_database(self) -> None:
        """What is loaded becomes that with which each merge begins."""

    @abc.abstractmethod
    def restore_database(self) -> None: ...

    @abc.abstractmethod
    def write_by_hand(self) -> None:
        """Makes the ready-made file out of the rows that were merged, and the statements that merge it."""

    @abc.abstractmethod
    def merge_by_hand(self) -> Measured: ...

    @abc.abstractmethod
    def query(self, sql: str) -> object: ...

    def ingest(self, data: pathlib.Path) -> Ingest:
        options = ["--write-disposition", f"merge:{self.strategy}", "--primary-key", "id", *self.arguments.options]
        return Ingest(self.arguments.dltpp, data, "items", self.address(), self.pipelines, options)

    def restore(self) -> None:
        self.restore_database()
        shutil.rmtree(self.pipelines)
        shutil.copytree(self.pipelines_before, self.pipelines)

    def compare(self, data: pathlib.Path, changed: pathlib.Path) -> tuple[list[Ingest], list[Measured]]:
        for pipelines in (self.pipelines, self.pipelines_before):
            shutil.rmtree(pipelines, ignore_errors=True)
        self.ingest(data)
        self.keep_database()
        shutil.copytree(self.pipelines, self.pipelines_before)
        self.restore()
        self.ingest(changed)
        outcome = self.query(OUTCOME)
        self.write_by_hand()

        ours, theirs = [], []
        for _ in range(self.arguments.runs):
            self.restore()
            ours.append(self.ingest(changed))
            check_same(outcome, self.query(OUTCOME))
            if not self.arguments.no_rival:
                self.restore()
                theirs.append(self.merge_by_hand())
                check_same(outcome, self.query(OUTCOME))
        return ours, theirs


def compare(arguments, data: pathlib.Path, folder: pathlib.Path, of_strategy) -> None:
    """Prints a table for each of the merges that `of_strategy` gives."""
    changed = folder / "changed.jsonl"
    subprocess.run([HERE / "generate_flat.py", str(arguments.records), str(changed), str(EVERY)], check=True)
    megabytes = changed.stat().st_size / 1e6
    for strategy in STRATEGIES:
        merges = of_strategy(strategy)
        ours, theirs = merges.compare(data, changed)
        print(f"{strategy}: {arguments.records // EVERY} rows, {megabytes:.0f} MB, into {arguments.records} "
              f"in {merges.destination}: median (least to most) of {arguments.runs} runs")
        print_pairs(ours, merges.rival, theirs, megabytes)
