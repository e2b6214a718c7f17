# SPDX-License-Identifier: Apache-2.0
"""The ways to write that crash tests go through: options of `dltpp ingest`, and what its files hold in each call."""

import dataclasses
from collections.abc import Callable

from records import Journal, spread

CALLS = 3
RECORDS_PER_CALL = 302  # a call ends amid records with the same cursor
DIVIDED_RECORDS = 1202
FILES_PER_CALL = 3
UPDATES = 40

Files = dict[str, bytes]


@dataclasses.dataclass(frozen=True)
class Way:
    """`files` tells names and contents of a call's files; `loaded` the records that the last call leaves. `divided`: a
    call loads several packages, how many depends on where it was killed."""

    name: str
    options: tuple[str, ...]
    updates: int
    files: Callable[[Journal, int], Files]
    divided: bool = False
    calls: int = CALLS
    records_per_call: int = RECORDS_PER_CALL

    @property
    def comes_again(self) -> bool:
        """Whether the cursor stays where it was until the last package of a call: all of them are merged again then."""
        return self.divided and self.updates > 0

    def journal(self, seed: int) -> Journal:
        return Journal(seed, self.calls, self.records_per_call, self.updates)

    def loaded(self, journal: Journal) -> list[dict]:
        return journal.newest(self.calls - 1)


def more_files(journal: Journal, call: int) -> Files:
    """Each call names the files of the calls before it, unchanged, and some that are new."""
    files: Files = {}
    for each in range(call + 1):
        files |= spread(journal.written(each), FILES_PER_CALL, f"call{each}")
    return files


def snapshots(journal: Journal, call: int) -> Files:
    """The same files each time, grown and changed."""
    return spread(journal.newest(call), FILES_PER_CALL, "all")


APPEND = ("--write-disposition", "append")
CURSOR = ("--incremental", "at")
KEY = ("--primary-key", "id")
# A package takes a quarter of it.
BUDGET = ("--disk-budget", "300KB")
MERGE_BUDGET = ("--disk-budget", "800KB")


def merge(strategy: str) -> tuple[str, ...]:
    return ("--write-disposition", f"merge:{strategy}", *KEY)


WAYS = (
    Way("append", APPEND, 0, more_files),
    Way("merge-upsert", merge("upsert"), UPDATES, snapshots),
    Way("append-cursor", (*APPEND, *CURSOR), 0, snapshots),
    Way("replace", ("--write-disposition", "replace"), UPDATES, snapshots),
    Way("merge-delete-insert-cursor", (*merge("delete-insert"), *CURSOR), UPDATES, snapshots),
    Way("merge-delete-insert", merge("delete-insert"), UPDATES, snapshots),
    Way("merge-upsert-cursor", (*merge("upsert"), *CURSOR), UPDATES, snapshots),
    Way("append-divided", (*APPEND, *BUDGET), 0, more_files, divided=True, records_per_call=DIVIDED_RECORDS),
    Way(
        "merge-divided",
        (*merge("delete-insert"), *CURSOR, *MERGE_BUDGET),
        UPDATES,
        snapshots,
        divided=True,
        records_per_call=DIVIDED_RECORDS,
    ),
)
