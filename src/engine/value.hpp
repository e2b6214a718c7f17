// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <dlt/json.hpp>
#include <duckdb.h>

namespace dlt::engine {

/// A DuckDB type, taken apart once a result so that reading a value asks DuckDB nothing.
struct ValueType {
  duckdb_type id = DUCKDB_TYPE_INVALID;
  /// How the values of a DECIMAL or ENUM are stored.
  duckdb_type storage = DUCKDB_TYPE_INVALID;
  int scale = 0;
  bool is_json = false;
  std::uint64_t array_size = 0;
  /// As DuckDB writes it.
  std::string name = {};
  /// LIST, ARRAY: the element; STRUCT: the members; MAP: key and value; UNION: the members.
  std::vector<ValueType> children = {};
  /// STRUCT, UNION: names of the members; ENUM: its values.
  std::vector<std::string> names = {};

  static ValueType of(duckdb_logical_type type);
};

// The contracts of QueryResult's `text`, `json` and `integer`. The value must not be NULL, except
// for `value_json`.
std::string value_text(const ValueType& type, duckdb_vector vector, idx_t row);
Json value_json(const ValueType& type, duckdb_vector vector, idx_t row);
std::int64_t value_integer(const ValueType& type, duckdb_vector vector, idx_t row);

}  // namespace dlt::engine
