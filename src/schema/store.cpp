// SPDX-License-Identifier: Apache-2.0
#include "schema/store.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/decimal.hpp"
#include "core/text/utf8.hpp"
#include "core/time/calendar.hpp"

namespace dlt {
namespace {

constexpr int kNanosecondDigits = 9;

// By digits of the fraction.
constexpr std::array<std::int32_t, kNanosecondDigits + 1> kNanosecondsPerDigit = {
    1'000'000'000, 100'000'000, 10'000'000, 1'000'000, 100'000, 10'000, 1'000, 100, 10, 1};

/// The unit that a column of so many digits has: s, ms, us or ns.
struct Unit {
  std::int64_t per_second;
  std::int32_t nanoseconds;
};

constexpr std::array<Unit, kNanosecondDigits + 1> kUnits = [] {
  constexpr Unit kSeconds = {1, 1'000'000'000};
  constexpr Unit kMilli = {1'000, 1'000'000};
  constexpr Unit kMicro = {1'000'000, 1'000};
  constexpr Unit kNano = {1'000'000'000, 1};
  return std::array<Unit, kNanosecondDigits + 1>{kSeconds, kMilli, kMilli, kMilli, kMicro,
                                                 kMicro,   kMicro, kNano,  kNano,  kNano};
}();

std::size_t fraction_digits(const Field& field) {
  return static_cast<std::size_t>(std::clamp(field.precision, 0, kNanosecondDigits));
}

StoreResult result_of(bool cut) { return cut ? StoreResult::kCut : StoreResult::kStored; }

StoreResult noted(const Value& value, StoreResult result) {
  const bool cut_before = value.note == Value::Note::kCut && result == StoreResult::kStored;
  return cut_before ? StoreResult::kCut : result;
}

StoreResult store_text_value(const Field& field, const Value& value, ColumnArray& column,
                             std::int64_t row) {
  return store_text(field, value.bytes(), column, row);
}

StoreResult store_bigint(const Field& field, const Value& value, ColumnArray& column,
                         std::int64_t row) {
  const auto* integer = std::get_if<std::int64_t>(&value.data);
  if (integer == nullptr) return StoreResult::kOutOfRange;
  constexpr int kBits = 64;
  if (field.precision > 0 && field.precision < kBits) {
    const std::int64_t limit = std::int64_t{1} << (field.precision - 1);
    if (*integer < -limit || *integer >= limit) return StoreResult::kOutOfRange;
  }
  column.set_int64(row, *integer);
  return StoreResult::kStored;
}

StoreResult store_double(const Field&, const Value& value, ColumnArray& column, std::int64_t row) {
  const double number = std::get<double>(value.data);
  if (!std::isfinite(number)) return StoreResult::kOutOfRange;
  column.set_double(row, number);
  return StoreResult::kStored;
}

StoreResult store_bool(const Field&, const Value& value, ColumnArray& column, std::int64_t row) {
  column.set_bool(row, std::get<bool>(value.data));
  return StoreResult::kStored;
}

StoreResult store_timestamp_value(const Field& field, const Value& value, ColumnArray& column,
                                  std::int64_t row) {
  return noted(value, store_timestamp(field, std::get<Timestamp>(value.data), column, row));
}

StoreResult store_date(const Field&, const Value& value, ColumnArray& column, std::int64_t row) {
  const std::int32_t days = std::get<Date>(value.data).days;
  if (days < kMinDays || days > kMaxDays) return StoreResult::kOutOfRange;
  column.set_int32(row, days);
  return StoreResult::kStored;
}

StoreResult store_time(const Field& field, const Value& value, ColumnArray& column,
                       std::int64_t row) {
  const std::int64_t nanoseconds = std::get<Time>(value.data).nanoseconds;
  if (nanoseconds < 0 || nanoseconds >= kNanosecondsPerDay) return StoreResult::kOutOfRange;
  const std::size_t digits = fraction_digits(field);
  const std::int64_t finer = nanoseconds % kNanosecondsPerDigit[digits];
  column.set_int64(row, (nanoseconds - finer) / kUnits[digits].nanoseconds);
  return noted(value, result_of(finer != 0));
}

StoreResult result_of(Fit fit) {
  switch (fit) {
    case Fit::kExact:
      return StoreResult::kStored;
    case Fit::kRounded:
      return StoreResult::kCut;
    case Fit::kTooLarge:
      return StoreResult::kOutOfRange;
  }
  return StoreResult::kOutOfRange;
}

StoreResult store_decimal_text(const Field& field, const Value& value, ColumnArray& column,
                               std::int64_t row) {
  const DecimalText fitted =
      fit_decimal(std::get<Decimal>(value.data), field.precision, field.scale);
  if (fitted.fit != Fit::kTooLarge) column.set_bytes(row, fitted.text);
  return result_of(fitted.fit);
}

StoreResult store_decimal(const Field& field, const Value& value, ColumnArray& column,
                          std::int64_t row) {
  if (column.layout() == Layout::kVariable) return store_decimal_text(field, value, column, row);
  constexpr int kMostDigits = 38;
  const int precision = field.precision > 0 ? field.precision : kMostDigits;
  const ScaledDecimal scaled = scale_decimal(std::get<Decimal>(value.data), precision, field.scale);
  if (scaled.fit != Fit::kTooLarge) column.set_int128(row, scaled.value);
  return result_of(scaled.fit);
}

StoreResult store_binary(const Field& field, const Value& value, ColumnArray& column,
                         std::int64_t row) {
  const std::string_view bytes = value.bytes();
  if (field.precision > 0 && bytes.size() > static_cast<std::size_t>(field.precision))
    return StoreResult::kOutOfRange;
  column.set_bytes(row, bytes);
  return StoreResult::kStored;
}

StoreResult store_json(const Field&, const Value& value, ColumnArray& column, std::int64_t row) {
  if (value.bytes() == "null") {
    column.pad(row + 1);
  } else {
    column.set_bytes(row, value.bytes());
  }
  return StoreResult::kStored;
}

using Storer = StoreResult (*)(const Field&, const Value&, ColumnArray&, std::int64_t);

// In the order of DataType.
constexpr std::array<Storer, kDataTypeCount> kStorers = {
    store_text_value,      store_bigint, store_double, store_bool,
    store_timestamp_value, store_date,   store_time,   store_decimal,
    store_decimal_text,    store_binary, store_json};

}  // namespace

StoreResult store(const Field& field, const Value& value, ColumnArray& column, std::int64_t row) {
  return kStorers[static_cast<std::size_t>(field.type)](field, value, column, row);
}

StoreResult store_timestamp(const Field& field, const Timestamp& value, ColumnArray& column,
                            std::int64_t row) {
  if (value.seconds < kMinSeconds || value.seconds > kMaxSeconds || value.nanoseconds < 0 ||
      value.nanoseconds >= kNanosecondsPerSecond) {
    return StoreResult::kOutOfRange;
  }
  const std::size_t digits = fraction_digits(field);
  const std::int32_t finer = value.nanoseconds % kNanosecondsPerDigit[digits];
  const Unit unit = kUnits[digits];
  std::int64_t units = 0;
  // Only nanoseconds can leave 64 bits, and for those before the epoch the whole second may, though
  // the moment does not.
  if (__builtin_mul_overflow(value.seconds + (value.seconds < 0 ? 1 : 0), unit.per_second,
                             &units) ||
      __builtin_add_overflow(units,
                             (value.nanoseconds - finer) / unit.nanoseconds -
                                 (value.seconds < 0 ? unit.per_second : 0),
                             &units)) {
    return StoreResult::kOutOfRange;
  }
  column.set_int64(row, units);
  return result_of(finer != 0);
}

StoreResult store_text(const Field& field, std::string_view value, ColumnArray& column,
                       std::int64_t row) {
  // As many bytes as characters are allowed are never too many characters.
  if (field.precision > 0 && value.size() > static_cast<std::size_t>(field.precision) &&
      count_code_points(value) > static_cast<std::size_t>(field.precision)) {
    return StoreResult::kOutOfRange;
  }
  column.set_bytes(row, value);
  return StoreResult::kStored;
}

}  // namespace dlt
