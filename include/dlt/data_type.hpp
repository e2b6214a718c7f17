// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace dlt {

/// dlt's eleven data types.
enum class DataType {
  kText,
  kBigint,
  kDouble,
  kBool,
  kTimestamp,
  kDate,
  kTime,
  kDecimal,
  kWei,
  kBinary,
  kJson,
};
inline constexpr int kDataTypeCount = 11;

/// dlt's name of a type: "bigint".
std::string_view to_string(DataType type);
/// The type of that name; empty when there is none.
std::optional<DataType> parse_data_type(std::string_view name);

}  // namespace dlt
