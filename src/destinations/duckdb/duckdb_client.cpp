// SPDX-License-Identifier: Apache-2.0
#include "destinations/duckdb/duckdb_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "destinations/sql/dialect.hpp"
#include "dlt/error.hpp"
#include "schema/system_tables.hpp"

namespace dlt {
namespace {

std::string decimal_type(const Column& column, int precision, int scale) {
  const int digits = column.precision.value_or(precision);
  return fmt::format("DECIMAL({},{})", digits, column.scale.value_or(column.precision ? 0 : scale));
}

std::string integer_type(const Column& column) {
  const int bits = column.precision.value_or(64);
  return bits <= 8 ? "TINYINT" : bits <= 16 ? "SMALLINT" : bits <= 32 ? "INTEGER" : bits <= 64 ? "BIGINT" : "HUGEINT";
}

std::string timestamp_type(const Column& column) {
  if (column.timezone.value_or(true)) return "TIMESTAMP WITH TIME ZONE";
  const int digits = column.precision.value_or(6);
  return digits == 0 ? "TIMESTAMP_S" : digits <= 3 ? "TIMESTAMP_MS" : digits <= 6 ? "TIMESTAMP" : "TIMESTAMP_NS";
}

// dlt 1.26, dlt/destinations/impl/duckdb/factory.py.
std::string column_type(const Column& column) {
  switch (column.data_type.value()) {
    case DataType::kText: return "VARCHAR";
    case DataType::kBigint: return integer_type(column);
    case DataType::kDouble: return "DOUBLE";
    case DataType::kBool: return "BOOLEAN";
    case DataType::kTimestamp: return timestamp_type(column);
    case DataType::kDate: return "DATE";
    case DataType::kTime: return "TIME";
    case DataType::kDecimal: return decimal_type(column, 38, 9);
    case DataType::kWei: return decimal_type(column, 38, 0);
    case DataType::kBinary: return "BLOB";
    case DataType::kJson: return "JSON";
  }
  return "VARCHAR";
}

constexpr sql::Dialect kDialect = {.column_type = column_type, .empty_table = "DELETE FROM"};

engine::Parameter now() {
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  return Timestamp{.seconds = micros / 1'000'000, .nanoseconds = static_cast<std::int32_t>(micros % 1'000'000 * 1000), .utc_offset_minutes = 0};
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

class DuckDbLoad final : public LoadTransaction {
 public:
  DuckDbLoad(engine::Connection& connection, std::string dataset) : connection_(connection), dataset_(std::move(dataset)) {
    connection_.execute("BEGIN TRANSACTION");
  }

  ~DuckDbLoad() override {
    if (done_) return;
    try {
      connection_.execute("ROLLBACK");
    } catch (const Error&) {
      // The transaction is gone already, or goes with the connection.
    }
  }

  SchemaUpdate migrate(const Schema& schema, const std::vector<const Table*>& tables) override {
    connection_.execute(fmt::format("CREATE SCHEMA IF NOT EXISTS {}", sql::quote(dataset_)));
    std::map<std::string, std::vector<std::string>> there = existing();
    SchemaUpdate update;
    std::vector<const Table*> wanted;
    for (const std::string& name : {schema.version_table_name(), schema.loads_table_name()}) {
      if (const Table* table = schema.find_table(name)) wanted.push_back(table);
    }
    wanted.insert(wanted.end(), tables.begin(), tables.end());
    for (const Table* table : wanted) migrate(*table, there, update);
    return update;
  }

  void truncate(const Table& table) override { connection_.execute(sql::empty_table(kDialect, dataset_, table.name)); }

  void copy(const Table& table, const std::vector<std::filesystem::path>& files) override {
    std::string paths;
    for (const std::filesystem::path& file : files) {
      if (!paths.empty()) paths += ", ";
      paths += engine::quote_literal(file.string());
    }
    const std::string source = fmt::format("dltpp_batches([{}])", paths);
    try {
      connection_.execute(fmt::format("INSERT INTO {} BY NAME SELECT * FROM {}", sql::qualified(dataset_, table.name), source));
    } catch (Error& error) {
      throw error.add({.table = table.name});
    }
  }

  void store_schema(const Schema& schema) override {
    const std::string table = sql::qualified(dataset_, schema.version_table_name());
    const std::string hash = schema.stored_version_hash();
    engine::QueryResult known = connection_.query(fmt::format("SELECT 1 FROM {} WHERE version_hash = ?", table), {hash});
    if (known.next()) return;
    connection_.execute(fmt::format("INSERT INTO {} (version, engine_version, inserted_at, schema_name, version_hash, schema) VALUES (?, ?, ?, ?, ?, ?)", table),
                        {schema.version(), std::int64_t{Schema::kEngineVersion}, now(), schema.name(), hash, schema.to_json().dump()});
  }

  void complete_load(const std::string& load_id, const Schema& schema) override {
    connection_.execute(
        fmt::format("INSERT INTO {} (load_id, schema_name, status, inserted_at, schema_version_hash) VALUES (?, ?, ?, ?, ?)",
                    sql::qualified(dataset_, schema.loads_table_name())),
        {load_id, schema.name(), std::int64_t{0}, now(), schema.stored_version_hash()});
  }

  void commit() override {
    connection_.execute("COMMIT");
    done_ = true;
  }

 private:
  /// Columns by table as the destination has them, both in lower case: DuckDB compares names without case.
  std::map<std::string, std::vector<std::string>> existing() {
    std::map<std::string, std::vector<std::string>> tables;
    engine::QueryResult columns = connection_.query(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = current_database() AND schema_name = ?", {dataset_});
    while (columns.next()) tables[lower(columns.text(0))].push_back(lower(columns.text(1)));
    return tables;
  }

  void migrate(const Table& table, std::map<std::string, std::vector<std::string>>& there, SchemaUpdate& update) {
    const auto known = there.find(lower(table.name));
    if (known == there.end()) {
      connection_.execute(sql::create_table(kDialect, dataset_, table));
      std::vector<std::string>& columns = update[table.name];
      for (const Column& column : table.columns) {
        if (!column.is_complete()) continue;
        columns.push_back(column.name);
        there[lower(table.name)].push_back(lower(column.name));
      }
      return;
    }
    for (const Column& column : table.columns) {
      if (!column.is_complete()) continue;
      if (std::find(known->second.begin(), known->second.end(), lower(column.name)) != known->second.end()) continue;
      add_column(table, column);
      known->second.push_back(lower(column.name));
      update[table.name].push_back(column.name);
    }
  }

  void add_column(const Table& table, Column column) {
    const bool not_null = !column.is_nullable();
    column.nullable = true;
    const std::string name = sql::qualified(dataset_, table.name);
    connection_.execute(fmt::format("ALTER TABLE {} ADD COLUMN {}", name, sql::column_definition(kDialect, column)));
    if (!not_null) return;
    engine::QueryResult rows = connection_.query(fmt::format("SELECT 1 FROM {} LIMIT 1", name));
    if (rows.next()) {
      Error error(ErrorCode::kSchema, fmt::format("column '{}' is not nullable, but the table has rows already, which would have no value in it", column.name),
                  "declare the column nullable, or load into an empty table");
      throw error.add({.table = table.name, .column = column.name});
    }
    connection_.execute(fmt::format("ALTER TABLE {} ALTER COLUMN {} SET NOT NULL", name, sql::quote(column.name)));
  }

  engine::Connection& connection_;
  std::string dataset_;
  bool done_ = false;
};

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

DuckDbClient::DuckDbClient(engine::Database database, std::string dataset, const CancellationToken& cancellation)
    : database_(std::move(database)), connection_(database_.connect(cancellation)), dataset_(std::move(dataset)) {}

bool DuckDbClient::has_table(std::string_view table) {
  return connection_
      .query("SELECT 1 FROM duckdb_tables() WHERE database_name = current_database() AND lower(schema_name) = lower(?) AND table_name = ?",
             {dataset_, std::string(table)})
      .next();
}

bool DuckDbClient::has_dataset() { return has_table(kVersionTable); }

std::optional<StoredState> DuckDbClient::stored_state(const std::string& pipeline_name) {
  if (!has_table(kStateTable) || !has_table(kLoadsTable)) return {};
  // dlt 1.26, get_stored_state: the newest state of a completed load.
  engine::QueryResult row = connection_.query(
      fmt::format("SELECT s.version, s.state, s.version_hash, s._dlt_load_id FROM {} s JOIN {} l ON l.load_id = s._dlt_load_id "
                  "WHERE s.pipeline_name = ? AND l.status = 0 ORDER BY l.load_id DESC LIMIT 1",
                  sql::qualified(dataset_, kStateTable), sql::qualified(dataset_, kLoadsTable)),
      {pipeline_name});
  if (!row.next()) return {};
  return StoredState{.version = row.integer(0), .state = row.text(1), .version_hash = row.text(2), .load_id = row.text(3)};
}

std::optional<std::string> DuckDbClient::stored_schema(const std::string& schema_name) {
  if (!has_table(kVersionTable)) return {};
  engine::QueryResult row = connection_.query(
      fmt::format("SELECT schema FROM {} WHERE schema_name = ? ORDER BY inserted_at DESC, version DESC LIMIT 1",
                  sql::qualified(dataset_, kVersionTable)),
      {schema_name});
  if (!row.next()) return {};
  return row.text(0);
}

bool DuckDbClient::has_load(const std::string& load_id, const std::string& schema_name) {
  if (!has_table(kLoadsTable)) return false;
  return connection_
      .query(fmt::format("SELECT 1 FROM {} WHERE load_id = ? AND schema_name = ?", sql::qualified(dataset_, kLoadsTable)), {load_id, schema_name})
      .next();
}

std::string DuckDbClient::last_load_id() {
  if (!has_table(kLoadsTable)) return {};
  engine::QueryResult row = connection_.query(fmt::format("SELECT max(load_id) FROM {}", sql::qualified(dataset_, kLoadsTable)));
  return row.next() ? row.text(0) : std::string{};
}

std::unique_ptr<LoadTransaction> DuckDbClient::begin() { return std::make_unique<DuckDbLoad>(connection_, dataset_); }

std::unique_ptr<QueryRows> DuckDbClient::query(const std::string& sql) {
  if (!dataset_.empty()) connection_.execute(fmt::format("SET search_path = {}", engine::quote_literal(sql::quote(dataset_))));
  return std::make_unique<DuckDbRows>(connection_.query(sql));
}

}  // namespace dlt
