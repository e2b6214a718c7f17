// SPDX-License-Identifier: Apache-2.0
#include "package/item_format.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "arrow/file.hpp"
#include "core/text/unicode.hpp"
#include "csv/file.hpp"
#include "csv/head.hpp"
#include "dlt/error.hpp"
#include "engine/parquet_file.hpp"
#include "package/manifest.hpp"

namespace dlt {
namespace {

constexpr std::pair<ItemFormat, const char*> kFormats[] = {
    {ItemFormat::kAuto, "auto"}, {ItemFormat::kJsonl, "jsonl"},     {ItemFormat::kJson, "json"},
    {ItemFormat::kCsv, "csv"},   {ItemFormat::kParquet, "parquet"}, {ItemFormat::kArrow, "arrow"}};

ItemFormat format_by_name(const std::filesystem::path& file) {
  std::filesystem::path name = file.filename();
  if (name.extension() == ".gz" || name.extension() == ".zst") name = name.stem();
  std::string ending = name.extension().string();
  std::ranges::transform(ending, ending.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (ending == ".csv" || ending == ".tsv") return ItemFormat::kCsv;
  if (ending == ".parquet") return ItemFormat::kParquet;
  return ItemFormat::kAuto;
}

void check_csv(const CsvOptions& csv, ItemFormat format) {
  if (format != ItemFormat::kCsv) {
    const bool is_default = csv.delimiter.empty() && csv.quote == CsvOptions{}.quote && !csv.header;
    if (is_default || format == ItemFormat::kAuto) return;
    throw Error(ErrorCode::kInvalidArgument, "delimiter, quote and header are about CSV",
                "leave them out, or name the format csv");
  }
  constexpr std::size_t kMostDelimiterBytes = 4;
  if (csv.delimiter.size() > kMostDelimiterBytes)
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("a delimiter of CSV has at most {} bytes, not '{}'",
                            kMostDelimiterBytes, csv.delimiter));
  if (csv.quote.size() > 1)
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("a quote of CSV is one character, not '{}'", csv.quote));
  if (csv.delimiter == csv.quote && !csv.quote.empty())
    throw Error(ErrorCode::kInvalidArgument,
                "what stands between fields of CSV cannot stand around them too",
                "name another delimiter or quote");
  for (const std::string& mark : {csv.delimiter, csv.quote}) {
    if (mark.find_first_of("\r\n") != std::string::npos)
      throw Error(ErrorCode::kInvalidArgument, "a delimiter or quote of CSV cannot end a line",
                  "name another one");
  }
}

/// What errors call the file of an item.
std::string name_of(const ItemFile& item, const std::filesystem::path& path) {
  return item.reference.empty() ? path.string() : item.reference.string();
}

}  // namespace

const char* to_string(ItemFormat format) {
  for (const auto& [value, name] : kFormats) {
    if (value == format) return name;
  }
  return "auto";
}

ItemFormat parse_item_format(const std::string& name) {
  for (const auto& [value, known] : kFormats) {
    if (name == known) return value;
  }
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("unknown format of records: expected 'auto', 'jsonl', 'json', 'csv' or "
                          "'parquet', got '{}'",
                          name));
}

ItemFormat format_of_file(const std::filesystem::path& file, const FileOptions& options) {
  ItemFormat format = parse_item_format(options.format);
  if (format == ItemFormat::kAuto) format = format_by_name(file);
  check_csv(options.csv, format);
  if (holds_rows(format) && !options.records.empty()) {
    Error error(ErrorCode::kInvalidArgument,
                fmt::format("a path to the records, '{}', goes with JSON, and the format is {}",
                            options.records, to_string(format)),
                "leave it out");
    throw error.add({.file = file.string()});
  }
  return format;
}

JsonFormat json_format(ItemFormat format) {
  switch (format) {
    case ItemFormat::kJsonl:
      return JsonFormat::kJsonl;
    case ItemFormat::kJson:
      return JsonFormat::kJson;
    default:
      return JsonFormat::kAuto;
  }
}

std::unique_ptr<arrow::BatchSource> open_rows(const ItemFile& item,
                                              const std::filesystem::path& path,
                                              const arrow::RowReading& reading) {
  if (item.format == ItemFormat::kArrow) return std::make_unique<arrow::FileReader>(path);
  const std::string name = name_of(item, path);
  return item.format == ItemFormat::kCsv ? csv::read_file(path, name, item.csv, reading)
                                         : engine::read_parquet(path, name, reading);
}

std::function<bool(std::string_view)> text_columns(const Schema& schema, const std::string& table) {
  std::set<std::string> texts;
  if (const Table* known = schema.find_table(table)) {
    for (const Column& column : known->columns) {
      if (column.data_type == DataType::kText) texts.insert(column.name);
    }
  }
  return [texts = std::move(texts), naming = schema.shared_naming()](std::string_view name) {
    return !texts.empty() && !is_blank(name) && texts.contains(naming->normalize_identifier(name));
  };
}

std::vector<std::string> csv_names(const ItemFile& item, const std::filesystem::path& path,
                                   const arrow::RowReading& reading) {
  return csv::read_head(path, item.csv, name_of(item, path), reading.max_record_bytes).names;
}

}  // namespace dlt
