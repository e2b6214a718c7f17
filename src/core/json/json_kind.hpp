// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace dlt {

/// What a JSON value is. The values are the marks of simdjson's tape.
enum class JsonKind : std::uint8_t {
  kNull = 'n',
  kTrue = 't',
  kFalse = 'f',
  kInt64 = 'l',       ///< an integer within int64
  kUint64 = 'u',      ///< an integer from 2^63 to 2^64 - 1
  kBigInteger = 'b',  ///< an integer beyond both, as its digits; only of SlowValue
  kDouble = 'd',      ///< a number with fraction or exponent
  kString = '"',
  kArray = '[',
  kObject = '{',
  kTyped = 'v',  ///< a date, a decimal, bytes: of arrow::View only
};

/// For messages: "null", "bool", "integer", "number", "string", "array", "object".
const char* to_string(JsonKind kind);

}  // namespace dlt
