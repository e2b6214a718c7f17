// SPDX-License-Identifier: Apache-2.0
#include "csv/file.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <dlt/values.hpp>
#include <fmt/format.h>

#include "core/files/byte_source.hpp"
#include "core/files/file.hpp"
#include "core/record_batch.hpp"
#include "core/text/utf8.hpp"
#include "core/time/iso.hpp"
#include "csv/head.hpp"
#include "csv/records.hpp"
#include "csv/types.hpp"

namespace dlt::csv {
namespace {

// A batch ends with either.
constexpr std::int64_t kBatchRows = 8'192;
constexpr std::size_t kBatchBytes = std::size_t{8} << 20;

/// A column whose values all have a type: how it is kept.
struct Kept {
  CsvTypes bit;
  Field field;
  arrow::Type type;
};

constexpr std::int64_t kMicroseconds = 1'000'000;

// The first choice first.
const std::array<Kept, 6> kKept = {{
    {kBigint, {.type = DataType::kBigint}, {.kind = arrow::TypeKind::kInteger, .width = 8}},
    {kDouble, {.type = DataType::kDouble}, {.kind = arrow::TypeKind::kFloat, .width = 8}},
    {kBool, {.type = DataType::kBool}, {.kind = arrow::TypeKind::kBool}},
    {kDate, {.type = DataType::kDate}, {.kind = arrow::TypeKind::kDate, .width = 4}},
    {kTimestamp,
     {.type = DataType::kTimestamp, .precision = 6, .timezone = false},
     {.kind = arrow::TypeKind::kTimestamp, .width = 8, .unit = kMicroseconds}},
    {kTimestampTz,
     {.type = DataType::kTimestamp, .precision = 6},
     {.kind = arrow::TypeKind::kTimestamp, .width = 8, .unit = kMicroseconds, .has_zone = true}},
}};
const Kept kKeptText = {
    kText, {.type = DataType::kText}, {.kind = arrow::TypeKind::kText, .width = 4}};

const Kept& kept_as(unsigned types) {
  for (const Kept& kept : kKept) {
    if ((types & kept.bit) != 0) return kept;
  }
  return kKeptText;
}

/// The line that has these fields.
std::string csv_line(const std::vector<std::string>& fields, const Dialect& dialect) {
  std::string line;
  for (const std::string& field : fields) {
    if (&field != fields.data()) line += dialect.delimiter;
    line += dialect.quote;
    for (const char c : field) {
      // A quote within is written twice.
      if (dialect.quote == std::string_view(&c, 1)) line += c;
      line += c;
    }
    line += dialect.quote;
  }
  return line + "\n";
}

template <class Number>
Number number_of(std::string_view text) {
  Number number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::int64_t microseconds_of(std::string_view text) {
  const std::optional<IsoTimestamp> moment = parse_iso_timestamp(text);
  return moment ? moment->value.seconds * kMicroseconds + moment->value.nanoseconds / 1'000 : 0;
}

std::int32_t days_of(std::string_view text) {
  const std::optional<Date> day = parse_date(text);
  return day ? day->days : 0;
}

/// `text` is of the type, and not empty.
void set(ColumnArray& column, std::int64_t row, CsvTypes type, std::string_view text) {
  switch (type) {
    case kBigint:
      return column.set_int64(row, number_of<std::int64_t>(text));
    case kDouble:
      return column.set_double(row, number_of<double>(text));
    case kBool:
      return column.set_bool(row, text[0] == 't' || text[0] == 'T');
    case kDate:
      return column.set_int32(row, days_of(text));
    case kTimestamp:
    case kTimestampTz:
      return column.set_int64(row, microseconds_of(text));
    default:
      return column.set_bytes(row, text);
  }
}

arrow::ColumnData data_of(const ColumnArray& column, const arrow::Type& type) {
  arrow::ColumnData data{.type = &type, .length = column.length()};
  if (column.null_count() != 0)
    data.validity = reinterpret_cast<const std::uint8_t*>(column.validity().data());
  const bool is_variable = column.layout() == Layout::kVariable;
  data.values = is_variable ? column.offsets().data() : column.values().data();
  if (is_variable) data.bytes = reinterpret_cast<const char*>(column.values().data());
  return data;
}

class CsvFile final : public arrow::BatchSource {
 public:
  CsvFile(std::filesystem::path file, std::string name, const CsvOptions& csv,
          const arrow::RowReading& reading)
      : file_(std::move(file)),
        name_(std::move(name)),
        identity_(files::identity(file_)),
        reading_(reading),
        head_(read_head(file_, csv, name_, reading.max_record_bytes)),
        written_({.delimiter = head_.delimiter, .quote = csv.quote, .header = true}),
        head_line_(csv_line(head_.names, dialect())) {
    find_types();
    records_ = open();
  }

  const std::shared_ptr<const arrow::Type>& type() const override { return type_; }
  std::uint64_t position() const override { return records_->position(); }

  bool next(arrow::Rows& rows) override {
    auto columns = std::make_shared<std::vector<ColumnArray>>();
    for (const Column& column : columns_) columns->emplace_back(column.kept->field);
    std::int64_t count = 0;
    for (std::size_t bytes = 0; count < kBatchRows && bytes < kBatchBytes && next_row(*records_);
         ++count) {
      bytes += records_->text().size();
      for (std::size_t i = 0; i < columns_.size(); ++i)
        set_value((*columns)[i], count, columns_[i]);
    }
    reading_.cancellation.throw_if_requested("reading rows");
    if (count == 0) return false;
    arrow::ColumnData data{.type = type_.get(), .length = count};
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      (*columns)[i].pad(count);
      data.children.push_back(data_of((*columns)[i], type_->children[i]));
    }
    rows.batch = std::make_shared<const arrow::Batch>(type_, std::move(data), std::move(columns));
    rows.first_row = next_row_;
    rows.taken.reset();
    next_row_ += static_cast<std::uint64_t>(count);
    return true;
  }

 private:
  /// A column of the rows, and which of the file's it is.
  struct Column {
    std::size_t index;
    const Kept* kept;
  };

  Dialect dialect() const { return {.delimiter = written_.delimiter, .quote = written_.quote}; }

  std::unique_ptr<RecordReader> open() const {
    auto records =
        std::make_unique<RecordReader>(decompressing_source(file_source(file_, identity_)), name_,
                                       dialect(), reading_.max_record_bytes);
    if (!head_.has_names) return records;
    while (records->next() && records->is_blank()) {
    }
    return records;
  }

  /// Goes to the next record that is a row. Gives those that are none to `set_aside`, if `records`
  /// are those that are loaded.
  bool next_row(RecordReader& records) const {
    while (records.next()) {
      if (records.is_blank() && head_.names.size() > 1) continue;
      std::optional<Error> why = refusal(records);
      if (!why) return true;
      why->add({.file = name_, .line = records.line()});
      if (!reading_.set_aside) throw std::move(*why);
      if (&records != records_.get()) continue;
      arrow::BadRow bad{.text = {}, .head = head_line_, .csv = written_, .why = std::move(*why)};
      if (!records.is_too_large()) bad.text = records.text();
      reading_.set_aside(bad);
    }
    return false;
  }

  /// Why the record is no row.
  std::optional<Error> refusal(const RecordReader& records) const {
    if (records.is_too_large()) {
      return Error(ErrorCode::kBadRecord,
                   fmt::format("the record that begins here is larger than max_record_bytes ({})",
                               reading_.max_record_bytes),
                   "raise max_record_bytes, or split the record");
    }
    if (!is_valid_utf8(records.text())) {
      return Error(ErrorCode::kBadRecord, "the line is not UTF-8",
                   "convert the file first: iconv -f LATIN1 -t UTF-8, for example");
    }
    const std::size_t found = records.fields().size();
    if (found == head_.names.size()) return {};
    return Error(ErrorCode::kBadRecord,
                 fmt::format("the line has {} field{}, the first one has {}", found,
                             found == 1 ? "" : "s", head_.names.size()),
                 "mend the line; if the first one neither names the columns nor is a row, take it "
                 "out");
  }

  void find_types() {
    std::vector<unsigned> types;
    for (const std::string& column : head_.names)
      types.push_back(reading_.is_text && reading_.is_text(column) ? kText : kAnyType);
    const std::unique_ptr<RecordReader> records = open();
    for (std::int64_t row = 1; next_row(*records); ++row) {
      for (std::size_t i = 0; i < types.size(); ++i) {
        const std::string_view field = records->fields()[i].text;
        if (types[i] != kText && !field.empty()) types[i] &= csv_types_of(field);
      }
      if (row % kBatchRows == 0) reading_.cancellation.throw_if_requested("reading rows");
    }
    arrow::Type type{.kind = arrow::TypeKind::kStruct};
    for (std::size_t i = 0; i < types.size(); ++i) {
      // No value is of all types. Nothing is known of the column's, and so there is none; `""` says
      // no more than an empty field.
      if (types[i] == kAnyType) continue;
      const Kept& kept = kept_as(types[i]);
      columns_.push_back({.index = i, .kept = &kept});
      type.children.push_back(kept.type);
      type.children.back().name = head_.names[i];
    }
    // Rows without any value are rows all the same.
    if (columns_.empty()) {
      columns_.push_back({.index = 0, .kept = &kKeptText});
      type.children.push_back(kKeptText.type);
      type.children.back().name = head_.names[0];
    }
    type_ = std::make_shared<const arrow::Type>(std::move(type));
  }

  void set_value(ColumnArray& array, std::int64_t row, const Column& column) const {
    const CsvField& field = records_->fields()[column.index];
    const bool is_value = !field.text.empty() || (field.is_quoted && column.kept->bit == kText);
    if (is_value) set(array, row, column.kept->bit, field.text);
  }

  const std::filesystem::path file_;
  const std::string name_;
  /// When it was opened; the same at the end of each reading.
  const FileIdentity identity_;
  const arrow::RowReading reading_;
  const Head head_;
  const CsvOptions written_;
  const std::string head_line_;
  std::vector<Column> columns_;
  std::shared_ptr<const arrow::Type> type_;
  std::unique_ptr<RecordReader> records_;
  std::uint64_t next_row_ = 0;
};

}  // namespace

std::unique_ptr<arrow::BatchSource> read_file(const std::filesystem::path& file, std::string name,
                                              const CsvOptions& csv,
                                              const arrow::RowReading& reading) {
  return std::make_unique<CsvFile>(file, std::move(name), csv, reading);
}

}  // namespace dlt::csv
