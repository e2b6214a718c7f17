// SPDX-License-Identifier: Apache-2.0
#include "destinations/duckdb/duckdb_destination.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/text/unicode.hpp"
#include "destinations/duckdb/duckdb_client.hpp"
#include "destinations/duckdb/settings.hpp"
#include "dlt/error.hpp"

namespace dlt {
namespace {

// A load holds two row groups and a batch of each thread in memory, beside what DuckDB counts. With
// this share for its own limit, 300 MB of 512 MB, the program stays below what it may take, unless
// rows are very large (DuckDbLoad); `memory_limit` and `threads` in `global_config` change them.
std::size_t memory_share(std::size_t memory_bytes) { return memory_bytes / 536 * 300; }
/// Empty: DuckDB's own.
std::string memory_limit(std::size_t memory_bytes) {
  return memory_bytes == 0 ? std::string{} : fmt::format("{}B", memory_share(memory_bytes));
}
constexpr int kMaxThreads = 8;
// 16 MB of rows of 1 KB.
constexpr int kRowGroupRows = 16'384;

Capabilities capabilities_with(const duckdb::Settings& settings) {
  Capabilities capabilities;
  capabilities.has_zoned_precision = false;
  capabilities.local_timestamp_precisions = {0, 3, 6, 9};
  capabilities.has_text_length = false;
  capabilities.max_value_bytes = std::int64_t{1} << 30;
  // DuckDB sets no limit, but holds a vector of each column in memory.
  capabilities.max_columns = 10'000;
  capabilities.merge_strategies = {MergeStrategy::kDeleteInsert, MergeStrategy::kUpsert,
                                   MergeStrategy::kScd2, MergeStrategy::kInsertOnly};
  capabilities.replace_strategies = {ReplaceStrategy::kTruncateAndInsert,
                                     ReplaceStrategy::kInsertFromStaging};
  settings.apply_to(capabilities);
  return capabilities;
}

class DuckDbDestination final : public Destination {
 public:
  /// No file: in memory.
  DuckDbDestination(std::optional<std::filesystem::path> file, duckdb::Settings settings)
      : settings_(std::move(settings)), capabilities_(capabilities_with(settings_)) {
    if (file) {
      file_ = std::filesystem::absolute(*file).lexically_normal();
    } else {
      in_memory_.emplace(engine::Database::in_memory(database_options({})));
    }
  }

  std::string_view type() const override { return "dlt.destinations.duckdb"; }
  std::string_view name() const override { return "duckdb"; }
  std::string location() const override {
    return "duckdb:///" + (in_memory_ ? ":memory:" : file_.string());
  }
  const Capabilities& capabilities() const override { return capabilities_; }

  std::unique_ptr<DestinationClient> open(const std::string& dataset_name,
                                          const ClientOptions& options) override {
    engine::Database opened = database(options);
    engine::Connection connection = session(opened, options);
    return std::make_unique<duckdb::DuckDbClient>(std::move(opened), std::move(connection),
                                                  capabilities_, dataset_name,
                                                  settings_.constraints(), sharing(options));
  }

  std::vector<std::string> datasets(const ClientOptions& options) override {
    engine::Connection connection = session(database(options), options);
    engine::QueryResult rows = connection.query(
        "SELECT DISTINCT schema_name FROM duckdb_tables() "
        "WHERE database_name = current_database() AND lower(table_name) = '_dlt_version' ORDER BY "
        "1");
    std::vector<std::string> names;
    while (rows.next()) names.push_back(rows.text(0));
    return names;
  }

 private:
  engine::DatabaseOptions database_options(const ClientOptions& options) const {
    const bool reads = settings_.read_only || options.access == QueryAccess::kReadOnly;
    const auto cores = static_cast<int>(std::thread::hardware_concurrency());
    return {.access = reads ? engine::Access::kReadOnly : engine::Access::kReadWrite,
            .memory_limit = memory_limit(options.memory_bytes),
            .threads = std::clamp(cores, 1, kMaxThreads),
            .row_group_size = kRowGroupRows,
            .settings = settings_.global_config,
            .extensions = settings_.extensions,
            .lock_timeout = options.lock_timeout,
            .waits = options.waits,
            .cancellation = options.cancellation};
  }

  duckdb::Sharing sharing(const ClientOptions& options) const {
    // What the user says of it stays so.
    const bool has_own_limit =
        std::ranges::any_of(settings_.global_config, [](const auto& setting) {
          return is_word(setting.first, "memory_limit") || is_word(setting.first, "max_memory");
        });
    // One in memory was opened before the budget was known.
    const std::size_t budget = in_memory_ ? ClientOptions{}.memory_bytes : options.memory_bytes;
    return {.memory_bytes = has_own_limit ? 0 : memory_share(budget),
            .rows_copied = options.rows_copied};
  }

  engine::Database database(const ClientOptions& options) const {
    return in_memory_ ? *in_memory_ : engine::Database::open(file_, database_options(options));
  }

  engine::Connection session(const engine::Database& database, const ClientOptions& options) const {
    engine::Connection connection = database.connect(options.cancellation);
    for (const std::string& pragma : settings_.pragmas)
      connection.execute(fmt::format("PRAGMA {}", pragma));
    for (const auto& [name, value] : settings_.local_config) {
      connection.execute(
          fmt::format("SET SESSION {} = {}", sql::quote(name), engine::quote_literal(value)));
    }
    return connection;
  }

  const duckdb::Settings settings_;
  const Capabilities capabilities_;
  std::filesystem::path file_;
  std::optional<engine::Database> in_memory_;
};

bool is_database_path(std::string_view path) {
  constexpr std::array<std::string_view, 3> kSuffixes = {".duckdb", ".ddb", ".db"};
  return std::ranges::any_of(kSuffixes,
                             [path](std::string_view suffix) { return path.ends_with(suffix); });
}

}  // namespace

std::shared_ptr<Destination> make_duckdb_destination(std::string_view address,
                                                     std::string_view default_name,
                                                     const Json& settings) {
  constexpr std::string_view kScheme = "duckdb:";
  constexpr std::string_view kMemory = ":memory:";
  std::string path;
  if (address == "duckdb" || address == "dlt.destinations.duckdb") {
    path = fmt::format("{}.duckdb", default_name);
  } else if (address.starts_with(kScheme)) {
    path = address.substr(kScheme.size());
    // As in SQLAlchemy's addresses the third slash only ends the empty host.
    if (path.starts_with("///")) path.erase(0, 3);
  } else if (is_database_path(address) || address == kMemory) {
    path = address;
  } else {
    return nullptr;
  }
  if (path.empty()) {
    throw Error(ErrorCode::kInvalidArgument, fmt::format("destination '{}' names no file", address),
                "write the path of a DuckDB file");
  }
  std::optional<std::filesystem::path> file;
  if (path != kMemory) file = path;
  return std::make_shared<DuckDbDestination>(file, duckdb::Settings::from_json(settings));
}

}  // namespace dlt
