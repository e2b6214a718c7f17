// SPDX-License-Identifier: Apache-2.0
#include "engine/table_file.hpp"

#include <charconv>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/files/file.hpp"
#include "dlt/error.hpp"
#include "engine/csv_head.hpp"
#include "engine/csv_types.hpp"
#include "engine/database.hpp"

namespace dlt::engine {
namespace {

Database open_database(const RowReading& reading) {
  return Database::in_memory({.memory_limit = fmt::format("{}B", reading.memory_bytes),
                              .threads = reading.threads,
                              .temp_directory = reading.temp_directory});
}

/// What DuckDB says in several lines, as one, with the line of the file where it names one.
Error shorter(const Error& error, const std::string& file) {
  std::string_view text = error.message();
  for (const std::string_view prefix : {"DuckDB: ", "Invalid Input Error: ", "IO Error: "}) {
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  }
  ErrorContext place{.file = file};
  constexpr std::string_view kLine = "CSV Error on Line: ";
  if (text.starts_with(kLine)) {
    text.remove_prefix(kLine.size());
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), place.line);
    if (failure == std::errc{}) text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    // The line itself follows, of any length, and then what is wrong with it, unless it was cut.
    std::string_view reason = "the line is not CSV: a quote may be open, or stand within a field";
    for (const std::string_view what :
         {"\nExpected Number of Columns", "\nInvalid unicode", "\nMaximum line size"}) {
      const std::size_t at = text.find(what);
      if (at != std::string_view::npos) reason = text.substr(at + 1);
    }
    text = reason;
  }
  text = text.substr(0, text.find('\n'));
  const bool is_ours = error.code() == ErrorCode::kInterrupted || error.code() == ErrorCode::kIo;
  Error result(is_ours ? error.code() : ErrorCode::kBadRecord, std::string(text), {},
               error.retryable() ? Retry::kYes : Retry::kNo);
  return result.add(place);
}

class TableFile final : public arrow::BatchSource {
 public:
  TableFile(const std::filesystem::path& file, std::string name, const RowReading& reading)
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

  /// Done when all rows were read.
  void at_end(std::function<void(Connection&)> action) { at_end_ = std::move(action); }

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
        if (files::identity(path_) == identity_) {
          if (at_end_) at_end_(connection_);
          return false;
        }
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
  std::function<void(Connection&)> at_end_;
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

std::vector<ResultColumn> columns_of(TableFile& table, const std::string& scan) {
  return table.reading([&] {
    return table.connection().query(fmt::format("SELECT * FROM {} LIMIT 0", scan)).columns();
  });
}

std::string joined(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

std::unique_ptr<arrow::BatchSource> read_parquet(const std::filesystem::path& file,
                                                 std::string name, const RowReading& reading) {
  auto table = std::make_unique<TableFile>(file, std::move(name), reading);
  const std::string scan = parquet_scan(file);
  std::vector<std::string> columns;
  for (const ResultColumn& column : columns_of(*table, scan))
    columns.push_back(parquet_column(column.name, column.type));
  table->start(fmt::format("SELECT {} FROM {}", joined(columns), scan));
  return table;
}

std::unique_ptr<arrow::BatchSource> read_csv(const std::filesystem::path& file,
                                             const std::string& name, const CsvOptions& csv,
                                             const RowReading& reading) {
  const CsvHead head = read_csv_head(file, csv, name, reading.max_record_bytes);
  auto table = std::make_unique<TableFile>(file, name, reading);
  std::string names;
  for (const std::string& column : head.names)
    names += fmt::format("{}{}: 'VARCHAR'", names.empty() ? "" : ", ", quote_literal(column));
  const std::string scan = fmt::format(
      "read_csv({}, auto_detect = false, columns = {{{}}}, delim = {}, quote = {}, escape = {}, "
      "header = {}, compression = '{}', max_line_size = {}, buffer_size = {}, nullstr = '', "
      "allow_quoted_nulls = false, strict_mode = true, null_padding = false, hive_partitioning = "
      "false, skip = {}",
      quote_literal(one_file(file)), names, quote_literal(head.delimiter), quote_literal(csv.quote),
      quote_literal(csv.quote), head.has_names, head.compression, reading.max_record_bytes,
      reading.max_record_bytes * 2, head.blank_lines);
  const auto scan_with = [&scan](std::string_view options) {
    return fmt::format("{}{})", scan, options);
  };
  std::string_view for_types, for_rows;
  if (reading.bad_lines) {
    for_types = kLeaveRejects;
    for_rows = kKeepRejects;
    CsvOptions found = csv;
    found.delimiter = head.delimiter;
    table->at_end(
        [name, found, names = head.names, take = reading.bad_lines](Connection& connection) {
          give_rejects(connection, name, found, names, take);
        });
  }
  std::vector<std::string> columns;
  table->reading(
      [&] { columns = typed_csv_columns(table->connection(), scan_with(for_types), head.names); });
  // Rows without any value are rows all the same.
  if (columns.empty()) columns.push_back(quote_identifier(head.names.front()));
  table->start(fmt::format("SELECT {} FROM {}", joined(columns), scan_with(for_rows)));
  return table;
}

}  // namespace dlt::engine
