// SPDX-License-Identifier: Apache-2.0
#include "core/text/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace dlt {
namespace {

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

// Decodes the code point at `at`, of two bytes or more; moves `at` only when it is valid.
bool decode_long(std::string_view text, std::size_t& at, char32_t& code_point) {
  const auto lead = static_cast<unsigned char>(text[at]);
  std::size_t length = 0;
  char32_t smallest = 0;
  if ((lead & 0xe0) == 0xc0) {
    length = 2;
    smallest = 0x80;
    code_point = lead & 0x1f;
  } else if ((lead & 0xf0) == 0xe0) {
    length = 3;
    smallest = 0x800;
    code_point = lead & 0x0f;
  } else if ((lead & 0xf8) == 0xf0) {
    length = 4;
    smallest = 0x10000;
    code_point = lead & 0x07;
  } else {
    return false;
  }
  if (text.size() - at < length) return false;
  for (std::size_t i = 1; i != length; ++i) {
    if (!is_continuation(text[at + i])) return false;
    code_point = code_point << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3f);
  }
  const bool is_surrogate = code_point >= 0xd800 && code_point < 0xe000;
  if (code_point < smallest || is_surrogate || code_point > 0x10ffff) return false;
  at += length;
  return true;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at != text.size()) {
    while (text.size() - at >= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + at, 8);
      if ((word & 0x8080808080808080) != 0) break;
      at += 8;
    }
    // Text beyond ASCII mostly goes on so: without going back to whole words after every letter.
    for (int letters = 0; letters < 16 && at != text.size(); ++letters) {
      char32_t code_point = 0;
      if (static_cast<unsigned char>(text[at]) < 0x80) {
        ++at;
      } else if (!decode_long(text, at, code_point)) {
        return false;
      }
    }
  }
  return true;
}

char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  char32_t code_point = lead;
  if (lead < 0x80) {
    ++at;
  } else if (!decode_long(text, at, code_point)) {
    ++at;
    code_point = kReplacementCharacter;
  }
  return code_point;
}

void append_code_point(std::string& text, char32_t code_point) {
  const auto tail = [code_point](int shift) {
    return static_cast<char>(0x80 | (code_point >> shift & 0x3f));
  };
  if (code_point < 0x80) {
    text += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    text += static_cast<char>(0xc0 | code_point >> 6);
    text += tail(0);
  } else if (code_point < 0x10000) {
    text += static_cast<char>(0xe0 | code_point >> 12);
    text += tail(6);
    text += tail(0);
  } else {
    text += static_cast<char>(0xf0 | code_point >> 18);
    text += tail(12);
    text += tail(6);
    text += tail(0);
  }
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char byte : text) count += is_continuation(byte) ? 0 : 1;
  return count;
}

std::size_t code_point_offset(std::string_view text, std::size_t number) {
  for (std::size_t at = 0; at != text.size(); ++at) {
    if (!is_continuation(text[at]) && number-- == 0) return at;
  }
  return text.size();
}

}  // namespace dlt
