// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <string>
#include <string_view>

#include "core/json/canonical.hpp"
#include "core/json/scalar_text.hpp"
#include "schema/coercion.hpp"

namespace dlt {

/// JSON has no other way to write U+0000.
inline constexpr std::string_view kEscapedNul = "\\u0000";

/// Appends a parsed value as compact JSON, keys in their order. With `typed`, dlt's typed
/// strings lose their mark.
template <class Element>
void append_plain_json(std::string& out, Element value, bool typed) {
  switch (value.kind()) {
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
        append_plain_json(out, element, typed);
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
        append_plain_json(out, member, typed);
      }
      out += '}';
      break;
    }
    case JsonKind::kTyped:
      if constexpr (requires { value.typed(); })
        append_json_string(out, coerce(DataType::kText, value.typed())->bytes());
      break;
    case JsonKind::kDouble:
      // JSON has no literal for what rows of typed columns may hold.
      if (!std::isfinite(value.number())) {
        append_json_string(out, std::isnan(value.number()) ? "NaN"
                                : value.number() > 0       ? "Infinity"
                                                           : "-Infinity");
        break;
      }
      append_json_scalar(out, value);
      break;
    default:
      append_json_scalar(out, value);
  }
}

/// A record of dlt's typed JSON without the marks of its typed strings; as it is when it is no
/// JSON.
std::string without_marks(std::string_view json);

}  // namespace dlt
