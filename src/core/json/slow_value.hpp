// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/json/json_kind.hpp"

namespace dlt {

/// Brackets within brackets that a record may have: little enough for whoever walks over the value
/// by recursion.
inline constexpr std::size_t kDefaultJsonDepth = 2048;

/// A JSON value as a tree, for the few records that the fast parser refuses. It has the members of
/// JsonView.
class SlowValue {
 public:
  struct Field;

  JsonKind kind() const { return kind_; }
  bool is_null() const { return kind_ == JsonKind::kNull; }
  std::int64_t int64() const { return static_cast<std::int64_t>(bits_); }
  std::uint64_t uint64() const { return bits_; }
  double number() const { return std::bit_cast<double>(bits_); }
  std::string_view string() const { return text_; }
  /// kBigInteger: '-' where negative, then the digits as they were written.
  std::string_view digits() const { return text_; }
  const std::vector<Field>& fields() const { return fields_; }
  const std::vector<SlowValue>& elements() const { return elements_; }
  bool is_empty() const { return size() == 0; }
  std::uint32_t size() const;

 private:
  friend class SlowParser;

  JsonKind kind_ = JsonKind::kNull;
  std::uint64_t bits_ = 0;
  std::string text_;
  std::vector<SlowValue> elements_;
  std::vector<Field> fields_;
};

struct SlowValue::Field {
  std::string key;
  SlowValue value;
};

inline std::uint32_t SlowValue::size() const {
  return static_cast<std::uint32_t>(fields_.size() + elements_.size());
}

/// Parses one JSON value (RFC 8259, UTF-8), blanks around it allowed. Integers of any size are
/// kept; a number that no double can hold (1e400) is an error, as are NaN, lone surrogates and more
/// than `max_depth` brackets within brackets. Throws kBadRecord with what is wrong; context().byte
/// counts from 1 within `record`.
SlowValue parse_slow(std::string_view record, std::size_t max_depth = kDefaultJsonDepth);

}  // namespace dlt
