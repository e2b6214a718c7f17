// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "schema/value.hpp"

namespace dlt {

/// What gives a new column another type than its first value has (a schema's
/// `settings.detections`).
enum class Detection {
  kTimestamp,
  kIsoTimestamp,
  kIsoDate,
  kLargeInteger,
  kHexbytesToText,
  kWeiToDouble
};

/// dlt's name: "iso_timestamp".
std::string_view to_string(Detection detection);
/// The detection of that name; empty when there is none.
std::optional<Detection> parse_detection(std::string_view name);

/// The type of the first detection that recognizes the value; empty when none does. `now`: seconds
/// since the epoch when the program started, five years around which numbers are taken for
/// timestamps.
std::optional<DataType> detect(std::span<const Detection> detections, const Value& value,
                               double now);

}  // namespace dlt
