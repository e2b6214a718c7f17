// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include <dlt/values.hpp>

namespace dlt {

/// Of the system's clock, since 1970 in UTC.
inline std::int64_t now_microseconds() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// The system's clock in UTC, to the microsecond.
inline Timestamp now() {
  const std::int64_t micros = now_microseconds();
  return {.seconds = micros / 1'000'000,
          .nanoseconds = static_cast<std::int32_t>(micros % 1'000'000 * 1'000),
          .utc_offset_minutes = 0};
}

}  // namespace dlt
