// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "destinations/sql/settings.hpp"
#include "dlt/json.hpp"

namespace dlt::duckdb {

/// What dlt 1.26 lets a user say about DuckDB (dlt/destinations/impl/duckdb/configuration.py).
/// With `create_indexes` loading is far slower.
struct Settings : sql::Settings {
  bool read_only = false;
  /// They have to be installed.
  std::vector<std::string> extensions = {};
  /// SET GLOBAL, PRAGMA and SET SESSION.
  std::vector<std::pair<std::string, std::string>> global_config = {};
  std::vector<std::string> pragmas = {};
  std::vector<std::pair<std::string, std::string>> local_config = {};

  /// Reads {"create_indexes": ..., "replace_strategy": ..., "credentials": {"read_only": ...,
  /// "extensions": [...], "global_config": {...}, "pragmas": [...], "local_config": {...}}}; null:
  /// none. Throws kConfiguration, naming the setting.
  static Settings from_json(const Json& settings);
};

}  // namespace dlt::duckdb
