// SPDX-License-Identifier: Apache-2.0
#include "core/hash/base64.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace dlt {
namespace {

using namespace std::string_literals;

TEST(Base64, EncodesAndDecodes) {
  struct Case {
    std::string bytes;
    const char* padded;
    const char* unpadded;
  };
  for (const Case& c : {
           Case{"", "", ""},
           {"f", "Zg==", "Zg"},
           {"fo", "Zm8=", "Zm8"},
           {"foo", "Zm9v", "Zm9v"},
           {"foob", "Zm9vYg==", "Zm9vYg"},
           {"fooba", "Zm9vYmE=", "Zm9vYmE"},
           {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
           {"\xfb\xff\xfe"s, "+//+", "+//+"},
           {"\0"s, "AA==", "AA"},
       }) {
    EXPECT_EQ(base64_encode(c.bytes), c.padded);
    EXPECT_EQ(base64_encode(c.bytes, Base64Padding::kNo), c.unpadded);
    EXPECT_EQ(base64_decode(c.padded), c.bytes);
  }
}

TEST(Base64, UnusedBitsMayHaveAnyValue) {
  EXPECT_EQ(base64_decode("Zh=="), "f");
  EXPECT_EQ(base64_decode("Zm9="), "fo");
}

TEST(Base64, RefusesWhatIsNone) {
  for (const std::string_view text :
       {"Z", "Zg", "Zg=", "Zm8", "Zg===", "====", "Z===", "=Zg=", "Zg==Zg==", "Zm9v\n", "Zm 9",
        "Zm9-", "Zm9_", "Zm\x80v", "Zm9v="}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
}

TEST(Base64, RandomBytesComeBack) {
  constexpr unsigned kSeed = 7;
  std::mt19937 random(kSeed);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(random() % 70, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    ASSERT_EQ(base64_decode(base64_encode(bytes)), bytes) << "seed " << kSeed;
    ASSERT_EQ(hex_decode(hex_encode(bytes)), bytes) << "seed " << kSeed;
  }
}

TEST(Hex, EncodesAndDecodes) {
  EXPECT_EQ(hex_encode("\0\x01\xab\xff"s), "0001abff");
  EXPECT_EQ(hex_decode("0001aBFf"), "\0\x01\xab\xff"s);
  EXPECT_EQ(hex_decode(""), "");
}

TEST(Hex, RefusesWhatIsNone) {
  for (const std::string_view text : {"0", "0x", "0g", "g0", " 0", "00\n0"}) {
    EXPECT_EQ(hex_decode(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace dlt
