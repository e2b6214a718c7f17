// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dlt {

/// The types that JSON lacks travel as text that starts with one character of Unicode's private use
/// area: dlt's typed JSON (dlt 1.26, dlt/common/json). The order is that of the characters, from
/// U+F026 on.
enum class TypedText { kDecimal, kTimestamp, kDate, kUuid, kHexBytes, kBytes, kWei, kTime };

/// The three bytes of UTF-8 that such text starts with.
std::string type_prefix(TypedText type);

/// The type that text is marked with, if it is marked and has something behind the mark.
inline std::optional<TypedText> marked_type(std::string_view text) {
  constexpr unsigned char kFirst = 0xA6;
  constexpr unsigned kTypes = 8;
  if (text.size() <= 3 || text[0] != '\xEF' || text[1] != '\x80') return {};
  const unsigned type = static_cast<unsigned char>(text[2]) - unsigned{kFirst};
  if (type >= kTypes) return {};
  return static_cast<TypedText>(type);
}

/// Whether text has the canonical form of a UUID: 8-4-4-4-12 hexadecimal digits.
bool is_uuid(std::string_view text);

/// Takes the type marks off every text value of a JSON document, at any depth; keys keep theirs.
/// Empty when there are none. `json` must be valid.
std::optional<std::string> without_type_prefixes(std::string_view json);

/// Checks that `text` is one JSON document and takes the blanks between its tokens out; empty when
/// it is none. Numbers and texts stay as they were written.
std::optional<std::string> compact_json_text(std::string_view text);

}  // namespace dlt
