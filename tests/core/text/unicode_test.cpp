// SPDX-License-Identifier: Apache-2.0
#include "core/text/unicode.hpp"

#include <string>

#include <gtest/gtest.h>

#include "core/text/utf8.hpp"

namespace dlt {
namespace {

TEST(Unicode, WhiteSpaceIsPythons) {
  const char32_t spaces[] = {0x09,   0x0a,   0x0b,   0x0c,   0x0d,   0x1c,   0x1d,   0x1e,
                             0x1f,   0x20,   0x85,   0xa0,   0x1680, 0x2000, 0x2001, 0x2002,
                             0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a,
                             0x2028, 0x2029, 0x202f, 0x205f, 0x3000};
  const char32_t* expected = spaces;
  for (char32_t code_point = 0; code_point <= 0x10ffff; ++code_point) {
    const bool is_next = expected != std::end(spaces) && code_point == *expected;
    if (is_next) ++expected;
    ASSERT_EQ(is_space(code_point), is_next) << static_cast<unsigned>(code_point);
  }
}

TEST(Unicode, DecimalDigitsOfEveryScript) {
  for (const char32_t zero : {U'0', U'٠', U'۰', U'०', U'๐', U'０', U'𝟎', U'𝟶', U'\U00011f50',
                              U'\U0001e4f0', U'\U0001fbf0'}) {
    EXPECT_FALSE(is_decimal_digit(zero + 10) && zero != U'𝟎') << static_cast<unsigned>(zero);
    for (char32_t digit = 0; digit < 10; ++digit) EXPECT_TRUE(is_decimal_digit(zero + digit));
  }
  for (const char32_t other :
       {U'/', U':', U'a', U'²', U'½', U'Ⅳ', U'①', U'一', char32_t{0}, char32_t{0x10ffff}}) {
    EXPECT_FALSE(is_decimal_digit(other)) << static_cast<unsigned>(other);
  }
  int count = 0;
  for (char32_t code_point = 0; code_point <= 0x10ffff; ++code_point)
    count += is_decimal_digit(code_point) ? 1 : 0;
  EXPECT_EQ(count, 680);
}

TEST(Unicode, Strips) {
  struct Case {
    const char* text;
    const char* stripped;
  };
  for (const Case& c : {
           Case{"", ""},
           {" ", ""},
           {"\t\n \u3000\u00a0", ""},
           {"a", "a"},
           {"  a b\n", "a b"},
           {"\u2003é\u0085", "é"},
           {"\u200ba\u200b", "\u200ba\u200b"},
           {"\x1cx\x1f", "x"},
           {"名 前", "名 前"},
           {" \xff ", "\xff"},
           {"\x80", "\x80"},
           {"a\xe3\x80", "a\xe3\x80"},
           {"a \x80\x80", "a \x80\x80"},
       }) {
    EXPECT_EQ(strip(c.text), c.stripped) << '"' << c.text << '"';
    EXPECT_EQ(is_blank(c.text), std::string(c.stripped).empty());
  }
}

TEST(Unicode, AsciiClasses) {
  for (int value = 0; value < 256; ++value) {
    const char c = static_cast<char>(value);
    const bool lower = value >= 'a' && value <= 'z';
    const bool upper = value >= 'A' && value <= 'Z';
    const bool digit = value >= '0' && value <= '9';
    EXPECT_EQ(is_ascii_lower(c), lower) << value;
    EXPECT_EQ(is_ascii_upper(c), upper) << value;
    EXPECT_EQ(is_ascii_digit(c), digit) << value;
    EXPECT_EQ(is_ascii_alnum(c), lower || upper || digit) << value;
    EXPECT_EQ(to_ascii_lower(c), upper ? static_cast<char>(value + 32) : c) << value;
  }
}

}  // namespace
}  // namespace dlt
