# SPDX-License-Identifier: Apache-2.0
.PHONY: quickstart release install package test test-package format lint tidy crash fuzz

# Sets everything up on a bare Debian 12, builds the program, and loads real JSON into DuckDB.
quickstart:
	scripts/setup.sh
	cmake --preset release -DDLTPP_BUILD_TESTS=OFF > build-release.log 2>&1 || { cat build-release.log; exit 1; }
	@rm -f build-release.log
	@echo "quickstart: building (some minutes the first time)"
	cmake --build --preset release --target dltpp
	scripts/quickstart.sh

# The program, the library, the manual page and the completions, as they are installed and packed.
PREFIX = /usr/local
release:
	scripts/setup.sh
	cmake --preset release -DDLTPP_BUILD_TESTS=OFF -DDLTPP_BUILD_EXAMPLES=OFF -DCMAKE_INSTALL_PREFIX=$(PREFIX)
	cmake --build --preset release

# Installs to PREFIX, in DESTDIR if that is set.
install: release
	DESTDIR=$(DESTDIR) cmake --install build/release

# The Debian packages dltpp and libdltpp-dev, in build/release/packages.
package:
	scripts/setup.sh packages
	$(MAKE) release PREFIX=/usr
	cd build/release && rm -rf packages && cpack -G DEB

# Sets everything up, builds, and runs every test.
test:
	scripts/setup.sh
	cmake --preset dev
	cmake --build --preset dev
	ctest --preset dev -LE slow

# Makes the packages, installs them on a bare Debian in a folder, and uses them; as root. Builds a project that has
# the source of dlt++ in a subfolder.
test-package: package
	tests/install/package_test.py build/release/packages
	tests/install/subdirectory_test.py --source . --all build/release/src/cli/dltpp

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
	cmake --preset release -DDLTPP_BUILD_TESTS=ON
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

# Each target of tests/fuzz for so many executions.
RUNS = 1000000
fuzz:
	scripts/setup.sh
	cmake --preset fuzz
	cmake --build --preset fuzz
	tests/fuzz/run.sh $(RUNS)
