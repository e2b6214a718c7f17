// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/connection.hpp"

namespace dlt::engine {

/// What text may be read as without losing anything of it: of a number the digits, of a moment the
/// zone or a fraction. A set of bits.
enum CsvTypes : unsigned {
  kText = 0,
  kBigint = 1,
  kDouble = 2,
  kBool = 4,
  kDate = 8,
  kTimestamp = 16,
  kTimestampTz = 32,
  kAnyType = 63,
};

/// The types that a value, which is not empty, may be read as: plain numbers ("007" is none), true
/// and false, dates and times in ISO form of the years 1 to 9999.
unsigned csv_types_of(std::string_view value);

/// Reads the whole of a CSV file whose columns `names` are text, and returns for each the
/// expression that reads it as the first type that all of its values may have: "CAST(... AS BIGINT)
/// AS x"; columns without any value are left out. `scan` is what stands behind FROM.
std::vector<std::string> typed_csv_columns(Connection& connection, std::string_view scan,
                                           const std::vector<std::string>& names);

}  // namespace dlt::engine
