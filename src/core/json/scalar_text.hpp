// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <string>

#include "core/json/canonical.hpp"
#include "core/json/json_kind.hpp"

namespace dlt {

/// Appends a parsed value that is no text, list or object, as JSON.
template <class View>
void append_json_scalar(std::string& out, View value) {
  const auto integer = [&out](auto number) {
    char digits[24];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
  };
  switch (value.kind()) {
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
    default:
      out += "null";
  }
}

}  // namespace dlt
