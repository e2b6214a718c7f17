# SPDX-License-Identifier: Apache-2.0
# Every dependency with its minimum version: found here, never downloaded at configure time.
# scripts/setup.sh installs them all on Debian 12.
macro(dltpp_require)
  find_package(${ARGV} REQUIRED)
endmacro()
macro(dltpp_require_module name module)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
endmacro()
include(LibraryDependencies)

if(DLTPP_BUILD_PROGRAM)
  find_package(CLI11 2.1 REQUIRED)
endif()
if(DLTPP_BUILD_TESTS)
  find_package(GTest 1.12 REQUIRED)
  find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
endif()
