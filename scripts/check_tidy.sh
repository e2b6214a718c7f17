#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fails when clang-tidy finds something in src/ or include/; .clang-tidy names the checks.
# Takes files to look at, as regular expressions of their paths; none means all: a folder at a time
# then, which spares parsing the same headers for each file.
set -euo pipefail
cd "$(dirname "$0")/.."

build=build/tidy
jobs=${JOBS:-$(nproc)}
# Only configured, for the compile commands; nothing is built.
by_folder=OFF
[ $# -gt 0 ] || { by_folder=ON; set -- "^$PWD/(src|$build)/"; }
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DDLTPP_BUILD_TESTS=OFF -DDLTPP_BUILD_EXAMPLES=OFF \
  -DCMAKE_UNITY_BUILD=$by_folder > /dev/null
log=$build/tidy.log
# The compile commands are GCC's: Clang does not know all of its warnings.
# A folder at a time is a file that includes the others.
if ! run-clang-tidy -p "$build" -quiet -j "$jobs" -checks=-bugprone-suspicious-include \
  -extra-arg=-Wno-unknown-warning-option "$@" > "$log" 2>&1; then
  grep -vE '^clang-tidy |^[0-9]+ (warnings|errors)|^(Suppressed|Use -header-filter)|^$' "$log" | sort -u >&2 || true
  echo "tidy: not clean; the whole of it is in $log" >&2
  exit 1
fi
echo "tidy: clean"
