# SPDX-License-Identifier: Apache-2.0
"""The ways to disturb a call of the program at random instants, until it got through."""

import random
import shutil
import subprocess
import time

from destinations import DuckDb, Postgres
from program import Ingest


class KillProcess:
    """SIGKILL to the program; then the working folder is kept or deleted."""

    def __init__(self, destination: DuckDb | Postgres, rng: random.Random, keeps_folder: bool):
        self.what = f"processes killed, working folder {'kept' if keeps_folder else 'deleted'}"
        self._accepted = destination.passing_errors
        self._rng = rng
        self._keeps_folder = keeps_folder

    def get_through(self, call: Ingest, seconds: float) -> tuple[int, int]:
        """Makes a call, which takes so long by itself, until it ends well. How often it was killed, and how often it
        ended with an error that was to be expected."""
        kills = errors = 0
        while True:
            process = call.start()
            try:
                process.wait(timeout=self._rng.uniform(0, 1.2 * seconds))
            except subprocess.TimeoutExpired:
                process.kill()
            said = call.end(process, self._accepted)
            if process.returncode == 0:
                return kills, errors
            if said:
                errors += 1
                continue
            kills += 1
            if not self._keeps_folder:
                shutil.rmtree(call.pipelines, ignore_errors=True)


class TerminateBackends:
    """The server ends the program's sessions, again and again; the program tries again by itself or gives up."""

    def __init__(self, destination: Postgres, rng: random.Random):
        self.what = "backends terminated"
        self._destination = destination
        self._accepted = destination.passing_errors
        self._rng = rng

    def get_through(self, call: Ingest, seconds: float) -> tuple[int, int]:
        kills = errors = 0
        while True:
            process = call.start()
            while process.poll() is None:
                time.sleep(self._rng.uniform(0, 0.5 * seconds))
                kills += self._destination.terminate_backends()
            if call.end(process, self._accepted):
                errors += 1
            else:
                return kills, errors
