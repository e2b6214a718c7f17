// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/hash/row_id.hpp"
#include "core/json/sorted_json.hpp"

namespace dlt {

/// dlt's id of a row by its whole content (scd2), of the object as it came: every key but those at
/// top level that start with "_dlt".
template <class View>
std::string row_hash(View row) {
  std::string text;
  SortedJson(text, TypedMarks::kKeep).members(row, [](std::string_view key) {
    return !key.starts_with("_dlt");
  });
  return content_id(text);
}

/// dlt's id of a row by its key (upsert, insert-only): names and values of the key's columns,
/// sorted by name.
template <class View>
std::string key_hash(std::span<const std::pair<std::string_view, View>> key) {
  std::string text;
  SortedJson json(text, TypedMarks::kKeep);
  char separator = '{';
  for (const auto& [name, value] : key) {
    text += separator;
    separator = ',';
    append_json_string(text, name);
    text += ':';
    json.write(value);
  }
  text += separator == '{' ? "{}" : "}";
  return content_id(text);
}

}  // namespace dlt
