# SPDX-License-Identifier: Apache-2.0
# DuckDB's C API: duckdb.h and libduckdb.so. Defines the target DuckDB::C.
# Looked for in DUCKDB_ROOT, then in third_party/duckdb (where scripts/duckdb.sh puts it), then in the system.
set(_duckdb_roots "${DUCKDB_ROOT}" "${CMAKE_CURRENT_LIST_DIR}/../third_party/duckdb")
find_path(DUCKDB_INCLUDE_DIR duckdb.h HINTS ${_duckdb_roots} PATH_SUFFIXES include)
find_library(DUCKDB_LIBRARY duckdb HINTS ${_duckdb_roots} PATH_SUFFIXES lib)
mark_as_advanced(DUCKDB_INCLUDE_DIR DUCKDB_LIBRARY)

# duckdb.h names no version: ask the library that was found. In C++: a project may have no C.
if(DUCKDB_LIBRARY AND DUCKDB_INCLUDE_DIR AND NOT DUCKDB_VERSION_FOUND)
  file(
    WRITE "${CMAKE_CURRENT_BINARY_DIR}/duckdb_version.cpp"
    "#include <duckdb.h>\n#include <stdio.h>\nint main(){puts(duckdb_library_version());return 0;}\n"
  )
  try_run(
    _duckdb_run _duckdb_compiled "${CMAKE_CURRENT_BINARY_DIR}/duckdb_version"
    "${CMAKE_CURRENT_BINARY_DIR}/duckdb_version.cpp"
    CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${DUCKDB_INCLUDE_DIR}"
    LINK_LIBRARIES "${DUCKDB_LIBRARY}"
    RUN_OUTPUT_VARIABLE _duckdb_output
  )
  if(_duckdb_compiled AND _duckdb_output MATCHES "v([0-9]+\\.[0-9]+\\.[0-9]+)")
    set(DUCKDB_VERSION_FOUND "${CMAKE_MATCH_1}" CACHE INTERNAL "")
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  DuckDBC
  REQUIRED_VARS DUCKDB_LIBRARY DUCKDB_INCLUDE_DIR
  VERSION_VAR DUCKDB_VERSION_FOUND
)
if(DuckDBC_FOUND AND NOT TARGET DuckDB::C)
  add_library(DuckDB::C SHARED IMPORTED)
  set_target_properties(
    DuckDB::C PROPERTIES IMPORTED_LOCATION "${DUCKDB_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES
                                                               "${DUCKDB_INCLUDE_DIR}"
  )
endif()
