// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dlt {

/// The JSONPath that says which values inside a document are its records: names, ['names'], [n] and
/// [*], such as
/// `$.features[*]` or `data.items`. The value that a path ends at is a record, but an array gives
/// its elements instead (unless the path ends in a wildcard, which has named the elements already).
/// An empty path is the document itself.
class RecordPath {
 public:
  struct Step {
    enum class Kind { kName, kIndex, kWildcard };
    Kind kind = Kind::kName;
    std::string name = {};
    std::uint64_t index = 0;
  };

  RecordPath() = default;
  /// Throws kInvalidArgument for what is not a path, and for the parts of JSONPath that a stream
  /// cannot follow (`..`, filters, slices, unions, negative indexes), saying where; messages call
  /// the path `called`.
  static RecordPath parse(std::string_view text, std::string_view called = "record path");

  const std::string& text() const { return text_; }
  const std::vector<Step>& steps() const { return steps_; }
  /// Whether an array at the end of the path stands for its elements.
  bool expands_array() const;

 private:
  std::string text_;
  std::vector<Step> steps_;
};

}  // namespace dlt
