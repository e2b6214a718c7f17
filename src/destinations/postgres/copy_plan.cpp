// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/copy_plan.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "core/text/utf8.hpp"
#include "core/time/calendar.hpp"
#include "destinations/postgres/capabilities.hpp"
#include "destinations/postgres/value.hpp"
#include "dlt/values.hpp"

namespace dlt::postgres {
namespace {

struct Pair {
  DataType field;
  std::uint32_t column;
  Encoding encoding;
};

constexpr std::array kPairs = {
    Pair{DataType::kText, oid::kVarchar, Encoding::kText},
    Pair{DataType::kText, oid::kText, Encoding::kText},
    Pair{DataType::kJson, oid::kJsonb, Encoding::kJsonb},
    Pair{DataType::kJson, oid::kJson, Encoding::kText},
    Pair{DataType::kJson, oid::kVarchar, Encoding::kText},
    Pair{DataType::kJson, oid::kText, Encoding::kText},
    Pair{DataType::kBigint, oid::kInt2, Encoding::kInt16},
    Pair{DataType::kBigint, oid::kInt4, Encoding::kInt32},
    Pair{DataType::kBigint, oid::kInt8, Encoding::kInt64},
    Pair{DataType::kBigint, oid::kNumeric, Encoding::kIntegerAsNumeric},
    Pair{DataType::kDouble, oid::kFloat8, Encoding::kDouble},
    Pair{DataType::kBool, oid::kBool, Encoding::kBool},
    Pair{DataType::kTimestamp, oid::kTimestamptz, Encoding::kTimestamp},
    Pair{DataType::kTimestamp, oid::kTimestamp, Encoding::kTimestamp},
    Pair{DataType::kDate, oid::kDate, Encoding::kDate},
    Pair{DataType::kTime, oid::kTime, Encoding::kTime},
    Pair{DataType::kDecimal, oid::kNumeric, Encoding::kScaledNumeric},
    Pair{DataType::kWei, oid::kNumeric, Encoding::kTextNumeric},
    Pair{DataType::kBinary, oid::kBytea, Encoding::kBytes},
};

// PostgreSQL's epoch is 2000-01-01. Its calendar goes from 4714-11-24 BC to the year 294276 for
// timestamps and 5874897 for dates (datatype/timestamp.h of its source).
constexpr std::int64_t kEpochDays = 10'957;
constexpr std::int64_t kLeastMicros = -211'813'488'000'000'000;
constexpr std::int64_t kMostMicros = 9'223'371'331'200'000'000 - 1;
constexpr std::int64_t kLeastDay = -2'451'545 + kEpochDays;
constexpr std::int64_t kMostDay = 2'145'031'948 + kEpochDays;
constexpr std::int64_t kDayMicros = kSecondsPerDay * 1'000'000;
constexpr int kMicroDigits = 6;

constexpr std::array<std::int64_t, 10> kPowersOfTen = {
    1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};
std::int64_t power_of_ten(int exponent) {
  return kPowersOfTen.at(static_cast<std::size_t>(exponent));
}

int unit_digits(const Field& field) { return (field.precision + 2) / 3 * 3; }

std::string scaled_text(Int128 value, int scale) {
  std::string digits = fmt::format("{}", value);
  const std::size_t sign = value < 0 ? 1 : 0;
  const auto behind = static_cast<std::size_t>(scale);
  if (digits.size() - sign <= behind) digits.insert(sign, behind + 1 - (digits.size() - sign), '0');
  if (behind != 0) digits.insert(digits.size() - behind, 1, '.');
  return digits;
}

std::string timestamp_text(const Field& field, std::int64_t units) {
  const std::int64_t second = power_of_ten(unit_digits(field));
  std::int64_t seconds = units / second;
  std::int64_t rest = units % second;
  if (rest < 0) {
    rest += second;
    --seconds;
  }
  if (seconds < kMinSeconds || seconds > kMaxSeconds) return fmt::format("{} s", seconds);
  Timestamp value{
      .seconds = seconds,
      .nanoseconds = static_cast<std::int32_t>(rest * (kNanosecondsPerSecond / second))};
  if (field.timezone) value.utc_offset_minutes = 0;
  return to_string(value);
}

std::string shown_text(std::string_view text) {
  constexpr std::size_t kShown = 100;
  std::string shown;
  const bool is_long = is_valid_utf8(text) && count_code_points(text) > kShown;
  for (const char c : is_long ? text.substr(0, code_point_offset(text, kShown)) : text)
    c == '\0' ? shown += "\\u0000" : shown += c;
  return is_long ? shown + "..." : shown;
}

}  // namespace

std::optional<Encoding> encoding_of(const Field& field, const TableColumn& column) {
  const auto* const pair = std::ranges::find_if(kPairs, [&](const Pair& known) {
    return known.field == field.type && known.column == column.type;
  });
  if (pair == kPairs.end()) return {};
  const bool is_text = field.layout() == Layout::kVariable;
  if (pair->encoding == Encoding::kScaledNumeric && is_text) return Encoding::kTextNumeric;
  return pair->encoding;
}

CopyPlan::CopyPlan(const Field& from, const TableColumn& to)
    : field(from),
      column(to),
      encoding(encoding_of(from, to).value()),
      numeric(NumericType::of(to.modifier)),
      scaled_fit(from.type == DataType::kDecimal ? from.scale : 0, numeric) {
  max_length = static_cast<std::size_t>(*postgres_capabilities().max_value_bytes);
  switch (encoding) {
    case Encoding::kInt16:
      least = std::numeric_limits<std::int16_t>::min();
      most = std::numeric_limits<std::int16_t>::max();
      break;
    case Encoding::kInt32:
      least = std::numeric_limits<std::int32_t>::min();
      most = std::numeric_limits<std::int32_t>::max();
      break;
    case Encoding::kDate:
      least = kLeastDay;
      most = kMostDay;
      shift = -kEpochDays;
      break;
    case Encoding::kTimestamp:
    case Encoding::kTime:
      plan_clock();
      break;
    case Encoding::kText:
      if (to.type == oid::kVarchar && to.modifier >= 4)
        max_length = static_cast<std::size_t>(to.modifier - 4);
      break;
    default:
      break;
  }
}

void CopyPlan::plan_clock() {
  const int digits = unit_digits(field);
  step = power_of_ten(std::max(digits - (column.modifier < 0 ? kMicroDigits : column.modifier), 0));
  multiplier = power_of_ten(std::max(kMicroDigits - digits, 0));
  divisor = power_of_ten(std::max(digits - kMicroDigits, 0));
  const bool is_time = encoding == Encoding::kTime;
  if (!is_time) {
    shift = -kEpochDays * kSecondsPerDay * power_of_ten(std::min(digits, kMicroDigits));
  }
  // Back from what PostgreSQL takes to the field's units, as far as they go.
  const auto in_units = [&](std::int64_t micros) {
    const Int128 units = (Int128{micros} / multiplier - shift) * divisor;
    return static_cast<std::int64_t>(std::clamp<Int128>(
        units, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()));
  };
  least = in_units(is_time ? 0 : kLeastMicros);
  most = in_units(is_time ? kDayMicros : kMostMicros);
}

std::string shown_value(const Field& field, const ColumnArray& column, std::int64_t row) {
  switch (field.layout()) {
    case Layout::kBits:
      return column.bool_at(row) ? "true" : "false";
    case Layout::kInt32: {
      const std::int32_t days = column.int32_at(row);
      return days < kMinDays || days > kMaxDays ? fmt::format("day {}", days)
                                                : to_string(Date{days});
    }
    case Layout::kInt64: {
      const std::int64_t value = column.int64_at(row);
      if (field.type == DataType::kTimestamp) return timestamp_text(field, value);
      if (field.type == DataType::kTime && value >= 0) {
        const std::int64_t unit = kNanosecondsPerSecond / power_of_ten(unit_digits(field));
        if (value < kNanosecondsPerDay / unit) return to_string(Time{value * unit});
      }
      return fmt::format("{}", value);
    }
    case Layout::kInt128:
      return scaled_text(column.int128_at(row), field.scale);
    case Layout::kDouble:
      return fmt::format("{}", column.double_at(row));
    case Layout::kVariable:
      break;
  }
  if (field.type == DataType::kBinary) return fmt::format("{} bytes", column.bytes_at(row).size());
  return shown_text(column.bytes_at(row));
}

}  // namespace dlt::postgres
