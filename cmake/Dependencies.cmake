# SPDX-License-Identifier: Apache-2.0
# Every dependency with its minimum version: found here, never downloaded at configure time.
# scripts/setup.sh installs them all on Debian 12.
find_package(Threads REQUIRED)
find_package(fmt 9.1 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(simdjson 3.0 REQUIRED)
find_package(yaml-cpp 0.7 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(ZLIB 1.2 REQUIRED)
find_package(DuckDBC 1.4 REQUIRED)

find_package(PkgConfig REQUIRED)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd>=1.5)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash>=0.8)
pkg_check_modules(libpq REQUIRED IMPORTED_TARGET libpq>=13)

if(PROJECT_IS_TOP_LEVEL OR DLTPP_BUILD_PROGRAM)
  find_package(CLI11 2.1 REQUIRED)
endif()
if(DLTPP_BUILD_TESTS)
  find_package(GTest 1.12 REQUIRED)
  find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
endif()
