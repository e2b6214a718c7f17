// SPDX-License-Identifier: Apache-2.0
#include "schema/coercion.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

#include "core/decimal.hpp"
#include "core/hash/base64.hpp"
#include "core/json_text.hpp"
#include "core/number_text.hpp"
#include "core/text/unicode.hpp"
#include "core/time/calendar.hpp"
#include "core/time/format.hpp"
#include "core/time/iso.hpp"

namespace dlt {
namespace {

using Coerced = std::optional<Value>;

Coerced same(const Value& value) { return value; }

// --- points in time

Timestamp midnight(Date date) { return {.seconds = date.days * kSecondsPerDay}; }

Date utc_date(const Timestamp& timestamp) { return {.days = day_of_second(timestamp.seconds)}; }

Value::Note note_of(bool cut) { return cut ? Value::Note::kCut : Value::Note::kNone; }

std::optional<Timestamp> at_epoch_second(std::int64_t seconds) {
  if (seconds < kMinSeconds || seconds > kMaxSeconds) return {};
  return Timestamp{.seconds = seconds, .utc_offset_minutes = 0};
}

/// datetime.fromtimestamp: to the nearest microsecond, half to even.
std::optional<Timestamp> at_epoch_second(double seconds) {
  constexpr double kMicrosecondsPerSecond = 1e6;
  if (!(seconds >= static_cast<double>(kMinSeconds) &&
        seconds < static_cast<double>(kMaxSeconds) + 1))
    return {};
  double whole = 0;
  double microseconds = std::nearbyint(std::modf(seconds, &whole) * kMicrosecondsPerSecond);
  if (microseconds >= kMicrosecondsPerSecond) {
    microseconds -= kMicrosecondsPerSecond;
    whole += 1;
  } else if (microseconds < 0) {
    microseconds += kMicrosecondsPerSecond;
    whole -= 1;
  }
  auto timestamp = at_epoch_second(static_cast<std::int64_t>(whole));
  if (timestamp) timestamp->nanoseconds = static_cast<std::int32_t>(microseconds) * 1000;
  return timestamp;
}

/// Text with a date and a time, or a date alone, which is midnight on a clock without zone.
Coerced iso_text_to_timestamp(const Value& value) {
  if (const auto usual = parse_iso_timestamp(value.bytes()))
    return Value::timestamp(usual->value, note_of(usual->cut));
  const auto parsed = parse_iso(value.bytes());
  if (!parsed) return {};
  const auto* date = std::get_if<Date>(&parsed->value);
  if (date == nullptr) return {};
  return Value::timestamp(midnight(*date));
}

Coerced text_to_timestamp(const Value& value) {
  if (auto timestamp = iso_text_to_timestamp(value)) return timestamp;
  const auto seconds = parse_python_float(value.bytes());
  if (!seconds) return {};
  const auto timestamp = at_epoch_second(*seconds);
  if (!timestamp) return {};
  return Value::timestamp(*timestamp);
}

Coerced bigint_to_timestamp(const Value& value) {
  const auto* seconds = std::get_if<std::int64_t>(&value.data);
  if (seconds == nullptr) return {};
  const auto timestamp = at_epoch_second(*seconds);
  if (!timestamp) return {};
  return Value::timestamp(*timestamp);
}

Coerced double_to_timestamp(const Value& value) {
  const auto timestamp = at_epoch_second(std::get<double>(value.data));
  if (!timestamp) return {};
  return Value::timestamp(*timestamp);
}

Coerced date_to_timestamp(const Value& value) {
  return Value::timestamp(midnight(std::get<Date>(value.data)));
}

Coerced timestamp_to_date(const Value& value) {
  return Value::date(utc_date(std::get<Timestamp>(value.data)));
}

template <Coerced (*kToTimestamp)(const Value&)>
Coerced to_date_by(const Value& value) {
  const auto timestamp = kToTimestamp(value);
  if (!timestamp) return {};
  return timestamp_to_date(*timestamp);
}

Coerced text_to_time(const Value& value) {
  const auto parsed = parse_iso(value.bytes());
  if (!parsed) return {};
  const auto* time = std::get_if<Time>(&parsed->value);
  if (time == nullptr) return {};
  return Value::time(*time, note_of(parsed->cut));
}

// --- numbers

std::optional<Decimal> parse_integer(std::string_view text) {
  const std::string_view stripped = strip(text);
  return stripped.starts_with("0x") ? parse_python_hex(stripped.substr(2))
                                    : parse_python_int(stripped);
}

Coerced text_to_bigint(const Value& value) {
  const std::string_view text = value.bytes();
  std::int64_t small = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), small);
  if (read.ec == std::errc() && read.ptr == text.data() + text.size()) return Value::integer(small);
  auto integer = parse_integer(text);
  if (!integer) return {};
  return Value::integer(*std::move(integer));
}

/// What Python raises OverflowError for is refused.
Coerced finite_double(double value) {
  if (!std::isfinite(value)) return {};
  return Value::floating(value);
}

Coerced text_to_double(const Value& value) {
  const std::string_view stripped = strip(value.bytes());
  if (stripped.starts_with("0x")) {
    const auto integer = parse_python_hex(stripped.substr(2));
    if (!integer) return {};
    return finite_double(to_double(*integer));
  }
  const auto number = parse_python_float(stripped);
  if (!number) return {};
  return Value::floating(*number);
}

Coerced bigint_to_double(const Value& value) {
  if (const auto* small = std::get_if<std::int64_t>(&value.data))
    return Value::floating(static_cast<double>(*small));
  return finite_double(to_double(value.to_decimal()));
}

Coerced decimal_to_double(const Value& value) {
  return Value::floating(to_double(std::get<Decimal>(value.data)));
}

Coerced decimal_to_bigint(const Value& value) {
  auto integer = to_integer(std::get<Decimal>(value.data));
  if (!integer) return {};
  return Value::integer(*std::move(integer));
}

Coerced double_to_bigint(const Value& value) {
  const double number = std::get<double>(value.data);
  constexpr double kBeyondInt64 = 9'223'372'036'854'775'808.0;
  if (number >= -kBeyondInt64 && number < kBeyondInt64) {
    const auto integer = static_cast<std::int64_t>(number);
    if (static_cast<double>(integer) != number) return {};
    return Value::integer(integer);
  }
  if (!std::isfinite(number)) return {};
  return Value::integer(decimal_from(number));
}

std::optional<Decimal> parse_text_decimal(std::string_view text) {
  const std::string_view stripped = strip(text);
  return stripped.starts_with("0x") ? parse_python_hex(stripped.substr(2))
                                    : parse_decimal(stripped);
}

/// Decimal and wei are made alike; `kType` is which of them.
template <DataType kType>
Coerced decimal_of(std::optional<Decimal> decimal) {
  if (!decimal) return {};
  return Value{kType, Value::Note::kNone, *std::move(decimal)};
}

template <DataType kType>
Coerced text_to_decimal(const Value& value) {
  return decimal_of<kType>(parse_text_decimal(value.bytes()));
}

template <DataType kType>
Coerced exact_decimal(const Value& value) {
  return decimal_of<kType>(value.to_decimal());
}

template <DataType kType>
Coerced double_to_decimal(const Value& value) {
  return decimal_of<kType>(decimal_from(std::get<double>(value.data)));
}

// --- bool

struct BoolWord {
  std::string_view word;
  bool value;
};

constexpr std::array<BoolWord, 10> kBoolWords = {{{"yes", true},
                                                  {"true", true},
                                                  {"t", true},
                                                  {"y", true},
                                                  {"1", true},
                                                  {"no", false},
                                                  {"false", false},
                                                  {"f", false},
                                                  {"n", false},
                                                  {"0", false}}};

Coerced text_to_bool(const Value& value) {
  for (const BoolWord& word : kBoolWords) {
    if (is_word(value.bytes(), word.word)) return Value::boolean(word.value);
  }
  return {};
}

Coerced bigint_to_bool(const Value& value) {
  const auto* small = std::get_if<std::int64_t>(&value.data);
  return Value::boolean(small == nullptr || *small != 0);
}

Coerced double_to_bool(const Value& value) {
  return Value::boolean(std::get<double>(value.data) != 0);
}

Coerced decimal_to_bool(const Value& value) {
  return Value::boolean(std::get<Decimal>(value.data).digits != "0");
}

// --- text

Coerced owned_text(std::string text) { return Value::owned(DataType::kText, std::move(text)); }

Coerced bigint_to_text(const Value& value) {
  if (const auto* digits = std::get_if<std::string_view>(&value.data)) return Value::text(*digits);
  const Decimal integer = value.to_decimal();
  return owned_text((integer.negative ? "-" : "") + integer.digits);
}

Coerced double_to_text(const Value& value) {
  std::string text;
  append_python_float(text, std::get<double>(value.data));
  return owned_text(std::move(text));
}

Coerced bool_to_text(const Value& value) {
  return Value::text(std::get<bool>(value.data) ? "True" : "False");
}

Coerced decimal_to_text(const Value& value) {
  return owned_text(to_string(std::get<Decimal>(value.data)));
}

template <typename Kind>
Coerced iso_to_text(const Value& value) {
  std::string text;
  append_iso(text, std::get<Kind>(value.data));
  return owned_text(std::move(text));
}

Coerced binary_to_text(const Value& value) {
  if (value.note == Value::Note::kHex) return owned_text("0x" + hex_encode(value.bytes()));
  return owned_text(base64_encode(value.bytes()));
}

// --- json and binary

template <DataType kType>
Coerced json_without_marks(const Value& value) {
  if (auto plain = without_type_prefixes(value.bytes()))
    return Value::owned(kType, *std::move(plain));
  Value same_text = value;
  same_text.type = kType;
  return same_text;
}

Coerced text_to_json(const Value& value) {
  auto json = compact_json_text(value.bytes());
  if (!json) return {};
  return Value::owned(DataType::kJson, *std::move(json));
}

/// bytes.fromhex: blanks may stand between bytes.
std::optional<std::string> decode_spaced_hex(std::string_view text) {
  std::string digits;
  for (const char character : text) {
    if (!is_space(static_cast<unsigned char>(character))) {
      digits += character;
    } else if (digits.size() % 2 != 0) {
      return {};
    }
  }
  return hex_decode(digits);
}

Coerced text_to_binary(const Value& value) {
  const std::string_view text = value.bytes();
  auto bytes = text.starts_with("0x") ? decode_spaced_hex(text.substr(2)) : base64_decode(text);
  if (!bytes) return {};
  return Value::owned(DataType::kBinary, *std::move(bytes));
}

Coerced bigint_to_binary(const Value& value) {
  auto bytes = little_endian_bytes(value.to_decimal());
  if (!bytes) return {};
  return Value::owned(DataType::kBinary, *std::move(bytes));
}

// --- inferred columns

bool is_shortest_form(std::string_view text, double number) {
  std::string shortest;
  append_python_float(shortest, number);
  return text == shortest || (shortest.ends_with(".0") &&
                              text == std::string_view(shortest).substr(0, shortest.size() - 2));
}

Coerced shortest_text_to_bigint(const Value& value) {
  const std::string_view text = value.bytes();
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  // The number's own form has neither zeros in front nor a negative zero; a plus or a blank is no
  // digit anyway.
  if (digits.empty() || (digits[0] == '0' && text != "0")) return {};
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return {};
  return Value::integer(number);
}

Coerced shortest_text_to_double(const Value& value) {
  const std::string_view text = value.bytes();
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || !std::isfinite(number))
    return {};
  if (!is_shortest_form(text, number)) return {};
  return Value::floating(number);
}

template <DataType kType>
Coerced shortest_text_to_decimal(const Value& value) {
  auto decimal = parse_decimal(value.bytes());
  if (!decimal || !is_finite(*decimal) || to_string(*decimal) != value.bytes()) return {};
  return decimal_of<kType>(std::move(decimal));
}

Coerced true_false_to_bool(const Value& value) {
  const std::string_view text = value.bytes();
  if (is_word(text, "true")) return Value::boolean(true);
  if (is_word(text, "false")) return Value::boolean(false);
  return {};
}

Coerced date_text_to_date(const Value& value) {
  const auto date = parse_date(value.bytes());
  if (!date) return {};
  return Value::date(*date);
}

Coerced midnight_to_date(const Value& value) {
  const auto& timestamp = std::get<Timestamp>(value.data);
  if (timestamp.nanoseconds != 0 || timestamp.seconds != midnight(utc_date(timestamp)).seconds)
    return {};
  return timestamp_to_date(value);
}

Coerced text_to_json_not_null(const Value& value) {
  auto json = text_to_json(value);
  if (!json || json->bytes() == "null") return {};
  return json;
}

Coerced exact_bigint_to_double(const Value& value) {
  if (const auto* small = std::get_if<std::int64_t>(&value.data)) {
    const auto number = exact_double(*small);
    if (!number) return {};
    return Value::floating(*number);
  }
  const Decimal integer = value.to_decimal();
  const double number = to_double(integer);
  if (!std::isfinite(number) || !same_number(decimal_from(number), integer)) return {};
  return Value::floating(number);
}

/// A decimal that the double's shortest form gives back.
Coerced exact_decimal_to_double(const Value& value) {
  const auto& decimal = std::get<Decimal>(value.data);
  const double number = to_double(decimal);
  if (!std::isfinite(number)) return {};
  std::string shortest;
  append_python_float(shortest, number);
  const auto read = parse_decimal(shortest);
  if (!read || !same_number(*read, decimal)) return {};
  return Value::floating(number);
}

/// A bigint that a column of 64 bits takes.
template <Coerced (*kToBigint)(const Value&)>
Coerced to_int64_by(const Value& value) {
  auto integer = kToBigint(value);
  if (!integer || integer->is_big_integer()) return {};
  return integer;
}

Coerced whole_double_to_wei(const Value& value) {
  const double number = std::get<double>(value.data);
  if (!std::isfinite(number) || std::trunc(number) != number) return {};
  return double_to_decimal<DataType::kWei>(value);
}

// --- tables

using Coercer = Coerced (*)(const Value&);

/// By type of the column, then by type of the value; null: refused.
class CoercionTable {
 public:
  constexpr Coercer find(DataType to, DataType from) const {
    return coercers_[index(to)][index(from)];
  }
  constexpr CoercionTable& set(DataType to, DataType from, Coercer coercer) {
    coercers_[index(to)][index(from)] = coercer;
    return *this;
  }

 private:
  static constexpr std::size_t index(DataType type) { return static_cast<std::size_t>(type); }

  std::array<std::array<Coercer, kDataTypeCount>, kDataTypeCount> coercers_ = {};
};

using enum DataType;

constexpr CoercionTable kDeclared = [] {
  CoercionTable table;
  for (int type = 0; type < kDataTypeCount; ++type) {
    table.set(static_cast<DataType>(type), static_cast<DataType>(type), same);
  }
  table.set(kJson, kJson, json_without_marks<kJson>).set(kJson, kText, text_to_json);
  table.set(kText, kJson, json_without_marks<kText>)
      .set(kText, kBigint, bigint_to_text)
      .set(kText, kDouble, double_to_text)
      .set(kText, kBool, bool_to_text)
      .set(kText, kDecimal, decimal_to_text)
      .set(kText, kWei, decimal_to_text)
      .set(kText, kBinary, binary_to_text)
      .set(kText, kTimestamp, iso_to_text<Timestamp>)
      .set(kText, kDate, iso_to_text<Date>)
      .set(kText, kTime, iso_to_text<Time>);
  table.set(kBinary, kText, text_to_binary).set(kBinary, kBigint, bigint_to_binary);
  table.set(kBigint, kText, text_to_bigint)
      .set(kBigint, kDouble, double_to_bigint)
      .set(kBigint, kDecimal, decimal_to_bigint)
      .set(kBigint, kWei, decimal_to_bigint);
  table.set(kDouble, kText, text_to_double)
      .set(kDouble, kBigint, bigint_to_double)
      .set(kDouble, kDecimal, decimal_to_double)
      .set(kDouble, kWei, decimal_to_double);
  table.set(kDecimal, kText, text_to_decimal<kDecimal>)
      .set(kDecimal, kBigint, exact_decimal<kDecimal>)
      .set(kDecimal, kDouble, double_to_decimal<kDecimal>)
      .set(kDecimal, kWei, exact_decimal<kDecimal>);
  table.set(kWei, kText, text_to_decimal<kWei>)
      .set(kWei, kBigint, exact_decimal<kWei>)
      .set(kWei, kDouble, double_to_decimal<kWei>)
      .set(kWei, kDecimal, exact_decimal<kWei>);
  table.set(kBool, kText, text_to_bool)
      .set(kBool, kBigint, bigint_to_bool)
      .set(kBool, kDouble, double_to_bool)
      .set(kBool, kDecimal, decimal_to_bool)
      .set(kBool, kWei, decimal_to_bool);
  table.set(kTimestamp, kText, text_to_timestamp)
      .set(kTimestamp, kBigint, bigint_to_timestamp)
      .set(kTimestamp, kDouble, double_to_timestamp)
      .set(kTimestamp, kDate, date_to_timestamp);
  table.set(kDate, kText, to_date_by<text_to_timestamp>)
      .set(kDate, kTimestamp, timestamp_to_date)
      .set(kDate, kBigint, to_date_by<bigint_to_timestamp>)
      .set(kDate, kDouble, to_date_by<double_to_timestamp>);
  table.set(kTime, kText, text_to_time);
  return table;
}();

constexpr CoercionTable kInferred = [] {
  CoercionTable table = kDeclared;
  for (const DataType number : {kBigint, kDouble, kDecimal, kWei}) {
    table.set(kBool, number, nullptr).set(kTimestamp, number, nullptr).set(kDate, number, nullptr);
  }
  table.set(kBool, kText, true_false_to_bool);
  table.set(kBigint, kText, shortest_text_to_bigint)
      .set(kBigint, kBigint, to_int64_by<same>)
      .set(kBigint, kDouble, to_int64_by<double_to_bigint>)
      .set(kBigint, kDecimal, to_int64_by<decimal_to_bigint>)
      .set(kBigint, kWei, to_int64_by<decimal_to_bigint>);
  table.set(kDouble, kText, shortest_text_to_double)
      .set(kDouble, kBigint, exact_bigint_to_double)
      .set(kDouble, kDecimal, exact_decimal_to_double)
      .set(kDouble, kWei, exact_decimal_to_double);
  table.set(kDecimal, kText, shortest_text_to_decimal<kDecimal>);
  table.set(kWei, kText, shortest_text_to_decimal<kWei>).set(kWei, kDouble, whole_double_to_wei);
  table.set(kTimestamp, kText, iso_text_to_timestamp);
  table.set(kDate, kText, date_text_to_date).set(kDate, kTimestamp, midnight_to_date);
  table.set(kJson, kText, text_to_json_not_null);
  return table;
}();

// In the order of DataType.
constexpr std::array<std::string_view, kDataTypeCount> kVariantSuffixes = {
    "v_text", "v_bigint",  "v_double", "v_bool",   "v_timestamp", "v_date",
    "v_time", "v_decimal", "v_wei",    "v_binary", "v_json"};

}  // namespace

std::optional<Value> coerce(DataType to, const Value& value) {
  const Coercer coercer = kDeclared.find(to, value.type);
  if (coercer == nullptr) return {};
  return coercer(value);
}

std::optional<Value> coerce_inferred(DataType to, const Value& value, int wei_digits) {
  const Coercer coercer = kInferred.find(to, value.type);
  if (coercer == nullptr) return {};
  auto coerced = coercer(value);
  if (coerced && to == kWei && integer_digits(std::get<Decimal>(coerced->data)) > wei_digits)
    return {};
  return coerced;
}

DataType natural_type(const Value& value, int wei_digits) {
  if (!value.is_big_integer()) return value.type;
  return integer_digits(value.to_decimal()) <= wei_digits ? kWei : kText;
}

std::string_view variant_suffix(DataType type) {
  return kVariantSuffixes[static_cast<std::size_t>(type)];
}

bool exceeds_wei(const Value& value) {
  const auto& wei = std::get<Decimal>(value.data);
  if (!is_finite(wei)) return wei.digits == kInfinityDigits;
  const Decimal limit{.digits = std::string(wei.negative ? kSmallestWei : kLargestWei)};
  return compare_magnitudes(wei, limit) > 0;
}

}  // namespace dlt
