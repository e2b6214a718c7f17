// SPDX-License-Identifier: Apache-2.0
#include "schema/capabilities.hpp"

#include <algorithm>
#include <array>

namespace dlt {
namespace {

constexpr std::array<std::string_view, 3> kReplaceStrategies = {
    "truncate-and-insert", "insert-from-staging", "staging-optimized"};

}  // namespace

std::string_view to_string(ReplaceStrategy strategy) {
  return kReplaceStrategies[static_cast<std::size_t>(strategy)];
}

std::optional<ReplaceStrategy> parse_replace_strategy(std::string_view name) {
  const auto found = std::ranges::find(kReplaceStrategies, name);
  if (found == kReplaceStrategies.end()) return {};
  return static_cast<ReplaceStrategy>(found - kReplaceStrategies.begin());
}

std::string Capabilities::fold(std::string_view name) const {
  std::string folded(name);
  if (has_case_sensitive_identifiers) return folded;
  std::ranges::transform(folded, folded.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return folded;
}

Field Capabilities::field_for(const Column& column) const {
  constexpr int kLayoutBits = 64;
  Field field{.name = column.name, .type = column.data_type.value()};
  const int fraction =
      std::min(column.precision.value_or(timestamp_precision), max_timestamp_precision);
  switch (field.type) {
    case DataType::kTimestamp:
      field.timezone = column.timezone.value_or(true);
      field.precision =
          field.timezone ? fixed_zoned_timestamp_precision.value_or(fraction) : fraction;
      break;
    case DataType::kTime:
      field.precision = fixed_time_precision.value_or(fraction);
      break;
    case DataType::kDecimal:
      // dlt makes DECIMAL(12, 9) of a precision of 12, unlike SQL.
      field.precision = column.precision.value_or(decimal_precision.precision);
      field.scale = column.scale.value_or(decimal_precision.scale);
      break;
    case DataType::kWei:
      field.precision = column.precision.value_or(wei_precision.precision);
      field.scale = column.scale.value_or(wei_precision.scale);
      break;
    case DataType::kBigint: {
      const auto bits =
          std::ranges::lower_bound(integer_bits, column.precision.value_or(kLayoutBits));
      field.precision = bits == integer_bits.end() || *bits >= kLayoutBits ? 0 : *bits;
      break;
    }
    case DataType::kText:
      field.precision = has_text_precision ? column.precision.value_or(0) : 0;
      break;
    case DataType::kBinary:
      field.precision = has_binary_precision ? column.precision.value_or(0) : 0;
      break;
    case DataType::kDouble:
    case DataType::kBool:
    case DataType::kDate:
    case DataType::kJson:
      break;
  }
  return field;
}

}  // namespace dlt
