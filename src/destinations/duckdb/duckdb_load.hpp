// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "destinations/destination.hpp"
#include "destinations/sql/dialect.hpp"
#include "engine/database.hpp"

namespace dlt::duckdb {

/// A load into one dataset. DuckDB has DDL in transactions: all of a load is in one.
class DuckDbLoad final : public LoadTransaction {
 public:
  /// `rows_copied` may be null.
  DuckDbLoad(engine::Connection& connection, const Capabilities& capabilities, std::string dataset,
             sql::Place place, sql::Constraints constraints,
             std::atomic<std::int64_t>* rows_copied);
  ~DuckDbLoad() override;

  SchemaUpdate migrate(const Schema& schema, const std::vector<const Table*>& tables) override;
  void truncate(const Table& table) override;
  void copy(const Table& table, const std::vector<std::filesystem::path>& files) override;
  void store_schema(const Schema& schema) override;
  void complete_load(const std::string& load_id, const Schema& schema) override;
  void commit() override;

 private:
  /// Names of columns by table as they are there, all folded.
  using Existing = std::map<std::string, std::vector<std::string>>;

  Existing existing();
  void migrate(const Table& table, Existing& existing, SchemaUpdate& update);
  void add_column(const Table& table, const Column& column);
  void copy_scan(const Table& table, const std::string& scan);
  /// Throws for a value that would not be in the table what it is in the scan.
  void check_conversions(const Table& table, const std::string& scan);
  std::map<std::string, std::string> types_of(const std::string& source);

  engine::Connection& connection_;
  const Capabilities& capabilities_;
  std::string dataset_;
  sql::Place place_;
  sql::Constraints constraints_;
  std::atomic<std::int64_t>* rows_copied_;
  bool is_open_ = false;
};

}  // namespace dlt::duckdb
