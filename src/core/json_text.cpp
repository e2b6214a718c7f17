// SPDX-License-Identifier: Apache-2.0
#include "core/json_text.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace dlt {
namespace {

constexpr std::string_view kBlanks = " \t\n\r";

/// The length of the string literal that `json` starts with, quotes included.
std::size_t literal_length(std::string_view json) {
  std::size_t position = 1;
  while (json[position] != '"') position += json[position] == '\\' ? 2 : 1;
  return position + 1;
}

/// How many characters of a literal's content are a type mark, written as such or as an escape; 0
/// when there is none or nothing behind it. The reserved ninth character is taken off too, as dlt
/// does.
std::size_t mark_length(std::string_view content) {
  constexpr std::size_t kRaw = 3;
  constexpr std::size_t kEscaped = 6;
  if (content.size() > kRaw && content.starts_with("\xEF\x80") && content[2] >= '\xA6' &&
      content[2] <= '\xAE')
    return kRaw;
  if (content.size() <= kEscaped || !content.starts_with("\\u")) return 0;
  const auto lower = [content](std::size_t at) { return static_cast<char>(content[at] | 0x20); };
  if (lower(2) != 'f' || content[3] != '0' || content[4] != '2') return 0;
  const char last = lower(5);
  return (content[5] >= '6' && content[5] <= '9') || (last >= 'a' && last <= 'e') ? kEscaped : 0;
}

}  // namespace

std::string type_prefix(TypedText type) {
  return {'\xEF', '\x80', static_cast<char>('\xA6' + static_cast<int>(type))};
}

bool is_uuid(std::string_view text) {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return std::equal(text.begin(), text.end(), kForm.begin(), kForm.end(),
                    [](char character, char form) {
                      const bool is_hex = (character >= '0' && character <= '9') ||
                                          (character >= 'a' && character <= 'f') ||
                                          (character >= 'A' && character <= 'F');
                      return form == 'x' ? is_hex : character == form;
                    });
}

std::optional<std::string> without_type_prefixes(std::string_view json) {
  if (json.find("\"\xEF\x80") == std::string_view::npos &&
      json.find("\"\\u") == std::string_view::npos)
    return {};
  std::string out;
  std::size_t copied = 0;
  for (std::size_t quote = json.find('"'); quote != std::string_view::npos;) {
    const std::size_t length = literal_length(json.substr(quote));
    const std::size_t mark = mark_length(json.substr(quote + 1, length - 2));
    if (mark > 0) {
      const std::size_t after = json.find_first_not_of(kBlanks, quote + length);
      const bool is_key = after != std::string_view::npos && json[after] == ':';
      if (!is_key) {
        out.append(json, copied, quote + 1 - copied);
        copied = quote + 1 + mark;
      }
    }
    quote = json.find('"', quote + length);
  }
  if (copied == 0) return {};
  out.append(json, copied);
  return out;
}

std::optional<std::string> compact_json_text(std::string_view text) {
  // nlohmann would skip a byte order mark, which is no JSON.
  if (text.starts_with("\xEF\xBB\xBF") || !nlohmann::json::accept(text)) return {};
  std::string out;
  out.reserve(text.size());
  for (std::size_t position = 0; position < text.size();) {
    if (text[position] == '"') {
      const std::size_t length = literal_length(text.substr(position));
      out.append(text, position, length);
      position += length;
      continue;
    }
    if (kBlanks.find(text[position]) == std::string_view::npos) out += text[position];
    ++position;
  }
  return out;
}

}  // namespace dlt
