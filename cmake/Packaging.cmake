# SPDX-License-Identifier: Apache-2.0
# `cpack -G DEB`: the packages dltpp (the program and what it needs) and libdltpp-dev (to link the library).
set(DLTPP_PACKAGE_CONTACT "dlt++ maintainers <maintainers@dltpp.example>" CACHE STRING "Who answers for the packages")

set(CPACK_PACKAGE_NAME dltpp)
set(CPACK_PACKAGE_VENDOR "dlt++")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "loads nested JSON into relational tables")
set(CPACK_PACKAGE_CONTACT "${DLTPP_PACKAGE_CONTACT}")
set(CPACK_COMPONENTS_ALL program development)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE
)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_DIRECTORY "${PROJECT_BINARY_DIR}/packages")

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME dltpp)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION
    "dltpp loads JSON into typed tables of DuckDB or PostgreSQL. It infers
and evolves the schema, makes child tables of lists, and loads everything
exactly once, however often it is interrupted."
)
# DuckDB, when it is ours, comes in the package, where only dltpp looks for it.
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
cmake_path(GET DUCKDB_LIBRARY PARENT_PATH _duckdb_folder)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${_duckdb_folder}")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libdltpp-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION
    "Headers, the static library and the CMake package of dlt++: with it C++
programs load JSON, and what else they have, into typed tables of DuckDB or
PostgreSQL."
)
# What cmake/LibraryDependencies.cmake looks for.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "dltpp (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}), libfmt-dev, libpq-dev, libsimdjson-dev, libssl-dev, libxxhash-dev, libyaml-cpp-dev, libzstd-dev, nlohmann-json3-dev, pkgconf | pkg-config, zlib1g-dev"
)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS cmake)

# What Debian has otherwise than `make install`.
set(_debian ${PROJECT_BINARY_DIR}/debian)
set(DLTPP_DUCKDB_COPYRIGHT "")
if(DLTPP_DUCKDB)
  file(READ ${PROJECT_SOURCE_DIR}/third_party/duckdb/LICENSE DLTPP_DUCKDB_LICENSE)
  string(STRIP "${DLTPP_DUCKDB_LICENSE}" DLTPP_DUCKDB_LICENSE)
  string(REPLACE "\n\n" "\n.\n" DLTPP_DUCKDB_LICENSE "${DLTPP_DUCKDB_LICENSE}")
  string(REPLACE "\n" "\n " DLTPP_DUCKDB_LICENSE " ${DLTPP_DUCKDB_LICENSE}")
  configure_file(cmake/debian/duckdb_copyright.in ${_debian}/duckdb_copyright @ONLY)
  file(READ ${_debian}/duckdb_copyright DLTPP_DUCKDB_COPYRIGHT)
endif()
string(TIMESTAMP DLTPP_PACKAGE_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)
foreach(_name changelog copyright layout.cmake)
  configure_file(cmake/debian/${_name}.in ${_debian}/${_name} @ONLY)
endforeach()
set(CPACK_PRE_BUILD_SCRIPTS ${_debian}/layout.cmake)
include(CPack)
