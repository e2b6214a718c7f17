// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace dlt::csv {

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

}  // namespace dlt::csv
