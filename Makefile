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

# The long form of the crash test: 200 kills with the working folder kept and 200 with it deleted.
crash:
	tests/crash/kill_loop.py --dltpp build/release/src/cli/dltpp --kills 200 --folder kept
	tests/crash/kill_loop.py --dltpp build/release/src/cli/dltpp --kills 200 --folder deleted
