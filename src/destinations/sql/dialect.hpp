// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dlt/schema.hpp"

namespace dlt::sql {

/// `"name"`, with quotes inside doubled.
std::string quote(std::string_view name);

/// `'text'`, with quotes inside doubled.
std::string literal(std::string_view text);

/// A dataset in SQL: quoted, with its database before it where the destination has several.
class Place {
 public:
  explicit Place(std::string_view dataset) : text_(quote(dataset)) {}
  Place(std::string_view database, std::string_view dataset)
      : text_(quote(database) + "." + quote(dataset)) {}

  const std::string& text() const { return text_; }
  std::string operator/(std::string_view table) const { return text_ + "." + quote(table); }

 private:
  std::string text_;
};

/// What a migration is a part of.
enum class MigrationScope {
  kLoad,  ///< the load's transaction
  kOwn,   ///< short transactions of its own, before the load's
};

/// How an upsert gives new values to rows that are there.
enum class RowUpdate {
  kInPlace,  ///< MERGE
  kAnew,     ///< deletes them and inserts what they become, where that is far cheaper
};

/// What differs between SQL destinations, as data.
struct Dialect {
  /// The column's type in SQL. Throws kSchema for what the destination does not have.
  std::string (*column_type)(const Column& column) = nullptr;
  /// "DELETE FROM" or "TRUNCATE TABLE": what empties a table, before its name.
  std::string_view empty_table = "TRUNCATE TABLE";
  /// What makes a column unique, for columns with that hint.
  std::string_view unique = "UNIQUE";
  /// A statement that takes the constraint away from a column that must be unique, if there is one.
  /// Null: the destination has none of its own.
  std::string (*drop_unique)(const std::string& table, std::string_view column) = nullptr;
  /// Where temporary tables are, as it is written before their names.
  std::string_view temporary = "pg_temp";
  /// A hidden column by which rows of a temporary table are in the order in which they came.
  std::string_view row_order = "ctid";
  /// Before the name of a temporary table that was filled, and columns of it, so that queries on it
  /// are planned well. Empty: not needed.
  std::string_view analyze = {};
  /// kAnew needs `SELECT * REPLACE` and `INSERT ... BY NAME`.
  RowUpdate row_update = RowUpdate::kInPlace;
  /// Columns of the dataset $1: (table_name, column_name).
  std::string_view columns_query = {};
  /// A row when the dataset $1 has the table $2.
  std::string_view table_query = {};
  /// A row when the dataset $1 is there.
  std::string_view dataset_query = {};
  /// A statement after which tables without a dataset before them are those of `place`.
  std::string (*set_search_path)(const Place& place) = nullptr;
  /// A statement that holds a lock named by the text $1 until the transaction ends. Empty: a
  /// transaction is alone anyway.
  std::string_view lock = {};
  MigrationScope migration = MigrationScope::kOwn;
  /// A statement at the begin of each of those short transactions. Empty: none.
  std::string_view before_migration = {};
};

/// Whether the hints of columns become constraints.
enum class Constraints { kNotNull, kNotNullAndUnique };

/// The quoted names of the columns that the table has at the destination.
std::vector<std::string> quoted_columns(const Table& table);
/// "name" TYPE [UNIQUE] [NOT NULL]
std::string column_definition(const Dialect& dialect, const Column& column,
                              Constraints constraints);
/// CREATE TABLE with the complete columns of a table.
std::string create_table(const Dialect& dialect, const Place& place, const Table& table,
                         Constraints constraints);
/// ALTER TABLE that adds a column of any values.
std::string add_column(const Dialect& dialect, const Place& place, std::string_view table,
                       Column column);
std::string empty_table(const Dialect& dialect, const std::string& table);

}  // namespace dlt::sql
