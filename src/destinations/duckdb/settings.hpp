// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "dlt/json.hpp"

namespace dlt::duckdb {

/// What dlt 1.26 lets a user say about DuckDB (dlt/destinations/impl/duckdb/configuration.py).
struct Settings {
  /// Columns with the hint `unique` get a constraint; loading is far slower then.
  bool create_indexes = false;
  /// Empty: DuckDB's first, truncate-and-insert.
  std::string replace_strategy = {};
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
