// SPDX-License-Identifier: Apache-2.0
#include "engine/parquet_file.hpp"

#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/files/file.hpp"
#include "dlt/error.hpp"
#include "engine/database.hpp"

namespace dlt::engine {
namespace {

Database open_database(const arrow::RowReading& reading) {
  return Database::in_memory({.memory_limit = fmt::format("{}B", reading.memory_bytes),
                              .threads = reading.threads,
                              .temp_directory = reading.temp_directory});
}

/// What DuckDB says in several lines, as one.
Error shorter(const Error& error, const std::string& file) {
  std::string_view text = error.message();
  for (const std::string_view prefix : {"DuckDB: ", "Invalid Input Error: ", "IO Error: "}) {
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  }
  text = text.substr(0, text.find('\n'));
  const bool is_ours = error.code() == ErrorCode::kInterrupted || error.code() == ErrorCode::kIo;
  Error result(is_ours ? error.code() : ErrorCode::kBadRecord, std::string(text), {},
               error.retryable() ? Retry::kYes : Retry::kNo);
  return result.add({.file = file});
}

class ParquetFile final : public arrow::BatchSource {
 public:
  ParquetFile(const std::filesystem::path& file, std::string name, const arrow::RowReading& reading)
      : path_(file),
        name_(std::move(name)),
        identity_(files::identity(file)),
        database_(open_database(reading)),
        connection_(database_.connect(reading.cancellation)) {}

  Connection& connection() { return connection_; }

  /// Runs what reads the file; its errors name the file.
  template <class Action>
  auto reading(Action action) const {
    try {
      return action();
    } catch (const Error& error) {
      if (error.code() == ErrorCode::kInterrupted || !error.context().file.empty()) throw;
      throw shorter(error, name_);
    }
  }

  void start(const std::string& sql) {
    reading([&] {
      rows_.emplace(connection_.query_arrow(sql));
      arrow::OwnedSchema schema;
      rows_->schema(schema.out());
      type_ = std::make_shared<const arrow::Type>(arrow::parse_type(*schema));
    });
  }

  const std::shared_ptr<const arrow::Type>& type() const override { return type_; }

  bool next(arrow::Rows& rows) override {
    return reading([&] {
      arrow::OwnedArray array;
      if (!rows_->next(array.out())) {
        if (files::identity(path_) == identity_) return false;
        Error error(ErrorCode::kIo, "file changed while it was read", "run again", Retry::kYes);
        throw error.add({.file = name_});
      }
      rows.batch = std::make_shared<const arrow::Batch>(type_, std::move(array));
      rows.first_row = next_row_;
      rows.taken.reset();
      next_row_ += static_cast<std::uint64_t>(rows.batch->rows());
      return true;
    });
  }

  std::uint64_t position() const override { return identity_.size; }

 private:
  std::filesystem::path path_;
  std::string name_;
  /// When it was opened; the same at its end.
  FileIdentity identity_;
  Database database_;
  Connection connection_;
  std::optional<ArrowResult> rows_;
  std::shared_ptr<const arrow::Type> type_;
  std::uint64_t next_row_ = 0;
};

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> prefixes) {
  for (const std::string_view prefix : prefixes) {
    if (text.starts_with(prefix)) return true;
  }
  return false;
}

/// A column as it is read: what Arrow or dlt has no type for, as text.
std::string parquet_column(const std::string& name, std::string_view type) {
  const std::string quoted = quote_identifier(name);
  const bool becomes_text =
      type == "BIT" || starts_with_any(type, {"INTERVAL", "UNION(", "TIME WITH", "BIGNUM"});
  return becomes_text ? fmt::format("CAST({} AS VARCHAR) AS {}", quoted, quoted) : quoted;
}

/// The pattern that only this file matches.
std::string one_file(const std::filesystem::path& file) {
  std::string pattern;
  for (const char c : file.string()) {
    const bool is_special = c == '[' || c == '*' || c == '?';
    pattern += is_special ? fmt::format("[{}]", c) : std::string(1, c);
  }
  return pattern;
}

std::string parquet_scan(const std::filesystem::path& file) {
  return fmt::format("read_parquet({}, hive_partitioning = false)", quote_literal(one_file(file)));
}

std::vector<ResultColumn> columns_of(ParquetFile& table, const std::string& scan) {
  return table.reading([&] {
    return table.connection().query(fmt::format("SELECT * FROM {} LIMIT 0", scan)).columns();
  });
}

std::string joined(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

std::unique_ptr<arrow::BatchSource> read_parquet(const std::filesystem::path& file,
                                                 std::string name,
                                                 const arrow::RowReading& reading) {
  auto table = std::make_unique<ParquetFile>(file, std::move(name), reading);
  const std::string scan = parquet_scan(file);
  std::vector<std::string> columns;
  for (const ResultColumn& column : columns_of(*table, scan))
    columns.push_back(parquet_column(column.name, column.type));
  table->start(fmt::format("SELECT {} FROM {}", joined(columns), scan));
  return table;
}

}  // namespace dlt::engine
