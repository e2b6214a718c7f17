// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "arrow/export.hpp"
#include "dlt/cancellation.hpp"
#include "dlt/json.hpp"
#include "dlt/schema.hpp"
#include "schema/capabilities.hpp"

namespace dlt {

/// A pipeline state as the destination holds it.
struct StoredState {
  std::int64_t version = 0;
  /// Encoded, see src/state.
  std::string state = {};
  std::string version_hash = {};
  std::string load_id = {};
};

/// Tables, and columns of each, that a migration created.
using SchemaUpdate = std::map<std::string, std::vector<std::string>>;

/// Rows are added to those that are there.
struct Append {};

/// What becomes of the rows that a load brings, and of those that are there.
using Disposition = std::variant<Append, ReplaceStrategy, MergeStrategy>;

/// The rows that a load has for a table, in batch files.
struct TableRows {
  const Table* table = nullptr;
  std::vector<std::filesystem::path> files = {};
};

/// A root table and those nested below it, parents first, which load by one disposition.
struct TableChain {
  Disposition disposition = Append{};
  std::vector<TableRows> tables = {};
  /// When the package was extracted, ISO: from when on its rows are valid (scd2).
  std::string created_at = {};
  /// The column of row ids, "_dlt_id" as the schema names it.
  std::string row_id = {};
};

/// All that a load changes, in one transaction; what a migration adds may be there before. Without
/// `commit` the destructor takes everything else back.
class LoadTransaction {
 public:
  virtual ~LoadTransaction() = default;

  /// Drops tables that are there, with what `_dlt_version` has of the schema. Before `migrate`.
  virtual void drop(const Schema& schema, const std::vector<std::string>& tables) = 0;
  /// Creates what `tables` of the schema, and dlt's own tables, miss at the destination: tables and
  /// columns.
  virtual SchemaUpdate migrate(const Schema& schema, const std::vector<const Table*>& tables) = 0;
  /// Waits until no other load of that pipeline, and none with that load id, is at it in this
  /// dataset. After `migrate`, before the state is looked at.
  virtual void lock(const std::string& pipeline_name, const std::string& load_id) = 0;
  /// Loads a chain of tables. `copied` is told each table whose rows are read. Throws kDestination,
  /// naming table and column, for a value that the column as it is at the destination would change
  /// or does not take; kSchema for hints that the disposition cannot work with; kNullViolation;
  /// kBadRecord for keys that are null or doubled; kIo.
  virtual void load(const TableChain& chain, const std::function<void(const Table&)>& copied) = 0;
  /// Adds the schema to `_dlt_version`, unless a schema with its hash is there.
  virtual void store_schema(const Schema& schema) = 0;
  /// Adds the load to `_dlt_loads`.
  virtual void complete_load(const std::string& load_id, const Schema& schema) = 0;
  /// Makes all of it durable. After an error that is retryable ask `has_load` of a new client
  /// whether it was done.
  virtual void commit() = 0;
  /// What was sent to the destination so far, in order, for people to read: statements, each with
  /// its end, and comments.
  virtual const std::vector<std::string>& statements() const = 0;
};

/// A way to ask the destination, row by row; rows of text for people and of JSON for programs.
class QueryRows {
 public:
  virtual ~QueryRows() = default;
  virtual const std::vector<std::string>& columns() const = 0;
  virtual bool next() = 0;
  virtual bool is_null(std::size_t column) const = 0;
  virtual std::string text(std::size_t column) const = 0;
  virtual Json json(std::size_t column) const = 0;
};

enum class QueryAccess { kReadOnly, kReadWrite };

/// An open dataset. It holds what the destination must hold, a file's lock for instance, as long as
/// it lives.
class DestinationClient {
 public:
  virtual ~DestinationClient() = default;

  /// Whether the dataset is there, with dlt's own tables.
  virtual bool has_dataset() = 0;
  /// The newest state of a completed load; empty when there is none.
  virtual std::optional<StoredState> stored_state(const std::string& pipeline_name) = 0;
  /// The document of the newest schema of that name; empty when there is none.
  virtual std::optional<std::string> stored_schema(const std::string& schema_name) = 0;
  /// The document of the schema with that hash; empty when there is none.
  virtual std::optional<std::string> stored_schema_by_hash(const std::string& version_hash) = 0;
  /// Whether a load of that id is committed; empty `schema_name`: of any schema, empty
  /// `version_hash`: with any version of it.
  virtual bool has_load(const std::string& load_id, const std::string& schema_name = {},
                        const std::string& version_hash = {}) = 0;
  /// Whether that load brought that state of the pipeline.
  virtual bool has_state(const std::string& load_id, const std::string& pipeline_name,
                         const std::string& version_hash) = 0;
  /// The highest load id of the dataset; empty when there is none.
  virtual std::string last_load_id() = 0;
  /// One at a time, and no longer than the client.
  virtual std::unique_ptr<LoadTransaction> begin() = 0;
  /// The next call of the client ends the rows. Tables without a dataset before them are this
  /// one's.
  virtual std::unique_ptr<QueryRows> query(const std::string& sql) = 0;
  /// The same, as Arrow's arrays.
  virtual std::unique_ptr<arrow::Producer> query_arrow(const std::string& sql) = 0;
  /// Remove what is there of it, in a transaction of their own.
  virtual void drop_tables(const std::vector<std::string>& tables) = 0;
  virtual void drop_dataset() = 0;
};

struct ClientOptions {
  QueryAccess access = QueryAccess::kReadWrite;
  /// What the destination may take of this process's memory. 0: what it takes by itself.
  std::size_t memory_bytes = std::size_t{512} << 20;
  /// Is told the rows that `copy` has read so far; outlives the client. Null: nobody.
  std::atomic<std::int64_t>* rows_copied = nullptr;
  /// How long another process may hold the destination before kLocked is thrown.
  std::chrono::milliseconds lock_timeout = std::chrono::seconds(60);
  /// Is told once what is waited for. Empty: nobody.
  std::function<void(std::string_view)> waits = {};
  CancellationToken cancellation = {};
};

/// Where data is loaded to.
class Destination {
 public:
  virtual ~Destination() = default;
  /// "dlt.destinations.duckdb"
  virtual std::string_view type() const = 0;
  /// "duckdb"
  virtual std::string_view name() const = 0;
  /// An address that opens the same destination again, without secrets:
  /// "duckdb:////home/me/x.duckdb".
  virtual std::string location() const = 0;
  virtual const Capabilities& capabilities() const = 0;
  /// Throws kLocked, kNotFound, kIo, kDestination. Read-only access to a destination that is not
  /// there yet is kNotFound.
  virtual std::unique_ptr<DestinationClient> open(const std::string& dataset_name,
                                                  const ClientOptions& options) = 0;
  /// Datasets that dlt made there.
  virtual std::vector<std::string> datasets(const ClientOptions& options) = 0;
};

/// The destination of that address: "duckdb", "dlt.destinations.duckdb", "duckdb:///path", a path
/// ending in ".duckdb", ":memory:". `default_name`: of the file when the address names none.
/// `settings`: the destination's own, in dlt's words. Throws kInvalidArgument for an unknown
/// address, kConfiguration for settings that it does not have.
std::shared_ptr<Destination> make_destination(std::string_view address,
                                              std::string_view default_name, const Json& settings);
std::shared_ptr<Destination> make_destination(std::string_view address,
                                              std::string_view default_name);

}  // namespace dlt
