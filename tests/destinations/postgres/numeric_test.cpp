// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/numeric.hpp"

#include <array>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace dlt::postgres {
namespace {

constexpr std::int32_t modifier(int precision, int scale) {
  return (precision << 16 | (scale & 0x7ff)) + 4;
}

TEST(PostgresNumericTest, ModifiersAreThoseOfTheCatalog) {
  EXPECT_EQ(NumericType::of(-1).precision, 0);
  EXPECT_EQ(NumericType::of(modifier(38, 9)).precision, 38);
  EXPECT_EQ(NumericType::of(modifier(38, 9)).scale, 9);
  EXPECT_EQ(NumericType::of(modifier(156, 78)).scale, 78);
  EXPECT_EQ(NumericType::of(modifier(3, -2)).scale, -2);
}

std::string hex(std::string_view text) {
  const auto parts = take_apart(text);
  if (!parts) return "none";
  std::array<std::byte, 256> bytes = {};
  std::byte* out = bytes.data();
  put_numeric(out, *parts);
  EXPECT_EQ(static_cast<std::size_t>(out - bytes.data()), 4 + numeric_bytes(*parts)) << text;
  std::string shown;
  for (const std::byte* byte = bytes.data(); byte != out; ++byte)
    shown += fmt::format("{:02x}", std::to_integer<int>(*byte));
  return shown;
}

TEST(PostgresNumericTest, TextIsWrittenInGroupsOfFourDigits) {
  // Length; groups, weight, sign, display scale; groups.
  EXPECT_EQ(hex("0"),
            "00000008"
            "0000"
            "ffff"
            "0000"
            "0000");
  EXPECT_EQ(hex("-0.00"),
            "00000008"
            "0000"
            "ffff"
            "0000"
            "0002");
  EXPECT_EQ(hex("1"),
            "0000000a"
            "0001"
            "0000"
            "0000"
            "0000"
            "0001");
  EXPECT_EQ(hex("-10000"),
            "0000000c"
            "0002"
            "0001"
            "4000"
            "0000"
            "0001"
            "0000");
  EXPECT_EQ(hex("0012.50"),
            "0000000c"
            "0002"
            "0000"
            "0000"
            "0002"
            "000c"
            "1388");
  EXPECT_EQ(hex("+0.00001"),
            "0000000c"
            "0002"
            "ffff"
            "0000"
            "0005"
            "0000"
            "03e8");
}

TEST(PostgresNumericTest, WhatIsNoDecimalIsNone) {
  for (const char* text : {"", "-", ".5", "1e5", "NaN", "1.2.3", "0x1", " 1", "1-"})
    EXPECT_EQ(hex(text), "none") << text;
}

TEST(PostgresNumericTest, ATextFitsWithItsSignificantDigits) {
  struct Case {
    const char* text;
    int precision;
    int scale;
    bool fits;
  };
  for (const Case& test :
       {Case{"99.99", 4, 2, true}, Case{"100", 4, 2, false}, Case{"0.125", 4, 2, false},
        Case{"0.1200", 4, 2, true}, Case{"000099.99", 4, 2, true}, Case{"0", 1, 0, true},
        Case{"0.000", 1, 0, true}, Case{"1.5", 0, 0, true}, Case{"12300", 3, -2, true},
        Case{"12340", 3, -2, false}, Case{"100000", 3, -2, false}, Case{"0.001", 2, 4, true},
        Case{"0.01", 2, 4, false}, Case{"0.00001", 2, 4, false}}) {
    EXPECT_EQ(
        fits(take_apart(test.text).value(), {.precision = test.precision, .scale = test.scale}),
        test.fits)
        << test.text << " " << test.precision << "," << test.scale;
  }
  const std::string longest(131'072, '9');
  EXPECT_TRUE(fits(take_apart(longest).value(), {}));
  EXPECT_FALSE(fits(take_apart(longest + "9").value(), {}));
  EXPECT_FALSE(fits(take_apart("0." + std::string(16'383, '0') + "1").value(), {}));
}

TEST(PostgresNumericTest, AScaledDecimalFits) {
  struct Case {
    std::int64_t unscaled;
    int scale;
    int precision;
    int column_scale;
    bool fits;
  };
  for (const Case& test :
       {Case{9999, 2, 4, 2, true}, Case{10000, 2, 4, 2, false}, Case{-9999, 2, 4, 2, true},
        Case{-10000, 2, 4, 2, false}, Case{1250, 3, 4, 2, true}, Case{1255, 3, 4, 2, false},
        Case{12, 0, 4, 2, true}, Case{100, 0, 4, 2, false}, Case{123'456, 3, 0, 0, true},
        Case{5, 9, 1, 0, false}, Case{0, 9, 1, 0, true}}) {
    const ScaledFit fit(test.scale, {.precision = test.precision, .scale = test.column_scale});
    EXPECT_EQ(fit(test.unscaled), test.fits) << test.unscaled << " of scale " << test.scale;
  }
  Int128 greatest = 1;
  for (int i = 0; i < 38; ++i) greatest *= 10;
  greatest -= 1;
  EXPECT_TRUE(ScaledFit(9, {.precision = 38, .scale = 9})(greatest));
  EXPECT_TRUE(ScaledFit(9, {.precision = 156, .scale = 78})(-greatest));
  EXPECT_FALSE(ScaledFit(9, {.precision = 38, .scale = 10})(greatest));
}

}  // namespace
}  // namespace dlt::postgres
