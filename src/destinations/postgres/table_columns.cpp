// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/table_columns.hpp"

#include <fmt/format.h>

#include "dlt/error.hpp"

namespace dlt::postgres {

std::vector<TableColumn> table_columns(Connection& connection, const std::string& table) {
  QueryResult rows = connection.query(
      "SELECT a.attname, a.atttypid, a.atttypmod, format_type(a.atttypid, a.atttypmod), "
      "a.attnotnull, a.atthasdef OR a.attidentity <> '' "
      "FROM pg_catalog.pg_attribute a WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT "
      "a.attisdropped ORDER BY a.attnum",
      {table});
  std::vector<TableColumn> columns;
  while (rows.next()) {
    columns.push_back({.name = rows.text(0),
                       .type = static_cast<std::uint32_t>(rows.integer(1)),
                       .modifier = static_cast<std::int32_t>(rows.integer(2)),
                       .type_name = rows.text(3),
                       .not_null = rows.integer(4) != 0,
                       .has_default = rows.integer(5) != 0});
  }
  if (columns.empty()) {
    throw Error(ErrorCode::kNotFound, fmt::format("there is no table {}", table));
  }
  return columns;
}

}  // namespace dlt::postgres
