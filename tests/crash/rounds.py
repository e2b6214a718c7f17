# SPDX-License-Identifier: Apache-2.0
"""Rounds: the calls of one way to write, one after another, and what they must leave."""

import pathlib
import shutil
import time

from contents import Dataset, differences
from destinations import DuckDb, Postgres
from program import Ingest, Program
from ways import Way


class Round:
    """The calls of one way to write, into a dataset and with a working folder of their own."""

    def __init__(self, program: Program, to: DuckDb | Postgres, folder: pathlib.Path, way: Way, seed: int):
        self._program, self._to, self.folder = program, to, folder
        self.way = way
        self._journal = way.journal(seed)
        self.dataset = folder.name
        (folder / "input").mkdir(parents=True)

    def call(self, number: int) -> Ingest:
        """A call, with its files as they are from now on."""
        files = []
        for name, contents in self.way.files(self._journal, number).items():
            file = self.folder / "input" / name
            if not file.exists() or file.read_bytes() != contents:
                file.write_bytes(contents)
            files.append(file)
        return Ingest(
            self._program,
            files=files,
            address=self._to.address(self.dataset),
            dataset=self.dataset,
            pipelines=self.folder / "pipelines",
            options=self.way.options,
        )

    def read(self) -> Dataset:
        return Dataset(self._program, self._to.address(self.dataset), self.dataset)

    def violations(self, found: Dataset) -> list[str]:
        return found.violations(self.way.comes_again) + found.differences_from_records(self.way.loaded(self._journal))

    def leftovers(self, besides: str = "") -> list[str]:
        """Files that were being made, and that nobody will go on with, but for one by its path in the folder."""
        found = sorted(self.folder.rglob(".dltpp-*"))
        return [f"{path} is left over" for path in found if path.relative_to(self.folder).as_posix() != besides]

    def remove(self) -> None:
        self._to.forget(self.dataset)
        shutil.rmtree(self.folder)


class Undisturbed:
    """What a round that nothing disturbs leaves, and how long its calls take. The round is made here, and removed."""

    def __init__(self, it: Round):
        self.seconds = 0.0
        self._divided = it.way.divided
        for number in range(it.way.calls):
            call = it.call(number)
            began = time.monotonic()
            call.run()
            self.seconds = max(self.seconds, time.monotonic() - began)
        found = it.read()
        wrong = it.violations(found)
        if wrong:
            raise AssertionError("\n  ".join(["a round that nothing disturbs:", *wrong]))
        self.contents = found.contents()
        self.loads = len(found.load_ids())
        if self._divided != (self.loads > it.way.calls):
            raise AssertionError(f"a round that nothing disturbs: {it.way.calls} calls made {self.loads} loads")
        self.rows = sum(map(len, self.contents.values()))
        it.remove()

    def differences(self, found: Dataset) -> list[str]:
        wrong = differences(self.contents, found.contents())
        if len(found.load_ids()) != self.loads and not self._divided:
            wrong.append(f"{self.loads} loads expected, {len(found.load_ids())} found")
        return wrong
