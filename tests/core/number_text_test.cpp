// SPDX-License-Identifier: Apache-2.0
#include "core/number_text.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace dlt {
namespace {

std::string shown(const std::optional<Decimal>& value) {
  return value ? to_string(*value) : "none";
}

std::string shown(const std::optional<double>& value) {
  if (!value) return "none";
  std::string text;
  append_python_float(text, *value);
  return text;
}

struct Reading {
  std::string text;
  std::string expected;
};

TEST(NumberText, ReadsIntegersAsPythonDoes) {
  const Reading kReadings[] = {{"7", "7"},
                               {"007", "7"},
                               {" -12\t", "-12"},
                               {"+5", "5"},
                               {"-0", "0"},
                               {"1_000", "1000"},
                               {"\u3000１２\u2003", "12"},
                               {"123456789012345678901234567890", "123456789012345678901234567890"},
                               {std::string(4300, '9'), std::string(4300, '9')},
                               {std::string(4301, '9'), "none"},
                               {"", "none"},
                               {" ", "none"},
                               {"-", "none"},
                               {"+-5", "none"},
                               {"1.0", "none"},
                               {"1e3", "none"},
                               {"_1", "none"},
                               {"1_", "none"},
                               {"1__0", "none"},
                               {"- 5", "none"},
                               {"1 2", "none"},
                               {"5é", "none"}};
  for (const Reading& reading : kReadings)
    EXPECT_EQ(shown(parse_python_int(reading.text)), reading.expected) << reading.text;
}

TEST(NumberText, ReadsHexadecimalIntegersAsPythonDoes) {
  const Reading kReadings[] = {{"1F", "31"},
                               {"-ff", "-255"},
                               {"0x1f", "31"},
                               {"0X_1F", "31"},
                               {" dead_beef ", "3735928559"},
                               {"ffffffffffffffffffffffff", "79228162514264337593543950335"},
                               {"00", "0"},
                               {"", "none"},
                               {"g", "none"},
                               {"_1", "none"},
                               {"0x", "none"},
                               {"x1", "none"},
                               {std::string(4301, '1'), "none"},
                               {std::string(4000, 'f'), "none"}};
  for (const Reading& reading : kReadings)
    EXPECT_EQ(shown(parse_python_hex(reading.text)), reading.expected) << reading.text;
}

TEST(NumberText, ReadsFloatsAsPythonDoes) {
  const Reading kReadings[] = {{"1", "1.0"},
                               {" 2.5 ", "2.5"},
                               {".5", "0.5"},
                               {"5.", "5.0"},
                               {"-1e3", "-1000.0"},
                               {"1_0.2_5", "10.25"},
                               {"+1E+2", "100.0"},
                               {"nan", "nan"},
                               {"-NaN", "nan"},
                               {"Inf", "inf"},
                               {"-INFINITY", "-inf"},
                               {"1e400", "inf"},
                               {"-1e400", "-inf"},
                               {"1e-400", "0.0"},
                               {"-1e-400", "-0.0"},
                               {"0e99999999999999999999", "0.0"},
                               {"1e99999999999999999999", "inf"},
                               {"1e-99999999999999999999", "0.0"},
                               {"0." + std::string(400, '0') + "1e401", "1.0"},
                               {std::string(310, '9'), "inf"},
                               {"１２.５", "12.5"},
                               {"", "none"},
                               {".", "none"},
                               {"1e", "none"},
                               {"1e+", "none"},
                               {"e5", "none"},
                               {"0x1F", "none"},
                               {"1,5", "none"},
                               {"1_.5", "none"},
                               {"infinit", "none"},
                               {"1 000", "none"},
                               {"½", "none"}};
  for (const Reading& reading : kReadings)
    EXPECT_EQ(shown(parse_python_float(reading.text)), reading.expected) << reading.text;
}

TEST(NumberText, WritesFloatsAsPythonDoes) {
  const struct {
    double value;
    const char* expected;
  } kWritings[] = {{0.0, "0.0"},
                   {-0.0, "-0.0"},
                   {1.0, "1.0"},
                   {0.1, "0.1"},
                   {1e15, "1000000000000000.0"},
                   {9999999999999998.0, "9999999999999998.0"},
                   {1e16, "1e+16"},
                   {1e22, "1e+22"},
                   {0.0001, "0.0001"},
                   {0.00001, "1e-05"},
                   {1.5e-7, "1.5e-07"},
                   {1e100, "1e+100"},
                   {5e-324, "5e-324"},
                   {std::numeric_limits<double>::max(), "1.7976931348623157e+308"},
                   {-std::numeric_limits<double>::infinity(), "-inf"},
                   {std::numeric_limits<double>::quiet_NaN(), "nan"}};
  for (const auto& writing : kWritings)
    EXPECT_EQ(shown(std::optional(writing.value)), writing.expected);
}

TEST(NumberText, FloatsAreReadBack) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 20'000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (std::isnan(value)) continue;
    std::string text;
    append_python_float(text, value);
    ASSERT_EQ(parse_python_float(text), value) << text;
  }
}

TEST(NumberText, TurnsDigitsOfAllScriptsIntoAscii) {
  std::array<char, 4> buffer;
  EXPECT_EQ(ascii_digits("12-3456", buffer), "12-3456");  // as it is: no room needed
  EXPECT_EQ(ascii_digits("٣/４", buffer), "3/4");
  EXPECT_EQ(ascii_digits("１２３４", buffer), "1234");
  EXPECT_EQ(ascii_digits("１２３４5", buffer), std::nullopt);
  EXPECT_EQ(ascii_digits("１x²", buffer), std::nullopt);
}

TEST(NumberText, WritesIntegersAsBytes) {
  EXPECT_EQ(little_endian_bytes({.digits = "0"}), "");
  EXPECT_EQ(little_endian_bytes({.digits = "255"}), "\xff");
  EXPECT_EQ(little_endian_bytes({.digits = "256"}), std::string("\0\1", 2));
  EXPECT_EQ(little_endian_bytes({.digits = "18446744073709551616"}),
            std::string("\0\0\0\0\0\0\0\0\1", 9));
  EXPECT_EQ(little_endian_bytes({.negative = true, .digits = "1"}), std::nullopt);
}

}  // namespace
}  // namespace dlt
