// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "destinations/destination.hpp"
#include "destinations/sql/chain_plan.hpp"
#include "destinations/sql/session.hpp"

namespace dlt::sql {

/// What a load knows of the dataset that it loads into.
struct Target {
  const Dialect& dialect;
  Capabilities capabilities;
  std::string dataset;
  Place place;
  Constraints constraints = Constraints::kNotNull;
  /// How long a migration waits for others who hold a lock.
  std::chrono::milliseconds lock_timeout = std::chrono::seconds(60);
  /// Is told once what is waited for. Empty: nobody.
  std::function<void(std::string_view)> waits = {};
  CancellationToken cancellation = {};
};

/// How rows stay in their order while they are copied.
enum class RowOrder { kAny, kAsTheyCame };

/// A load into a dataset of an SQL database. A database adds how rows get into a table.
class SqlLoad : public LoadTransaction {
 public:
  /// The target and the session outlive the load.
  SqlLoad(const Target& target, Session& session);
  ~SqlLoad() override;

  void drop(const Schema& schema, const std::vector<std::string>& tables) override;
  SchemaUpdate migrate(const Schema& schema, const std::vector<const Table*>& tables) override;
  void lock(const std::string& pipeline_name, const std::string& load_id) override;
  void load(const TableChain& chain, const std::function<void(const Table&)>& copied) override;
  void store_schema(const Schema& schema) override;
  void complete_load(const std::string& load_id, const Schema& schema) override;
  void commit() override;
  const std::vector<std::string>& statements() const override { return statements_; }

 protected:
  /// Adds the rows of batch files to a table, whose name is quoted and complete.
  virtual void copy(const std::string& table, const std::vector<std::filesystem::path>& files,
                    RowOrder order) = 0;

  const Target& target() const { return target_; }

 private:
  /// Names of columns by table as they are there, all folded.
  using Existing = std::map<std::string, std::set<std::string>>;

  void execute(const std::string& sql, const std::vector<Parameter>& parameters = {});
  void note(const std::string& sql, const std::vector<Parameter>& parameters = {});
  void begin();
  void lock_name(const std::string& name);
  Existing existing();
  /// Throws for a name that the database would cut.
  void check_name(const char* what, const std::string& name) const;
  /// What the table has in the schema but not there.
  std::vector<const Column*> missing(const Table& table, const Existing& existing) const;
  /// In a transaction of its own, as soon as nobody holds a lock that it needs.
  void migrate_before(std::span<const Table* const> tables, SchemaUpdate& update);
  void migrate(std::span<const Table* const> tables, SchemaUpdate& update);
  void migrate(const Table& table, Existing& existing, SchemaUpdate& update);
  void add_column(const Table& table, const Column& column);
  void run(const Step& step);
  void refuse(const Step& step);

  const Target& target_;
  Session& session_;
  std::vector<std::string> statements_;
  bool is_open_ = false;
};

}  // namespace dlt::sql
