// SPDX-License-Identifier: Apache-2.0
#include "core/text/utf8.hpp"

#include <string>

#include <gtest/gtest.h>

#include "core/hash/base64.hpp"

namespace dlt {
namespace {

bool is_surrogate(char32_t code_point) { return code_point >= 0xd800 && code_point < 0xe000; }

TEST(Utf8, EveryCodePointComesBack) {
  std::string text;
  for (char32_t code_point = 0; code_point <= 0x10ffff; ++code_point) {
    if (is_surrogate(code_point)) continue;
    text.clear();
    append_code_point(text, code_point);
    std::size_t at = 0;
    ASSERT_EQ(next_code_point(text, at), code_point);
    ASSERT_EQ(at, text.size());
    ASSERT_TRUE(is_valid_utf8(text));
    ASSERT_EQ(count_code_points(text), 1);
  }
}

TEST(Utf8, EncodesAsTheStandardSays) {
  std::string text;
  for (const char32_t code_point : {U'$', U'£', U'€', U'😀'}) append_code_point(text, code_point);
  EXPECT_EQ(text, "\x24\xc2\xa3\xe2\x82\xac\xf0\x9f\x98\x80");
}

TEST(Utf8, KnowsWhatIsInvalidWhereverItStands) {
  const std::string cases[] = {
      "\x80",  // a continuation by itself
      "\xbf",
      "\xc0\x80",  // overlong
      "\xc1\xbf",
      "\xe0\x80\x80",
      "\xe0\x9f\xbf",
      "\xf0\x80\x80\x80",
      "\xf0\x8f\xbf\xbf",
      "\xed\xa0\x80",  // surrogates
      "\xed\xbf\xbf",
      "\xf4\x90\x80\x80",  // above U+10FFFF
      "\xf5\x80\x80\x80",
      "\xff",
      "\xc3",  // cut short
      "\xe2\x82",
      "\xf0\x9f\x98",
      "\xc3\x28",  // a continuation that is none
      "\xe2\x28\xa1",
      "\xe2\x82\x28",
      "\xf0\x9f\x98\x28",
  };
  for (const std::string& bad : cases) {
    std::size_t at = 0;
    EXPECT_EQ(next_code_point(bad, at), kReplacementCharacter) << hex_encode(bad);
    EXPECT_EQ(at, 1) << hex_encode(bad);
    for (std::size_t before = 0; before < 20; ++before) {
      for (const std::string& filler :
           {std::string(before, 'a'), std::string("äöü").substr(0, before / 2 % 4 * 2)}) {
        EXPECT_TRUE(is_valid_utf8(filler));
        EXPECT_FALSE(is_valid_utf8(filler + bad)) << hex_encode(bad);
        EXPECT_FALSE(is_valid_utf8(filler + bad + "a and some more text")) << hex_encode(bad);
      }
    }
  }
}

TEST(Utf8, LongTextIsValid) {
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += "plain text, then ąęż, 名前, 😀; ";
    EXPECT_TRUE(is_valid_utf8(text));
  }
}

TEST(Utf8, CountsAndFindsCodePoints) {
  const std::string text = "a£€😀b";
  EXPECT_EQ(count_code_points(text), 5);
  EXPECT_EQ(count_code_points(""), 0);
  const std::size_t offsets[] = {0, 1, 3, 6, 10, 11, 11};
  for (std::size_t number = 0; number < 7; ++number)
    EXPECT_EQ(code_point_offset(text, number), offsets[number]);
  EXPECT_EQ(code_point_offset("", 0), 0);
}

}  // namespace
}  // namespace dlt
