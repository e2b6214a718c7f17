# SPDX-License-Identifier: Apache-2.0
# What goes where: the component `program` is what users of dltpp need, `development` what those need who
# link the library.
include(CMakePackageConfigHelpers)

# A DuckDB of our own is nobody else's: it lies in a folder of dlt++. One that was found elsewhere stays there.
set(_private_dir ${CMAKE_INSTALL_LIBDIR}/dltpp)
cmake_path(IS_PREFIX PROJECT_SOURCE_DIR "${DUCKDB_LIBRARY}" NORMALIZE _duckdb_is_ours)
set(_config_path_vars)
if(_duckdb_is_ours)
  install(FILES ${DUCKDB_LIBRARY} DESTINATION ${_private_dir} COMPONENT program)
  cmake_path(GET DUCKDB_LIBRARY FILENAME _duckdb_name)
  set(DLTPP_DUCKDB ${_private_dir}/${_duckdb_name})
  set(_config_path_vars PATH_VARS DLTPP_DUCKDB)
  install(
    FILES ${PROJECT_SOURCE_DIR}/third_party/duckdb/LICENSE
    DESTINATION ${CMAKE_INSTALL_DOCDIR}
    RENAME LICENSE.duckdb
    COMPONENT program
  )
endif()

if(DLTPP_BUILD_PROGRAM)
  file(RELATIVE_PATH _private_from_bin ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR}/dltpp)
  set_target_properties(dltpp PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  if(_duckdb_is_ours)
    set_target_properties(dltpp PROPERTIES INSTALL_RPATH "$ORIGIN/${_private_from_bin}")
  endif()
  install(TARGETS dltpp RUNTIME COMPONENT program)

  # What the program prints about itself.
  get_target_property(_printed dltpp BINARY_DIR)
  install(FILES ${_printed}/dltpp.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
  install(
    FILES ${_printed}/dltpp.bash
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
    RENAME dltpp
    COMPONENT program
  )
  install(
    FILES ${_printed}/dltpp.zsh
    DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions
    RENAME _dltpp
    COMPONENT program
  )
  install(
    FILES ${_printed}/dltpp.fish
    DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d
    COMPONENT program
  )
endif()
install(
  FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR}
  COMPONENT program
)

install(TARGETS dltpp_lib EXPORT dltpp ARCHIVE COMPONENT development)
install(
  DIRECTORY ${PROJECT_SOURCE_DIR}/include/dlt
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT development
  FILES_MATCHING PATTERN *.hpp
)
set(_config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/dltpp)
install(
  EXPORT dltpp
  FILE dltppTargets.cmake
  NAMESPACE dlt::
  DESTINATION ${_config_dir}
  COMPONENT development
)
set(_config ${CMAKE_CURRENT_BINARY_DIR}/dltppConfig.cmake)
configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/dltppConfig.cmake.in ${_config} INSTALL_DESTINATION ${_config_dir} ${_config_path_vars}
)
# Before 1.0 a minor version may change the API.
set(_config_version ${CMAKE_CURRENT_BINARY_DIR}/dltppConfigVersion.cmake)
write_basic_package_version_file(${_config_version} COMPATIBILITY SameMinorVersion)
install(
  FILES ${_config} ${_config_version} ${PROJECT_SOURCE_DIR}/cmake/FindDuckDBC.cmake
  DESTINATION ${_config_dir}
  COMPONENT development
)
install(
  FILES ${PROJECT_SOURCE_DIR}/cmake/LibraryDependencies.cmake
  DESTINATION ${_config_dir}
  RENAME dltppDependencies.cmake
  COMPONENT development
)
