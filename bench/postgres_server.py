# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server for one run of a benchmark, and psql on it."""

import json
import os
import pathlib
import subprocess
import time

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


EXIT_SECONDS = 0.3  # in which a process of the server ends whose client has gone


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
        self.postmaster = pathlib.Path(where["folder"], "data/postmaster.pid").read_text().split()[0]
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

    def timed(self, run):
        """What `run` measures of a client; the CPU is with that of the server's processes for it."""
        before = self.cpu_of_ended()
        measured = run()
        time.sleep(EXIT_SECONDS)
        measured.cpu += self.cpu_of_ended() - before
        return measured

    def cpu_of_ended(self) -> float:
        """Seconds that the server's processes took which have ended."""
        stat = pathlib.Path(f"/proc/{self.postmaster}/stat").read_text()
        times = stat.rpartition(")")[2].split()[13:15]  # cutime and cstime; pid and name are cut off
        return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")

    def run_script(self, script: pathlib.Path, database: str) -> Measured:
        return self.timed(lambda: Measured([*self.psql(database), "--file", str(script)]))

    def settle(self) -> None:
        """What was written before is on disk: it does not weigh on what is timed next."""
        self.run("CHECKPOINT")

    def create_database(self, name: str, template: str = "template1") -> None:
        self.run(f"DROP DATABASE IF EXISTS {name}")
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
