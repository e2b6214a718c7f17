# SPDX-License-Identifier: Apache-2.0
"""Merges in DuckDB; by hand: by `dltpp query --write`, so with the same libduckdb and settings, from a Parquet file."""

import json
import pathlib
import shutil
import subprocess

from measured import Measured
from merges import NEWEST, TABLE, Merges, compare as compare_merges, statements


class DuckdbMerges(Merges):
    destination = "DuckDB"
    rival = "Parquet and SQL by hand"

    def __init__(self, arguments, folder: pathlib.Path, strategy: str):
        super().__init__(arguments, folder, strategy)
        self.database = folder / "x.duckdb"
        self.base = folder / "base.duckdb"
        self.sql = ""
        self.database.unlink(missing_ok=True)

    def address(self) -> str:
        return str(self.database)

    def query(self, sql: str) -> list[dict]:
        command = [self.arguments.dltpp, "query", str(self.database), sql, "--format", "json"]
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)

    def write(self, sql: str) -> Measured:
        return Measured([self.arguments.dltpp, "query", str(self.database), sql, "--write"])

    def keep_database(self) -> None:
        self.database.replace(self.base)

    def restore_database(self) -> None:
        shutil.copyfile(self.base, self.database)

    def write_by_hand(self) -> None:
        rows = self.folder / "rows.parquet"
        self.write(f"COPY ({NEWEST}) TO '{rows}' (FORMAT parquet)")
        columns = list(self.query(f"SELECT * FROM {TABLE} LIMIT 1")[0])
        self.sql = ";\n".join(["BEGIN", f"CREATE TEMPORARY TABLE staged AS FROM '{rows}'",
                               *statements(self.strategy, columns), "COMMIT"])

    def merge_by_hand(self) -> Measured:
        return self.write(self.sql)


def compare(arguments, data: pathlib.Path, folder: pathlib.Path) -> None:
    compare_merges(arguments, data, folder, lambda strategy: DuckdbMerges(arguments, folder, strategy))
