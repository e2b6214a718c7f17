# SPDX-License-Identifier: Apache-2.0
"""What a dataset holds, and what must hold of it whatever happened to the loads."""

import collections
import json

from program import Program

ROW_ID, PARENT_ID, ROOT_ID, LOAD_ID, INDEX = "_dlt_id", "_dlt_parent_id", "_dlt_root_id", "_dlt_load_id", "_dlt_list_idx"
Rows = list[dict]


class Dataset:
    """All rows of a dataset, by table."""

    def __init__(self, program: Program, address: str, name: str):
        columns = collections.defaultdict(list)
        for row in program.query(
            address,
            f"SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = '{name}' ORDER BY 1, 2",
        ):
            columns[row["table_name"]].append(row["column_name"])
        self.columns = dict(columns)
        self.rows: dict[str, Rows] = {table: [] for table in columns}
        # One process for all of them.
        selects = [f"SELECT '{table}' AS t, to_json(x)::text AS r FROM {name}.\"{table}\" x" for table in columns]
        for row in program.query(address, " UNION ALL ".join(selects)):
            self.rows[row["t"]].append(json.loads(row["r"]))
        self.tables = [table for table in columns if not table.startswith("_dlt")]

    def parent(self, table: str) -> str | None:
        """The table whose rows those of a nested one hang on; none for a root table."""
        if PARENT_ID not in self.columns[table]:
            return None
        parent = table
        while "__" in parent:
            parent = parent[: parent.rfind("__")]
            if parent in self.columns:
                return parent
        raise AssertionError(f"table {table} is nested below no other")

    def root(self, table: str) -> str:
        parent = self.parent(table)
        return table if parent is None else self.root(parent)

    def contents(self, key: str = "id") -> dict[str, list[str]]:
        """Rows by table, as text and sorted: what differs from load to load is left out, and in the place of row ids
        there is the key of the root's row and the way from it."""
        found = {}
        ways: dict[str, dict[str, list]] = {}
        for table in sorted(self.tables, key=len):
            parent = self.parent(table)
            ways[table] = {}
            lines = []
            for row in self.rows[table]:
                way = [row[key]] if parent is None else [*ways[parent].get(row[PARENT_ID], [None]), row[INDEX]]
                ways[table][row[ROW_ID]] = way
                values = {name: value for name, value in row.items() if name not in (ROW_ID, PARENT_ID, ROOT_ID, LOAD_ID)}
                lines.append(json.dumps([way, values], sort_keys=True))
            found[table] = sorted(lines)
        return found

    def load_ids(self) -> list[str]:
        return sorted(row["load_id"] for row in self.rows["_dlt_loads"])

    def violations(self, comes_again: bool = False) -> list[str]:
        """What is wrong with row ids, load ids, schemas and states. `comes_again`: what a load brought may be merged once
        more by a later one, so that nothing of it is left."""
        found = []

        def once(what: str, values) -> None:
            doubled = [value for value, count in collections.Counter(values).items() if count > 1]
            if doubled:
                found.append(f"{what}: {len(doubled)} more than once, such as {doubled[0]}")

        def known(what: str, values, where) -> None:
            lost = sorted(set(values) - set(where))
            if lost:
                found.append(f"{what}: {len(lost)} without what they point to, such as {lost[0]}")

        ids = {table: [row[ROW_ID] for row in self.rows[table]] for table in self.tables}
        loads = self.rows["_dlt_loads"]
        completed = [row["load_id"] for row in loads if row["status"] == 0]
        states = self.rows["_dlt_pipeline_state"]
        schemas = self.rows["_dlt_version"]
        bringing = {row[LOAD_ID] for row in states}
        for table in self.tables:
            once(f"row ids of {table}", ids[table])
            parent = self.parent(table)
            if parent is not None:
                known(f"parents of {table}", [row[PARENT_ID] for row in self.rows[table]], ids[parent])
                once(f"places in lists of {table}", [(row[PARENT_ID], row[INDEX]) for row in self.rows[table]])
            else:
                of_rows = {row[LOAD_ID] for row in self.rows[table]}
                bringing |= of_rows
                known(f"load ids of {table}", of_rows, completed)
            if ROOT_ID in self.columns[table]:
                known(f"roots of {table}", [row[ROOT_ID] for row in self.rows[table]], ids[self.root(table)])
        once("loads", [row["load_id"] for row in loads])
        if not comes_again:
            known("loads", completed, bringing)
        known("schemas of loads", [row["schema_version_hash"] for row in loads], [row["version_hash"] for row in schemas])
        once("schemas", [row["version_hash"] for row in schemas])
        once("versions of schemas", [(row["schema_name"], row["version"]) for row in schemas])
        known("load ids of states", [row[LOAD_ID] for row in states], completed)
        once("row ids of states", [row[ROW_ID] for row in states])
        once("states", [(row["pipeline_name"], row["version_hash"]) for row in states])
        once("versions of states", [(row["pipeline_name"], row["version"]) for row in states])
        return found

    def differences_from_records(self, records: list[dict], table: str = "items") -> list[str]:
        """Where the root table and the lists of text below it do not hold just those records."""
        expected = {
            table: [(record["id"], record["revision"]) for record in records],
            f"{table}__tags": [(record["id"], i, tag) for record in records for i, tag in enumerate(record["tags"])],
        }
        keys = {row[ROW_ID]: row["id"] for row in self.rows[table]}
        found = {
            table: [(row["id"], row["revision"]) for row in self.rows[table]],
            f"{table}__tags": [
                (keys.get(row[PARENT_ID]), row[INDEX], row["value"]) for row in self.rows.get(f"{table}__tags", [])
            ],
        }
        return differences(expected, found)


def differences(expected: dict[str, list], found: dict[str, list]) -> list[str]:
    lines = []
    for table in sorted(expected.keys() | found.keys()):
        wanted = collections.Counter(expected.get(table, []))
        got = collections.Counter(found.get(table, []))
        if wanted == got:
            continue
        lost, added = wanted - got, got - wanted
        doubled = sum(count for row, count in added.items() if row in wanted)
        line = f"table {table}: {wanted.total()} rows expected, {got.total()} found, {lost.total()} lost, "
        line += f"{doubled} doubled, {added.total() - doubled} that should not be there"
        example = next(iter(lost or added))
        lines.append(f"{line}, such as {example}")
    return lines
