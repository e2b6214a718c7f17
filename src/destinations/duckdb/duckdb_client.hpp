// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "destinations/destination.hpp"
#include "engine/database.hpp"

namespace dlt {

/// A dataset of an open DuckDB file: a schema of the database.
class DuckDbClient final : public DestinationClient {
 public:
  DuckDbClient(engine::Database database, std::string dataset, const CancellationToken& cancellation);

  bool has_dataset() override;
  std::optional<StoredState> stored_state(const std::string& pipeline_name) override;
  std::optional<std::string> stored_schema(const std::string& schema_name) override;
  bool has_load(const std::string& load_id, const std::string& schema_name) override;
  std::string last_load_id() override;
  std::unique_ptr<LoadTransaction> begin() override;
  std::unique_ptr<QueryRows> query(const std::string& sql) override;

 private:
  bool has_table(std::string_view table);

  engine::Database database_;
  engine::Connection connection_;
  std::string dataset_;
};

}  // namespace dlt
