// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "arrow/batch_source.hpp"
#include "core/json/framing.hpp"
#include "dlt/resource.hpp"

namespace dlt {

class Schema;
struct ItemFile;

/// How the records of a file are written: JSON, or rows of columns that have types.
enum class ItemFormat { kAuto, kJsonl, kJson, kCsv, kParquet, kArrow };

const char* to_string(ItemFormat format);
/// "auto", "jsonl", "json", "csv", "parquet"; "arrow" is the package's own. Throws
/// kInvalidArgument.
ItemFormat parse_item_format(const std::string& name);
/// The format of a file that `options` are about: what they say, else CSV or Parquet by its name.
/// Throws kInvalidArgument for options that do not go with it.
ItemFormat format_of_file(const std::filesystem::path& file, const FileOptions& options);

inline bool holds_rows(ItemFormat format) {
  return format == ItemFormat::kCsv || format == ItemFormat::kParquet ||
         format == ItemFormat::kArrow;
}
/// Of a format that does not hold rows.
JsonFormat json_format(ItemFormat format);

/// Reads the rows of an item, which `holds_rows`, from `path`. Throws kBadRecord for what is not of
/// its format, kIo.
std::unique_ptr<arrow::BatchSource> open_rows(const ItemFile& item,
                                              const std::filesystem::path& path,
                                              const arrow::RowReading& reading);

/// For `RowReading::is_text`: which columns of a table, by the names that a source may have for
/// them, are text.
std::function<bool(std::string_view)> text_columns(const Schema& schema, const std::string& table);

/// The names of the columns of an item of CSV, as its first line gives them.
std::vector<std::string> csv_names(const ItemFile& item, const std::filesystem::path& path,
                                   const arrow::RowReading& reading);

}  // namespace dlt
