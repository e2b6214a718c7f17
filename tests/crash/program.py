# SPDX-License-Identifier: Apache-2.0
"""`dltpp` as crash tests call it."""

import json
import os
import pathlib
import subprocess

KILLED = -9
FAILED = 1
# What takes longer than this does not come to an end by itself.
PATIENCE_SECONDS = 300


class Program:
    def __init__(self, path: str):
        self.path = str(pathlib.Path(path).resolve())

    def query(self, address: str, sql: str) -> list[dict]:
        command = [self.path, "query", address, sql, "--format", "json"]
        return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


class Ingest:
    """A call of `dltpp ingest` that can be made again and again; each time it is a process of its own."""

    def __init__(
        self,
        program: Program,
        *,
        files: list[pathlib.Path],
        address: str,
        dataset: str,
        pipelines: pathlib.Path,
        pipeline: str = "crash",
        table: str = "items",
        options: tuple[str, ...] = (),
    ):
        self.pipelines = pipelines
        self.command = [program.path, "ingest", *map(str, files), "--to", address, "--dataset", dataset, "--quiet"]
        self.command += ["--table", table, "--pipeline", pipeline, "--pipelines-dir", str(pipelines), *options]
        self.what = f"pipeline {pipeline} into {table}"

    def start(self, environment: dict[str, str] | None = None) -> subprocess.Popen:
        """`environment`: variables that it gets besides those that are there."""
        variables = os.environ | (environment or {})
        return subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=variables)

    def run(self) -> None:
        self.end(self.start())

    def said(self, process: subprocess.Popen) -> str:
        """Waits for the end of a process that was started here, however it ends. What it said."""
        try:
            output, _ = process.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired as hangs:
            process.kill()
            raise AssertionError(f"{self.what} does not end within {PATIENCE_SECONDS} s") from hangs
        return output.decode(errors="replace").strip()

    def end(self, process: subprocess.Popen, accepted: tuple[str, ...] = ()) -> str:
        """Waits for the end of a process that was started here. What it said, if it failed with one of the errors that
        are accepted; nothing if all went well or it was killed."""
        said = self.said(process)
        if process.returncode in (0, KILLED):
            return ""
        if process.returncode == FAILED and any(error in said for error in accepted):
            return said
        raise AssertionError(f"{self.what} ended with {process.returncode}:\n{said}\n{' '.join(self.command)}")
