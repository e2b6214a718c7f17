// SPDX-License-Identifier: Apache-2.0
#include "destinations/duckdb/duckdb_load.hpp"

#include <algorithm>
#include <deque>
#include <span>

#include <fmt/format.h>

#include "core/batch_file.hpp"
#include "dlt/error.hpp"

namespace dlt::duckdb {
namespace {

// Files that one statement has open at a time.
constexpr std::size_t kFilesAtOnce = 128;
// Up to here rows go in in their order, by one thread. DuckDB can do that with many threads only
// for sources of its own, and two threads take little more than half the time of one.
constexpr std::int64_t kRowsInOrder = 100'000;

std::string scan_of(std::span<const std::filesystem::path> files) {
  std::vector<std::string> paths;
  for (const std::filesystem::path& file : files)
    paths.push_back(engine::quote_literal(file.string()));
  return fmt::format("dltpp_batches([{}])", fmt::join(paths, ", "));
}

// What DuckDB holds of a table at a time, however large its rows are.
constexpr std::int64_t kVectorRows = 2'048;
// A text that is larger than half of it takes a block.
constexpr std::uint64_t kBytesABlockAByte = 2;
constexpr std::uint64_t kOtherBytes = std::uint64_t{64} << 20;

/// The rows of the files, and the bytes of the largest vector of them, about.
struct Extent {
  std::int64_t rows = 0;
  std::uint64_t largest_vector = 0;
};

Extent extent_of(const std::vector<std::filesystem::path>& files) {
  struct Part {
    std::int64_t rows;
    std::uint64_t bytes;
  };
  // Of the batches that a vector may come of.
  std::deque<Part> parts;
  Part sum = {};
  Extent extent;
  for (const std::filesystem::path& file : files) {
    const BatchFileReader reader(file);
    extent.rows += reader.rows();
    for (std::size_t i = 0; i < reader.batch_count(); ++i) {
      const auto rows = static_cast<std::uint64_t>(std::max<std::int64_t>(reader.batch_rows(i), 1));
      const std::uint64_t taken = std::min<std::uint64_t>(rows, kVectorRows);
      const Part part{.rows = static_cast<std::int64_t>(taken),
                      .bytes = reader.batch_bytes(i) / rows * taken};
      while (!parts.empty() && sum.rows >= kVectorRows) {
        sum = {.rows = sum.rows - parts.front().rows, .bytes = sum.bytes - parts.front().bytes};
        parts.pop_front();
      }
      parts.push_back(part);
      sum = {.rows = sum.rows + part.rows, .bytes = sum.bytes + part.bytes};
      extent.largest_vector = std::max(extent.largest_vector, sum.bytes);
    }
  }
  return extent;
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

void DuckDbLoad::copy(const std::string& table, const std::vector<std::filesystem::path>& files,
                      sql::RowOrder order) {
  const Extent extent = extent_of(files);
  const bool in_order = order == sql::RowOrder::kAsTheyCame || extent.rows <= kRowsInOrder;
  make_room(extent.largest_vector, in_order);
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
}

void DuckDbLoad::make_room(std::uint64_t largest_vector, bool in_order) {
  if (sharing_.memory_bytes == 0) return;
  std::uint64_t threads = 1;
  if (!in_order) {
    engine::QueryResult setting = connection_.query("SELECT current_setting('threads')");
    if (setting.next()) threads = static_cast<std::uint64_t>(setting.integer(0));
  }
  const std::uint64_t needed = largest_vector * kBytesABlockAByte * threads + kOtherBytes;
  if (needed <= sharing_.memory_bytes) return;
  sharing_.memory_bytes = needed;
  connection_.execute(fmt::format("SET GLOBAL memory_limit = '{}B'", needed));
}

void DuckDbLoad::copy_scan(const std::string& table, const std::string& scan) {
  const std::string sql = fmt::format("INSERT INTO {} BY NAME SELECT * FROM {}", table, scan);
  if (sharing_.rows_copied == nullptr) {
    connection_.execute(sql);
  } else {
    connection_.execute_scan(sql, *sharing_.rows_copied);
  }
}

std::map<std::string, std::string> DuckDbLoad::types_of(const std::string& source) {
  std::map<std::string, std::string> types;
  engine::QueryResult columns = connection_.query(fmt::format("DESCRIBE {}", source));
  while (columns.next()) types[target().capabilities.fold(columns.text(0))] = columns.text(1);
  return types;
}

// A column of the table may be narrower than the schema says: it was created before its precision
// changed, or by somebody else. DuckDB would round what it converts.
void DuckDbLoad::check_conversions(const std::string& table, const std::string& scan) {
  const std::map<std::string, std::string> here = types_of(fmt::format("SELECT * FROM {}", scan));
  const std::map<std::string, std::string> there = types_of(table);
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

}  // namespace dlt::duckdb
