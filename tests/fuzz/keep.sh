#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Replaces the inputs of a target's corpus by the fewest that reach as much as they, those that run.sh met, and the
# seeds do. Those of former findings (regression-*) stay:
#   tests/fuzz/keep.sh TARGET...
set -euo pipefail
cd "$(dirname "$0")/../.."

seeds=build/fuzz/seeds
tests/fuzz/seeds.py "$seeds"
for target in "$@"; do
  corpus=tests/fuzz/corpus/$target
  kept=build/fuzz/kept/$target
  rm -rf "$kept"
  mkdir -p "$kept" "$corpus" build/fuzz/met/"$target"
  build/fuzz/tests/fuzz/fuzz_"$target" -set_cover_merge=1 -use_value_profile=0 -max_len="${MAX_LEN:-2000}" \
    "$kept" "$corpus" "$seeds/$target" build/fuzz/met/"$target" 2> build/fuzz/kept/"$target".log
  find "$corpus" -type f ! -name 'regression-*' -delete
  cp "$kept"/* "$corpus"
  echo "$target: $(find "$corpus" -type f | wc -l) inputs, $(cat "$corpus"/* | wc -c) bytes"
done
