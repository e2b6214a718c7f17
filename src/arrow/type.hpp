// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <dlt/arrow.hpp>

#include "dlt/schema.hpp"

namespace dlt::arrow {

/// What a value of an Arrow type is, and how its bytes lie in memory.
enum class TypeKind : std::uint8_t {
  kNull,
  kBool,
  kInteger,      ///< `width` bytes
  kUnsigned,     ///< likewise
  kFloat,        ///< likewise: half, single, double
  kText,         ///< offsets of `width` bytes
  kBinary,       ///< likewise
  kTextView,     ///< views of 16 bytes
  kBinaryView,   ///< likewise
  kFixedBinary,  ///< `width` bytes
  kDecimal,      ///< `width` bytes: unscaled, two's complement, little-endian
  kDate,         ///< days in 4 bytes, milliseconds in 8
  kTime,         ///< `unit`, in 4 or 8 bytes
  kTimestamp,    ///< `unit`
  kStruct,
  kList,        ///< offsets of `width` bytes
  kFixedList,   ///< `width` elements
  kDictionary,  ///< keys as `key`, values as the only child
};

/// Whether values are views of kViewBytes, which lead into further buffers.
constexpr bool is_view(TypeKind kind) {
  return kind == TypeKind::kTextView || kind == TypeKind::kBinaryView;
}
inline constexpr std::int64_t kViewBytes = 16;
/// Of decimals, below and above zero.
inline constexpr int kMostScale = 1'000;

/// An Arrow type with the name of its field, children included.
struct Type {
  std::string name = {};
  TypeKind kind = TypeKind::kNull;
  int width = 0;
  /// Decimals.
  int precision = 0;
  int scale = 0;
  /// Times and timestamps: units of a second.
  std::int64_t unit = 1;
  /// Timestamps: of a zone, and so moments; else what a local clock shows.
  bool has_zone = false;
  std::vector<Type> children = {};

  /// Whether values of this type can be rows of tables below.
  bool has_lists() const;
  /// Structs, lists, and dictionaries of such.
  bool is_nested() const;
};

/// Reads a schema. `path` is the name of the field as errors give it. Throws kBadRecord for a type
/// that has no column type (durations, intervals, unions, run-end encoded arrays), with the
/// field's name, and for one that the specification does not know.
Type parse_type(const ArrowSchema& schema, const std::string& path = {});

/// The column that holds values of a type that is not nested; empty for the null type. Integers
/// take 64 bits and timestamps at least microseconds, whatever the file has: the next one may have
/// more.
std::optional<Column> column_of(const Type& type, std::string name);

}  // namespace dlt::arrow
