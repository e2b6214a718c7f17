// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/numeric.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "destinations/postgres/big_endian.hpp"

namespace dlt::postgres {
namespace {

__extension__ typedef unsigned __int128 UInt128;

// A numeric is digits of base 10,000.
constexpr int kGroup = 4;
constexpr std::uint64_t kBase = 10'000;
constexpr std::array<std::uint32_t, 5> kSmallPowers = {1, 10, 100, 1'000, 10'000};
constexpr std::uint64_t kFourGroups = 10'000'000'000'000'000;
constexpr int kMaxDigits = 38;
constexpr std::size_t kNumericHeader = 8;
constexpr std::uint16_t kNegative = 0x4000;
// What an unconstrained numeric holds before and behind the point.
constexpr std::size_t kMaxInteger = 131'072;
constexpr std::size_t kMaxFraction = 16'383;

Int128 wide_power_of_ten(int exponent) {
  Int128 power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

constexpr int groups_for(std::size_t digits) {
  return static_cast<int>((digits + kGroup - 1) / kGroup);
}

void put_header(std::byte*& out, int groups, int weight, bool negative, int display_scale) {
  put(out, static_cast<std::int32_t>(kNumericHeader + 2 * static_cast<std::size_t>(groups)));
  put(out, static_cast<std::int16_t>(groups));
  put(out, static_cast<std::int16_t>(weight));
  put(out, negative ? kNegative : std::uint16_t{0});
  put(out, static_cast<std::int16_t>(display_scale));
}

// The digits from `first` on, of which those outside of the text are zeros.
std::uint16_t group_at(std::string_view digits, std::ptrdiff_t first) {
  unsigned group = 0;
  for (std::ptrdiff_t at = first; at < first + kGroup; ++at) {
    const bool inside = at >= 0 && at < static_cast<std::ptrdiff_t>(digits.size());
    group = group * 10 +
            (inside ? static_cast<unsigned>(digits[static_cast<std::size_t>(at)] - '0') : 0U);
  }
  return static_cast<std::uint16_t>(group);
}

}  // namespace

NumericType NumericType::of(std::int32_t modifier) {
  constexpr std::int32_t kModifierHeader = 4;
  if (modifier < kModifierHeader) return {};
  const std::int32_t packed = modifier - kModifierHeader;
  // 11 bits with sign, since PostgreSQL 15.
  const std::int32_t scale = ((packed & 0x7ff) ^ 0x400) - 0x400;
  return {.precision = packed >> 16 & 0xffff, .scale = scale};
}

ScaledFit::ScaledFit(int scale, const NumericType& type) : limit_(0), divisor_(1) {
  // Beyond 38 digits nothing of 128 bits can be.
  const Int128 everything = wide_power_of_ten(kMaxDigits);
  limit_ = everything;
  if (type.precision == 0) return;
  const int digits = type.precision - type.scale + scale;
  limit_ = digits >= kMaxDigits ? everything : wide_power_of_ten(std::max(digits, 0));
  divisor_ = wide_power_of_ten(std::clamp(scale - type.scale, 0, kMaxDigits));
}

std::optional<DecimalParts> take_apart(std::string_view text) {
  DecimalParts parts;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    parts.negative = text[0] == '-';
    text.remove_prefix(1);
  }
  const std::size_t point = text.find('.');
  parts.integer = text.substr(0, point);
  if (point != std::string_view::npos) parts.fraction = text.substr(point + 1);
  const auto are_digits = [](std::string_view digits) {
    return std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  };
  if (parts.integer.empty() || !are_digits(parts.integer) || !are_digits(parts.fraction)) return {};
  parts.integer.remove_prefix(std::min(parts.integer.find_first_not_of('0'), parts.integer.size()));
  // More than a numeric has are refused by `fits`, if they are more than zeros.
  parts.written_fraction = static_cast<int>(std::min(parts.fraction.size(), kMaxFraction));
  const std::size_t last = parts.fraction.find_last_not_of('0');
  parts.fraction = parts.fraction.substr(0, last == std::string_view::npos ? 0 : last + 1);
  return parts;
}

bool fits(const DecimalParts& parts, const NumericType& type) {
  if (type.precision == 0)
    return parts.integer.size() <= kMaxInteger && parts.fraction.size() <= kMaxFraction;
  if (parts.integer.empty() && parts.fraction.empty()) return true;
  const auto before = static_cast<int>(parts.integer.size());
  const auto behind = static_cast<int>(parts.fraction.size());
  if (behind > std::max(type.scale, 0)) return false;
  if (before > 0) {
    // A negative scale wants zeros at the end.
    const std::size_t last = parts.integer.find_last_not_of('0');
    const int zeros = before - 1 - static_cast<int>(last);
    return before <= type.precision - type.scale && (type.scale >= 0 || zeros >= -type.scale);
  }
  const auto leading = static_cast<int>(parts.fraction.find_first_not_of('0'));
  return -leading <= type.precision - type.scale;
}

std::size_t numeric_bytes(const DecimalParts& parts) {
  return kNumericHeader + 2 * static_cast<std::size_t>(groups_for(parts.integer.size()) +
                                                       groups_for(parts.fraction.size()));
}

void put_numeric(std::byte*& out, Int128 unscaled, int scale) {
  const bool negative = unscaled < 0;
  UInt128 left = negative ? -static_cast<UInt128>(unscaled) : static_cast<UInt128>(unscaled);
  std::array<std::uint16_t, 12> groups;  // the last one first
  std::size_t count = 0;
  // Groups begin at the point.
  if (const int behind = scale % kGroup; behind != 0) {
    const std::uint32_t power = kSmallPowers[static_cast<std::size_t>(behind)];
    groups[count++] =
        static_cast<std::uint16_t>(static_cast<std::uint32_t>(left % power) *
                                   kSmallPowers[static_cast<std::size_t>(kGroup - behind)]);
    left /= power;
  }
  while (left > std::numeric_limits<std::uint64_t>::max()) {
    auto four = static_cast<std::uint64_t>(left % kFourGroups);
    left /= kFourGroups;
    for (int i = 0; i < kGroup; ++i, four /= kBase)
      groups[count++] = static_cast<std::uint16_t>(four % kBase);
  }
  for (auto rest = static_cast<std::uint64_t>(left); rest != 0; rest /= kBase)
    groups[count++] = static_cast<std::uint16_t>(rest % kBase);
  const int behind_point = groups_for(static_cast<std::size_t>(scale));
  put_header(out, static_cast<int>(count), static_cast<int>(count) - 1 - behind_point, negative,
             scale);
  while (count > 0) put(out, groups[--count]);
}

void put_numeric(std::byte*& out, const DecimalParts& parts) {
  const int before = groups_for(parts.integer.size());
  const int behind = groups_for(parts.fraction.size());
  put_header(out, before + behind, before - 1, parts.negative && before + behind > 0,
             parts.written_fraction);
  const auto short_by = before * kGroup - static_cast<std::ptrdiff_t>(parts.integer.size());
  for (int i = 0; i < before; ++i) put(out, group_at(parts.integer, i * kGroup - short_by));
  for (int i = 0; i < behind; ++i) put(out, group_at(parts.fraction, std::ptrdiff_t{i} * kGroup));
}

}  // namespace dlt::postgres
