// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dlt {

/// A time zone of the system's database (RFC 8536), by its IANA name.
class TimeZone {
 public:
  /// Empty when the database has none of that name. "UTC" needs no database.
  static std::optional<TimeZone> load(
      std::string_view name, const std::filesystem::path& database = "/usr/share/zoneinfo");

  /// How far its clock is ahead of UTC at a moment (seconds since 1970), in whole minutes. Beyond
  /// the years that the database lists, the last rule that it lists holds on.
  std::int32_t utc_offset_minutes(std::int64_t seconds) const;

 private:
  struct Transition {
    std::int64_t at;
    std::int32_t offset_seconds;
  };
  std::vector<Transition> transitions_;
  std::int32_t first_offset_seconds_ = 0;
};

}  // namespace dlt
