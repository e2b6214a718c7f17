# SPDX-License-Identifier: Apache-2.0
"""`dltpp ingest` into PostgreSQL, beside COPY of the same rows from ready-made files into the same tables.

The ready-made files are binary, as what dlt++ sends is: made by COPY TO of what it loaded. psql sends them in one transaction.
"""

import pathlib

from measured import Ingest, Measured, check_same, fresh, print_pairs
from postgres_server import Server

OURS = "ingest_dataset"
THEIRS = "rival"
DATABASE = "bench"


def data_tables(server: Server) -> list[str]:
    """Of the dataset that dlt++ made, without its system tables."""
    return [row[0] for row in server.run(
        f"SELECT tablename FROM pg_tables WHERE schemaname = '{OURS}' AND tablename NOT LIKE '\\_dlt\\_%' ORDER BY 1", DATABASE)]


def counts(server: Server, schema: str, tables: list[str]) -> dict[str, str]:
    return {table: server.run(f'SELECT count(*) FROM {schema}."{table}"', DATABASE)[0][0] for table in tables}


class Rival:
    """COPY of what dlt++ loaded once, in the same order, into tables of the same columns, constraints and indexes."""

    def __init__(self, server: Server, folder: pathlib.Path):
        self.server = server
        self.tables = data_tables(server)
        # Which outlives the tables that it is taken from.
        self.definitions = f"DROP SCHEMA IF EXISTS {THEIRS}_like CASCADE; CREATE SCHEMA {THEIRS}_like"
        self.definitions += "".join(
            f'; CREATE TABLE {THEIRS}_like."{table}" (LIKE {OURS}."{table}" INCLUDING ALL)' for table in self.tables)
        server.run(self.definitions, DATABASE)
        self.script = folder / "rival.sql"
        copies = ["BEGIN;"]
        for number, table in enumerate(self.tables):
            file = folder / f"rows-{number}"
            server.run(f"\\copy {OURS}.\"{table}\" TO '{file}' WITH (FORMAT binary)", DATABASE)
            copies.append(f"\\copy {THEIRS}.\"{table}\" FROM '{file}' WITH (FORMAT binary)")
        self.script.write_text("\n".join([*copies, "COMMIT;"]) + "\n")

    def run(self) -> Measured:
        drop(self.server)
        self.server.run(f"CREATE SCHEMA {THEIRS}" + "".join(
            f'; CREATE TABLE {THEIRS}."{table}" (LIKE {THEIRS}_like."{table}" INCLUDING ALL)' for table in self.tables), DATABASE)
        self.server.settle()
        return self.server.run_script(self.script, DATABASE)


def drop(server: Server) -> None:
    server.run(f"DROP SCHEMA IF EXISTS {OURS} CASCADE; DROP SCHEMA IF EXISTS {THEIRS} CASCADE", DATABASE)


def ingest(arguments, server: Server, data: pathlib.Path, folder: pathlib.Path) -> Ingest:
    drop(server)
    server.settle()
    pipelines = fresh(folder / "pipelines")
    return server.timed(
        lambda: Ingest(arguments.dltpp, data, "items", server.address(DATABASE), pipelines, arguments.options))


def compare(arguments, data: pathlib.Path, folder: pathlib.Path) -> None:
    megabytes = data.stat().st_size / 1e6
    ours, theirs = [], []
    with Server(folder, arguments.folder) as server:
        server.create_database(DATABASE)
        ingest(arguments, server, data, folder)
        rival = Rival(server, folder)
        loaded = counts(server, OURS, rival.tables)
        for _ in range(arguments.runs):
            ours.append(ingest(arguments, server, data, folder))
            check_same(loaded, counts(server, OURS, rival.tables))
            if not arguments.no_rival:
                theirs.append(rival.run())
                check_same(loaded, counts(server, THEIRS, rival.tables))
    print(f"{arguments.records} records, {megabytes:.0f} MB, into PostgreSQL: "
          f"median (least to most) of {arguments.runs} runs; rows: {loaded}")
    print_pairs(ours, "COPY of ready-made binary files", theirs, megabytes)
