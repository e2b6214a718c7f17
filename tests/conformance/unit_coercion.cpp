// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "conformance/unit_checks.hpp"
#include "core/decimal.hpp"
#include "core/hash/base64.hpp"
#include "core/number_text.hpp"
#include "schema/coercion.hpp"
#include "schema/detection.hpp"

namespace dlt::conformance {
namespace {

std::string double_text(double value) {
  std::string text;
  append_python_float(text, value);
  return text;
}

/// The value that a vector names. `text` keeps what the value views.
Value read_value(DataType type, const Json& value, std::string& text) {
  if (value.is_boolean()) return Value::boolean(value.get<bool>());
  if (value.is_number_unsigned()) return Value::integer(value.get<std::uint64_t>());
  if (value.is_number_integer()) return Value::integer(value.get<std::int64_t>());
  if (value.is_number_float()) return Value::floating(value.get<double>());
  text = type == DataType::kJson ? value.dump() : value.get<std::string>();
  return type == DataType::kJson ? Value::json(text) : Value::text(text);
}

/// Timestamps in the vectors are on the clock of UTC, with six digits, and 'Z' unless they have no
/// zone.
Json timestamp_json(Timestamp value) {
  const bool zoned = value.utc_offset_minutes.has_value();
  value.utc_offset_minutes.reset();
  const std::int32_t microseconds = value.nanoseconds / 1000;
  value.nanoseconds = 0;
  return {
      {"timestamp", fmt::format("{}.{:06}{}", to_string(value), microseconds, zoned ? "Z" : "")}};
}

/// JSON as the vectors write it: a floating-point number that stands alone is told from an integer.
Json json_json(std::string_view text) {
  Json value = Json::parse(text);
  if (value.is_number_float()) return {{"double", double_text(value.get<double>())}};
  return value;
}

Json integer_json(const Value& value) {
  const Decimal integer = value.to_decimal();
  return Json::parse((integer.negative ? "-" : "") + integer.digits);
}

Json decimal_json(const Value& value) {
  const auto& decimal = std::get<Decimal>(value.data);
  return {{"decimal", is_finite(decimal) ? to_plain_string(decimal).value_or("too long")
                                         : to_string(decimal)}};
}

Json write_value(const Value& value) {
  switch (value.type) {
    case DataType::kText:
      return std::string(value.bytes());
    case DataType::kBigint:
      return integer_json(value);
    case DataType::kDouble:
      return {{"double", double_text(std::get<double>(value.data))}};
    case DataType::kBool:
      return std::get<bool>(value.data);
    case DataType::kTimestamp:
      return timestamp_json(std::get<Timestamp>(value.data));
    case DataType::kDate:
      return {{"date", to_string(std::get<Date>(value.data))}};
    case DataType::kTime:
      return {{"time", to_string(std::get<Time>(value.data))}};
    case DataType::kDecimal:
    case DataType::kWei:
      return decimal_json(value);
    case DataType::kBinary:
      return {{"hex", hex_encode(value.bytes())}};
    case DataType::kJson:
      return json_json(value.bytes());
  }
  return nullptr;
}

std::optional<std::string> compare(const std::string& expected, const std::string& actual) {
  if (actual == expected) return {};
  return fmt::format("expected {}, actual {}", expected, actual);
}

}  // namespace

std::optional<std::string> check_coercion(const Json& vector) {
  const auto from = parse_data_type(vector.at("from").get_ref<const std::string&>());
  const auto to = parse_data_type(vector.at("to").get_ref<const std::string&>());
  if (!from || !to) return "no such data type";
  std::string text;
  const Value value = read_value(*from, vector.at("value"), text);
  const auto coerced = coerce(*to, value);
  if (coerced && coerced->type != *to)
    return fmt::format("the result is of type {}", to_string(coerced->type));
  const std::string actual = coerced ? write_value(*coerced).dump() : "an error";
  return compare(vector.contains("error") ? "an error" : vector.at("output").dump(), actual);
}

std::optional<std::string> check_iso_timestamp(const Json& vector) {
  const std::string text = vector.at("input").get<std::string>();
  const std::array detections = {Detection::kIsoTimestamp};
  const auto type = detect(detections, Value::text(text), 0);
  const Json actual = type ? Json(to_string(*type)) : Json(nullptr);
  return compare(vector.at("detected").dump(), actual.dump());
}

}  // namespace dlt::conformance
