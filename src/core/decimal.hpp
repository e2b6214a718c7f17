// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <dlt/values.hpp>

#include "core/int128.hpp"

namespace dlt {

// Decimals that are no finite number say so in their digits.
inline constexpr std::string_view kNanDigits = "NaN";
inline constexpr std::string_view kInfinityDigits = "Infinity";

bool is_finite(const Decimal& value);

Decimal decimal_from(std::int64_t value);
Decimal decimal_from(std::uint64_t value);
/// Exact: 0.1 is 0.1000000000000000055511151231257827021181583404541015625.
Decimal decimal_from(double value);

/// Whether both are the same number, whatever their exponents; NaN equals nothing.
bool same_number(const Decimal& a, const Decimal& b);
/// Below zero, zero or above it, as the distance from zero of `a` is smaller, equal or larger than
/// that of `b`. Both must be finite.
int compare_magnitudes(const Decimal& a, const Decimal& b);
/// How many digits stand before the decimal point; 0 below one.
std::int64_t integer_digits(const Decimal& value);

/// The same number with exponent 0, if it is an integer of at most 4300 digits.
std::optional<Decimal> to_integer(const Decimal& value);
/// The number if it is an integer of 64 bits.
std::optional<std::int64_t> to_int64(const Decimal& value);
/// The nearest double; infinite beyond the largest one.
double to_double(const Decimal& value);
/// Without exponent: "1000", "0.00001". Empty when that takes more than 4300 digits before or
/// behind the point.
std::optional<std::string> to_plain_string(const Decimal& value);

/// How a number went into a column of a given precision and scale. Digits behind the scale are
/// rounded half away from zero, as DuckDB and PostgreSQL do.
enum class Fit { kExact, kRounded, kTooLarge };

struct ScaledDecimal {
  Fit fit = Fit::kTooLarge;
  Int128 value = 0;  ///< the number times 10^scale
};
/// `precision` is at most 38. What is not finite is too large.
ScaledDecimal scale_decimal(const Decimal& value, int precision, int scale);

struct DecimalText {
  Fit fit = Fit::kTooLarge;
  std::string text = {};  ///< without exponent
};
/// The same as text, for any precision; a precision of 0 sets no limit, and nothing is rounded.
DecimalText fit_decimal(const Decimal& value, int precision, int scale);

}  // namespace dlt
