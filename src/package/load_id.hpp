// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dlt {

/// A load id: seconds since the epoch with microseconds, as Python prints such a float
/// ("1714512345.123456"). Within one dataset they ascend, as text too, until the year 2286.
std::string format_load_id(std::int64_t microseconds);
/// Microseconds of a load id; 0 for text that is none, which is below every other.
std::int64_t parse_load_id(std::string_view load_id);
/// The load id of `now_microseconds`, or one that is `step` microseconds above `last` (empty: none)
/// where the clock is not beyond that.
std::string next_load_id(std::int64_t now_microseconds, std::string_view last,
                         std::int64_t step = 1);

}  // namespace dlt
