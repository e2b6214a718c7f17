// SPDX-License-Identifier: Apache-2.0
#include "package/load_id.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace dlt {

std::string format_load_id(std::int64_t microseconds) {
  // A double holds microseconds since the epoch exactly enough that its shortest text gives them
  // back.
  std::string text = fmt::format("{}", static_cast<double>(microseconds) / 1e6);
  if (text.find('.') == std::string::npos) text += ".0";
  return text;
}

std::int64_t parse_load_id(std::string_view load_id) {
  double seconds = 0;
  const auto [end, error] =
      std::from_chars(load_id.data(), load_id.data() + load_id.size(), seconds);
  if (error != std::errc{} || end != load_id.data() + load_id.size()) return 0;
  return std::llround(seconds * 1e6);
}

std::string next_load_id(std::int64_t now_microseconds, std::string_view last, std::int64_t step) {
  const std::int64_t known = parse_load_id(last);
  return format_load_id(now_microseconds > known ? now_microseconds : known + step);
}

}  // namespace dlt
