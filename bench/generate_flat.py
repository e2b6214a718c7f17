#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes COUNT flat records of 10 columns, about 230 bytes each, as JSONL: integers, doubles, a bool, times, short texts.

    generate_flat.py COUNT FILE [EVERY]

With EVERY, only each EVERY-th record, changed: the same `id`, other values. The same arguments give the same bytes.
"""

import datetime
import json
import random
import sys

NAMES = "anna bela carl dora emil fritz gerda hans ida jan karla lea max nora otto paul rosa sven tina udo".split()
CITIES = "Aachen Berlin Celle Dresden Essen Fulda Gera Halle Ilmenau Jena Kassel Leipzig Mainz".split()
START = datetime.datetime(2020, 1, 1)


def time(rng: random.Random) -> str:
    return (START + datetime.timedelta(seconds=rng.randrange(150_000_000))).strftime("%Y-%m-%dT%H:%M:%SZ")


def record(rng: random.Random, number: int) -> dict:
    return {
        "id": number,
        "name": f"{rng.choice(NAMES)} {rng.choice(NAMES)}",
        "city": rng.choice(CITIES),
        "code": f"{rng.randrange(1 << 32):08x}",
        "quantity": rng.randrange(1000),
        "price": round(rng.random() * 1000, 2),
        "weight": rng.random(),
        "active": rng.random() < 0.7,
        "created_at": time(rng),
        "updated_at": time(rng),
    }


def main() -> None:
    if len(sys.argv) not in (3, 4) or not all(number.isdigit() for number in [sys.argv[1], *sys.argv[3:]]):
        sys.exit(f"usage: {sys.argv[0]} COUNT FILE [EVERY]")
    every = int(sys.argv[3]) if len(sys.argv) == 4 else 1
    rng = random.Random(every)
    with open(sys.argv[2], "w", encoding="ascii") as out:
        for number in range(0, int(sys.argv[1]), every):
            out.write(json.dumps(record(rng, number), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
