# SPDX-License-Identifier: Apache-2.0
"""Faults that the preloaded library of faults/ makes: what it is told, and what it has to tell."""

import dataclasses
import pathlib
import re
import signal

from program import FAILED, Ingest

# What the program may answer to each fault: how it ends, and the reason that its message has to give.
STOPS = ("stop", "torn")
REASONS = {"eio": "Input/output error", "enospc": "No space left on device", "full": "No space left on device"}
# DuckDB keeps the reason to itself when this fails.
FSYNC_FAILED = "fsync failed"
FAULTS = (*STOPS, "short", *REASONS)

# Calls that the program can do without, by file of the round's folder.
DISPENSABLE = (
    ("ftruncate|pwrite", "pipelines/.crash.lock", "the lock is good without the process id in it"),
    ("mkdir", "pipelines.*", "a folder that is there need not be made"),
    ("open|write|fsync|rename", "pipelines/crash(/trace.json|/.dltpp-.*.tmp)?", "the trace is for people"),
    ("open|write", "pipelines/crash/load/normalized/[0-9.]*/load.sql", "the statements of a load are for people"),
    ("unlink|remove", r"\.dltpp-[0-9a-f]{16}", "what is left over goes when the next database is made there"),
    ("link", "database.duckdb", "where there are no links the database is made in its place"),
    ("open|p?write|fsync|ftruncate|fallocate|remove", "database.duckdb(.wal)?", "a checkpoint: the log has what it was for"),
)


@dataclasses.dataclass(frozen=True)
class Hit:
    """A call of the C library that went wrong, and its file."""

    call: str
    path: str

    def reason_to_go_on(self) -> str | None:
        """Why the program need not fail then."""
        for call, path, reason in DISPENSABLE:
            if re.fullmatch(call, self.call) and re.fullmatch(path, self.path):
                return reason
        return None

    def names(self) -> list[str]:
        """What a message may call the file: one that is made under another name by what becomes of it, and what DuckDB
        has beside a database by the database's."""
        folder = str(pathlib.PurePath(self.path).parent)
        if ".dltpp-" not in self.path:
            return [self.path.removesuffix(".wal")]
        return ["database.duckdb"] if folder == "." else [folder]

    def __str__(self) -> str:
        return f"{self.call} {self.path}"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a call with a fault ended. `hit` is none when the program made fewer calls than the fault was to wait for."""

    code: int
    said: str
    hit: Hit | None
    folder: pathlib.Path


class Faults:
    """Calls of the program with a fault, on files below the folder of a round whose paths there begin with `files`."""

    def __init__(self, libraries: list[str], files: str = ""):
        self._files = files
        self._libraries = " ".join(str(pathlib.Path(library).resolve()) for library in libraries)

    def calls_of(self, ingest: Ingest, folder: pathlib.Path, fault: str) -> list[Hit]:
        """Makes a call in which nothing goes wrong; tells the calls of the C library that the fault can happen to."""
        outcome, calls = self._run(ingest, folder, fault, 0)
        if outcome.code != 0:
            raise AssertionError(f"{ingest.what} ended with {outcome.code}:\n{outcome.said}")
        return calls

    def run(self, ingest: Ingest, folder: pathlib.Path, fault: str, at: int) -> Outcome:
        return self._run(ingest, folder, fault, at)[0]

    def _run(self, ingest: Ingest, folder: pathlib.Path, fault: str, at: int) -> tuple[Outcome, list[Hit]]:
        log = folder / "faults.log"
        log.unlink(missing_ok=True)
        process = ingest.start(
            {
                "LD_PRELOAD": self._libraries,
                "DLTPP_FAULT": fault,
                "DLTPP_FAULT_AT": str(at),
                "DLTPP_FAULT_PREFIX": f"{folder}/{self._files}",
                "DLTPP_FAULT_LOG": str(log),
            }
        )
        said = ingest.said(process)
        lines = log.read_text().splitlines() if log.exists() else []
        calls = [hit_of(line, folder) for line in lines if not line.startswith("!")]
        hits = [hit_of(line[1:], folder) for line in lines if line.startswith("!")]
        return Outcome(process.returncode, said, hits[0] if hits else None, folder), calls


def hit_of(line: str, folder: pathlib.Path) -> Hit:
    call, path = line.split(" ", 1)
    return Hit(call, pathlib.Path(path).relative_to(folder).as_posix())


def wrong_with(fault: str, outcome: Outcome) -> str | None:
    """What is wrong with the way in which a call took a fault; nothing if it is as it should be."""
    if outcome.hit is None:
        return None if outcome.code == 0 else "it failed without the fault"
    if fault in STOPS:
        return None if outcome.code == -signal.SIGKILL else "it was not killed"
    if fault == "short":
        return None if outcome.code == 0 else "it does not go on after a short write"
    if outcome.code == 0:
        return None if outcome.hit.reason_to_go_on() else "it says nothing of the failure"
    if outcome.code != FAILED:
        return "it does not end by itself"
    if REASONS[fault] not in outcome.said and not (outcome.hit.call == "fsync" and FSYNC_FAILED in outcome.said):
        return f"its message does not say '{REASONS[fault]}'"
    # On a full disk the program may have gone on to a call that it could not do without.
    names = ["."] if fault == "full" else outcome.hit.names()
    if not any(str(outcome.folder / name) in outcome.said for name in names):
        return "its message does not name the file"
    return None
