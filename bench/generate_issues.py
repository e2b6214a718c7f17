#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes COUNT records like GitHub's issues, about 1.7 KB each, as JSONL: the benchmark's input.

A user and a list of labels, assignees and topics are nested in each, so that it becomes rows of
four tables. The same COUNT gives the same bytes.
"""

import datetime
import json
import random
import sys

WORDS = (
    "the quick brown fox jumps over lazy dog lorem ipsum dolor sit amet data pipeline schema load error "
    "incremental merge state destination table column normalise cursor bucket"
).split()
START = datetime.datetime(2020, 1, 1)
URL = "https://api.example.com/"


class Issues:
    def __init__(self, seed: int):
        self.rng = random.Random(seed)

    def text(self, words: int) -> str:
        return " ".join(self.rng.choice(WORDS) for _ in range(words))

    def time(self) -> str:
        return (START + datetime.timedelta(seconds=self.rng.randrange(150_000_000))).strftime("%Y-%m-%dT%H:%M:%SZ")

    def user(self) -> dict:
        number = self.rng.randrange(100_000)
        return {
            "login": f"user{number}",
            "id": number,
            "node_id": f"U_{number:08x}",
            "avatar_url": f"https://avatars.example.com/u/{number}?v=4",
            "url": f"{URL}users/user{number}",
            "type": "User",
            "site_admin": False,
            "score": self.rng.random(),
        }

    def label(self) -> dict:
        return {
            "id": self.rng.randrange(100),
            "name": self.rng.choice(WORDS),
            "color": f"{self.rng.randrange(1 << 24):06x}",
            "default": False,
            "description": self.text(3),
        }

    def issue(self, number: int) -> dict:
        rng = self.rng
        return {
            "id": 1_000_000 + number,
            "number": number,
            "node_id": f"I_{number:010x}",
            "url": f"{URL}repos/o/r/issues/{number}",
            "html_url": f"https://example.com/o/r/issues/{number}",
            "title": self.text(rng.randrange(4, 12)),
            "state": rng.choice(["open", "closed"]),
            "locked": rng.random() < 0.05,
            "comments": rng.randrange(50),
            "created_at": self.time(),
            "updated_at": self.time(),
            "closed_at": None if rng.random() < 0.5 else self.time(),
            "author_association": rng.choice(["NONE", "MEMBER", "OWNER"]),
            "body": self.text(rng.randrange(20, 120)),
            "draft": None,
            "score": rng.random() * 100,
            "weight": rng.randrange(10),
            "milestone": None,
            "repository_url": f"{URL}repos/o/r",
            "user": self.user(),
            "reactions": {"total_count": rng.randrange(9), "+1": rng.randrange(5), "heart": rng.randrange(3)},
            "labels": [self.label() for _ in range(rng.randrange(5))],
            "assignees": [self.user() for _ in range(rng.randrange(3))],
            "topics": [rng.choice(WORDS) for _ in range(rng.randrange(4))],
        }


def main() -> None:
    if len(sys.argv) != 3 or not sys.argv[1].isdigit():
        sys.exit(f"usage: {sys.argv[0]} COUNT FILE")
    issues = Issues(7)
    with open(sys.argv[2], "w", encoding="ascii") as out:
        for number in range(int(sys.argv[1])):
            out.write(json.dumps(issues.issue(number), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
