# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server for one run of a benchmark, and psql on it."""

import json
import pathlib
import subprocess

from measured import Measured

HERE = pathlib.Path(__file__).resolve().parent
SERVER = HERE.parent / "tests/postgres/server.py"
# Those that a server comes with, but for its memory; the tests' server gives up its safety for speed.
SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "client_min_messages": "warning",
}


class Server:
    def __init__(self, folder: pathlib.Path, parent: pathlib.Path | None):
        self.file = folder / "server.json"
        self.parent = parent

    def __enter__(self) -> "Server":
        command = [str(SERVER), "start", str(self.file)]
        if self.parent:
            command += ["--folder", str(self.parent)]
        for name, value in SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        subprocess.run(command, check=True)
        where = json.loads(self.file.read_text())
        self.parameters = {"host": where["socket"], "port": str(where["port"]), "user": where["user"]}
        return self

    def __exit__(self, *_) -> None:
        subprocess.run([str(SERVER), "stop", str(self.file)], check=True)

    def address(self, database: str) -> str:
        return "postgresql:" + " ".join(f"{name}={value}" for name, value in {**self.parameters, "dbname": database}.items())

    def psql(self, database: str) -> list[str]:
        """The command, which ends with the first error."""
        command = ["psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", database]
        return command + [f"--{option}={value}" for option, value in (
            ("host", self.parameters["host"]), ("port", self.parameters["port"]), ("username", self.parameters["user"]))]

    def run(self, sql: str, database: str = "postgres") -> list[list[str]]:
        """Runs statements that are not timed; rows of the last one."""
        done = subprocess.run([*self.psql(database), "--no-align", "--tuples-only", "--command", sql],
                              check=True, stdout=subprocess.PIPE, text=True)
        return [line.split("|") for line in done.stdout.splitlines()]

    def run_timed(self, script: pathlib.Path, database: str) -> Measured:
        return Measured([*self.psql(database), "--file", str(script)])

    def settle(self) -> None:
        """What was written before is on disk: it does not weigh on what is timed next."""
        self.run("CHECKPOINT")

    def create_database(self, name: str, template: str = "template1") -> None:
        self.run(f"DROP DATABASE IF EXISTS {name}")
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
