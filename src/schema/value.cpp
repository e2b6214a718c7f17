// SPDX-License-Identifier: Apache-2.0
#include "schema/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/decimal.hpp"
#include "core/hash/base64.hpp"
#include "core/json_text.hpp"
#include "core/number_text.hpp"
#include "core/text/unicode.hpp"
#include "core/time/calendar.hpp"
#include "core/time/iso.hpp"

namespace dlt {
namespace {

std::size_t count_digits(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_ascii_digit) -
                                  text.begin());
}

enum class NumberForm { kNone, kInteger, kFloating };

NumberForm number_form(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t whole = count_digits(text);
  if (whole == 0 || (whole > 1 && text[0] == '0')) return NumberForm::kNone;
  text.remove_prefix(whole);
  if (text.empty()) return NumberForm::kInteger;
  if (text[0] == '.') {
    text.remove_prefix(1);
    const std::size_t fraction = count_digits(text);
    if (fraction == 0) return NumberForm::kNone;
    text.remove_prefix(fraction);
  }
  if (text.empty()) return NumberForm::kFloating;
  if (text[0] != 'e' && text[0] != 'E') return NumberForm::kNone;
  text.remove_prefix(1);
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && count_digits(text) == text.size() ? NumberForm::kFloating
                                                            : NumberForm::kNone;
}

Value::Note note_of(bool cut) { return cut ? Value::Note::kCut : Value::Note::kNone; }

std::optional<Value> decode_decimal(std::string_view text) {
  auto decimal = parse_decimal(text);
  if (!decimal) return {};
  return Value::decimal(*std::move(decimal));
}

std::optional<Value> decode_wei(std::string_view text) {
  auto decimal = parse_decimal(text);
  if (!decimal) return {};
  return Value::wei(*std::move(decimal));
}

std::optional<Value> decode_timestamp(std::string_view text) {
  const auto parsed = parse_iso(text);
  if (!parsed) return {};
  if (const auto* timestamp = std::get_if<Timestamp>(&parsed->value)) {
    return Value::timestamp(*timestamp, note_of(parsed->cut));
  }
  const auto* date = std::get_if<Date>(&parsed->value);
  if (date == nullptr) return {};
  return Value::timestamp({.seconds = date->days * kSecondsPerDay});
}

std::optional<Value> decode_date(std::string_view text) {
  const auto date = parse_date(text);
  if (!date) return {};
  return Value::date(*date);
}

std::optional<Value> decode_time(std::string_view text) {
  const auto parsed = parse_iso(text);
  if (!parsed) return {};
  const auto* time = std::get_if<Time>(&parsed->value);
  if (time == nullptr) return {};
  return Value::time(*time, note_of(parsed->cut));
}

std::optional<Value> decode_uuid(std::string_view text) {
  if (!is_uuid(text)) return {};
  return Value::text(text);
}

std::optional<Value> decode_hex(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  auto bytes = hex_decode(text);
  if (!bytes) return {};
  return Value::owned(DataType::kBinary, *std::move(bytes), Value::Note::kHex);
}

std::optional<Value> decode_bytes(std::string_view text) {
  auto bytes = base64_decode(text);
  if (!bytes) return {};
  return Value::owned(DataType::kBinary, *std::move(bytes));
}

using Decoder = std::optional<Value> (*)(std::string_view);

// In the order of TypedText.
constexpr std::array<Decoder, 8> kDecoders = {decode_decimal, decode_timestamp, decode_date,
                                              decode_uuid,    decode_hex,       decode_bytes,
                                              decode_wei,     decode_time};

}  // namespace

Value Value::integer(Decimal value) {
  if (const auto small = to_int64(value)) return integer(*small);
  return {DataType::kBigint, Note::kNone, std::move(value)};
}

std::optional<Value> Value::number(std::string_view raw) {
  const char* const end = raw.data() + raw.size();
  switch (number_form(raw)) {
    case NumberForm::kNone:
      return {};
    case NumberForm::kInteger: {
      std::int64_t value = 0;
      if (std::from_chars(raw.data(), end, value).ec == std::errc()) return integer(value);
      return Value{DataType::kBigint, Note::kNone, raw};
    }
    case NumberForm::kFloating: {
      const double value = nearest_double(raw);
      if (!std::isfinite(value)) return {};
      return floating(value);
    }
  }
  return {};
}

Decimal Value::to_decimal() const {
  if (const auto* small = std::get_if<std::int64_t>(&data)) return decimal_from(*small);
  if (const auto* large = std::get_if<std::uint64_t>(&data)) return decimal_from(*large);
  if (const auto* digits = std::get_if<std::string_view>(&data)) {
    const bool negative = digits->starts_with('-');
    return {.negative = negative, .digits = std::string(digits->substr(negative ? 1 : 0))};
  }
  return std::get<Decimal>(data);
}

std::optional<Value> decode_typed_text(std::string_view text) {
  const auto type = marked_type(text);
  if (!type) return {};
  return kDecoders[static_cast<std::size_t>(*type)](text.substr(3));
}

}  // namespace dlt
