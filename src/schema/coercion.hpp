// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "schema/value.hpp"

namespace dlt {

/// Makes a value one of the type `to`, as dlt 1.26 does (dlt/common/data_types/type_helpers.py):
/// the rule for columns whose type was declared. Empty when the value cannot become one and belongs
/// into a variant column. The result may view what `value` views. It may be more than a column can
/// take: integers beyond 64 bits, NaN, infinities. Throws kInvalidArgument for a timestamp, date or
/// time outside of the calendar that is to become text.
std::optional<Value> coerce(DataType to, const Value& value);

/// The same for columns whose type was inferred: nothing becomes something that would be read as
/// another value. On top of `coerce`, it refuses numbers for bool, timestamp and date; text for
/// bool unless it is "true" or "false" in any case; text for numbers unless it is the number's
/// shortest form; text for timestamp that is only a number, and for date that has a time; the JSON
/// text "null"; integers and decimals for double that it cannot hold; integers beyond 64 bits for
/// bigint; timestamps for date that are not midnight; and doubles with a fraction for wei.
/// `wei_digits`: how many digits before the point the destination's wei has.
std::optional<Value> coerce_inferred(DataType to, const Value& value, int wei_digits);

/// What `coerce_inferred` makes of an integer for a double column, without a `Value`: the double
/// that is exactly it, if there is one.
inline std::optional<double> exact_double(std::int64_t value) {
  constexpr double kBeyondInt64 = 9'223'372'036'854'775'808.0;
  const auto number = static_cast<double>(value);
  if (number >= kBeyondInt64 || static_cast<std::int64_t>(number) != value) return {};
  return number;
}

/// The type of a column that is made for the value, or for which the variant column is named: the
/// value's own, but for integers beyond 64 bits wei if the destination's wei has that many digits,
/// else text.
DataType natural_type(const Value& value, int wei_digits);

/// What is appended to a column's name, as a path's next part, for values that the column refused:
/// "v_text".
std::string_view variant_suffix(DataType type);
/// The suffix that old schemas have for json; such a column is used if it is there.
inline constexpr std::string_view kLegacyJsonVariant = "v_complex";

/// The largest wei for dlt, whatever the destination is: BigQuery's BIGNUMERIC without fraction;
/// and the smallest, without '-'.
inline constexpr std::string_view kLargestWei = "578960446186580977117854925043439539266";
inline constexpr std::string_view kSmallestWei = "578960446186580977117854925043439539267";
/// Whether a wei value is beyond what dlt stores as such. In a declared column it goes, as text, to
/// a variant with this suffix.
bool exceeds_wei(const Value& value);
inline constexpr std::string_view kExceedingWeiVariant = "v_str";

}  // namespace dlt
