// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace dlt {

// Character classes as Python has them. Unicode 15.1.

/// str.isspace
bool is_space(char32_t code_point);
/// `\d` of a regular expression: a decimal digit of any script (category Nd).
bool is_decimal_digit(char32_t code_point);
/// The value of such a digit, 0 to 9; -1 for what is none.
int decimal_digit_value(char32_t code_point);

/// str.strip: without the white space at both ends.
std::string_view strip(std::string_view text);
/// Whether nothing is left of the text when it is stripped.
inline bool is_blank(std::string_view text) { return strip(text).empty(); }

// ASCII only, whatever the locale.
constexpr bool is_ascii_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_ascii_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_ascii_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_ascii_alnum(char c) {
  return is_ascii_lower(c) || is_ascii_upper(c) || is_ascii_digit(c);
}
constexpr char to_ascii_lower(char c) {
  return is_ascii_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c;
}
/// Whether `text` is the word `lower`, which has no capitals, in any case.
constexpr bool is_word(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i != text.size(); ++i) {
    if (to_ascii_lower(text[i]) != lower[i]) return false;
  }
  return true;
}

}  // namespace dlt
