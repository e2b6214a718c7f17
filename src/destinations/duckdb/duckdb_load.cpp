// SPDX-License-Identifier: Apache-2.0
#include "destinations/duckdb/duckdb_load.hpp"

#include <algorithm>
#include <chrono>
#include <span>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/batch_file.hpp"
#include "destinations/duckdb/types.hpp"
#include "dlt/error.hpp"

namespace dlt::duckdb {
namespace {

constexpr sql::Dialect kDialect = {.column_type = column_type, .empty_table = "DELETE FROM"};

// Files that one statement has open at a time.
constexpr std::size_t kFilesAtOnce = 128;
// Up to here rows go in in their order, by one thread. DuckDB can do that with many threads only
// for sources of its own, and two threads take little more than half the time of one.
constexpr std::int64_t kRowsInOrder = 100'000;

Timestamp now() {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(
                          std::chrono::system_clock::now().time_since_epoch())
                          .count();
  return {.seconds = micros / 1'000'000,
          .nanoseconds = static_cast<std::int32_t>(micros % 1'000'000 * 1'000),
          .utc_offset_minutes = 0};
}

std::string scan_of(std::span<const std::filesystem::path> files) {
  std::vector<std::string> paths;
  for (const std::filesystem::path& file : files)
    paths.push_back(engine::quote_literal(file.string()));
  return fmt::format("dltpp_batches([{}])", fmt::join(paths, ", "));
}

std::int64_t rows_in(std::span<const std::filesystem::path> files) {
  std::int64_t rows = 0;
  for (const std::filesystem::path& file : files) rows += BatchFileReader(file).rows();
  return rows;
}

/// While it lives, DuckDB may put rows in as its threads come to them. The setting is the whole
/// instance's.
class AnyOrder {
 public:
  explicit AnyOrder(engine::Connection& connection) : connection_(connection) { set("false"); }
  AnyOrder(const AnyOrder&) = delete;
  AnyOrder& operator=(const AnyOrder&) = delete;
  ~AnyOrder() {
    try {
      set("true");
    } catch (const Error&) {
      // The load is over, and its connection with it.
    }
  }

 private:
  void set(std::string_view value) {
    connection_.execute(fmt::format("SET GLOBAL preserve_insertion_order = {}", value));
  }

  engine::Connection& connection_;
};

}  // namespace

DuckDbLoad::DuckDbLoad(engine::Connection& connection, const Capabilities& capabilities,
                       std::string dataset, sql::Place place, sql::Constraints constraints,
                       std::atomic<std::int64_t>* rows_copied)
    : connection_(connection),
      capabilities_(capabilities),
      dataset_(std::move(dataset)),
      place_(std::move(place)),
      constraints_(constraints),
      rows_copied_(rows_copied) {
  connection_.execute("BEGIN TRANSACTION");
  is_open_ = true;
}

DuckDbLoad::~DuckDbLoad() {
  if (is_open_) connection_.rollback();
}

DuckDbLoad::Existing DuckDbLoad::existing() {
  Existing tables;
  engine::QueryResult columns = connection_.query(
      "SELECT table_name, column_name FROM duckdb_columns() "
      "WHERE database_name = current_database() AND lower(schema_name) = lower(?)",
      {dataset_});
  while (columns.next())
    tables[capabilities_.fold(columns.text(0))].push_back(capabilities_.fold(columns.text(1)));
  return tables;
}

SchemaUpdate DuckDbLoad::migrate(const Schema& schema, const std::vector<const Table*>& tables) {
  connection_.execute(fmt::format("CREATE SCHEMA IF NOT EXISTS {}", place_.text()));
  std::vector<const Table*> wanted;
  for (const std::string& name : {schema.version_table_name(), schema.loads_table_name()}) {
    if (const Table* table = schema.find_table(name)) wanted.push_back(table);
  }
  wanted.insert(wanted.end(), tables.begin(), tables.end());
  Existing there = existing();
  SchemaUpdate update;
  for (const Table* table : wanted) {
    try {
      migrate(*table, there, update);
    } catch (Error& error) {
      error.add({.table = table->name});
      throw;
    }
  }
  return update;
}

void DuckDbLoad::migrate(const Table& table, Existing& existing, SchemaUpdate& update) {
  std::vector<const Column*> missing;
  const auto [there, is_new] = existing.try_emplace(capabilities_.fold(table.name));
  for (const Column& column : table.columns) {
    std::string folded = capabilities_.fold(column.name);
    if (!column.is_complete() || std::ranges::find(there->second, folded) != there->second.end())
      continue;
    missing.push_back(&column);
    there->second.push_back(std::move(folded));
  }
  if (missing.empty()) {
    if (is_new) existing.erase(there);
    return;
  }
  if (is_new) {
    connection_.execute(sql::create_table(kDialect, place_, table, constraints_));
  } else {
    for (const Column* column : missing) add_column(table, *column);
  }
  for (const Column* column : missing) update[table.name].push_back(column->name);
}

// DuckDB adds no column with a constraint. In a table without rows it can be made NOT NULL
// afterwards; rows that are there have no value in it, and the normalizer sees to it that new ones
// do.
void DuckDbLoad::add_column(const Table& table, const Column& column) {
  const std::string name = place_ / table.name;
  connection_.execute(sql::add_column(kDialect, place_, table.name, column));
  if (column.is_nullable() ||
      connection_.query(fmt::format("SELECT 1 FROM {} LIMIT 1", name)).next())
    return;
  connection_.execute(
      fmt::format("ALTER TABLE {} ALTER COLUMN {} SET NOT NULL", name, sql::quote(column.name)));
}

void DuckDbLoad::truncate(const Table& table) {
  connection_.execute(sql::empty_table(kDialect, place_, table.name));
}

void DuckDbLoad::copy(const Table& table, const std::vector<std::filesystem::path>& files) {
  try {
    const bool in_order = rows_in(files) <= kRowsInOrder;
    for (std::size_t first = 0; first < files.size(); first += kFilesAtOnce) {
      const std::size_t count = std::min(kFilesAtOnce, files.size() - first);
      const std::string scan = scan_of(std::span(files).subspan(first, count));
      check_conversions(table, scan);
      if (in_order) {
        copy_scan(table, scan);
      } else {
        const AnyOrder any_order(connection_);
        copy_scan(table, scan);
      }
    }
  } catch (Error& error) {
    error.add({.table = table.name});
    throw;
  }
}

void DuckDbLoad::copy_scan(const Table& table, const std::string& scan) {
  const std::string sql =
      fmt::format("INSERT INTO {} BY NAME SELECT * FROM {}", place_ / table.name, scan);
  if (rows_copied_ == nullptr) {
    connection_.execute(sql);
  } else {
    connection_.execute_scan(sql, *rows_copied_);
  }
}

std::map<std::string, std::string> DuckDbLoad::types_of(const std::string& source) {
  std::map<std::string, std::string> types;
  engine::QueryResult columns = connection_.query(fmt::format("DESCRIBE {}", source));
  while (columns.next()) types[capabilities_.fold(columns.text(0))] = columns.text(1);
  return types;
}

// A column of the table may be narrower than the schema says: it was created before its precision
// changed, or by somebody else. DuckDB would round what it converts.
void DuckDbLoad::check_conversions(const Table& table, const std::string& scan) {
  const std::map<std::string, std::string> here = types_of(fmt::format("SELECT * FROM {}", scan));
  const std::map<std::string, std::string> there = types_of(place_ / table.name);
  std::vector<std::pair<std::string, std::string>> converted;
  std::vector<std::string> selected;
  for (const auto& [column, type] : here) {
    const auto found = there.find(column);
    if (found == there.end()) {
      throw Error(ErrorCode::kDestination,
                  fmt::format("the table has no such column: '{}'", column))
          .add({.column = column});
    }
    const std::string& target = found->second;
    if (target == type || (type == "BIGINT" && target == "HUGEINT")) continue;
    const std::string name = sql::quote(column);
    converted.emplace_back(column, target);
    // Unchanged is what comes back the same.
    selected.push_back(
        fmt::format("any_value({0}::VARCHAR) FILTER (TRY_CAST(TRY_CAST({0} AS {1}) AS {2}) IS "
                    "DISTINCT FROM {0})",
                    name, target, type));
  }
  if (converted.empty()) return;
  engine::QueryResult changed =
      connection_.query(fmt::format("SELECT {} FROM {}", fmt::join(selected, ", "), scan));
  changed.next();
  for (std::size_t i = 0; i < converted.size(); ++i) {
    if (changed.is_null(i)) continue;
    const auto& [column, target] = converted[i];
    throw Error(ErrorCode::kDestination,
                fmt::format("a value does not fit the column as it is at the destination: column "
                            "'{}', {}, value '{}'",
                            column, target, changed.text(i)),
                "change the column's type at the destination, or load into a new table")
        .add({.column = column});
  }
}

void DuckDbLoad::store_schema(const Schema& schema) {
  const Json document = schema.to_json();
  const std::string hash = document.at("version_hash").get<std::string>();
  const std::string table = place_ / schema.version_table_name();
  if (connection_.query(fmt::format("SELECT 1 FROM {} WHERE version_hash = ?", table), {hash})
          .next())
    return;
  connection_.execute(
      fmt::format("INSERT INTO {} (version, engine_version, inserted_at, schema_name, "
                  "version_hash, schema) "
                  "VALUES (?, ?, ?, ?, ?, ?)",
                  table),
      {document.at("version").get<std::int64_t>(), std::int64_t{Schema::kEngineVersion}, now(),
       schema.name(), hash, document.dump()});
}

void DuckDbLoad::complete_load(const std::string& load_id, const Schema& schema) {
  connection_.execute(
      fmt::format("INSERT INTO {} (load_id, schema_name, status, inserted_at, schema_version_hash) "
                  "VALUES (?, ?, ?, ?, ?)",
                  place_ / schema.loads_table_name()),
      {load_id, schema.name(), std::int64_t{0}, now(), schema.compute_version_hash()});
}

void DuckDbLoad::commit() {
  connection_.execute("COMMIT");
  is_open_ = false;
}

}  // namespace dlt::duckdb
