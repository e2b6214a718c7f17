// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <dlt/json.hpp>

#include "core/json/json_kind.hpp"
#include "core/json/record_path.hpp"

namespace dlt {

/// The place of one value within a record: a plain name, or a JSONPath whose first match counts.
class ValuePath {
 public:
  /// Reads names, ['names'], [n] and [*] like RecordPath; "name" in quotes is a plain name, too.
  /// Throws kInvalidArgument for what is no path, and for the empty one; messages call it `called`.
  static ValuePath parse(std::string_view text, std::string_view called);

  const std::string& text() const { return text_; }
  /// The name, when the path is nothing but a name; else empty.
  const std::string& plain_name() const { return plain_name_; }

  /// The value there; of two equal keys the later one counts. `View` is JsonView or SlowView.
  template <class View>
  std::optional<View> find(View record) const {
    return find_from(record, 0);
  }
  /// Null when there is none.
  const Json* find(const Json& record) const { return find_from(record, 0); }

 private:
  using Kind = RecordPath::Step::Kind;

  template <class View>
  std::optional<View> find_from(View value, std::size_t index) const;
  const Json* find_from(const Json& value, std::size_t index) const;

  std::string text_;
  std::string plain_name_;
  std::vector<RecordPath::Step> steps_;
};

template <class View>
std::optional<View> ValuePath::find_from(View value, std::size_t index) const {
  if (index == steps_.size()) return value;
  const RecordPath::Step& step = steps_[index];
  if (value.kind() == JsonKind::kObject && step.kind != Kind::kIndex) {
    std::optional<View> named;
    for (const auto& field : value.fields()) {
      if (step.kind == Kind::kName) {
        if (field.key == step.name) named.emplace(field.value);
      } else if (const std::optional<View> found = find_from(field.value, index + 1)) {
        return found;
      }
    }
    if (named) return find_from(*named, index + 1);
  }
  if (value.kind() == JsonKind::kArray && step.kind != Kind::kName) {
    std::size_t at = 0;
    for (const auto& element : value.elements()) {
      if (step.kind == Kind::kIndex && at++ != step.index) continue;
      if (const std::optional<View> found = find_from(View(element), index + 1)) return found;
      if (step.kind == Kind::kIndex) break;
    }
  }
  return std::nullopt;
}

}  // namespace dlt
