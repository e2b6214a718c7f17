// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <string>

#include "core/json/canonical.hpp"
#include "core/json/json_kind.hpp"
#include "schema/coercion.hpp"

namespace dlt::normalize {

/// Appends a parsed value as compact JSON, keys in their order. With `typed`, dlt's typed
/// strings lose their mark.
template <class Element>
void append_json(std::string& out, Element value, bool typed) {
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
      if (const auto marked = typed ? decode_typed_text(value.string()) : std::nullopt) {
        append_json_string(out, coerce(DataType::kText, *marked)->bytes());
      } else {
        append_json_string(out, value.string());
      }
      break;
    case JsonKind::kArray: {
      out += '[';
      bool first = true;
      for (const auto& element : value.elements()) {
        if (!first) out += ',';
        first = false;
        append_json(out, element, typed);
      }
      out += ']';
      break;
    }
    case JsonKind::kObject: {
      out += '{';
      bool first = true;
      for (const auto& [key, member] : value.fields()) {
        if (!first) out += ',';
        first = false;
        append_json_string(out, key);
        out += ':';
        append_json(out, member, typed);
      }
      out += '}';
      break;
    }
  }
}

}  // namespace dlt::normalize
