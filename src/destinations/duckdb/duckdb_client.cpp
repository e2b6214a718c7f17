// SPDX-License-Identifier: Apache-2.0
#include "destinations/duckdb/duckdb_client.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "destinations/duckdb/duckdb_load.hpp"
#include "destinations/duckdb/types.hpp"

namespace dlt::duckdb {
namespace {

std::string set_search_path(const sql::Place& place) {
  return fmt::format("SET search_path = {}", engine::quote_literal(place.text()));
}

// DuckDB has DDL in transactions, and one process at a time: all of a load is in one.
constexpr sql::Dialect kDialect = {
    .column_type = column_type,
    .empty_table = "DELETE FROM",
    .temporary = "temp",
    .row_order = "rowid",
    // MERGE and UPDATE take five times as long (bench/README.md).
    .row_update = sql::RowUpdate::kAnew,
    .columns_query =
        "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = "
        "current_database() AND lower(schema_name) = lower($1)",
    .table_query =
        "SELECT 1 FROM duckdb_tables() WHERE database_name = current_database() AND "
        "lower(schema_name) = lower($1) AND lower(table_name) = lower($2)",
    .dataset_query =
        "SELECT 1 FROM duckdb_schemas() WHERE database_name = current_database() AND "
        "lower(schema_name) = lower($1)",
    .set_search_path = set_search_path,
    .migration = sql::MigrationScope::kLoad};

class DuckDbRows final : public QueryRows {
 public:
  explicit DuckDbRows(engine::QueryResult result) : result_(std::move(result)) {
    for (const engine::ResultColumn& column : result_.columns()) names_.push_back(column.name);
  }

  const std::vector<std::string>& columns() const override { return names_; }
  bool next() override { return result_.next(); }
  bool is_null(std::size_t column) const override { return result_.is_null(column); }
  std::string text(std::size_t column) const override { return result_.text(column); }
  Json json(std::size_t column) const override { return result_.json(column); }

 private:
  engine::QueryResult result_;
  std::vector<std::string> names_;
};

class DuckDbBatches final : public arrow::Producer {
 public:
  explicit DuckDbBatches(engine::ArrowResult result) : result_(std::move(result)) {}

  void schema(ArrowSchema* out) override { result_.schema(out); }
  bool next(ArrowArray* out) override { return result_.next(out); }

 private:
  engine::ArrowResult result_;
};

}  // namespace

std::unique_ptr<arrow::Producer> DuckDbSession::query_arrow(const std::string& sql) {
  return std::make_unique<DuckDbBatches>(connection_.query_arrow(sql));
}

std::unique_ptr<QueryRows> DuckDbSession::query(const std::string& sql,
                                                const std::vector<sql::Parameter>& parameters) {
  return std::make_unique<DuckDbRows>(connection_.query(sql, parameters));
}

DuckDbClient::DuckDbClient(engine::Database database, engine::Connection connection,
                           const Capabilities& capabilities, const std::string& dataset,
                           sql::Constraints constraints, const Sharing& sharing)
    : SqlClient({.dialect = kDialect,
                 .capabilities = capabilities,
                 .dataset = dataset,
                 .place = sql::Place(database.catalog(), dataset),
                 .constraints = constraints}),
      database_(std::move(database)),
      session_(std::move(connection)),
      sharing_(sharing) {}

std::unique_ptr<LoadTransaction> DuckDbClient::begin() {
  return std::make_unique<DuckDbLoad>(target(), session_, sharing_);
}

}  // namespace dlt::duckdb
