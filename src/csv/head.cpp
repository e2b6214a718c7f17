// SPDX-License-Identifier: Apache-2.0
#include "csv/head.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <set>
#include <string_view>

#include <dlt/values.hpp>
#include <fmt/format.h>

#include "core/files/byte_source.hpp"
#include "core/text/utf8.hpp"
#include "csv/records.hpp"
#include "dlt/error.hpp"

namespace dlt::csv {
namespace {

constexpr std::array<const char*, 4> kDelimiters = {",", ";", "\t", "|"};

[[noreturn]] void refuse(const std::string& name, std::string message, std::string hint) {
  Error error(ErrorCode::kBadRecord, std::move(message), std::move(hint));
  throw error.add({.file = name, .line = 1});
}

/// The beginning of the file.
void check_encoding(std::string_view text, const std::string& name) {
  const bool is_utf32 = text.starts_with(std::string_view("\0\0\xfe\xff", 4)) ||
                        text.starts_with(std::string_view("\xff\xfe\0\0", 4));
  const bool is_utf16 = text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
  if (is_utf16 || is_utf32) {
    const char* encoding = is_utf32 ? "UTF-32" : "UTF-16";
    refuse(name, fmt::format("the file is {}, not UTF-8", encoding),
           fmt::format("convert it first: iconv -f {} -t UTF-8", encoding));
  }
  if (text.find('\0') != std::string_view::npos)
    refuse(name, "the file is no CSV: its first line holds bytes of zero",
           "name the format, if it is another one");
  if (!is_valid_utf8(text))
    refuse(name, "the file is not UTF-8",
           "convert it first: iconv -f LATIN1 -t UTF-8, for example");
}

/// The fields of the first record that is not blank; none where there is no record. Throws
/// kBadRecord.
std::vector<std::string> first_fields(const std::filesystem::path& file, const Dialect& dialect,
                                      const std::string& name, std::size_t max_record_bytes) {
  RecordReader records(decompressing_source(file_source(file)), name, dialect, max_record_bytes);
  bool found = records.next();
  while (found && records.is_blank()) found = records.next();
  if (!found) return {};
  if (records.is_too_large())
    refuse(name,
           fmt::format("the first line is larger than max_record_bytes ({})", max_record_bytes),
           "raise max_record_bytes, or name the format, if it is another one");
  check_encoding(records.text(), name);
  std::vector<std::string> fields;
  for (const CsvField& field : records.fields()) fields.emplace_back(field.text);
  return fields;
}

/// Whether the field is a value rather than a name; an empty one may be either.
bool is_value(std::string_view field) {
  constexpr std::string_view kFirstOfNumber = "0123456789-.";
  if (field.empty()) return false;
  double number = 0;
  const char* const end = field.data() + field.size();
  if (kFirstOfNumber.find(field[0]) != std::string_view::npos &&
      std::from_chars(field.data(), end, number).ptr == end)
    return true;
  std::string lower(field);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (lower == "true" || lower == "false") return true;
  return field.size() >= 10 && (parse_date(field) || parse_timestamp(field));
}

/// As names of different columns.
std::vector<std::string> distinct(const std::vector<std::string>& fields) {
  // DuckDB does not tell names apart that differ in case.
  const auto folded = [](std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
  };
  // A name that is made must be none that another column has.
  std::set<std::string> given;
  for (const std::string& field : fields) given.insert(folded(field));
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string base = fields[i].empty() ? fmt::format("column{}", i) : fields[i];
    std::string name = base;
    const auto is_free = [&] {
      return !seen.contains(folded(name)) && (name == fields[i] || !given.contains(folded(name)));
    };
    for (int count = 1; !is_free(); ++count) name = fmt::format("{}_{}", base, count);
    seen.insert(folded(name));
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

Head read_head(const std::filesystem::path& file, const CsvOptions& csv, const std::string& name,
               std::size_t max_record_bytes) {
  Head head;
  std::vector<std::string> fields;
  std::optional<Error> refused;
  std::vector<std::string> delimiters(kDelimiters.begin(), kDelimiters.end());
  if (!csv.delimiter.empty()) delimiters = {csv.delimiter};
  for (const std::string& delimiter : delimiters) {
    try {
      std::vector<std::string> found =
          first_fields(file, {.delimiter = delimiter, .quote = csv.quote}, name, max_record_bytes);
      if (!head.delimiter.empty() && found.size() <= fields.size()) continue;
      fields = std::move(found);
      head.delimiter = delimiter;
    } catch (const Error& error) {
      // With another delimiter its quotes may be whole.
      if (error.code() != ErrorCode::kBadRecord) throw;
      if (!refused) refused = error;
    }
  }
  if (head.delimiter.empty()) throw std::move(*refused);
  if (fields.empty()) fields.emplace_back();
  const bool says_something =
      std::ranges::any_of(fields, [](const std::string& field) { return !field.empty(); });
  head.has_names = csv.header.value_or(says_something && std::ranges::none_of(fields, is_value));
  if (!head.has_names) std::ranges::fill(fields, std::string());
  head.names = distinct(fields);
  return head;
}

}  // namespace dlt::csv
