// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dlt {

/// What stands for a byte that is not part of valid UTF-8.
inline constexpr char32_t kReplacementCharacter = 0xfffd;

/// Whether `text` is UTF-8 throughout: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_valid_utf8(std::string_view text);

/// The code point at `at`, which must lie before the end, and moves `at` behind it. A byte that is
/// not part of valid UTF-8 counts as one kReplacementCharacter.
char32_t next_code_point(std::string_view text, std::size_t& at);
/// `code_point` must not be a surrogate, nor be above U+10FFFF.
void append_code_point(std::string& text, char32_t code_point);

// The text must be valid UTF-8 for these two.
std::size_t count_code_points(std::string_view text);
/// Where the code point with that number, counted from 0, begins; the end of the text when it has
/// no more than that many.
std::size_t code_point_offset(std::string_view text, std::size_t number);

}  // namespace dlt
