#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Loads the JSON files of examples/data into quickstart/quickstart.duckdb, and asks it something.
set -euo pipefail
cd "$(dirname "$0")/.."

program=build/release/src/cli/dltpp
database=quickstart/quickstart.duckdb
options=(--to "$database" --pipeline quickstart --pipelines-dir quickstart/pipelines --write-disposition replace)
mkdir -p quickstart

run() {
  echo
  echo "\$ dltpp $*"
  "$program" "$@"
}

run ingest examples/data/github_events.json examples/data/github_issues.json examples/data/movies.json "${options[@]}"
run ingest examples/data/earthquakes.json --records '$.features[*]' "${options[@]}"
run query "$database" "SELECT table_name, estimated_size AS row_count FROM duckdb_tables() WHERE table_name NOT LIKE '\_dlt%' ESCAPE '\' ORDER BY table_name"
run query "$database" "SELECT i.title, l.name AS label FROM github_issues i JOIN github_issues__labels l ON l._dlt_parent_id = i._dlt_id ORDER BY i.number DESC LIMIT 5"
