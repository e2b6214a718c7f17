# SPDX-License-Identifier: Apache-2.0
"""Where crash tests load to."""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterator

SERVER = pathlib.Path(__file__).resolve().parent.parent / "postgres/server.py"


class DuckDb:
    """A file for each dataset, in a folder of the dataset's name."""

    kind = "duckdb"
    # What the program may say when others disturb it, and another call is to bring what this one did not.
    passing_errors: tuple[str, ...] = ()

    def __init__(self, folder: pathlib.Path):
        self._folder = folder

    def address(self, dataset: str) -> str:
        # A file and a dataset of one name would be ambiguous in SQL.
        folder = self._folder / dataset
        folder.mkdir(exist_ok=True)
        return str(folder / "database.duckdb")

    def leave_former_log(self, dataset: str) -> None:
        """A database was there and was removed, but not its log."""
        pathlib.Path(self.address(dataset) + ".wal").write_text("the log of a database that was removed")

    def forget(self, dataset: str) -> None:
        for suffix in ("", ".wal"):
            pathlib.Path(self.address(dataset) + suffix).unlink(missing_ok=True)


class Postgres:
    """A database of a server for all datasets, and a session of a superuser in it."""

    kind = "postgres"
    passing_errors = (
        "cannot connect to PostgreSQL",
        "the connection to PostgreSQL was lost",
        "terminating connection due to administrator command",
        # A process that was killed may be gone while its commit is still under way.
        "at the destination changed after the package was extracted",
    )

    def __init__(self, server: dict):
        self._name = f"crash_{os.getpid()}"
        self._address = f"postgresql://{server['user']}@{server['host']}:{server['port']}/{self._name}"
        os.environ["PGPASSWORD"] = server["password"]
        psql = ["psql", "-XqAt", "-h", server["socket"], "-p", str(server["port"]), "-U", server["user"], "-d", "postgres"]
        self._psql = subprocess.Popen(psql, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self._ask(f"CREATE DATABASE {self._name}")

    def address(self, dataset: str) -> str:  # pylint: disable=unused-argument
        return self._address

    def leave_former_log(self, dataset: str) -> None:
        """The server's own affair."""

    def forget(self, dataset: str) -> None:
        # The superuser's session is in another database.
        command = ["psql", "-Xq", self._address, "-c", f"DROP SCHEMA IF EXISTS {dataset} CASCADE"]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)

    def terminate_backends(self) -> int:
        """Ends the sessions that the program has there; tells how many there were."""
        return int(
            self._ask(
                "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity "
                f"WHERE datname = '{self._name}' AND application_name = 'dltpp'"
            )
        )

    def close(self) -> None:
        self._ask(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")
        self._psql.communicate("\\q\n")

    def _ask(self, sql: str) -> str:
        print(sql, "\\echo .", sep=";\n", file=self._psql.stdin)
        lines = []
        while (line := self._psql.stdout.readline().rstrip("\n")) != ".":
            lines.append(line)
            if self._psql.poll() is not None:
                raise AssertionError("the superuser's session ended")
        return "\n".join(lines)


@contextlib.contextmanager
def destination(kind: str, folder: pathlib.Path) -> Iterator[DuckDb | Postgres]:
    """PostgreSQL: of the server that DLTPP_TEST_POSTGRES names, or one that is started for this."""
    if kind == "duckdb":
        yield DuckDb(folder)
        return
    given = os.environ.get("DLTPP_TEST_POSTGRES")
    file = pathlib.Path(given) if given else folder / "server.json"
    if not given:
        subprocess.run([sys.executable, SERVER, "start", file], check=True)
    try:
        postgres = Postgres(json.loads(file.read_text()))
        try:
            yield postgres
        finally:
            postgres.close()
    finally:
        if not given:
            subprocess.run([sys.executable, SERVER, "stop", file], check=True)
