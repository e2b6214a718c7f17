// SPDX-License-Identifier: Apache-2.0
#include "dlt/values.hpp"

#include <algorithm>

#include <dlt/error.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/decimal.hpp"
#include "core/hash/base64.hpp"
#include "core/json_text.hpp"
#include "core/time/format.hpp"
#include "core/time/iso.hpp"

namespace dlt {
namespace {

template <typename Value>
std::string iso_text(const Value& value) {
  std::string text;
  append_iso(text, value);
  return text;
}

template <typename Value>
std::optional<Value> parse_as(std::string_view text) {
  const auto parsed = parse_iso(text);
  if (!parsed) return {};
  const auto* value = std::get_if<Value>(&parsed->value);
  if (value == nullptr) return {};
  return *value;
}

bool is_decimal(const Decimal& value) {
  if (value.digits == kNanDigits || value.digits == kInfinityDigits) return true;
  const auto is_digit = [](char character) { return character >= '0' && character <= '9'; };
  return !value.digits.empty() && std::all_of(value.digits.begin(), value.digits.end(), is_digit) &&
         (value.digits[0] != '0' || value.digits == "0");
}

}  // namespace

void to_json(Json& json, const Timestamp& value) {
  json = type_prefix(TypedText::kTimestamp) + iso_text(value);
}

void to_json(Json& json, const Date& value) {
  json = type_prefix(TypedText::kDate) + iso_text(value);
}

void to_json(Json& json, const Time& value) {
  json = type_prefix(TypedText::kTime) + iso_text(value);
}

void to_json(Json& json, const Decimal& value) {
  if (!is_decimal(value)) {
    throw Error(
        ErrorCode::kInvalidArgument,
        fmt::format("a decimal must have digits without leading zeros: '{}'", value.digits));
  }
  json = type_prefix(TypedText::kDecimal) + to_string(value);
}

void to_json(Json& json, const Binary& value) {
  json = type_prefix(TypedText::kBytes) + base64_encode(value.bytes);
}

void to_json(Json& json, const Uuid& value) {
  if (!is_uuid(value.text)) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("a UUID must be 8-4-4-4-12 hexadecimal digits: '{}'", value.text));
  }
  json = type_prefix(TypedText::kUuid) + value.text;
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  const auto parsed = parse_iso_timestamp(text);
  if (!parsed) return {};
  return parsed->value;
}

std::optional<Date> parse_date(std::string_view text) { return parse_as<Date>(text); }

std::optional<Time> parse_time(std::string_view text) { return parse_as<Time>(text); }

std::string to_string(const Timestamp& value) { return iso_text(value); }

std::string to_string(const Date& value) { return iso_text(value); }

std::string to_string(const Time& value) { return iso_text(value); }

}  // namespace dlt
