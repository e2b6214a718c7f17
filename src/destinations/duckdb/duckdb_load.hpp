// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "destinations/duckdb/duckdb_client.hpp"
#include "destinations/sql/sql_load.hpp"

namespace dlt::duckdb {

/// A load whose rows DuckDB scans in the batch files.
class DuckDbLoad final : public sql::SqlLoad {
 public:
  /// `rows_copied` may be null.
  DuckDbLoad(const sql::Target& target, DuckDbSession& session,
             std::atomic<std::int64_t>* rows_copied)
      : SqlLoad(target, session), connection_(session.connection()), rows_copied_(rows_copied) {}

 protected:
  void copy(const std::string& table, const std::vector<std::filesystem::path>& files,
            sql::RowOrder order) override;

 private:
  void copy_scan(const std::string& table, const std::string& scan);
  /// Throws for a value that would not be in the table what it is in the scan.
  void check_conversions(const std::string& table, const std::string& scan);
  std::map<std::string, std::string> types_of(const std::string& source);

  engine::Connection& connection_;
  std::atomic<std::int64_t>* rows_copied_;
};

}  // namespace dlt::duckdb
