// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "destinations/postgres/connection.hpp"
#include "destinations/postgres/query_batches.hpp"
#include "destinations/sql/sql_client.hpp"

namespace dlt::postgres {

class PostgresSession final : public sql::Session {
 public:
  explicit PostgresSession(Connection connection) : connection_(std::move(connection)) {}

  std::int64_t execute(const std::string& sql,
                       const std::vector<sql::Parameter>& parameters) override {
    return connection_.execute(sql, parameters);
  }
  std::unique_ptr<QueryRows> query(const std::string& sql,
                                   const std::vector<sql::Parameter>& parameters) override {
    return std::make_unique<QueryResult>(connection_.query(sql, parameters));
  }
  std::unique_ptr<arrow::Producer> query_arrow(const std::string& sql) override {
    return batches_of(connection_.query(sql));
  }
  void begin() override { connection_.begin(); }
  void commit() override { connection_.commit(); }
  void rollback() noexcept override { connection_.rollback(); }
  using Session::execute;
  using Session::query;

  Connection& connection() { return connection_; }

 private:
  Connection connection_;
};

/// A schema of a database.
class PostgresClient final : public sql::SqlClient {
 public:
  /// `rows_copied` may be null.
  PostgresClient(Connection connection, const Capabilities& capabilities,
                 const std::string& dataset, sql::Constraints constraints,
                 const ClientOptions& options);

  std::unique_ptr<LoadTransaction> begin() override;

 protected:
  sql::Session& session() override { return session_; }

 private:
  PostgresSession session_;
  std::atomic<std::int64_t>* rows_copied_;
};

}  // namespace dlt::postgres
