# SPDX-License-Identifier: Apache-2.0
"""Merges in PostgreSQL; by hand: by psql, from a file of binary COPY."""

import pathlib

from measured import Ingest, Measured
from merges import NEWEST, TABLE, Merges, compare as compare_merges, statements
from postgres_server import Server

DATABASE = "bench"
BASE = "base"


class PostgresMerges(Merges):
    destination = "PostgreSQL"
    rival = "COPY and SQL by hand"

    def __init__(self, arguments, folder: pathlib.Path, strategy: str, server: Server):
        super().__init__(arguments, folder, strategy)
        self.server = server
        self.script = folder / "rival.sql"
        server.create_database(DATABASE)

    def address(self) -> str:
        return self.server.address(DATABASE)

    def query(self, sql: str) -> object:
        return self.server.run(sql, DATABASE)

    def ingest(self, data: pathlib.Path) -> Ingest:
        return self.server.timed(lambda: super(PostgresMerges, self).ingest(data))

    def keep_database(self) -> None:
        self.server.run("VACUUM ANALYZE", DATABASE)
        self.server.run(f"DROP DATABASE IF EXISTS {BASE}")
        self.server.run(f"ALTER DATABASE {DATABASE} RENAME TO {BASE}")

    def restore_database(self) -> None:
        self.server.create_database(DATABASE, BASE)
        self.server.settle()

    def write_by_hand(self) -> None:
        rows = self.folder / "rows"
        self.query(f"\\copy ({NEWEST}) TO '{rows}' WITH (FORMAT binary)")
        columns = [row[0] for row in self.query(
            f"SELECT attname FROM pg_attribute WHERE attrelid = '{TABLE}'::regclass AND attnum > 0 ORDER BY attnum")]
        self.script.write_text("\n".join([
            "BEGIN;", f"CREATE TEMPORARY TABLE staged (LIKE {TABLE});",
            f"\\copy staged FROM '{rows}' WITH (FORMAT binary)", "ANALYZE staged;",
            *(statement + ";" for statement in statements(self.strategy, columns)), "COMMIT;\n"]))

    def merge_by_hand(self) -> Measured:
        return self.server.run_script(self.script, DATABASE)


def compare(arguments, data: pathlib.Path, folder: pathlib.Path) -> None:
    with Server(folder, arguments.folder) as server:
        compare_merges(arguments, data, folder, lambda strategy: PostgresMerges(arguments, folder, strategy, server))
