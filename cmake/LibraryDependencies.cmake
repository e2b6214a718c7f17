# SPDX-License-Identifier: Apache-2.0
# What the library links, with minimum versions. Read by the build, and installed for those who link the
# library: who reads it says what dltpp_require(package version) and dltpp_require_module(name module)
# do when something is not there.
dltpp_require(Threads)
dltpp_require(fmt 9.1)
dltpp_require(nlohmann_json 3.11)
dltpp_require(simdjson 3.0)
dltpp_require(yaml-cpp 0.7)
dltpp_require(OpenSSL 3.0)
dltpp_require(ZLIB 1.2)
if(NOT TARGET DuckDB::C)
  dltpp_require(DuckDBC 1.4)
endif()

dltpp_require(PkgConfig)
dltpp_require_module(zstd libzstd>=1.5)
dltpp_require_module(xxhash libxxhash>=0.8)
dltpp_require_module(libpq libpq>=13)
