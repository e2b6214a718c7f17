// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json/canonical.hpp"
#include "core/json/scalar_text.hpp"
#include "core/json_text.hpp"

namespace dlt {

/// What becomes of the marks of dlt's typed strings.
enum class TypedMarks { kKeep, kDrop };

/// Writes parsed values as dlt hashes them: compact JSON, keys sorted by code point at every depth,
/// of equal keys the last.
class SortedJson {
 public:
  SortedJson(std::string& out, TypedMarks marks) : out_(out), marks_(marks) {}

  template <class View>
  void write(View value) {
    switch (value.kind()) {
      case JsonKind::kString:
        return text(value.string());
      case JsonKind::kArray:
        return array(value);
      case JsonKind::kObject:
        return members(value, [](std::string_view) { return true; });
      case JsonKind::kTyped:
        if constexpr (requires { value.typed_text(); }) text(value.typed_text());
        return;
      default:
        append_json_scalar(out_, value);
    }
  }

  /// An object, with those of its members for which `takes(key)` holds.
  template <class View, class Takes>
  void members(View object, Takes takes) {
    std::vector<std::pair<std::string_view, View>> sorted;
    for (const auto& [key, member] : object.fields()) {
      if (takes(key)) sorted.emplace_back(key, member);
    }
    std::ranges::stable_sort(sorted, {}, [](const auto& member) { return member.first; });
    char separator = '{';
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      if (i + 1 < sorted.size() && sorted[i].first == sorted[i + 1].first) continue;
      out_ += separator;
      separator = ',';
      append_json_string(out_, sorted[i].first);
      out_ += ':';
      write(sorted[i].second);
    }
    out_ += separator == '{' ? "{}" : "}";
  }

 private:
  void text(std::string_view value) {
    constexpr std::size_t kMarkBytes = 3;
    const bool drops = marks_ == TypedMarks::kDrop && marked_type(value);
    append_json_string(out_, value.substr(drops ? kMarkBytes : 0));
  }

  template <class View>
  void array(View value) {
    char separator = '[';
    for (const auto& element : value.elements()) {
      out_ += separator;
      separator = ',';
      write(View(element));
    }
    out_ += separator == '[' ? "[]" : "]";
  }

  std::string& out_;
  TypedMarks marks_;
};

}  // namespace dlt
