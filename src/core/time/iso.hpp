// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include <dlt/values.hpp>

namespace dlt {

/// What a text with date or time says. A time with an offset was shifted to UTC.
struct IsoValue {
  std::variant<Timestamp, Date, Time> value;
  /// The text had a fraction finer than a nanosecond, which is left out.
  bool cut = false;
};

/// Reads a date, a time, or both, in the forms that dlt 1.26 takes (dlt/common/time.py,
/// `parse_iso_like_datetime`): those of ISO 8601 including week dates and ordinal dates, and
/// "2024/01/31 9:05". Durations and intervals are none. Empty also when the moment lies outside of
/// the years 1 to 9999 in UTC, which dlt finds out later and fails.
std::optional<IsoValue> parse_iso(std::string_view text);

struct IsoTimestamp {
  Timestamp value;
  bool cut = false;  ///< as in IsoValue
};

/// The same for text that has both a date and a time; everything else is no timestamp. Quick for
/// "YYYY-MM-DDTHH:MM:SS[.f][Z|+hh:mm]" and for text that cannot be one.
std::optional<IsoTimestamp> parse_iso_timestamp(std::string_view text);

}  // namespace dlt
