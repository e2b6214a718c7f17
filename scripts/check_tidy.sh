#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fails when clang-tidy finds something in src/ or include/; .clang-tidy names the checks.
# Takes files to look at, as regular expressions of their paths; none means all.
set -euo pipefail
cd "$(dirname "$0")/.."

build=build/tidy
jobs=${JOBS:-$(nproc)}
# Only configured, for the compile commands; nothing is built.
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DDLTPP_BUILD_TESTS=OFF -DDLTPP_BUILD_EXAMPLES=OFF > /dev/null
[ $# -gt 0 ] || set -- "^$PWD/src/"
log=$build/tidy.log
# The compile commands are GCC's: Clang does not know all of its warnings.
if ! run-clang-tidy -p "$build" -quiet -j "$jobs" -extra-arg=-Wno-unknown-warning-option "$@" > "$log" 2>&1; then
  grep -vE '^clang-tidy |^[0-9]+ (warnings|errors)|^(Suppressed|Use -header-filter)|^$' "$log" | sort -u >&2 || true
  echo "tidy: not clean; the whole of it is in $log" >&2
  exit 1
fi
echo "tidy: clean"
