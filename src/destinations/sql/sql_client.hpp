// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "destinations/destination.hpp"
#include "destinations/sql/session.hpp"
#include "destinations/sql/sql_load.hpp"

namespace dlt::sql {

/// A dataset of an SQL database, whose session a database adds.
class SqlClient : public DestinationClient {
 public:
  explicit SqlClient(Target target) : target_(std::move(target)) {}

  bool has_dataset() override;
  std::optional<StoredState> stored_state(const std::string& pipeline_name) override;
  std::optional<std::string> stored_schema(const std::string& schema_name) override;
  std::optional<std::string> stored_schema_by_hash(const std::string& version_hash) override;
  bool has_load(const std::string& load_id, const std::string& schema_name,
                const std::string& version_hash) override;
  bool has_state(const std::string& load_id, const std::string& pipeline_name,
                 const std::string& version_hash) override;
  std::string last_load_id() override;
  std::unique_ptr<QueryRows> query(const std::string& sql) override;
  std::unique_ptr<arrow::Producer> query_arrow(const std::string& sql) override;
  void drop_tables(const std::vector<std::string>& tables) override;
  void drop_dataset() override;

 protected:
  virtual Session& session() = 0;
  const Target& target() const { return target_; }

 private:
  bool has_table(std::string_view table);
  std::optional<std::string> stored_document(std::string_view condition, const std::string& value);

  /// Lets a query find the dataset's tables by their names alone.
  void look_into_dataset();

  const Target target_;
};

}  // namespace dlt::sql
