// SPDX-License-Identifier: Apache-2.0
#include "destinations/duckdb/duckdb_client.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "destinations/duckdb/duckdb_load.hpp"
#include "dlt/error.hpp"
#include "schema/system_tables.hpp"

namespace dlt::duckdb {
namespace {

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

}  // namespace

DuckDbClient::DuckDbClient(engine::Database database, engine::Connection connection,
                           Capabilities capabilities, std::string dataset,
                           sql::Constraints constraints, std::atomic<std::int64_t>* rows_copied)
    : database_(std::move(database)),
      connection_(std::move(connection)),
      capabilities_(std::move(capabilities)),
      dataset_(std::move(dataset)),
      place_(database_.catalog(), dataset_),
      constraints_(constraints),
      rows_copied_(rows_copied) {}

bool DuckDbClient::has_table(std::string_view table) {
  return connection_
      .query(
          "SELECT 1 FROM duckdb_tables() WHERE database_name = current_database() AND "
          "lower(schema_name) = lower(?) "
          "AND lower(table_name) = lower(?)",
          {dataset_, std::string(table)})
      .next();
}

bool DuckDbClient::has_dataset() { return has_table(kVersionTable); }

std::optional<StoredState> DuckDbClient::stored_state(const std::string& pipeline_name) {
  if (!has_table(kStateTable) || !has_table(kLoadsTable)) return {};
  // As dlt 1.26 asks, get_stored_state in dlt/destinations/job_client_impl.py.
  engine::QueryResult row = connection_.query(
      fmt::format(
          "SELECT s.version, s.state, s.version_hash, s._dlt_load_id FROM {} s "
          "JOIN {} l ON l.load_id = s._dlt_load_id WHERE s.pipeline_name = ? AND l.status = 0 "
          "ORDER BY l.load_id DESC LIMIT 1",
          place_ / kStateTable, place_ / kLoadsTable),
      {pipeline_name});
  if (!row.next()) return {};
  return StoredState{.version = row.integer(0),
                     .state = row.text(1),
                     .version_hash = row.text(2),
                     .load_id = row.text(3)};
}

std::optional<std::string> DuckDbClient::stored_document(std::string_view condition,
                                                         const std::string& value) {
  if (!has_table(kVersionTable)) return {};
  engine::QueryResult row = connection_.query(
      fmt::format(
          "SELECT schema FROM {} WHERE {} = ? ORDER BY inserted_at DESC, version DESC LIMIT 1",
          place_ / kVersionTable, condition),
      {value});
  if (!row.next()) return {};
  return row.text(0);
}

std::optional<std::string> DuckDbClient::stored_schema(const std::string& schema_name) {
  return stored_document("schema_name", schema_name);
}

std::optional<std::string> DuckDbClient::stored_schema_by_hash(const std::string& version_hash) {
  return stored_document("version_hash", version_hash);
}

bool DuckDbClient::has_load(const std::string& load_id, const std::string& schema_name,
                            const std::string& version_hash) {
  if (!has_table(kLoadsTable)) return false;
  return connection_
      .query(fmt::format("SELECT 1 FROM {} WHERE load_id = ? AND schema_name = ? AND ? IN ('', "
                         "schema_version_hash)",
                         place_ / kLoadsTable),
             {load_id, schema_name, version_hash})
      .next();
}

std::string DuckDbClient::last_load_id() {
  if (!has_table(kLoadsTable)) return {};
  engine::QueryResult row =
      connection_.query(fmt::format("SELECT max(load_id) FROM {}", place_ / kLoadsTable));
  return row.next() ? row.text(0) : std::string{};
}

std::unique_ptr<LoadTransaction> DuckDbClient::begin() {
  return std::make_unique<DuckDbLoad>(connection_, capabilities_, dataset_, place_, constraints_,
                                      rows_copied_);
}

std::unique_ptr<QueryRows> DuckDbClient::query(const std::string& sql) {
  // A dataset that is not there is no mistake of a query that does not name one of its tables.
  const bool is_there = connection_
                            .query(
                                "SELECT 1 FROM duckdb_schemas() WHERE database_name = "
                                "current_database() AND lower(schema_name) = lower(?)",
                                {dataset_})
                            .next();
  if (is_there)
    connection_.execute(fmt::format("SET search_path = {}", engine::quote_literal(place_.text())));
  return std::make_unique<DuckDbRows>(connection_.query(sql));
}

void DuckDbClient::drop_tables(const std::vector<std::string>& tables) {
  std::string sql = "BEGIN TRANSACTION";
  for (const std::string& table : tables)
    sql += fmt::format("; DROP TABLE IF EXISTS {}", place_ / table);
  try {
    connection_.execute(sql + "; COMMIT");
  } catch (const Error&) {
    connection_.rollback();
    throw;
  }
}

void DuckDbClient::drop_dataset() {
  connection_.execute(fmt::format("DROP SCHEMA IF EXISTS {} CASCADE", place_.text()));
}

}  // namespace dlt::duckdb
