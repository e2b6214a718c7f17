// SPDX-License-Identifier: Apache-2.0
#include "csv/head.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <set>
#include <string_view>

#include <dlt/values.hpp>
#include <fmt/format.h>

#include "core/files/byte_source.hpp"
#include "core/text/utf8.hpp"
#include "dlt/error.hpp"

namespace dlt::csv {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::array<std::string_view, 4> kDelimiters = {",", ";", "\t", "|"};

[[noreturn]] void refuse(const std::string& name, std::string message, std::string hint) {
  Error error(ErrorCode::kBadRecord, std::move(message), std::move(hint));
  throw error.add({.file = name, .line = 1});
}

/// The beginning of the file, which holds at least its first line.
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
}

/// The fields of a line. Quotes count where a field begins with one, and are doubled inside.
std::vector<std::string> fields_of(std::string_view line, std::string_view delimiter,
                                   const std::string& quote) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  bool at_start = true;
  for (std::size_t at = 0; at < line.size();) {
    const bool is_quote = !quote.empty() && line[at] == quote[0];
    if (quoted && is_quote && at + 1 < line.size() && line[at + 1] == quote[0]) {
      fields.back() += quote;
      at += 2;
    } else if (is_quote && (quoted || at_start)) {
      quoted = !quoted;
      ++at;
    } else if (!quoted && line.substr(at).starts_with(delimiter)) {
      fields.emplace_back();
      at += delimiter.size();
      at_start = true;
      continue;
    } else {
      fields.back() += line[at++];
    }
    at_start = false;
  }
  return fields;
}

/// Whether a field's quotes begin or end here. They begin where the field does, and two of them
/// within stand for one.
bool is_quote(std::string_view text, std::size_t begin, std::size_t at, const CsvOptions& csv,
              bool quoted) {
  if (csv.quote.empty() || text[at] != csv.quote[0]) return false;
  if (quoted || at == begin || text[at - 1] == csv.quote[0]) return true;
  const std::string_view before = text.substr(begin, at - begin);
  const auto ends = [before](std::string_view delimiter) { return before.ends_with(delimiter); };
  const bool is_first = at == begin + 3 && before == kByteOrderMark;
  return is_first ||
         (csv.delimiter.empty() ? std::ranges::any_of(kDelimiters, ends) : ends(csv.delimiter));
}

/// The first line that is not blank, without its end. A line break within quotes does not end it.
std::string first_line(const std::filesystem::path& file, const CsvOptions& csv,
                       const std::string& name, std::size_t max_record_bytes) {
  const auto source = decompressing_source(file_source(file));
  constexpr std::size_t kPiece = std::size_t{64} << 10;
  std::string text;
  bool quoted = false;
  std::size_t begin = 0;
  std::size_t at = 0;
  for (;;) {
    for (; at < text.size(); ++at) {
      if (is_quote(text, begin, at, csv, quoted)) quoted = !quoted;
      if (quoted || (text[at] != '\n' && text[at] != '\r')) continue;
      check_encoding(text, name);
      if (at > begin) return text.substr(begin, at - begin);
      begin = at + 1;
    }
    if (text.size() > max_record_bytes)
      refuse(name,
             fmt::format("the first line is larger than max_record_bytes ({})", max_record_bytes),
             "raise max_record_bytes, or name the format, if it is another one");
    const std::size_t before = text.size();
    text.resize(before + kPiece);
    text.resize(before + source->read(text.data() + before, kPiece));
    if (text.size() != before) continue;
    check_encoding(text, name);
    if (quoted) refuse(name, "the file ends within a field in quotes", "close the quotes");
    return text.substr(begin);
  }
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
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string base = fields[i].empty() ? fmt::format("column{}", i) : fields[i];
    std::string name = base;
    // DuckDB does not tell names apart that differ in case.
    const auto folded = [](std::string text) {
      std::ranges::transform(text, text.begin(),
                             [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      return text;
    };
    for (int count = 1; !seen.insert(folded(name)).second; ++count)
      name = fmt::format("{}_{}", base, count);
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

Head read_head(const std::filesystem::path& file, const CsvOptions& csv, const std::string& name,
               std::size_t max_record_bytes) {
  Head head{.delimiter = csv.delimiter};
  std::string line = first_line(file, csv, name, max_record_bytes);
  if (!is_valid_utf8(line))
    refuse(name, "the file is not UTF-8",
           "convert it first: iconv -f LATIN1 -t UTF-8, for example");
  if (line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
  std::vector<std::string> fields;
  if (head.delimiter.empty()) {
    for (const std::string_view delimiter : kDelimiters) {
      std::vector<std::string> found = fields_of(line, delimiter, csv.quote);
      if (found.size() <= fields.size()) continue;
      fields = std::move(found);
      head.delimiter = delimiter;
    }
  } else {
    fields = fields_of(line, head.delimiter, csv.quote);
  }
  const bool says_something =
      std::ranges::any_of(fields, [](const std::string& field) { return !field.empty(); });
  head.has_names = csv.header.value_or(says_something && std::ranges::none_of(fields, is_value));
  if (!head.has_names) std::ranges::fill(fields, std::string());
  head.names = distinct(fields);
  return head;
}

}  // namespace dlt::csv
