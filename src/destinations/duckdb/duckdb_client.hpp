// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "destinations/destination.hpp"
#include "destinations/sql/dialect.hpp"
#include "engine/database.hpp"

namespace dlt::duckdb {

/// A dataset of an open database: one of its schemas.
class DuckDbClient final : public DestinationClient {
 public:
  DuckDbClient(engine::Database database, engine::Connection connection, Capabilities capabilities,
               std::string dataset, sql::Constraints constraints,
               std::atomic<std::int64_t>* rows_copied);

  bool has_dataset() override;
  std::optional<StoredState> stored_state(const std::string& pipeline_name) override;
  std::optional<std::string> stored_schema(const std::string& schema_name) override;
  std::optional<std::string> stored_schema_by_hash(const std::string& version_hash) override;
  bool has_load(const std::string& load_id, const std::string& schema_name,
                const std::string& version_hash) override;
  std::string last_load_id() override;
  std::unique_ptr<LoadTransaction> begin() override;
  std::unique_ptr<QueryRows> query(const std::string& sql) override;
  void drop_tables(const std::vector<std::string>& tables) override;
  void drop_dataset() override;

 private:
  bool has_table(std::string_view table);
  std::optional<std::string> stored_document(std::string_view condition, const std::string& value);

  engine::Database database_;
  engine::Connection connection_;
  const Capabilities capabilities_;
  std::string dataset_;
  sql::Place place_;
  sql::Constraints constraints_;
  std::atomic<std::int64_t>* rows_copied_;
};

}  // namespace dlt::duckdb
