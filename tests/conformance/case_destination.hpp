// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace dlt::conformance {

/// An empty database that a case loads into.
struct CaseDestination {
  std::string address = {};
  /// SQL for (table, column, type, nullable, default) of the tables of a dataset, given as `{}`.
  std::string columns_query = {};
  /// SQL for the unique constraints (table, type, columns) and the indexes (table, name) of a
  /// dataset, and for tables elsewhere in the database (dataset, table). Empty: not looked at.
  std::string constraints_query = {};
  std::string indexes_query = {};
  std::string other_tables_query = {};
  /// SQL around a timestamp column so that it comes out as text in UTC, given as `{}`.
  std::string timestamp_as_text = {};
  /// What comes after a text column so that it is sorted bytewise.
  std::string bytewise = {};
  /// Drops the database in the end.
  std::shared_ptr<void> database = {};
};

/// `kind`: "duckdb", "postgres": on the server that DLTPP_TEST_POSTGRES tells of, else on one that
/// is started for this process. `folder`: where files go. Throws std::runtime_error.
CaseDestination case_destination(const std::string& kind, const std::filesystem::path& folder);

}  // namespace dlt::conformance
