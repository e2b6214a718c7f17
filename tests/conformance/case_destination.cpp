// SPDX-License-Identifier: Apache-2.0
#include "conformance/case_destination.hpp"

#include <cstdlib>
#include <stdexcept>

#include "postgres/test_server.hpp"

namespace dlt::conformance {
namespace {

const postgres::TestServer& server() {
  if (std::getenv("DLTPP_TEST_POSTGRES") != nullptr) return postgres::TestServer::shared();
  static const postgres::PrivateServer own;
  return own.server();
}

}  // namespace

CaseDestination case_destination(const std::string& kind, const std::filesystem::path& folder) {
  if (kind == "duckdb") {
    return {.address = (folder / "golden.duckdb").string(),
            .columns_query =
                "SELECT table_name, column_name, data_type, is_nullable, column_default FROM "
                "duckdb_columns() WHERE schema_name = '{}' ORDER BY table_name, column_index",
            .constraints_query =
                "SELECT table_name, constraint_type, constraint_column_names FROM "
                "duckdb_constraints() WHERE schema_name = '{}' AND constraint_type IN ('UNIQUE', "
                "'PRIMARY KEY')",
            .indexes_query =
                "SELECT table_name, index_name FROM duckdb_indexes() WHERE schema_name = '{}'",
            .other_tables_query =
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE schema_name <> '{}' AND "
                "NOT temporary ORDER BY schema_name, table_name",
            .timestamp_as_text = "({} AT TIME ZONE 'UTC')::VARCHAR"};
  }
  if (kind == "postgres") {
    const auto database = std::make_shared<postgres::TestDatabase>(server());
    return {
        .address = database->address().location(),
        .columns_query =
            "SELECT table_name, column_name, data_type, is_nullable = 'YES', column_default FROM "
            "information_schema.columns WHERE table_schema = '{}' ORDER BY table_name, "
            "ordinal_position",
        .timestamp_as_text = "({} AT TIME ZONE 'UTC')::VARCHAR",
        .bytewise = " COLLATE \"C\"",
        .database = database};
  }
  throw std::runtime_error("unknown destination " + kind);
}

}  // namespace dlt::conformance
