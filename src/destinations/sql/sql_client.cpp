// SPDX-License-Identifier: Apache-2.0
#include "destinations/sql/sql_client.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/error.hpp"
#include "schema/system_tables.hpp"

namespace dlt::sql {

bool SqlClient::has_table(std::string_view table) {
  return session()
      .query(std::string(target_.dialect.table_query), {target_.dataset, std::string(table)})
      ->next();
}

bool SqlClient::has_dataset() { return has_table(kVersionTable); }

std::optional<StoredState> SqlClient::stored_state(const std::string& pipeline_name) {
  if (!has_table(kStateTable) || !has_table(kLoadsTable)) return {};
  // As dlt 1.26 asks, get_stored_state in dlt/destinations/job_client_impl.py.
  const auto row = session().query(
      fmt::format("SELECT s.version, s.state, s.version_hash, s._dlt_load_id FROM {} s JOIN {} l "
                  "ON l.load_id = s._dlt_load_id WHERE s.pipeline_name = $1 AND l.status = 0 "
                  "ORDER BY l.load_id DESC LIMIT 1",
                  target_.place / kStateTable, target_.place / kLoadsTable),
      {pipeline_name});
  if (!row->next()) return {};
  return StoredState{.version = row->json(0).get<std::int64_t>(),
                     .state = row->text(1),
                     .version_hash = row->text(2),
                     .load_id = row->text(3)};
}

std::optional<std::string> SqlClient::stored_document(std::string_view condition,
                                                      const std::string& value) {
  if (!has_table(kVersionTable)) return {};
  const auto row = session().query(
      fmt::format(
          "SELECT schema FROM {} WHERE {} = $1 ORDER BY inserted_at DESC, version DESC LIMIT 1",
          target_.place / kVersionTable, condition),
      {value});
  if (!row->next()) return {};
  return row->text(0);
}

std::optional<std::string> SqlClient::stored_schema(const std::string& schema_name) {
  return stored_document("schema_name", schema_name);
}

std::optional<std::string> SqlClient::stored_schema_by_hash(const std::string& version_hash) {
  return stored_document("version_hash", version_hash);
}

bool SqlClient::has_load(const std::string& load_id, const std::string& schema_name,
                         const std::string& version_hash) {
  if (!has_table(kLoadsTable)) return false;
  std::string sql = fmt::format("SELECT 1 FROM {} WHERE load_id = $1", target_.place / kLoadsTable);
  std::vector<Parameter> values = {load_id};
  for (const auto& [column, value] :
       {std::pair{"schema_name", &schema_name}, std::pair{"schema_version_hash", &version_hash}}) {
    if (value->empty()) continue;
    values.emplace_back(*value);
    sql += fmt::format(" AND {} = ${}", column, values.size());
  }
  return session().query(sql, values)->next();
}

bool SqlClient::has_state(const std::string& load_id, const std::string& pipeline_name,
                          const std::string& version_hash) {
  if (!has_table(kStateTable)) return false;
  return session()
      .query(fmt::format("SELECT 1 FROM {} WHERE _dlt_load_id = $1 AND pipeline_name = $2 AND "
                         "version_hash = $3",
                         target_.place / kStateTable),
             {load_id, pipeline_name, version_hash})
      ->next();
}

std::string SqlClient::last_load_id() {
  if (!has_table(kLoadsTable)) return {};
  const auto row =
      session().query(fmt::format("SELECT max(load_id) FROM {}", target_.place / kLoadsTable));
  return row->next() ? row->text(0) : std::string{};
}

void SqlClient::look_into_dataset() {
  // A dataset that is not there is no mistake of a query that does not name one of its tables.
  if (session().query(std::string(target_.dialect.dataset_query), {target_.dataset})->next())
    session().execute(target_.dialect.set_search_path(target_.place));
}

std::unique_ptr<QueryRows> SqlClient::query(const std::string& sql) {
  look_into_dataset();
  return session().query(sql);
}

std::unique_ptr<arrow::Producer> SqlClient::query_arrow(const std::string& sql) {
  look_into_dataset();
  return session().query_arrow(sql);
}

void SqlClient::drop_tables(const std::vector<std::string>& tables) {
  session().begin();
  try {
    for (const std::string& table : tables)
      session().execute(fmt::format("DROP TABLE IF EXISTS {}", target_.place / table));
    session().commit();
  } catch (const Error&) {
    session().rollback();
    throw;
  }
}

void SqlClient::drop_dataset() {
  session().execute(fmt::format("DROP SCHEMA IF EXISTS {} CASCADE", target_.place.text()));
}

}  // namespace dlt::sql
