// SPDX-License-Identifier: Apache-2.0
#include "core/time/time_zone.hpp"

#include <algorithm>

#include "core/files/file.hpp"

namespace dlt {
namespace {

constexpr std::size_t kHeaderBytes = 44;
constexpr std::size_t kTypeBytes = 6;
constexpr std::int32_t kMostOffsetSeconds = 24 * 60 * 60;

/// A number, most significant byte first.
std::int64_t big_endian(std::string_view bytes) {
  std::uint64_t value = (static_cast<unsigned char>(bytes[0]) & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (const char byte : bytes) value = (value << 8) | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(value);
}

/// The counts in the header of one block of a file.
struct ZoneHeader {
  std::size_t ut_flags, standard_flags, leaps, transitions, types, characters;

  static ZoneHeader read(std::string_view header) {
    const auto count = [&header](std::size_t index) {
      return static_cast<std::size_t>(big_endian(header.substr(20 + 4 * index, 4)) & 0xFFFFFF);
    };
    return {count(0), count(1), count(2), count(3), count(4), count(5)};
  }
  std::size_t body_bytes(std::size_t time_bytes) const {
    return transitions * (time_bytes + 1) + types * kTypeBytes + characters +
           leaps * (time_bytes + 4) + standard_flags + ut_flags;
  }
};

bool is_zone_name(std::string_view name) {
  if (name.empty() || name.front() == '/' || name.find("..") != std::string_view::npos)
    return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '-' || c == '+';
  });
}

}  // namespace

std::optional<TimeZone> TimeZone::load(std::string_view name,
                                       const std::filesystem::path& database) {
  TimeZone zone;
  if (name == "UTC") return zone;
  if (!is_zone_name(name)) return {};
  const std::filesystem::path file = database / name;
  if (!files::exists(file) || files::is_folder(file)) return {};
  const std::string bytes = files::read_all(file);
  const std::string_view text = bytes;
  if (text.size() < kHeaderBytes || !text.starts_with("TZif") || text[4] < '2') return {};
  // The second block has times of 64 bits.
  const std::size_t second = kHeaderBytes + ZoneHeader::read(text).body_bytes(4);
  if (text.size() < second + kHeaderBytes) return {};
  const ZoneHeader header = ZoneHeader::read(text.substr(second));
  const std::string_view body = text.substr(second + kHeaderBytes);
  if (body.size() < header.body_bytes(8) || header.types == 0) return {};
  const std::string_view types = body.substr(header.transitions * 9);
  const auto offset_of = [&](std::size_t type) {
    const auto seconds = static_cast<std::int32_t>(
        big_endian(types.substr(std::min(type, header.types - 1) * kTypeBytes, 4)));
    return std::clamp(seconds, -kMostOffsetSeconds, kMostOffsetSeconds);
  };
  zone.first_offset_seconds_ = offset_of(0);
  for (std::size_t i = 0; i < header.transitions; ++i) {
    const auto type = static_cast<unsigned char>(body[header.transitions * 8 + i]);
    zone.transitions_.push_back(
        {.at = big_endian(body.substr(i * 8, 8)), .offset_seconds = offset_of(type)});
  }
  return zone;
}

std::int32_t TimeZone::utc_offset_minutes(std::int64_t seconds) const {
  const auto next =
      std::upper_bound(transitions_.begin(), transitions_.end(), seconds,
                       [](std::int64_t at, const Transition& other) { return at < other.at; });
  return (next == transitions_.begin() ? first_offset_seconds_ : std::prev(next)->offset_seconds) /
         60;
}

}  // namespace dlt
