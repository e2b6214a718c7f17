#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs each fuzz target, or those that are named, for so many executions, and tells how many there were:
#   tests/fuzz/run.sh RUNS [TARGET...]
# What was met stays in build/fuzz/met/TARGET; an input with a finding goes to build/fuzz/findings. SECONDS_EACH ends a
# target earlier.
set -euo pipefail
cd "$(dirname "$0")/../.."

runs=$1
shift
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for folder in tests/fuzz/corpus/*; do targets+=("$(basename "$folder")"); done
fi

mkdir -p build/fuzz/findings
code=0
for target in "${targets[@]}"; do
  met=build/fuzz/met/$target
  log=build/fuzz/met/$target.log
  mkdir -p "$met"
  found=no
  ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 build/fuzz/tests/fuzz/fuzz_"$target" \
    -runs="$runs" -max_total_time="${SECONDS_EACH:-0}" -timeout=20 -rss_limit_mb=4096 -print_final_stats=1 \
    -artifact_prefix=build/fuzz/findings/"$target"- "$met" tests/fuzz/corpus/"$target" 2> "$log" || found=yes
  executed=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  echo "$target: ${executed:-?} executions, $([ $found = no ] && echo "no finding" || echo "a finding: $log")"
  [ $found = no ] || code=1
done
exit $code
