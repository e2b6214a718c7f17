# SPDX-License-Identifier: Apache-2.0
"""The records that crash tests load: nested, with columns that not all of them have, in several revisions."""

import gzip
import json
import random


class Journal:
    """Records as a system writes them one after another; each call of the program sees more of it than the one before.

    Of `updates` records in a hundred an earlier one comes again, in a new revision: at a later time, with other nested
    rows. The cursor `at` grows, and several records have the same value, also before and after the end of a call.
    `mixed`: there are values of several types for one column.
    """

    TIES = 4

    def __init__(
        self, seed: int, calls: int, records_per_call: int, updates: int, *, first_id: int = 0, mixed: bool = True
    ):
        rng = random.Random(seed)
        self.calls = []
        self._ids = []
        revisions: dict[int, int] = {}
        ticks: dict[int, int] = {}
        event = 0
        for _ in range(calls):
            written = {}
            while len(written) < records_per_call:
                number = first_id + len(revisions)
                if revisions and rng.randrange(100) < updates:
                    number = rng.choice(self._ids)
                tick = event // self.TIES
                if number in written or ticks.get(number) == tick:
                    continue
                ticks[number] = tick
                revisions[number] = revisions.get(number, 0) + 1
                if revisions[number] == 1:
                    self._ids.append(number)
                written[number] = _record(rng, number, revisions[number], tick, mixed)
                event += 1
            self.calls.append(written)

    def written(self, call: int) -> list[dict]:
        """What came before one call and after the one before it."""
        return list(self.calls[call].values())

    def newest(self, call: int) -> list[dict]:
        """Each record that was written up to a call, in its newest revision."""
        newest: dict[int, dict] = {}
        for written in self.calls[: call + 1]:
            newest |= written
        return list(newest.values())


def _record(rng: random.Random, number: int, revision: int, tick: int, mixed: bool) -> dict:
    made = {
        "id": number,
        "revision": revision,
        "name": f"name {number}",
        "at": f"2024-01-01T{tick // 3600:02}:{tick // 60 % 60:02}:{tick % 60:02}Z",
        "score": rng.choice([number, number / 2, str(number)]) if mixed else number,
        "owner": {"login": f"u{number % 7}", "admin": revision % 2 == 0},
        "tags": [f"t{revision}.{i}" for i in range(rng.randrange(4))],
        "parts": [{"n": i, "sizes": list(range(rng.randrange(3)))} for i in range(rng.randrange(4))],
    }
    if number % 11 == 0:
        made[f"rare_{number % 5}"] = {"deep": [number]}
    return made


def file_of(records: list[dict], packed: bool = False) -> bytes:
    data = "".join(json.dumps(record) + "\n" for record in records).encode()
    return gzip.compress(data, 1, mtime=0) if packed else data


def spread(records: list[dict], files: int, name: str) -> dict[str, bytes]:
    """Files with the records; the third of three is compressed."""
    contents = {}
    for index in range(files):
        packed = index % 3 == 2
        of_file = [record for record in records if record["id"] % files == index]
        contents[f"{name}_{index}.jsonl{'.gz' if packed else ''}"] = file_of(of_file, packed)
    return contents
