// SPDX-License-Identifier: Apache-2.0
#include "destinations/duckdb/duckdb_destination.hpp"

#include <fmt/format.h>

#include "destinations/duckdb/duckdb_client.hpp"
#include "dlt/error.hpp"

namespace dlt {
namespace {

// Rows that are being loaded are held in memory by row group.
constexpr int kRowGroupRows = 122'880;

class DuckDbDestination final : public Destination {
 public:
  explicit DuckDbDestination(std::filesystem::path file) : file_(std::filesystem::absolute(std::move(file)).lexically_normal()) {
    capabilities_.max_identifier_length = 65'536;
    capabilities_.has_zoned_precision = false;
    capabilities_.has_text_length = false;
    capabilities_.merge_strategies = {MergeStrategy::kDeleteInsert, MergeStrategy::kUpsert, MergeStrategy::kScd2, MergeStrategy::kInsertOnly};
  }

  std::string_view type() const override { return "dlt.destinations.duckdb"; }
  std::string_view name() const override { return "duckdb"; }
  std::string location() const override { return "duckdb:///" + file_.string(); }
  const Capabilities& capabilities() const override { return capabilities_; }

  std::unique_ptr<DestinationClient> open(const std::string& dataset_name, const ClientOptions& options) override {
    return std::make_unique<DuckDbClient>(database(options), dataset_name, options.cancellation);
  }

  std::vector<std::string> datasets(const ClientOptions& options) override {
    engine::Connection connection = database(options).connect(options.cancellation);
    engine::QueryResult rows = connection.query(
        "SELECT DISTINCT schema_name FROM duckdb_tables() WHERE database_name = current_database() AND table_name = '_dlt_version' ORDER BY 1");
    std::vector<std::string> names;
    while (rows.next()) names.push_back(rows.text(0));
    return names;
  }

 private:
  engine::Database database(const ClientOptions& options) const {
    return engine::Database::open(file_, {.access = options.access == QueryAccess::kReadOnly ? engine::Access::kReadOnly : engine::Access::kReadWrite,
                                          .row_group_size = kRowGroupRows,
                                          .lock_timeout = options.lock_timeout,
                                          .cancellation = options.cancellation});
  }

  std::filesystem::path file_;
  Capabilities capabilities_;
};

bool has_suffix(std::string_view path) { return path.ends_with(".duckdb") || path.ends_with(".ddb") || path.ends_with(".db"); }

}  // namespace

std::shared_ptr<Destination> make_duckdb_destination(std::string_view address, std::string_view default_name) {
  constexpr std::string_view kScheme = "duckdb:";
  std::string path;
  if (address == "duckdb" || address == "dlt.destinations.duckdb") {
    path = fmt::format("{}.duckdb", default_name);
  } else if (address.starts_with(kScheme)) {
    path = address.substr(kScheme.size());
    // As in SQLAlchemy's addresses the third slash only ends the empty host.
    if (path.starts_with("///")) path.erase(0, 3);
  } else if (has_suffix(address)) {
    path = address;
  } else if (address != ":memory:") {
    return nullptr;
  }
  if (path.empty() || path == ":memory:") {
    throw Error(ErrorCode::kInvalidArgument, fmt::format("destination '{}' names no file", address),
                "write the path of a DuckDB file: a database in memory would be gone with this program");
  }
  return std::make_shared<DuckDbDestination>(path);
}

}  // namespace dlt
