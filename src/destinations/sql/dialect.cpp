// SPDX-License-Identifier: Apache-2.0
#include "destinations/sql/dialect.hpp"

#include <fmt/format.h>

namespace dlt::sql {
namespace {

std::string enclose(std::string_view text, char mark) {
  std::string enclosed(1, mark);
  for (const char c : text) {
    enclosed += c;
    if (c == mark) enclosed += c;
  }
  return enclosed + mark;
}

}  // namespace

std::string quote(std::string_view name) { return enclose(name, '"'); }
std::string literal(std::string_view text) { return enclose(text, '\''); }

std::vector<std::string> quoted_columns(const Table& table) {
  std::vector<std::string> columns;
  for (const Column& column : table.columns) {
    if (column.is_complete()) columns.push_back(quote(column.name));
  }
  return columns;
}

std::string column_definition(const Dialect& dialect, const Column& column,
                              Constraints constraints) {
  std::string definition = fmt::format("{} {}", quote(column.name), dialect.column_type(column));
  if (constraints == Constraints::kNotNullAndUnique && column.flag("unique")) {
    definition += fmt::format(" {}", dialect.unique);
  }
  if (!column.is_nullable()) definition += " NOT NULL";
  return definition;
}

std::string create_table(const Dialect& dialect, const Place& place, const Table& table,
                         Constraints constraints) {
  std::string columns;
  for (const Column& column : table.columns) {
    if (!column.is_complete()) continue;
    if (!columns.empty()) columns += ",\n";
    columns += column_definition(dialect, column, constraints);
  }
  return fmt::format("CREATE TABLE {} (\n{}\n)", place / table.name, columns);
}

std::string add_column(const Dialect& dialect, const Place& place, std::string_view table,
                       Column column) {
  column.nullable = true;
  return fmt::format("ALTER TABLE {} ADD COLUMN {}", place / table,
                     column_definition(dialect, column, Constraints::kNotNull));
}

std::string empty_table(const Dialect& dialect, const std::string& table) {
  return fmt::format("{} {}", dialect.empty_table, table);
}

}  // namespace dlt::sql
