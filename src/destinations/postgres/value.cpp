// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/value.hpp"

#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/error.hpp"

namespace dlt::postgres {
namespace {

constexpr std::size_t kFractionDigits = 6;

bool is_infinite_or_nan(std::string_view text) {
  return text == "NaN" || text == "Infinity" || text == "-Infinity";
}

template <typename T>
T parse_floating(std::string_view text) {
  T value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

template <typename T>
std::string floating_text(std::string_view text) {
  return is_infinite_or_nan(text) ? std::string(text) : fmt::format("{}", parse_floating<T>(text));
}

Json floating_json(std::uint32_t type, std::string_view text) {
  if (is_infinite_or_nan(text)) return std::string(text);
  // A float4 is what its shortest text says, not the double that it widens to.
  const std::string shortest = value_text(type, text);
  return parse_floating<double>(shortest);
}

// "10:20:30.5" -> "10:20:30.500000"
void append_six_digits(std::string& out, std::string_view clock) {
  const std::size_t point = clock.find('.');
  out += clock;
  if (point == std::string_view::npos) out += '.';
  const std::size_t digits = point == std::string_view::npos ? 0 : clock.size() - point - 1;
  out.append(kFractionDigits - std::min(digits, kFractionDigits), '0');
}

// "2024-01-31 10:20:30.5+00" -> "2024-01-31T10:20:30.500000Z"; " BC" stays behind it.
std::string timestamp_text(std::string_view value, std::string_view zone) {
  const std::size_t blank = value.find(' ');
  if (blank == std::string_view::npos) return std::string(value);  // infinity
  std::string text(value.substr(0, blank));
  std::string_view clock = value.substr(blank + 1);
  std::string_view era;
  if (const std::size_t end = clock.find(' '); end != std::string_view::npos) {
    era = clock.substr(end);
    clock = clock.substr(0, end);
  }
  text += 'T';
  append_six_digits(text, clock.substr(0, clock.find('+')));
  text += zone;
  text += era;
  return text;
}

// No fraction when it is zero, as ISO forms have it elsewhere.
std::string time_text(std::string_view value) {
  std::string text;
  if (value.find('.') == std::string_view::npos) return std::string(value);
  append_six_digits(text, value);
  return text;
}

// "10:20:30+02" -> "10:20:30.000000+02:00"
std::string zoned_time_text(std::string_view value) {
  const std::size_t sign = value.find_first_of("+-");
  std::string text;
  append_six_digits(text, value.substr(0, sign));
  const std::string_view zone = value.substr(sign);
  text += zone;
  if (zone.find(':') == std::string_view::npos) text += ":00";
  return text;
}

}  // namespace

std::string value_text(std::uint32_t type, std::string_view value) {
  switch (type) {
    case oid::kBool:
      return value == "t" ? "true" : "false";
    case oid::kFloat4:
      return floating_text<float>(value);
    case oid::kFloat8:
      return floating_text<double>(value);
    case oid::kBytea:
      return std::string(value.substr(value.starts_with("\\x") ? 2 : 0));
    case oid::kTime:
      return time_text(value);
    case oid::kTimetz:
      return zoned_time_text(value);
    case oid::kTimestamp:
      return timestamp_text(value, "");
    case oid::kTimestamptz:
      return timestamp_text(value, "Z");
    default:
      return std::string(value);
  }
}

Json value_json(std::uint32_t type, std::string_view value) {
  switch (type) {
    case oid::kBool:
      return value == "t";
    case oid::kInt2:
    case oid::kInt4:
    case oid::kInt8:
    case oid::kOid:
      return value_integer(type, value);
    case oid::kFloat4:
    case oid::kFloat8:
      return floating_json(type, value);
    case oid::kNumeric:
      if (is_infinite_or_nan(value)) break;
      return Json{{"decimal", std::string(value)}};
    case oid::kBytea:
      return Json{{"hex", value_text(type, value)}};
    case oid::kJson:
    case oid::kJsonb: {
      Json parsed = Json::parse(value, nullptr, false);
      if (!parsed.is_discarded()) return parsed;
      break;
    }
    default:
      break;
  }
  return value_text(type, value);
}

std::int64_t value_integer(std::uint32_t type, std::string_view value) {
  switch (type) {
    case oid::kBool:
      return value == "t" ? 1 : 0;
    case oid::kInt2:
    case oid::kInt4:
    case oid::kInt8:
    case oid::kOid: {
      std::int64_t integer = 0;
      std::from_chars(value.data(), value.data() + value.size(), integer);
      return integer;
    }
    default:
      break;
  }
  throw Error(ErrorCode::kInvalidArgument, fmt::format("not an integer of 64 bits: '{}'", value),
              "cast it to bigint in the query");
}

}  // namespace dlt::postgres
