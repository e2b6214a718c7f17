// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <charconv>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/hash/row_id.hpp"
#include "core/json/canonical.hpp"
#include "core/json/json_kind.hpp"

namespace dlt {

/// Appends a parsed value as dlt writes it to be hashed: compact JSON, keys sorted by code point at
/// every depth, of equal keys the last, typed strings with their mark.
template <class Element>
void append_sorted_json(std::string& out, Element value);

/// The members of an object in that form. `takes(key)` says which.
template <class Element, class Takes>
void append_sorted_members(std::string& out, Element object, Takes takes) {
  std::vector<std::pair<std::string_view, Element>> members;
  for (const auto& [key, member] : object.fields()) {
    if (takes(key)) members.emplace_back(key, member);
  }
  std::ranges::stable_sort(members, {}, [](const auto& member) { return member.first; });
  out += '{';
  bool first = true;
  for (auto member = members.begin(); member != members.end(); ++member) {
    if (std::next(member) != members.end() && std::next(member)->first == member->first) continue;
    if (!first) out += ',';
    first = false;
    append_json_string(out, member->first);
    out += ':';
    append_sorted_json(out, member->second);
  }
  out += '}';
}

template <class Element>
void append_sorted_json(std::string& out, Element value) {
  const auto integer = [&out](auto number) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    out.append(digits, end);
  };
  switch (value.kind()) {
    case JsonKind::kNull:
      out += "null";
      break;
    case JsonKind::kTrue:
      out += "true";
      break;
    case JsonKind::kFalse:
      out += "false";
      break;
    case JsonKind::kInt64:
      integer(value.int64());
      break;
    case JsonKind::kUint64:
      integer(value.uint64());
      break;
    case JsonKind::kBigInteger:
      out += value.digits();
      break;
    case JsonKind::kDouble:
      append_json_double(out, value.number());
      break;
    case JsonKind::kString:
      append_json_string(out, value.string());
      break;
    case JsonKind::kArray: {
      out += '[';
      bool first = true;
      for (const auto& element : value.elements()) {
        if (!first) out += ',';
        first = false;
        append_sorted_json(out, element);
      }
      out += ']';
      break;
    }
    case JsonKind::kObject:
      append_sorted_members(out, value, [](std::string_view) { return true; });
      break;
  }
}

/// dlt's id of a row by its whole content (scd2), of the object as it came: every key but those at
/// top level that start with "_dlt".
template <class Element>
std::string row_hash(Element row) {
  std::string text;
  append_sorted_members(text, row, [](std::string_view key) { return !key.starts_with("_dlt"); });
  return content_id(text);
}

/// dlt's id of a row by its key (upsert, insert-only): names and values of the key's columns,
/// sorted by name.
template <class Element>
std::string key_hash(std::span<const std::pair<std::string_view, Element>> key) {
  std::string text;
  char separator = '{';
  for (const auto& [name, value] : key) {
    text += separator;
    separator = ',';
    append_json_string(text, name);
    text += ':';
    append_sorted_json(text, value);
  }
  text += separator == '{' ? "{}" : "}";
  return content_id(text);
}

}  // namespace dlt
