// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>

#include "destinations/sql/sql_client.hpp"
#include "engine/database.hpp"

namespace dlt::duckdb {

class DuckDbSession final : public sql::Session {
 public:
  explicit DuckDbSession(engine::Connection connection) : connection_(std::move(connection)) {}

  std::int64_t execute(const std::string& sql,
                       const std::vector<sql::Parameter>& parameters) override {
    return connection_.execute(sql, parameters);
  }
  std::unique_ptr<QueryRows> query(const std::string& sql,
                                   const std::vector<sql::Parameter>& parameters) override;
  std::unique_ptr<arrow::Producer> query_arrow(const std::string& sql) override;
  void rollback() noexcept override { connection_.rollback(); }
  using Session::execute;
  using Session::query;

  engine::Connection& connection() { return connection_; }

 private:
  engine::Connection connection_;
};

/// What a load shares with the program around it.
struct Sharing {
  /// DuckDB's memory limit, which may be raised where rows need it; 0: it may not.
  std::size_t memory_bytes = 0;
  /// Is told the rows that were read so far. Null: nobody.
  std::atomic<std::int64_t>* rows_copied = nullptr;
};

/// A dataset of an open database: one of its schemas.
class DuckDbClient final : public sql::SqlClient {
 public:
  DuckDbClient(engine::Database database, engine::Connection connection,
               const Capabilities& capabilities, const std::string& dataset,
               sql::Constraints constraints, const Sharing& sharing);

  std::unique_ptr<LoadTransaction> begin() override;

 protected:
  sql::Session& session() override { return session_; }

 private:
  engine::Database database_;
  DuckDbSession session_;
  Sharing sharing_;
};

}  // namespace dlt::duckdb
