// SPDX-License-Identifier: Apache-2.0
#include "dlt/data_type.hpp"

#include <array>

namespace dlt {
namespace {

constexpr std::array<std::string_view, kDataTypeCount> kNames = {
    "text", "bigint",  "double", "bool",   "timestamp", "date",
    "time", "decimal", "wei",    "binary", "json"};

}  // namespace

std::string_view to_string(DataType type) { return kNames[static_cast<std::size_t>(type)]; }

std::optional<DataType> parse_data_type(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<DataType>(i);
  }
  return {};
}

}  // namespace dlt
