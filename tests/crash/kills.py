# SPDX-License-Identifier: Apache-2.0
"""The ways to disturb a call of the program at random instants, until it got through."""

import dataclasses
import random
import shutil
import subprocess
import time
from typing import ClassVar

from destinations import DuckDb, Postgres
from program import Ingest


@dataclasses.dataclass
class Outcome:
    """How often a call was killed until it got through, and how often it ended with an error that was to be expected.
    `seconds`: how long it takes undisturbed, as it seems now."""

    kills: int = 0
    errors: int = 0
    seconds: float = 0.0

    MOST_ERRORS: ClassVar[int] = 50

    def add_error(self, said: str) -> None:
        self.errors += 1
        if self.errors > self.MOST_ERRORS:
            raise AssertionError(f"a call ended with an error {self.errors} times, at last with:\n{said}")


# The time that a call is given grows with each kill, so that one gets through on a machine that has slowed down.
PATIENCE = 1.1


class KillProcess:
    """SIGKILL to the program; then the working folder is kept or deleted."""

    def __init__(self, destination: DuckDb | Postgres, rng: random.Random, keeps_folder: bool):
        self.what = f"processes killed, working folder {'kept' if keeps_folder else 'deleted'}"
        self._accepted = destination.passing_errors
        self._rng = rng
        self._keeps_folder = keeps_folder

    def get_through(self, call: Ingest, seconds: float) -> Outcome:
        """Makes a call, which takes so long undisturbed, until it ends well."""
        outcome = Outcome()
        while True:
            began = time.monotonic()
            process = call.start()
            try:
                process.wait(timeout=self._rng.uniform(0, 1.2 * seconds * PATIENCE**outcome.kills))
            except subprocess.TimeoutExpired:
                process.kill()
            said = call.end(process, self._accepted)
            if process.returncode == 0:
                outcome.seconds = (seconds + time.monotonic() - began) / 2
                return outcome
            if said:
                outcome.add_error(said)
                continue
            outcome.kills += 1
            if not self._keeps_folder:
                shutil.rmtree(call.pipelines, ignore_errors=True)


class TerminateBackends:
    """The server ends the program's sessions, again and again; the program tries again by itself or gives up."""

    def __init__(self, destination: Postgres, rng: random.Random):
        self.what = "backends terminated"
        self._destination = destination
        self._accepted = destination.passing_errors
        self._rng = rng

    def get_through(self, call: Ingest, seconds: float) -> Outcome:
        outcome = Outcome(seconds=seconds)
        while True:
            process = call.start()
            while process.poll() is None:
                time.sleep(self._rng.uniform(0, 0.5 * seconds * PATIENCE**outcome.kills))
                outcome.kills += self._destination.terminate_backends()
            said = call.end(process, self._accepted)
            if not said:
                return outcome
            outcome.add_error(said)
