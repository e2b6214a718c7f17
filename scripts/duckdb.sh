#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts DuckDB's C library (libduckdb.so, duckdb.h) into third_party/duckdb, out of two npm packages.
# Only the archives are unpacked: no lifecycle script runs.
set -euo pipefail
cd "$(dirname "$0")/.."

version=1.4.4
bindings_version=1.4.4-r.4
case "$(uname -m)" in
  x86_64) arch=x64 ;;
  aarch64) arch=arm64 ;;
  *) echo "duckdb: no library for $(uname -m)" >&2; exit 1 ;;
esac

target=third_party/duckdb
stamp="$target/.version"
if [ "$(cat "$stamp" 2> /dev/null)" = "$bindings_version-$arch" ]; then
  echo "setup: DuckDB $version is installed"
  exit 0
fi
echo "setup: fetching DuckDB $version"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(
  cd "$work"
  npm pack --silent --ignore-scripts "@duckdb/node-bindings-linux-$arch@$bindings_version" "duckdb@$version" > /dev/null
  tar xzf duckdb-node-bindings-linux-"$arch"-*.tgz package/libduckdb.so package/LICENSE
  tar xzf duckdb-"$version".tgz package/src/duckdb/src/include/duckdb.h
)
rm -rf "$target"
mkdir -p "$target/include" "$target/lib"
cp "$work/package/libduckdb.so" "$target/lib/"
cp "$work/package/LICENSE" "$target/"
cp "$work/package/src/duckdb/src/include/duckdb.h" "$target/include/"
echo "$bindings_version-$arch" > "$stamp"
