// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <dlt/resource.hpp>

namespace dlt::csv {

/// How a CSV file is written, as far as its first line tells.
struct Head {
  std::string delimiter = {};
  /// Of every column, all different: those of the first line, or column0, column1, ...
  std::vector<std::string> names = {};
  /// Whether the first line names the columns.
  bool has_names = true;
};

/// Reads the first line that is not blank. What `csv` does not say is found there: the delimiter is
/// the one of comma, semicolon, tab and bar that occurs most often outside of quotes, and the line
/// names the columns unless a field is a number, a date, or true or false, or all are empty. Throws
/// kBadRecord for UTF-16, UTF-32, bytes that are no text, and a line that does not end.
Head read_head(const std::filesystem::path& file, const CsvOptions& csv, const std::string& name,
               std::size_t max_record_bytes);

}  // namespace dlt::csv
