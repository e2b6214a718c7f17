// SPDX-License-Identifier: Apache-2.0
// CSV over any bytes and options: how the bytes are dealt out does not show, every record is a row
// or is set aside, and rows hold what is written.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "arrow/view.hpp"
#include "core/dealt_bytes.hpp"
#include "core/text/utf8.hpp"
#include "csv/file.hpp"
#include "csv/head.hpp"
#include "csv/records.hpp"
#include "dlt/error.hpp"
#include "fuzz/csv_input.hpp"
#include "fuzz/scratch_file.hpp"
#include "fuzz/target.hpp"

namespace dlt::fuzz {
namespace {

struct Record {
  std::uint64_t line = 0;
  bool is_too_large = false;
  bool is_blank = false;
  std::string text = {};
  std::vector<std::pair<std::string, bool>> fields = {};
  std::string error = {};

  bool operator==(const Record&) const = default;
};

std::vector<Record> records_of(std::string_view text, const csv::Dialect& dialect,
                               std::size_t max_record_bytes, std::size_t piece) {
  csv::RecordReader reader(std::make_unique<DealtBytes>(text, piece), "input", dialect,
                           max_record_bytes);
  std::vector<Record> records;
  try {
    while (reader.next()) {
      Record& record = records.emplace_back(Record{.line = reader.line(),
                                                   .is_too_large = reader.is_too_large(),
                                                   .is_blank = reader.is_blank()});
      if (record.is_too_large) continue;
      record.text = reader.text();
      for (const csv::CsvField& field : reader.fields())
        record.fields.emplace_back(field.text, field.is_quoted);
      require(record.text.size() <= max_record_bytes, "a record is no larger than it may be");
    }
  } catch (const Error& error) {
    records.push_back({.line = error.context().line, .error = error.message()});
  }
  return records;
}

/// Of the input's text, which is plain, against what its records are.
void check_file(const std::filesystem::path& path, const CsvOptions& csv,
                std::size_t max_record_bytes, std::string_view text) {
  const csv::Head head = csv::read_head(path, csv, "input", max_record_bytes);
  const csv::Dialect dialect{.delimiter = head.delimiter, .quote = csv.quote};
  std::vector<Record> records = records_of(text, dialect, max_record_bytes, text.size() + 1);
  const bool is_refused = !records.empty() && !records.back().error.empty();
  std::vector<std::string> aside;
  arrow::RowReading reading{.max_record_bytes = max_record_bytes};
  reading.set_aside = [&](const arrow::BadRow& row) {
    aside.emplace_back(row.text.value_or("too large"));
  };
  const auto source = csv::read_file(path, "input", csv, reading);
  require(!is_refused, "quotes that may end anywhere are refused");
  if (head.has_names) {
    while (!records.empty() && records.front().is_blank) records.erase(records.begin());
    if (!records.empty()) records.erase(records.begin());
  }
  std::erase_if(records,
                [&](const Record& record) { return record.is_blank && head.names.size() > 1; });
  std::vector<Record> good;
  std::vector<std::string> bad;
  for (const Record& record : records) {
    const bool is_row = !record.is_too_large && record.fields.size() == head.names.size() &&
                        is_valid_utf8(record.text);
    if (is_row) {
      good.push_back(record);
    } else {
      bad.push_back(record.is_too_large ? "too large" : record.text);
    }
  }
  auto record = good.begin();
  for (arrow::Rows rows; source->next(rows);) {
    for (std::int64_t row = 0; row < rows.batch->rows(); ++row) {
      require(record != good.end(), "a row is a record");
      std::size_t column = 0;
      for (const auto field : arrow::View(rows.batch->data(), row).fields()) {
        while (head.names[column] != field.key) ++column;
        if (field.value.kind() == JsonKind::kString)
          require(field.value.string() == record->fields[column].first, "text is as it is written");
      }
      ++record;
    }
  }
  require(record == good.end(), "a record is a row");
  require(aside == bad, "what is no row is set aside");
}

}  // namespace
}  // namespace dlt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dlt;
  using namespace dlt::fuzz;
  static const ScratchFile file;
  constexpr std::size_t kLarge = std::size_t{1} << 20;
  Input input(data, size);
  const CsvOptions csv = csv_options(input);
  const std::size_t limit = input.setting(120);
  const std::size_t max_record_bytes = limit < 60 ? limit + 1 : kLarge;
  const std::size_t piece = input.setting(9) + 1;
  const std::string_view text = input.text();

  const csv::Dialect dialect{.delimiter = csv.delimiter.empty() ? "," : csv.delimiter,
                             .quote = csv.quote};
  require(records_of(text, dialect, max_record_bytes, piece) ==
              records_of(text, dialect, max_record_bytes, text.size() + 1),
          "how the bytes are dealt out does not show");
  if (is_packed(text)) return 0;
  file.write(text);
  try {
    check_file(file.path(), csv, max_record_bytes, text);
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kBadRecord, "an error is about the file");
  }
  return 0;
}
