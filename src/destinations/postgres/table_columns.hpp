// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "destinations/postgres/connection.hpp"

namespace dlt::postgres {

/// A column of a table as it is at the destination.
struct TableColumn {
  std::string name = {};
  std::uint32_t type = 0;
  /// What the type is narrowed to, as pg_attribute.atttypmod has it; -1: not at all.
  std::int32_t modifier = -1;
  /// As SQL has it: "numeric(38,9)".
  std::string type_name = {};
  bool not_null = false;
  /// Whether rows that do not name the column have a value in it.
  bool has_default = false;
};

/// The columns of a table, in its order. `table` is written as in SQL: "schema"."table". Throws
/// kNotFound when it is not there.
std::vector<TableColumn> table_columns(Connection& connection, const std::string& table);

}  // namespace dlt::postgres
