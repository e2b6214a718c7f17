// SPDX-License-Identifier: Apache-2.0
#include "core/decimal.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <tuple>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace dlt {
namespace {

Decimal decimal(std::string_view text) { return parse_decimal(text).value(); }

TEST(Decimal, IsReadAndWrittenAsPythonDoes) {
  const struct {
    const char* text;
    const char* expected;
  } kReadings[] = {{"0", "0"},
                   {"-0", "-0"},
                   {"0.00", "0.00"},
                   {"007.50", "7.50"},
                   {".5", "0.5"},
                   {"5.", "5"},
                   {"1e3", "1E+3"},
                   {"1E-7", "1E-7"},
                   {"0.000001", "0.000001"},
                   {"0.0000001", "1E-7"},
                   {"12.5e10", "1.25E+11"},
                   {"123.45e-2", "1.2345"},
                   {"-1.5E+300", "-1.5E+300"},
                   {"0e5", "0E+5"},
                   {" 1_0__00 ", "1000"},
                   {"１２.５", "12.5"},
                   {"1e999999999", "1E+999999999"},
                   {"NaN", "NaN"},
                   {"-inf", "-Infinity"},
                   {"INFINITY", "Infinity"},
                   {"12345678901234567890123456789012345678901234567890.1",
                    "12345678901234567890123456789012345678901234567890.1"}};
  for (const auto& reading : kReadings) {
    const auto value = parse_decimal(reading.text);
    ASSERT_TRUE(value) << reading.text;
    EXPECT_EQ(to_string(*value), reading.expected) << reading.text;
    EXPECT_EQ(parse_decimal(to_string(*value)), value) << reading.text;
  }
}

TEST(Decimal, RefusesWhatIsNone) {
  for (const char* text :
       {"", " ", ".", "-", "+-1", "1e", "e5", "1e+", "1e+-5", "1e1.5", "1.2.3", "0x1F", "1,5",
        "1 2", "infinit", "1e1000000000", "1e-1000000000", "1e99999999999999999999", "1é"}) {
    EXPECT_EQ(parse_decimal(text), std::nullopt) << text;
  }
}

TEST(Decimal, IsMadeOfIntegersAndDoublesExactly) {
  EXPECT_EQ(to_string(decimal_from(std::numeric_limits<std::int64_t>::min())),
            "-9223372036854775808");
  EXPECT_EQ(to_string(decimal_from(std::numeric_limits<std::uint64_t>::max())),
            "18446744073709551615");
  EXPECT_EQ(to_string(decimal_from(0.1)),
            "0.1000000000000000055511151231257827021181583404541015625");
  EXPECT_EQ(to_string(decimal_from(-2.5)), "-2.5");
  EXPECT_EQ(to_string(decimal_from(1e22)), "10000000000000000000000");
  EXPECT_EQ(to_string(decimal_from(-0.0)), "-0");
  EXPECT_EQ(decimal_from(5e-324).digits.size(), 751U);
  EXPECT_EQ(decimal_from(5e-324).exponent, -1074);
  EXPECT_EQ(decimal_from(std::numeric_limits<double>::max()).digits.size(), 309U);
  EXPECT_EQ(to_string(decimal_from(std::numeric_limits<double>::quiet_NaN())), "NaN");
  EXPECT_EQ(to_string(decimal_from(-std::numeric_limits<double>::infinity())), "-Infinity");
}

TEST(Decimal, DoublesComeBack) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 5'000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    ASSERT_EQ(to_double(decimal_from(value)), value);
    ASSERT_EQ(to_double(decimal(to_string(decimal_from(value)))), value);
  }
}

TEST(Decimal, BecomesTheNearestDouble) {
  EXPECT_EQ(to_double(decimal("0.1")), 0.1);
  EXPECT_EQ(to_double(decimal("-123456789012345678901234567890.123456789")),
            -1.2345678901234568e+29);
  EXPECT_EQ(to_double(decimal("1e400")), std::numeric_limits<double>::infinity());
  EXPECT_EQ(to_double(decimal("-1e-400")), 0.0);
  EXPECT_EQ(to_double(decimal("-inf")), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(to_double(decimal("nan"))));
}

TEST(Decimal, IsComparedByValue) {
  EXPECT_TRUE(same_number(decimal("1.50"), decimal("1.5")));
  EXPECT_TRUE(same_number(decimal("1e3"), decimal("1000.0")));
  EXPECT_TRUE(same_number(decimal("-0"), decimal("0e7")));
  EXPECT_FALSE(same_number(decimal("1.5"), decimal("-1.5")));
  EXPECT_FALSE(same_number(decimal("1"), decimal("10")));
  EXPECT_FALSE(same_number(decimal("0"), decimal("1")));
  EXPECT_TRUE(same_number(decimal("inf"), decimal("inf")));
  EXPECT_FALSE(same_number(decimal("inf"), decimal("-inf")));
  EXPECT_FALSE(same_number(decimal("nan"), decimal("nan")));
  EXPECT_LT(compare_magnitudes(decimal("0"), decimal("1e-9")), 0);
  EXPECT_GT(compare_magnitudes(decimal("-2"), decimal("1.9999")), 0);
  EXPECT_LT(compare_magnitudes(decimal("99"), decimal("1e2")), 0);
  EXPECT_GT(compare_magnitudes(decimal("100.5"), decimal("100")), 0);
  EXPECT_EQ(compare_magnitudes(decimal("0"), decimal("0.0")), 0);
}

TEST(Decimal, KnowsItsIntegers) {
  EXPECT_EQ(to_int64(decimal("-9223372036854775808")), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(to_int64(decimal("9223372036854775808")), std::nullopt);
  EXPECT_EQ(to_int64(decimal("-9223372036854775809")), std::nullopt);
  EXPECT_EQ(to_int64(decimal("12.00")), 12);
  EXPECT_EQ(to_int64(decimal("1.2e3")), 1200);
  EXPECT_EQ(to_int64(decimal("12.5")), std::nullopt);
  EXPECT_EQ(to_int64(decimal("nan")), std::nullopt);
  EXPECT_EQ(to_integer(decimal("-1.20e30")), decimal("-1200000000000000000000000000000"));
  EXPECT_EQ(to_integer(decimal("-0.0")), Decimal{});
  EXPECT_EQ(to_integer(decimal("0.5")), std::nullopt);
  EXPECT_EQ(to_integer(decimal("1e4299")).value().digits.size(), 4300U);
  EXPECT_EQ(to_integer(decimal("1e4300")), std::nullopt);
  EXPECT_EQ(to_integer(decimal("inf")), std::nullopt);
  EXPECT_EQ(integer_digits(decimal("0.05")), 0);
  EXPECT_EQ(integer_digits(decimal("0e9")), 0);
  EXPECT_EQ(integer_digits(decimal("12.5")), 2);
  EXPECT_EQ(integer_digits(decimal("1e3")), 4);
}

TEST(Decimal, IsWrittenWithoutExponent) {
  EXPECT_EQ(to_plain_string(decimal("1.5e3")), "1500");
  EXPECT_EQ(to_plain_string(decimal("-1e-10")), "-0.0000000001");
  EXPECT_EQ(to_plain_string(decimal("3.00")), "3.00");
  EXPECT_EQ(to_plain_string(decimal("0e5")), "0");
  EXPECT_EQ(to_plain_string(decimal("1e4300")), std::nullopt);
  EXPECT_EQ(to_plain_string(decimal("1e-4301")), std::nullopt);
  EXPECT_EQ(to_plain_string(decimal("nan")), std::nullopt);
}

struct Fitting {
  const char* number;
  int precision;
  int scale;
  Fit fit;
  const char* unscaled;
  const char* text;
};

class DecimalFit : public testing::TestWithParam<Fitting> {};

std::string text_of(Int128 value) {
  if (value == 0) return "0";
  std::string text;
  const bool negative = value < 0;
  for (; value != 0; value /= 10)
    text.insert(text.begin(), static_cast<char>('0' + (negative ? -(value % 10) : value % 10)));
  return (negative ? "-" : "") + text;
}

TEST_P(DecimalFit, IntoAColumn) {
  const Fitting& fitting = GetParam();
  const ScaledDecimal scaled =
      scale_decimal(decimal(fitting.number), fitting.precision, fitting.scale);
  EXPECT_EQ(scaled.fit, fitting.fit);
  EXPECT_EQ(text_of(scaled.value), fitting.unscaled);
  const DecimalText text = fit_decimal(decimal(fitting.number), fitting.precision, fitting.scale);
  EXPECT_EQ(text.fit, fitting.fit);
  EXPECT_EQ(text.text, fitting.text);
}

INSTANTIATE_TEST_SUITE_P(
    All, DecimalFit,
    testing::Values(
        Fitting{"1.005", 10, 2, Fit::kRounded, "101", "1.01"},
        Fitting{"1.015", 10, 2, Fit::kRounded, "102", "1.02"},
        Fitting{"1.0149999", 10, 2, Fit::kRounded, "101", "1.01"},
        Fitting{"-2.675", 10, 2, Fit::kRounded, "-268", "-2.68"},
        Fitting{"2.5", 10, 2, Fit::kExact, "250", "2.5"},
        Fitting{"2.5000", 10, 2, Fit::kExact, "250", "2.50"},
        Fitting{"0", 4, 2, Fit::kExact, "0", "0"},
        Fitting{"0.00000", 4, 2, Fit::kExact, "0", "0.00"},
        Fitting{"0e50", 4, 2, Fit::kExact, "0", "0"},
        Fitting{"99.99", 4, 2, Fit::kExact, "9999", "99.99"},
        Fitting{"99.994", 4, 2, Fit::kRounded, "9999", "99.99"},
        Fitting{"99.995", 4, 2, Fit::kTooLarge, "0", ""},
        Fitting{"100.00", 4, 2, Fit::kTooLarge, "0", ""},
        Fitting{"100", 4, 2, Fit::kTooLarge, "0", ""},
        Fitting{"1e2", 4, 2, Fit::kTooLarge, "0", ""},
        Fitting{"1e1", 4, 2, Fit::kExact, "1000", "10"},
        Fitting{"0.005", 4, 2, Fit::kRounded, "1", "0.01"},
        Fitting{"0.004", 4, 2, Fit::kRounded, "0", "0.00"},
        Fitting{"-0.004", 4, 2, Fit::kRounded, "0", "0.00"},
        Fitting{"0.0005", 4, 2, Fit::kRounded, "0", "0.00"},
        Fitting{"5e-400", 4, 2, Fit::kRounded, "0", "0.00"},
        Fitting{"0.05", 2, 2, Fit::kExact, "5", "0.05"},
        Fitting{"0.995", 2, 2, Fit::kTooLarge, "0", ""},
        Fitting{"-7", 12, 9, Fit::kExact, "-7000000000", "-7"},
        Fitting{"9.5", 2, 0, Fit::kRounded, "10", "10"},
        Fitting{"99999999999999999999999999999999999999", 38, 0, Fit::kExact,
                "99999999999999999999999999999999999999", "99999999999999999999999999999999999999"},
        Fitting{"-99999999999999999999999999999999999999.5", 38, 0, Fit::kTooLarge, "0", ""},
        Fitting{"123456789012345678901234567890123456789", 38, 0, Fit::kTooLarge, "0", ""},
        Fitting{"1e999999999", 38, 9, Fit::kTooLarge, "0", ""},
        Fitting{"1e-999999999", 38, 9, Fit::kRounded, "0", "0.000000000"},
        Fitting{"nan", 38, 9, Fit::kTooLarge, "0", ""},
        Fitting{"-inf", 38, 9, Fit::kTooLarge, "0", ""}));

TEST(DecimalFit, TextHasAnyPrecision) {
  const std::string digits(78, '9');
  EXPECT_EQ(fit_decimal(decimal(digits + "." + digits), 156, 78).text, digits + "." + digits);
  EXPECT_EQ(fit_decimal(decimal(digits + "0"), 156, 78).fit, Fit::kTooLarge);
  EXPECT_EQ(fit_decimal(decimal("1e4299"), 0, 0).text, "1" + std::string(4299, '0'));
  EXPECT_EQ(fit_decimal(decimal("1e4300"), 0, 0).fit, Fit::kTooLarge);
  EXPECT_EQ(fit_decimal(decimal("-1.5"), 0, 0).text, "-1.5");
}

}  // namespace
}  // namespace dlt
