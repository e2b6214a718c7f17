// SPDX-License-Identifier: Apache-2.0
#include "core/text/unicode.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "core/text/utf8.hpp"

namespace dlt {
namespace {

// The zeros of every script; the nine digits after each follow in order.
constexpr char32_t kZeros[] = {
    0x0030,  0x0660,  0x06f0,  0x07c0,  0x0966,  0x09e6,  0x0a66,  0x0ae6,  0x0b66,  0x0be6,
    0x0c66,  0x0ce6,  0x0d66,  0x0de6,  0x0e50,  0x0ed0,  0x0f20,  0x1040,  0x1090,  0x17e0,
    0x1810,  0x1946,  0x19d0,  0x1a80,  0x1a90,  0x1b50,  0x1bb0,  0x1c40,  0x1c50,  0xa620,
    0xa8d0,  0xa900,  0xa9d0,  0xa9f0,  0xaa50,  0xabf0,  0xff10,  0x104a0, 0x10d30, 0x11066,
    0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0,
    0x11950, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8,
    0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e950, 0x1fbf0,
};

}  // namespace

bool is_space(char32_t code_point) {
  if (code_point < 0x80)
    return (code_point >= 0x09 && code_point <= 0x0d) || (code_point >= 0x1c && code_point <= 0x20);
  switch (code_point) {
    case 0x85:
    case 0xa0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202f:
    case 0x205f:
    case 0x3000:
      return true;
    default:
      return code_point >= 0x2000 && code_point <= 0x200a;
  }
}

bool is_decimal_digit(char32_t code_point) { return decimal_digit_value(code_point) >= 0; }

int decimal_digit_value(char32_t code_point) {
  const auto* const after = std::upper_bound(std::begin(kZeros), std::end(kZeros), code_point);
  if (after == std::begin(kZeros)) return -1;
  const char32_t distance = code_point - *std::prev(after);
  return distance < 10 ? static_cast<int>(distance) : -1;
}

std::string_view strip(std::string_view text) {
  std::size_t start = 0;
  for (std::size_t at = 0; at != text.size(); start = at) {
    if (!is_space(next_code_point(text, at))) break;
  }
  text.remove_prefix(start);
  while (!text.empty()) {
    std::size_t last = text.size() - 1;
    while (last != 0 && (static_cast<unsigned char>(text[last]) & 0xc0) == 0x80) --last;
    std::size_t at = last;
    if (!is_space(next_code_point(text, at)) || at != text.size()) break;
    text.remove_suffix(text.size() - last);
  }
  return text;
}

}  // namespace dlt
