# SPDX-License-Identifier: Apache-2.0
.PHONY: quickstart test format lint tidy crash

# Sets everything up on a bare Debian 12, builds the program, and loads real JSON into DuckDB.
quickstart:
	scripts/setup.sh
	cmake --preset release -DDLTPP_BUILD_TESTS=OFF > build-release.log 2>&1 || { cat build-release.log; exit 1; }
	@rm -f build-release.log
	@echo "quickstart: building (some minutes the first time)"
	cmake --build --preset release --target dltpp
	scripts/quickstart.sh

# Sets everything up, builds, and runs every test.
test:
	scripts/setup.sh
	cmake --preset dev
	cmake --build --preset dev
	ctest --preset dev -LE slow

format:
	git ls-files '*.cpp' '*.hpp' | xargs clang-format -i

lint:
	scripts/check_format.sh
	scripts/check_layers.py

tidy:
	scripts/check_tidy.sh

# The long form of the crash tests: so many kills in each way, every race with two and with eight processes, and every call
# to the C library that changes a file gone wrong.
KILLS = 500
CRASH = --dltpp build/release/src/cli/dltpp
FAULTS = $(CRASH) --preload build/release/tests/crash/faults/libdltpp_faults.so --jobs 2
crash:
	cmake --preset release
	cmake --build --preset release --target dltpp dltpp_faults
	tests/crash/kill_loop.py $(CRASH) --kills $(KILLS) --to duckdb --folder kept
	tests/crash/kill_loop.py $(CRASH) --kills $(KILLS) --to duckdb --folder deleted
	tests/crash/kill_loop.py $(CRASH) --kills $(KILLS) --to postgres --folder kept
	tests/crash/kill_loop.py $(CRASH) --kills $(KILLS) --to postgres --folder deleted
	tests/crash/kill_loop.py $(CRASH) --kills $(KILLS) --to postgres --kill backend
	tests/crash/race.py $(CRASH) --to duckdb --repeat 5
	tests/crash/race.py $(CRASH) --to postgres --repeat 5
	tests/crash/fault_loop.py $(FAULTS) --to duckdb
	tests/crash/fault_loop.py $(FAULTS) --to duckdb --way append-large --files database.duckdb
	tests/crash/fault_loop.py $(FAULTS) --to postgres
