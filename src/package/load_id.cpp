// SPDX-License-Identifier: Apache-2.0
#include "package/load_id.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

namespace dlt {

namespace {

constexpr std::int64_t kMicroseconds = 1'000'000;
constexpr std::size_t kFractionDigits = 6;
// With more digits than these of today they would not ascend as text.
constexpr std::size_t kMostSecondsDigits = 10;

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char digit) { return digit >= '0' && digit <= '9'; });
}

std::int64_t number_of(std::string_view digits) {
  std::int64_t number = 0;
  for (const char digit : digits) number = number * 10 + (digit - '0');
  return number;
}

}  // namespace

std::string format_load_id(std::int64_t microseconds) {
  std::string text =
      fmt::format("{}.{:06}", microseconds / kMicroseconds, microseconds % kMicroseconds);
  text.erase(std::max(text.find_last_not_of('0') + 1, text.find('.') + 2));
  return text;
}

std::int64_t parse_load_id(std::string_view load_id) {
  const std::size_t point = load_id.find('.');
  const std::string_view seconds = load_id.substr(0, point);
  if (!is_digits(seconds) || seconds.size() > kMostSecondsDigits) return 0;
  std::string fraction(kFractionDigits, '0');
  if (point != std::string_view::npos) {
    const std::string_view written = load_id.substr(point + 1);
    if (!is_digits(written)) return 0;
    written.copy(fraction.data(), kFractionDigits);
  }
  return number_of(seconds) * kMicroseconds + number_of(fraction);
}

std::string next_load_id(std::int64_t now_microseconds, std::string_view last, std::int64_t step) {
  const std::int64_t known = parse_load_id(last);
  return format_load_id(now_microseconds > known ? now_microseconds : known + step);
}

}  // namespace dlt
