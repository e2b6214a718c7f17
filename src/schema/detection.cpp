// SPDX-License-Identifier: Apache-2.0
#include "schema/detection.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "core/decimal.hpp"
#include "core/time/iso.hpp"
#include "schema/coercion.hpp"

namespace dlt {
namespace {

std::optional<DataType> is_timestamp(const Value& value, double now) {
  constexpr double kFiveYears = 5 * 31'536'000.0;
  double seconds = 0;
  if (const auto* integer = std::get_if<std::int64_t>(&value.data)) {
    seconds = static_cast<double>(*integer);
  } else if (const auto* floating = std::get_if<double>(&value.data)) {
    seconds = *floating;
  } else {
    return {};
  }
  if (seconds < now - kFiveYears || seconds > now + kFiveYears) return {};
  return DataType::kTimestamp;
}

std::optional<DataType> is_iso_timestamp(const Value& value, double) {
  if (value.type != DataType::kText || !parse_iso_timestamp(value.bytes())) return {};
  return DataType::kTimestamp;
}

std::optional<DataType> is_iso_date(const Value& value, double) {
  if (value.type != DataType::kText || !parse_date(value.bytes())) return {};
  return DataType::kDate;
}

std::optional<DataType> is_large_integer(const Value& value, double) {
  if (!value.is_big_integer()) return {};
  const Decimal integer = value.to_decimal();
  if (integer.negative) return {};
  const Decimal largest{.digits = std::string(kLargestWei)};
  return compare_magnitudes(integer, largest) > 0 ? DataType::kText : DataType::kWei;
}

std::optional<DataType> is_hexbytes(const Value& value, double) {
  if (value.type != DataType::kBinary || value.note != Value::Note::kHex) return {};
  return DataType::kText;
}

std::optional<DataType> is_wei(const Value& value, double) {
  if (value.type != DataType::kWei) return {};
  return DataType::kDouble;
}

struct Rule {
  std::string_view name;
  std::optional<DataType> (*detect)(const Value& value, double now);
};

// In the order of Detection.
constexpr std::array<Rule, 6> kRules = {{{"timestamp", is_timestamp},
                                         {"iso_timestamp", is_iso_timestamp},
                                         {"iso_date", is_iso_date},
                                         {"large_integer", is_large_integer},
                                         {"hexbytes_to_text", is_hexbytes},
                                         {"wei_to_double", is_wei}}};

}  // namespace

std::string_view to_string(Detection detection) {
  return kRules[static_cast<std::size_t>(detection)].name;
}

std::optional<Detection> parse_detection(std::string_view name) {
  const auto* rule =
      std::find_if(kRules.begin(), kRules.end(), [name](const Rule& r) { return r.name == name; });
  if (rule == kRules.end()) return {};
  return static_cast<Detection>(rule - kRules.begin());
}

std::optional<DataType> detect(std::span<const Detection> detections, const Value& value,
                               double now) {
  for (const Detection detection : detections) {
    if (const auto type = kRules[static_cast<std::size_t>(detection)].detect(value, now))
      return type;
  }
  return {};
}

}  // namespace dlt
