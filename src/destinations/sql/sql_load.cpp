// SPDX-License-Identifier: Apache-2.0
#include "destinations/sql/sql_load.hpp"

#include <algorithm>
#include <chrono>
#include <span>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/time/clock.hpp"
#include "dlt/error.hpp"

namespace dlt::sql {
namespace {

// Locks that a transaction holds are few enough for the server's table of them.
constexpr std::size_t kTablesAtOnce = 200;

/// A parameter for people to read: a line, and no whole schema.
std::string shown(const Parameter& parameter) {
  constexpr std::size_t kMostBytes = 60;
  const auto text = [](const auto& value) -> std::string {
    using Value = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, std::monostate>) {
      return "NULL";
    } else if constexpr (std::is_same_v<Value, std::string>) {
      const bool is_short = value.size() <= kMostBytes && value.find('\n') == std::string::npos;
      return is_short ? literal(value) : fmt::format("a text of {} bytes", value.size());
    } else if constexpr (std::is_same_v<Value, Timestamp>) {
      return literal(to_string(value));
    } else {
      return fmt::format("{}", value);
    }
  };
  return std::visit(text, parameter);
}

}  // namespace

SqlLoad::SqlLoad(const Target& target, Session& session) : target_(target), session_(session) {
  if (target_.dialect.migration == MigrationScope::kLoad) begin();
}

SqlLoad::~SqlLoad() {
  if (is_open_) session_.rollback();
}

void SqlLoad::execute(const std::string& sql, const std::vector<Parameter>& parameters) {
  note(sql, parameters);
  session_.execute(sql, parameters);
}

void SqlLoad::note(const std::string& sql, const std::vector<Parameter>& parameters) {
  std::string values;
  for (std::size_t i = 0; i < parameters.size(); ++i)
    values += fmt::format("{} ${} = {}", i == 0 ? "  --" : ",", i + 1, shown(parameters[i]));
  statements_.push_back(sql + ";" + values);
}

void SqlLoad::begin() {
  note("BEGIN");
  session_.begin();
  is_open_ = true;
}

SqlLoad::Existing SqlLoad::existing() {
  Existing tables;
  const auto columns =
      session_.query(std::string(target_.dialect.columns_query), {target_.dataset});
  while (columns->next()) {
    tables[target_.capabilities.fold(columns->text(0))].insert(
        target_.capabilities.fold(columns->text(1)));
  }
  return tables;
}

// Dropping is no addition: it comes with the load or not at all.
void SqlLoad::drop(const Schema& schema, const std::vector<std::string>& tables) {
  if (!is_open_) begin();
  for (const std::string& table : tables)
    execute(fmt::format("DROP TABLE IF EXISTS {}", target_.place / table));
  const std::string versions = schema.version_table_name();
  if (session_.query(std::string(target_.dialect.table_query), {target_.dataset, versions})->next())
    execute(fmt::format("DELETE FROM {} WHERE schema_name = $1", target_.place / versions),
            {schema.name()});
}

SchemaUpdate SqlLoad::migrate(const Schema& schema, const std::vector<const Table*>& tables) {
  std::vector<const Table*> wanted;
  for (const std::string& name : {schema.version_table_name(), schema.loads_table_name()}) {
    if (const Table* table = schema.find_table(name)) wanted.push_back(table);
  }
  wanted.insert(wanted.end(), tables.begin(), tables.end());
  SchemaUpdate update;
  if (is_open_) {
    migrate(wanted, update);
    return update;
  }
  Existing there = existing();
  std::erase_if(wanted, [&](const Table* table) { return missing(*table, there).empty(); });
  for (std::size_t first = 0; first < wanted.size(); first += kTablesAtOnce) {
    migrate_before(std::span(wanted).subspan(first, std::min(kTablesAtOnce, wanted.size() - first)),
                   update);
  }
  begin();
  return update;
}

// Whoever waits for a lock makes everybody wait who comes after: it is given up after a moment, so
// that readers get on, and tried again.
void SqlLoad::migrate_before(std::span<const Table* const> tables, SchemaUpdate& update) {
  constexpr std::chrono::milliseconds kPause(250);
  const auto deadline = std::chrono::steady_clock::now() + target_.lock_timeout;
  for (bool first = true;; first = false) {
    try {
      begin();
      if (!target_.dialect.before_migration.empty())
        execute(std::string(target_.dialect.before_migration));
      lock_name(target_.dataset);
      SchemaUpdate added;
      migrate(tables, added);
      commit();
      update.merge(added);
      return;
    } catch (const Error& error) {
      session_.rollback();
      is_open_ = false;
      if (error.code() != ErrorCode::kLocked || std::chrono::steady_clock::now() > deadline) throw;
      if (first && target_.waits) target_.waits("another session holds a lock on the tables");
      target_.cancellation.sleep(kPause, "loading");
    }
  }
}

void SqlLoad::migrate(std::span<const Table* const> tables, SchemaUpdate& update) {
  check_name("dataset", target_.dataset);
  // Who may not create one may still load into one that is there.
  if (!session_.query(std::string(target_.dialect.dataset_query), {target_.dataset})->next())
    execute(fmt::format("CREATE SCHEMA IF NOT EXISTS {}", target_.place.text()));
  Existing there = existing();
  for (const Table* table : tables) {
    try {
      migrate(*table, there, update);
    } catch (Error& error) {
      error.add({.table = table->name});
      throw;
    }
  }
}

void SqlLoad::check_name(const char* what, const std::string& name) const {
  const std::optional<int> most = target_.capabilities.max_identifier_bytes;
  if (!most || name.size() <= static_cast<std::size_t>(*most)) return;
  throw Error(ErrorCode::kSchema,
              fmt::format("the destination takes names of at most {} bytes: {} '{}' has {}", *most,
                          what, name, name.size()),
              "use a naming convention of dlt++ such as snake_case, which shortens them");
}

std::vector<const Column*> SqlLoad::missing(const Table& table, const Existing& existing) const {
  const auto there = existing.find(target_.capabilities.fold(table.name));
  std::vector<const Column*> missing;
  for (const Column& column : table.columns) {
    if (!column.is_complete()) continue;
    if (there == existing.end() || !there->second.contains(target_.capabilities.fold(column.name)))
      missing.push_back(&column);
  }
  return missing;
}

void SqlLoad::migrate(const Table& table, Existing& existing, SchemaUpdate& update) {
  const std::vector<const Column*> columns = missing(table, existing);
  if (columns.empty()) return;
  check_name("table", table.name);
  for (const Column* column : columns) check_name("column", column->name);
  const auto [there, is_new] = existing.try_emplace(target_.capabilities.fold(table.name));
  if (is_new) {
    execute(create_table(target_.dialect, target_.place, table, target_.constraints));
  } else {
    for (const Column* column : columns) add_column(table, *column);
  }
  for (const Column* column : columns) {
    there->second.insert(target_.capabilities.fold(column->name));
    update[table.name].push_back(column->name);
  }
}

// A column is added without constraints. In a table without rows it can be made NOT NULL
// afterwards; rows that are there have no value in it, and the normalizer sees to it that new ones
// do.
void SqlLoad::add_column(const Table& table, const Column& column) {
  const std::string name = target_.place / table.name;
  execute(sql::add_column(target_.dialect, target_.place, table.name, column));
  if (column.is_nullable() || session_.query(fmt::format("SELECT 1 FROM {} LIMIT 1", name))->next())
    return;
  execute(fmt::format("ALTER TABLE {} ALTER COLUMN {} SET NOT NULL", name, quote(column.name)));
}

void SqlLoad::lock(const std::string& pipeline_name, const std::string& load_id) {
  lock_name(fmt::format("{}:{}", target_.dataset, pipeline_name));
  lock_name(fmt::format("{}:load:{}", target_.dataset, load_id));
}

void SqlLoad::lock_name(const std::string& name) {
  if (target_.dialect.lock.empty()) return;
  execute(std::string(target_.dialect.lock), {"dlt:" + name});
}

// What takes the place of rows must see those that another load put there: two that look at once
// would both find none of a key, and both add theirs. Rows are staged before, side by side.
void SqlLoad::load(const TableChain& chain, const std::function<void(const Table&)>& copied) {
  bool needs_lock = !std::holds_alternative<Append>(chain.disposition);
  for (const Step& step : plan_chain(target_.dialect, target_.place, chain)) {
    try {
      if (needs_lock && !step.is_staging) {
        lock_name(fmt::format("{}:table:{}", target_.dataset, chain.tables.front().table->name));
        needs_lock = false;
      }
      run(step);
      if (step.kind == Step::Kind::kCopy && copied) copied(*step.rows->table);
    } catch (Error& error) {
      const TableRows& rows = step.rows == nullptr ? chain.tables.front() : *step.rows;
      error.add({.table = rows.table->name});
      throw;
    }
  }
}

void SqlLoad::run(const Step& step) {
  switch (step.kind) {
    case Step::Kind::kExecute:
      return execute(step.sql);
    case Step::Kind::kCopy:
      statements_.push_back(fmt::format("-- {} job file{} copied into {}", step.rows->files.size(),
                                        step.rows->files.size() == 1 ? " is" : "s are", step.sql));
      return copy(step.sql, step.rows->files,
                  step.in_order ? RowOrder::kAsTheyCame : RowOrder::kAny);
    case Step::Kind::kRefuse:
      return refuse(step);
  }
}

void SqlLoad::refuse(const Step& step) {
  note(step.sql);
  const auto row = session_.query(step.sql);
  if (!row->next()) return;
  std::string values;
  for (std::size_t i = 0; i < row->columns().size(); ++i) {
    values += fmt::format("{}'{}' = {}", i == 0 ? "" : ", ", row->columns()[i],
                          row->is_null(i) ? "null" : row->text(i));
  }
  throw Error(ErrorCode::kBadRecord, fmt::format("{}: {}", step.message, values), step.hint);
}

void SqlLoad::store_schema(const Schema& schema) {
  const Json document = schema.to_json();
  const std::string hash = document.at("version_hash").get<std::string>();
  const std::string table = target_.place / schema.version_table_name();
  // Pipelines may share a schema.
  lock_name(fmt::format("{}:schema:{}", target_.dataset, schema.name()));
  if (session_.query(fmt::format("SELECT 1 FROM {} WHERE version_hash = $1", table), {hash})
          ->next())
    return;
  execute(fmt::format("INSERT INTO {} (version, engine_version, inserted_at, schema_name, "
                      "version_hash, schema) VALUES ($1, $2, $3, $4, $5, $6)",
                      table),
          {document.at("version").get<std::int64_t>(), std::int64_t{Schema::kEngineVersion}, now(),
           schema.name(), hash, document.dump()});
}

void SqlLoad::complete_load(const std::string& load_id, const Schema& schema) {
  execute(fmt::format("INSERT INTO {} (load_id, schema_name, status, inserted_at, "
                      "schema_version_hash) VALUES ($1, $2, $3, $4, $5)",
                      target_.place / schema.loads_table_name()),
          {load_id, schema.name(), std::int64_t{0}, now(), schema.compute_version_hash()});
}

void SqlLoad::commit() {
  note("COMMIT");
  session_.commit();
  is_open_ = false;
}

}  // namespace dlt::sql
