// SPDX-License-Identifier: Apache-2.0
#include "destinations/sql/dialect.hpp"

#include <fmt/format.h>

namespace dlt::sql {

std::string quote(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    quoted += c;
    if (c == '"') quoted += c;
  }
  return quoted + '"';
}

std::string qualified(std::string_view dataset, std::string_view table) {
  return fmt::format("{}.{}", quote(dataset), quote(table));
}

std::string column_definition(const Dialect& dialect, const Column& column) {
  return fmt::format("{} {}{}", quote(column.name), dialect.column_type(column), column.is_nullable() ? "" : " NOT NULL");
}

std::string create_table(const Dialect& dialect, std::string_view dataset, const Table& table) {
  std::string columns;
  for (const Column& column : table.columns) {
    if (!column.is_complete()) continue;
    if (!columns.empty()) columns += ",\n";
    columns += column_definition(dialect, column);
  }
  return fmt::format("CREATE TABLE {} (\n{}\n)", qualified(dataset, table.name), columns);
}

std::string empty_table(const Dialect& dialect, std::string_view dataset, std::string_view table) {
  return fmt::format("{} {}", dialect.empty_table, qualified(dataset, table));
}

}  // namespace dlt::sql
