// SPDX-License-Identifier: Apache-2.0
#include "core/files/zlib.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/hash/base64.hpp"
#include "core/thrown_error.hpp"

namespace dlt {
namespace {

TEST(Zlib, GivesBackWhatItTook) {
  std::string noise;
  for (unsigned i = 0, x = 1; i < 300'000; ++i) {
    x = x * 1664525U + 1013904223U;
    noise += static_cast<char>(x >> 24);
  }
  for (const std::string& text : {std::string(), std::string("a"), std::string(1'000'000, 'a'),
                                  std::string(3, '\0'), noise}) {
    const std::string compressed = zlib_compress(text);
    EXPECT_TRUE(zlib_decompress(compressed) == text);
    EXPECT_TRUE(unpack_text(pack_text(text)) == text);
  }
}

// python3 -c 'import base64, zlib; print(base64.b64encode(zlib.compress(b"{\"a\":1}",
// 9)).decode())'
TEST(Zlib, ReadsAndWritesWhatPythonDoes) {
  EXPECT_EQ(unpack_text("eNqrVkpUsjKsBQAIKgIJ"), R"({"a":1})");
  EXPECT_EQ(pack_text(R"({"a":1})"), "eNqrVkpUsjKsBQAIKgIJ");
}

TEST(Zlib, DamagedStreamsAreNone) {
  const std::string whole = zlib_compress("some text that is long enough to be damaged");
  EXPECT_FALSE(zlib_decompress("").has_value());
  EXPECT_FALSE(zlib_decompress("no zlib").has_value());
  EXPECT_FALSE(zlib_decompress(std::string_view(whole).substr(0, whole.size() - 1)).has_value());
  EXPECT_FALSE(zlib_decompress(whole + "x").has_value());
  std::string changed = whole;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  EXPECT_FALSE(zlib_decompress(changed).has_value()) << "the checksum counts";
}

TEST(Zlib, TextThatIsNotPackedIsNone) {
  EXPECT_FALSE(unpack_text(R"({"a":1})").has_value());
  EXPECT_FALSE(unpack_text("").has_value());
  EXPECT_FALSE(unpack_text(base64_encode("abc")).has_value());
}

TEST(Zlib, WhatGrowsTooMuchIsRefused) {
  const std::string bomb = zlib_compress(std::string(1'000'000, 'a'));
  EXPECT_LT(bomb.size(), 2000);
  EXPECT_TRUE(zlib_decompress(bomb, 1'000'000).has_value());
  const Error error = thrown_by([&] { zlib_decompress(bomb, 999'999); });
  EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(error.message(), ::testing::HasSubstr("longer than 999999 bytes"));
}

}  // namespace
}  // namespace dlt
