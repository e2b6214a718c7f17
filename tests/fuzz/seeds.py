#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes first inputs for the fuzz targets, made of tests/conformance/data: seeds.py FOLDER, one folder a target."""
import gzip
import json
import pathlib
import struct
import sys

DATA = pathlib.Path(__file__).resolve().parent.parent / "conformance" / "data"


def record_texts():
    """Lines of records, as the cases have them."""
    for case in sorted(DATA.glob("*/*/case.json")):
        for run in json.loads(case.read_text()).get("runs", []):
            lines = run["raw"] if "raw" in run else [json.dumps(row) for row in run.get("data") or []]
            text = "\n".join(lines).encode("utf-8", "surrogatepass")
            if 0 < len(text) < 1500:
                yield text


def framing():
    structured = [b'[{"a":1},{"b":[2,"]"]}]', b'{"a":{"b":[1,[2]]}}\n{"a":[[3],{"b":4}]}', b' [ 1 , "a\\"b" ]\n[]{}',
                  b'\xef\xbb\xbf{"a\\"b":[[1],[2,3]]}', b'{"a":1}\r\n\n{"a":\n', b'[1,]', b'{"k":"\xff\\ud800"}\n1e400']
    for number, text in enumerate([*record_texts(), *structured]):
        yield bytes([number % 3, number * 7 % 91, 100 if number % 4 else number % 60, number % 6 if number % 5 == 0 else 0,
                     number * 3 % 71]) + text


def json_records():
    made = [b'{"a":1,"b":[{"c":"x","d":[1,2]},{"c":null,"e":{"f":2.5}}],"g":{"h":[[1],[2,3]]}}\n{"a":2,"i":true}',
            b'{"a":"2024-05-06T07:08:09Z","b":"x\\u00e4\\ud83d\\ude00"}\n{"a":"plain","b":"\\u0000"}',
            b'{"a":12345678901234567890123,"b":18446744073709551615,"c":-9223372036854775808,"d":1e-5}',
            b'{"a":[],"b":{},"c":[{}],"d":[null,[]]}\n{"a":1,"a":2}\n[1,2]\n"s"\nnull']
    for text in [*made, *record_texts()]:
        yield b"\0" + text
    yield b"\1" + made[0]


def naming():
    inputs = [json.loads(line)["input"] for line in (DATA / "units" / "naming.jsonl").read_text().splitlines()]
    for number, name in enumerate(sorted({name for name in inputs if isinstance(name, str)})):
        yield bytes([number % 6, number * 5 % 121, number * 11 % 121]) + name.encode("utf-8", "surrogatepass")


def schema():
    for file in sorted((DATA / "schemas").iterdir()):
        if file.suffix == ".json":
            yield b"\0" + file.read_bytes()
        elif file.suffix in (".yml", ".yaml"):
            yield b"\1" + file.read_bytes()
    for line in (DATA / "schemas" / "recorded.jsonl").read_text().splitlines()[::20]:
        yield b"\0" + json.dumps(json.loads(line)["schema"]).encode()
    small = {"version": 1, "engine_version": 11, "name": "s", "settings": {}, "normalizers": {
        "names": "snake_case", "json": {"module": "dlt.common.normalizers.json.relational"}},
        "tables": {"t": {"columns": {"id": {"data_type": "bigint", "nullable": False, "primary_key": True}}},
                   "t__c": {"parent": "t", "columns": {"v": {"data_type": "decimal", "precision": 9, "scale": 2}}}}}
    yield b"\0" + json.dumps(small).encode()


def package():
    for text in ("1714512345.123456", "1714512345.0", "9999999999.999999", "1714512345", "nan", "1e300", "-1.5", ""):
        yield b"\0" + text.encode()
    item = {"resource": "r", "table": "t", "reference": "/data/t.csv", "name": "t.csv", "size": 10, "mtime_ns": 1, "inode": 2,
            "format": "csv", "csv": {"delimiter": ";", "quote": "'", "header": True}, "record_path": "", "excerpt_of": "",
            "typed": False, "first_ordinal": 0}
    manifest = {"format": "dltpp-package", "version": 1, "load_id": "1714512345.123456", "pipeline_name": "p", "schema_name": "s",
                "created_at": "2024-05-06T07:08:09Z", "items": [item], "jobs": [{"table": "t", "name": "t.1", "rows": 3, "bytes": 9}],
                "declared": {}, "replaced": ["t"], "dropped": [], "truncated": [], "row_counts": {"t": 3}, "state": {"a": 1},
                "state_before": None, "notes": ["n"], "mends": [], "failure": None}
    for key in manifest:
        yield b"\1" + json.dumps({k: v for k, v in manifest.items() if k != key}).encode()
    yield b"\1" + json.dumps(manifest).encode()
    yield b"\2" + b'{"resource":"r","table":"t","raw":"t.1.jsonl"}\n{"raw":null}\n'
    yield b"\2" + b'{"version":1,"engine_version":11,"name":"s","tables":{}}'


def csv_head():
    texts = [b"id,name,at\n1,a,2024-05-06\n", b'"a;b";c\r\n1;2', b"a\tb\tc", b"1|2|3\n", b"a,a,A,a_1\n", b"", b"\xef\xbb\xbfx,y\n",
             b"\xff\xfea\0", b'"open', b"caf\xc3\xa9,\xff\n", gzip.compress(b"a,b\n1,2\n", mtime=0), b"true,x\n", b"a::b::c\n"]
    for number, text in enumerate(texts):
        yield bytes([number % 7, number % 4, number % 3]) + text
        yield bytes([0, 0, 0]) + text


def csv_file():
    texts = [b'a,b\n1,"x,\ny"\n2\n3,z\n', b'id;v\r\n1;1.5\r\n\r\n2;"a""b"\r\n', b"long line of text,\n1,2\n", b"a\n\nx\n", b'a,"b"c\n',
             b'a\n"open\n', b"a,b\n\xff,1\n2,x\n", b"\xef\xbb\xbfa\rb\r", b"t,d\ntrue,2024-01-02\nfalse,2024-02-29\n", b"a::b\n::\n"]
    for number, text in enumerate(texts):
        yield bytes([number % 5, number % 3, number % 3, 120 if number % 2 else 9, number]) + text
        yield bytes([0, 0, 0, 120, 3]) + text


def arrow_type(name, kind, width=0, children=(), **rest):
    return {"name": name, "kind": kind, "width": width, "precision": 0, "scale": 0, "unit": 1, "has_zone": False,
            "children": list(children), **rest}


def arrow_file():
    """docs/formats/arrow-file.md; the target puts the checksums in."""
    def padded(part):
        return part + b"\0" * (-len(part) % 8)

    def batch(taken, *arrays):
        body = padded(struct.pack(f"<{len(taken)}I", *taken))
        body += b"".join(struct.pack("<qqQQQ", length, offset, *map(len, buffers)) for length, offset, *buffers in arrays)
        body += b"".join(padded(buffer) for _, _, *buffers in arrays for buffer in buffers)
        rows = len(taken) or arrays[0][0]
        return struct.pack("<QQQQQQ", 7, 0 if taken else 1, rows, len(arrays), len(body), 0) + body

    def file(columns, *batches):
        schema = json.dumps(arrow_type("", 14, children=columns), separators=(",", ":")).encode()
        return b"\1DLTARR01" + struct.pack("<Q", len(schema)) + schema + b"".join(batches)

    none = b""
    row = (2, 0, none, none, none)
    yield file([arrow_type("i", 2, 8)], batch([], row, (2, 0, b"\1", struct.pack("<2q", 1, 2), none)))
    yield file([arrow_type("t", 5, 4)], batch([1], row, (2, 0, none, struct.pack("<3i", 0, 1, 3), b"abc")))
    yield file([arrow_type("l", 15, 4, [arrow_type("item", 4, 8)])],
               batch([], row, (2, 0, b"\3", struct.pack("<3i", 0, 2, 3), none), (3, 0, none, struct.pack("<3d", 1, 2, 3), none)))
    yield file([arrow_type("d", 17, 0, [arrow_type("v", 5, 4), arrow_type("k", 2, 1)])],
               batch([0, 1], row, (2, 0, none, b"\0\1", none), (2, 0, none, struct.pack("<3i", 0, 1, 2), b"xy")))
    yield file([arrow_type("n", 0), arrow_type("b", 1), arrow_type("u", 3, 2), arrow_type("x", 9, 3), arrow_type("c", 11, 4),
                arrow_type("s", 13, 8, unit=1000, has_zone=True), arrow_type("m", 10, 16, precision=9, scale=2),
                arrow_type("f", 16, 2, [arrow_type("item", 12, 4)]), arrow_type("o", 14, 0, [arrow_type("z", 6, 8)])],
               batch([], row, row, (2, 0, none, b"\2", none), (2, 0, none, b"\1\0\2\0", none), (2, 0, none, b"abcdef", none),
                     (2, 0, none, struct.pack("<2i", 0, 19000), none), (2, 0, none, struct.pack("<2q", 0, 1), none),
                     (2, 0, none, bytes(32), none), row, (4, 0, none, bytes(16), none), row,
                     (2, 0, none, struct.pack("<3q", 0, 1, 2), b"pq")))


def main():
    target_seeds = {"framing": framing, "json": json_records, "naming": naming, "schema": schema, "package": package,
                    "csv_head": csv_head, "csv_file": csv_file, "arrow_file": arrow_file}
    for target, seeds in target_seeds.items():
        folder = pathlib.Path(sys.argv[1]) / target
        folder.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(seeds()):
            (folder / f"seed-{number:04}").write_bytes(seed)


if __name__ == "__main__":
    main()
