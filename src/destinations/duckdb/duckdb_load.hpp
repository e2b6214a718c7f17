// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "destinations/duckdb/duckdb_client.hpp"
#include "destinations/sql/sql_load.hpp"

namespace dlt::duckdb {

/// A load whose rows DuckDB scans in the batch files.
class DuckDbLoad final : public sql::SqlLoad {
 public:
  /// `sharing` is the client's.
  DuckDbLoad(const sql::Target& target, DuckDbSession& session, Sharing& sharing)
      : SqlLoad(target, session), connection_(session.connection()), sharing_(sharing) {}

 protected:
  void copy(const std::string& table, const std::vector<std::filesystem::path>& files,
            sql::RowOrder order) override;

 private:
  /// Raises DuckDB's memory limit where rows are so large that it could not hold a vector of them.
  /// `largest_vector`: bytes of 2,048 of the rows.
  void make_room(std::uint64_t largest_vector, bool in_order);
  void copy_scan(const std::string& table, const std::string& scan);
  /// Throws for a value that would not be in the table what it is in the scan.
  void check_conversions(const std::string& table, const std::string& scan);
  std::map<std::string, std::string> types_of(const std::string& source);

  engine::Connection& connection_;
  Sharing& sharing_;
};

}  // namespace dlt::duckdb
