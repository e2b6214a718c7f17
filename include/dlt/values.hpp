// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <dlt/json.hpp>

namespace dlt {

/// A point in time, or a local date and time when `utc_offset_minutes` is empty. Years 1 to 9999.
struct Timestamp {
  /// Seconds since 1970-01-01T00:00:00, of UTC when there is an offset, else of the local clock.
  std::int64_t seconds = 0;
  std::int32_t nanoseconds = 0;  ///< 0 to 999,999,999
  std::optional<std::int32_t> utc_offset_minutes = {};

  friend bool operator==(const Timestamp&, const Timestamp&) = default;
};

struct Date {
  std::int32_t days = 0;  ///< since 1970-01-01

  friend bool operator==(const Date&, const Date&) = default;
};

struct Time {
  std::int64_t nanoseconds = 0;  ///< since midnight

  friend bool operator==(const Time&, const Time&) = default;
};

/// An exact decimal number of any length: (-1)^negative * digits * 10^exponent. What is no number
/// has the digits "NaN" or "Infinity"; no column takes it.
struct Decimal {
  bool negative = false;
  std::string digits = "0";  ///< without leading zeros; "0" for zero
  std::int32_t exponent = 0;

  friend bool operator==(const Decimal&, const Decimal&) = default;
};

struct Binary {
  std::string bytes = {};

  friend bool operator==(const Binary&, const Binary&) = default;
};

struct Uuid {
  std::string text = {};  ///< canonical: 8-4-4-4-12 hex digits

  friend bool operator==(const Uuid&, const Uuid&) = default;
};

// As values that a resource yields: `Json{{"at", dlt::Timestamp{...}}}`. They travel as dlt's typed
// JSON, a string that starts with one character of Unicode's private use area (U+F026 decimal ...
// U+F02D time). Each throws kInvalidArgument for a value outside of its type: a year 10,000, a UUID
// that is none.
void to_json(Json& json, const Timestamp& value);
void to_json(Json& json, const Date& value);
void to_json(Json& json, const Time& value);
void to_json(Json& json, const Decimal& value);
void to_json(Json& json, const Binary& value);
void to_json(Json& json, const Uuid& value);

/// Read the ISO form and what dlt takes beside it ("20240131", "2024/01/31 12:30"); empty when the
/// text is none. A time with an offset is shifted to UTC. A decimal is read as by Python's
/// Decimal(): "1_000", "1e3", "NaN".
std::optional<Timestamp> parse_timestamp(std::string_view text);
std::optional<Date> parse_date(std::string_view text);
std::optional<Time> parse_time(std::string_view text);
std::optional<Decimal> parse_decimal(std::string_view text);

/// "2024-01-31T12:30:00.250000+00:00", as Python's isoformat: no fraction when it is zero, else six
/// digits, or nine when it has nanoseconds. These throw kInvalidArgument for what no calendar has.
std::string to_string(const Timestamp& value);
std::string to_string(const Date& value);
std::string to_string(const Time& value);
/// As Python's str(Decimal): "1E+3", "0.00001".
std::string to_string(const Decimal& value);

}  // namespace dlt
