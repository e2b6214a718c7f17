// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/int128.hpp"

namespace dlt::postgres {

/// The type of a numeric column: numeric, or numeric(precision, scale).
struct NumericType {
  /// Digits, of which `scale` are behind the point. 0: as many as PostgreSQL can.
  int precision = 0;
  int scale = 0;

  /// From pg_attribute.atttypmod.
  static NumericType of(std::int32_t modifier);
};

/// Whether an unscaled decimal of a given scale goes into a column as it is.
class ScaledFit {
 public:
  ScaledFit(int scale, const NumericType& type);

  bool operator()(Int128 unscaled) const {
    return unscaled > -limit_ && unscaled < limit_ && (divisor_ == 1 || unscaled % divisor_ == 0);
  }

 private:
  Int128 limit_;
  Int128 divisor_;
};

/// Decimal text, "-12.50", taken apart.
struct DecimalParts {
  bool negative = false;
  std::string_view integer = {};   ///< without leading zeros
  std::string_view fraction = {};  ///< without trailing zeros
  int written_fraction = 0;        ///< with them
};
/// Empty when the text is no decimal without exponent.
std::optional<DecimalParts> take_apart(std::string_view text);
bool fits(const DecimalParts& parts, const NumericType& type);

/// The bytes that a binary numeric of 128 bits takes at most, and that one of text takes.
inline constexpr std::size_t kMaxScaledBytes = 8 + 2 * 12;
std::size_t numeric_bytes(const DecimalParts& parts);

/// Append the length of a binary numeric and the numeric itself (numeric_recv in numeric.c of
/// PostgreSQL).
void put_numeric(std::byte*& out, Int128 unscaled, int scale);
void put_numeric(std::byte*& out, const DecimalParts& parts);

}  // namespace dlt::postgres
