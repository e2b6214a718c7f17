// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dlt/schema.hpp"

namespace dlt::sql {

/// What differs between SQL destinations, as data.
struct Dialect {
  /// The column's type in SQL. Throws kSchema for what the destination does not have.
  std::string (*column_type)(const Column& column) = nullptr;
  /// "DELETE FROM" or "TRUNCATE TABLE": what empties a table, before its name.
  std::string_view empty_table = "TRUNCATE TABLE";
};

/// `"name"`, with quotes inside doubled.
std::string quote(std::string_view name);
std::string qualified(std::string_view dataset, std::string_view table);

/// "name" TYPE [NOT NULL]
std::string column_definition(const Dialect& dialect, const Column& column);
/// CREATE TABLE with the complete columns of a table.
std::string create_table(const Dialect& dialect, std::string_view dataset, const Table& table);
std::string empty_table(const Dialect& dialect, std::string_view dataset, std::string_view table);

}  // namespace dlt::sql
