// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "dlt/schema.hpp"

namespace dlt::sql {

/// What differs between SQL destinations, as data.
struct Dialect {
  /// The column's type in SQL. Throws kSchema for what the destination does not have.
  std::string (*column_type)(const Column& column) = nullptr;
  /// "DELETE FROM" or "TRUNCATE TABLE": what empties a table, before its name.
  std::string_view empty_table = "TRUNCATE TABLE";
  /// What makes a column unique, for columns with that hint.
  std::string_view unique = "UNIQUE";
};

/// Whether the hints of columns become constraints.
enum class Constraints { kNotNull, kNotNullAndUnique };

/// `"name"`, with quotes inside doubled.
std::string quote(std::string_view name);

/// A dataset in SQL: quoted, with its database before it where the destination has several.
class Place {
 public:
  Place(std::string_view database, std::string_view dataset)
      : text_(quote(database) + "." + quote(dataset)) {}

  const std::string& text() const { return text_; }
  std::string operator/(std::string_view table) const { return text_ + "." + quote(table); }

 private:
  std::string text_;
};

/// "name" TYPE [UNIQUE] [NOT NULL]
std::string column_definition(const Dialect& dialect, const Column& column,
                              Constraints constraints);
/// CREATE TABLE with the complete columns of a table.
std::string create_table(const Dialect& dialect, const Place& place, const Table& table,
                         Constraints constraints);
/// ALTER TABLE that adds a column of any values.
std::string add_column(const Dialect& dialect, const Place& place, std::string_view table,
                       Column column);
std::string empty_table(const Dialect& dialect, const Place& place, std::string_view table);

}  // namespace dlt::sql
