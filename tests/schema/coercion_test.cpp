// SPDX-License-Identifier: Apache-2.0
#include "schema/coercion.hpp"

#include <limits>
#include <random>
#include <string>

#include <dlt/error.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/hash/base64.hpp"
#include "core/number_text.hpp"
#include "core/time/calendar.hpp"

namespace dlt {
namespace {

using enum DataType;

constexpr int kWeiDigits = 38;

std::string shown(const std::optional<Value>& value) {
  if (!value) return "refused";
  switch (value->type) {
    case kBool:
      return std::get<bool>(value->data) ? "true" : "false";
    case kBigint:
    case kDecimal:
    case kWei:
      return to_string(value->to_decimal());
    case kDouble: {
      std::string text;
      append_python_float(text, std::get<double>(value->data));
      return text;
    }
    case kTimestamp:
      return to_string(std::get<Timestamp>(value->data));
    case kDate:
      return to_string(std::get<Date>(value->data));
    case kTime:
      return to_string(std::get<Time>(value->data));
    case kBinary:
      return hex_encode(value->bytes());
    case kText:
    case kJson:
      return std::string(value->bytes());
  }
  return "?";
}

Value number(const char* raw) { return Value::number(raw).value(); }
Value decimal(const char* text) { return Value::decimal(parse_decimal(text).value()); }
Value wei(const char* text) { return Value::wei(parse_decimal(text).value()); }
Value at(const char* text) { return Value::timestamp(parse_timestamp(text).value()); }

struct Case {
  const char* name;
  DataType to;
  Value value;
  const char* declared;
  const char* inferred;
};

class Coercion : public testing::TestWithParam<Case> {};

TEST_P(Coercion, OfDeclaredAndInferredColumns) {
  const Case& c = GetParam();
  EXPECT_EQ(shown(coerce(c.to, c.value)), c.declared);
  EXPECT_EQ(shown(coerce_inferred(c.to, c.value, kWeiDigits)), c.inferred);
}

std::string name_of(const testing::TestParamInfo<Case>& test) { return test.param.name; }

// Difference 1 of the design.
INSTANTIATE_TEST_SUITE_P(
    NumbersAreNoBoolAndNoTime, Coercion,
    testing::Values(Case{"IntegerForBool", kBool, number("42"), "true", "refused"},
                    Case{"ZeroForBool", kBool, number("0"), "false", "refused"},
                    Case{"BigIntegerForBool", kBool, number("99999999999999999999"), "true",
                         "refused"},
                    Case{"DoubleForBool", kBool, number("4.2"), "true", "refused"},
                    Case{"DecimalForBool", kBool, decimal("0.00"), "false", "refused"},
                    Case{"WeiForBool", kBool, wei("1"), "true", "refused"},
                    Case{"IntegerForTimestamp", kTimestamp, number("42"),
                         "1970-01-01T00:00:42+00:00", "refused"},
                    Case{"DoubleForTimestamp", kTimestamp, number("-1.5"),
                         "1969-12-31T23:59:58.500000+00:00", "refused"},
                    Case{"BigIntegerForTimestamp", kTimestamp, number("99999999999999999999"),
                         "refused", "refused"},
                    Case{"DecimalForTimestamp", kTimestamp, decimal("42"), "refused", "refused"},
                    Case{"IntegerForDate", kDate, number("-1"), "1969-12-31", "refused"},
                    Case{"DoubleForDate", kDate, number("86400.5"), "1970-01-02", "refused"},
                    Case{"NumberTextForTimestamp", kTimestamp, Value::text("1700000000"),
                         "2023-11-14T22:13:20+00:00", "refused"},
                    Case{"NumberTextForDate", kDate, Value::text(" 12 "), "1970-01-01", "refused"},
                    Case{"True", kBool, Value::text("true"), "true", "true"},
                    Case{"TrueInCapitals", kBool, Value::text("TRUE"), "true", "true"},
                    Case{"FalseMixed", kBool, Value::text("fAlSe"), "false", "false"},
                    Case{"Yes", kBool, Value::text("Yes"), "true", "refused"},
                    Case{"T", kBool, Value::text("t"), "true", "refused"},
                    Case{"OneText", kBool, Value::text("1"), "true", "refused"},
                    Case{"TrueWithBlank", kBool, Value::text("true "), "refused", "refused"},
                    Case{"On", kBool, Value::text("on"), "refused", "refused"},
                    Case{"Bool", kBool, Value::boolean(true), "true", "true"}),
    name_of);

// Difference 2.
INSTANTIATE_TEST_SUITE_P(
    TextIsANumberInItsShortestFormOnly, Coercion,
    testing::Values(
        Case{"Three", kBigint, Value::text("3"), "3", "3"},
        Case{"Zero", kBigint, Value::text("0"), "0", "0"},
        Case{"Negative", kBigint, Value::text("-12"), "-12", "-12"},
        Case{"NegativeZero", kBigint, Value::text("-0"), "0", "refused"},
        Case{"LeadingZeros", kBigint, Value::text("007"), "7", "refused"},
        Case{"Blanks", kBigint, Value::text(" 12 "), "12", "refused"},
        Case{"Hex", kBigint, Value::text("0x1F"), "31", "refused"},
        Case{"Plus", kBigint, Value::text("+1"), "1", "refused"},
        Case{"Underscore", kBigint, Value::text("1_000"), "1000", "refused"},
        Case{"OtherScript", kBigint, Value::text("１２"), "12", "refused"},
        Case{"Exponent", kBigint, Value::text("1e3"), "refused", "refused"},
        Case{"Point", kBigint, Value::text("3.0"), "refused", "refused"},
        Case{"MinusOnly", kBigint, Value::text("-"), "refused", "refused"},
        Case{"Empty", kBigint, Value::text(""), "refused", "refused"},
        Case{"Largest", kBigint, Value::text("9223372036854775807"), "9223372036854775807",
             "9223372036854775807"},
        Case{"BeyondLargest", kBigint, Value::text("9223372036854775808"), "9223372036854775808",
             "refused"},
        Case{"DoubleQuarter", kDouble, Value::text("2.25"), "2.25", "2.25"},
        Case{"DoubleWhole", kDouble, Value::text("3"), "3.0", "3.0"},
        Case{"DoublePointZero", kDouble, Value::text("3.0"), "3.0", "3.0"},
        Case{"DoubleScientific", kDouble, Value::text("1e+16"), "1e+16", "1e+16"},
        Case{"DoubleMinusZero", kDouble, Value::text("-0.0"), "-0.0", "-0.0"},
        Case{"DoubleTrailingZero", kDouble, Value::text("2.50"), "2.5", "refused"},
        Case{"DoubleTooManyDigits", kDouble, Value::text("0.1000000000000000055"), "0.1",
             "refused"},
        Case{"DoubleExponent", kDouble, Value::text("1e3"), "1000.0", "refused"},
        Case{"DoubleBlank", kDouble, Value::text(" 1.5"), "1.5", "refused"},
        Case{"DoubleHex", kDouble, Value::text("0x1F"), "31.0", "refused"},
        Case{"DoubleNan", kDouble, Value::text("nan"), "nan", "refused"},
        Case{"DoubleInfinity", kDouble, Value::text("inf"), "inf", "refused"},
        Case{"DoubleTooLarge", kDouble, Value::text("1e400"), "inf", "refused"},
        Case{"DoubleHugeHex", kDouble,
             Value::text("0x1"
                         "0000000000000000000000000000000000000000000000000000000000000000"
                         "0000000000000000000000000000000000000000000000000000000000000000"
                         "0000000000000000000000000000000000000000000000000000000000000000"
                         "0000000000000000000000000000000000000000000000000000000000000000"),
             "refused", "refused"},
        Case{"DecimalText", kDecimal, Value::text("3.50"), "3.50", "3.50"},
        Case{"DecimalBlank", kDecimal, Value::text(" 3.50"), "3.50", "refused"},
        Case{"DecimalHex", kDecimal, Value::text("0x1F"), "31", "refused"},
        Case{"DecimalNan", kDecimal, Value::text("NaN"), "NaN", "refused"},
        Case{"WeiText", kWei, Value::text("12"), "12", "12"},
        Case{"WeiZeros", kWei, Value::text("012"), "12", "refused"}),
    name_of);

// Difference 3.
INSTANTIATE_TEST_SUITE_P(
    BigIntegers, Coercion,
    testing::Values(
        Case{"Bigint", kBigint, number("9223372036854775808"), "9223372036854775808", "refused"},
        Case{"BigintNegative", kBigint, number("-9223372036854775809"), "-9223372036854775809",
             "refused"},
        Case{"Unsigned", kBigint, Value::integer(std::numeric_limits<std::uint64_t>::max()),
             "18446744073709551615", "refused"},
        Case{"ToWei", kWei, number("18446744073709551616"), "18446744073709551616",
             "18446744073709551616"},
        Case{"ToWeiLargest", kWei, number("99999999999999999999999999999999999999"),
             "99999999999999999999999999999999999999", "99999999999999999999999999999999999999"},
        Case{"ToWeiTooLarge", kWei, number("100000000000000000000000000000000000000"),
             "100000000000000000000000000000000000000", "refused"},
        Case{"ToDecimal", kDecimal, number("18446744073709551616"), "18446744073709551616",
             "18446744073709551616"},
        Case{"ToText", kText, number("-18446744073709551616"), "-18446744073709551616",
             "-18446744073709551616"},
        Case{"UnsignedToText", kText, Value::integer(std::numeric_limits<std::uint64_t>::max()),
             "18446744073709551615", "18446744073709551615"},
        Case{"ToDoubleExact", kDouble, number("18446744073709551616"), "1.8446744073709552e+19",
             "1.8446744073709552e+19"},
        Case{"ToDoubleRounded", kDouble, number("18446744073709551617"), "1.8446744073709552e+19",
             "refused"},
        Case{"IntegerToDoubleExact", kDouble, number("9007199254740992"), "9007199254740992.0",
             "9007199254740992.0"},
        Case{"IntegerToDoubleRounded", kDouble, number("9007199254740993"), "9007199254740992.0",
             "refused"},
        Case{"LargestToDouble", kDouble, number("9223372036854775807"), "9.223372036854776e+18",
             "refused"},
        Case{"SmallestToDouble", kDouble, number("-9223372036854775808"), "-9.223372036854776e+18",
             "-9.223372036854776e+18"},
        Case{"DoubleToBigint", kBigint, number("2.0"), "2", "2"},
        Case{"DoubleFractionToBigint", kBigint, number("2.5"), "refused", "refused"},
        Case{"DoubleSmallestToBigint", kBigint, number("-9223372036854775808.0"),
             "-9223372036854775808", "-9223372036854775808"},
        Case{"DoubleBeyondBigint", kBigint, number("1e20"), "100000000000000000000", "refused"},
        Case{"NanToBigint", kBigint, Value::floating(std::numeric_limits<double>::quiet_NaN()),
             "refused", "refused"},
        Case{"InfinityToBigint", kBigint, Value::floating(std::numeric_limits<double>::infinity()),
             "refused", "refused"},
        Case{"DoubleToWei", kWei, number("2.0"), "2", "2"},
        Case{"DoubleFractionToWei", kWei, number("2.5"), "2.5", "refused"},
        Case{"DoubleTooLargeForWei", kWei, number("1e38"), "99999999999999997748809823456034029568",
             "99999999999999997748809823456034029568"},
        Case{"DoubleFarTooLargeForWei", kWei, number("1e39"),
             "999999999999999939709166371603178586112", "refused"},
        Case{"InfinityToWei", kWei, Value::floating(std::numeric_limits<double>::infinity()),
             "Infinity", "refused"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Decimals, Coercion,
    testing::Values(Case{"ToBigint", kBigint, decimal("1276.0"), "1276", "1276"},
                    Case{"FractionToBigint", kBigint, decimal("912.12"), "refused", "refused"},
                    Case{"LargeToBigint", kBigint, decimal("1e30"),
                         "1000000000000000000000000000000", "refused"},
                    Case{"WeiToBigint", kBigint, wei("1276.0"), "1276", "1276"},
                    Case{"ToDouble", kDouble, decimal("-1121.11"), "-1121.11", "-1121.11"},
                    Case{"ToDoubleTrailingZero", kDouble, decimal("1.50"), "1.5", "1.5"},
                    Case{"ToDoubleRounded", kDouble, decimal("0.12345678901234567890"),
                         "0.12345678901234568", "refused"},
                    Case{"ToDoubleTooLarge", kDouble, decimal("1e400"), "inf", "refused"},
                    Case{"NanToDouble", kDouble, decimal("nan"), "nan", "refused"},
                    Case{"WeiToDouble", kDouble, wei("21.37"), "21.37", "21.37"},
                    Case{"ToWei", kWei, decimal("1276.37"), "1276.37", "1276.37"},
                    Case{"ToText", kText, decimal("1e3"), "1E+3", "1E+3"},
                    Case{"ToBinary", kBinary, decimal("1"), "refused", "refused"},
                    Case{"IntegerToDecimal", kDecimal, number("-1726"), "-1726", "-1726"},
                    Case{"DoubleToDecimal", kDecimal, number("0.1"),
                         "0.1000000000000000055511151231257827021181583404541015625",
                         "0.1000000000000000055511151231257827021181583404541015625"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    DatesAndTimes, Coercion,
    testing::Values(
        Case{"TextToTimestamp", kTimestamp, Value::text("2022-05-10T03:41:31.466+02:00"),
             "2022-05-10T03:41:31.466000+02:00", "2022-05-10T03:41:31.466000+02:00"},
        Case{"DateTextToTimestamp", kTimestamp, Value::text("2024-01-02"), "2024-01-02T00:00:00",
             "2024-01-02T00:00:00"},
        Case{"TimeTextToTimestamp", kTimestamp, Value::text("10:36"), "refused", "refused"},
        Case{"DateToTimestamp", kTimestamp, Value::date({1}), "1970-01-02T00:00:00",
             "1970-01-02T00:00:00"},
        Case{"TimeToTimestamp", kTimestamp, Value::time({1}), "refused", "refused"},
        Case{"BoolToTimestamp", kTimestamp, Value::boolean(true), "refused", "refused"},
        Case{"ShiftedOutOfTheCalendar", kTimestamp, Value::text("0001-01-01T00:00:00+02:00"),
             "refused", "refused"},
        Case{"LastSecond", kTimestamp, number("253402300799"), "9999-12-31T23:59:59+00:00",
             "refused"},
        Case{"AfterTheLastSecond", kTimestamp, number("253402300800"), "refused", "refused"},
        Case{"FirstSecond", kTimestamp, number("-62135596800"), "0001-01-01T00:00:00+00:00",
             "refused"},
        Case{"BeforeTheFirstSecond", kTimestamp, number("-62135596801"), "refused", "refused"},
        Case{"DoubleBeforeTheFirstSecond", kTimestamp, number("-62135596800.5"), "refused",
             "refused"},
        Case{"DoubleToNearestMicrosecond", kTimestamp, number("1633344898.7415245"),
             "2021-10-04T10:54:58.741524+00:00", "refused"},
        Case{"DoubleRoundsUpToASecond", kTimestamp, number("0.9999996"),
             "1970-01-01T00:00:01+00:00", "refused"},
        Case{"NanTextToTimestamp", kTimestamp, Value::text("nan"), "refused", "refused"},
        Case{"TextToDate", kDate, Value::text("2023-02-27"), "2023-02-27", "2023-02-27"},
        Case{"TimestampTextToDate", kDate, Value::text("2021-01-01T00:00:00+05:00"), "2020-12-31",
             "refused"},
        Case{"TimestampToDate", kDate, at("1995-05-06T00:01:01Z"), "1995-05-06", "refused"},
        Case{"MidnightToDate", kDate, at("1995-05-06T02:00:00+02:00"), "1995-05-06", "1995-05-06"},
        Case{"AlmostMidnightToDate", kDate, at("1995-05-06T00:00:00.000001Z"), "1995-05-06",
             "refused"},
        Case{"TimeTextToDate", kDate, Value::text("10:36"), "refused", "refused"},
        Case{"TextToTime", kTime, Value::text("12:34:56+02:00"), "10:34:56", "10:34:56"},
        Case{"TimestampTextToTime", kTime, Value::text("2022-05-10T03:41:31"), "refused",
             "refused"},
        Case{"TimestampToTime", kTime, at("2022-05-10T03:41:31Z"), "refused", "refused"},
        Case{"TimestampToText", kText, at("2022-05-10T03:41:31.5Z"),
             "2022-05-10T03:41:31.500000+00:00", "2022-05-10T03:41:31.500000+00:00"},
        Case{"DateToText", kText, Value::date({0}), "1970-01-01", "1970-01-01"},
        Case{"TimeToText", kText, Value::time({0}), "00:00:00", "00:00:00"},
        Case{"TimestampToBigint", kBigint, at("2022-05-10T03:41:31Z"), "refused", "refused"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    TextJsonAndBinary, Coercion,
    testing::Values(
        Case{"BoolToText", kText, Value::boolean(false), "False", "False"},
        Case{"DoubleToText", kText, number("-1726.1288"), "-1726.1288", "-1726.1288"},
        Case{"BinaryToText", kText, Value::binary("binary string"),
             "YmluYXJ5IHN0cmluZw==", "YmluYXJ5IHN0cmluZw=="},
        Case{"HexbytesToText", kText, Value::owned(kBinary, "binary string", Value::Note::kHex),
             "0x62696e61727920737472696e67", "0x62696e61727920737472696e67"},
        Case{"JsonToText", kText, Value::json("{\"at\":\"\uF0272022-05-10\"}"),
             R"({"at":"2022-05-10"})", R"({"at":"2022-05-10"})"},
        Case{"JsonToJson", kJson, Value::json("[\"\uF0261\"]"), R"(["1"])", R"(["1"])"},
        Case{"PlainJsonToJson", kJson, Value::json("[1]"), "[1]", "[1]"},
        Case{"TextToJson", kJson, Value::text("{ \"a\" : 1 }"), R"({"a":1})", R"({"a":1})"},
        Case{"NullTextToJson", kJson, Value::text(" null "), "null", "refused"},
        Case{"OtherTextToJson", kJson, Value::text("not json"), "refused", "refused"},
        Case{"JsonToBinary", kBinary, Value::json("[]"), "refused", "refused"},
        Case{"IntegerToJson", kJson, number("1"), "refused", "refused"},
        Case{"HexToBinary", kBinary, Value::text("0x30"), "30", "30"},
        Case{"SpacedHexToBinary", kBinary, Value::text("0x de ad\tBE"), "deadbe", "deadbe"},
        Case{"HalfHexToBinary", kBinary, Value::text("0xd ead"), "refused", "refused"},
        Case{"Base64ToBinary", kBinary, Value::text("aGk="), "6869", "6869"},
        Case{"BrokenBase64ToBinary", kBinary, Value::text("!aGk="), "refused", "refused"},
        Case{"IntegerToBinary", kBinary, number("256"), "0001", "0001"},
        Case{"NegativeToBinary", kBinary, number("-1"), "refused", "refused"},
        Case{"BigToBinary", kBinary, number("18446744073709551616"), "000000000000000001",
             "000000000000000001"}),
    name_of);

TEST(Coercion, KeepsWhatTheTypeDoesNotTell) {
  const auto timestamp =
      coerce_inferred(kTimestamp, Value::text("2024-01-01T00:00:00.1234567891"), kWeiDigits);
  ASSERT_TRUE(timestamp);
  EXPECT_EQ(timestamp->note, Value::Note::kCut);
  EXPECT_EQ(coerce(kTime, Value::text("00:00:00.1234567891"))->note, Value::Note::kCut);
  EXPECT_EQ(coerce(kTimestamp, Value::text("2024-01-01T00:00:00.123456789"))->note,
            Value::Note::kNone);
  EXPECT_EQ(coerce(kBinary, Value::owned(kBinary, "x", Value::Note::kHex))->note,
            Value::Note::kHex);
}

TEST(Coercion, OfTextThatIsNoTimestampThrows) {
  EXPECT_THROW(coerce(kText, Value::timestamp({.seconds = kMaxSeconds + 1})), Error);
}

TEST(Coercion, EveryTypeIsItself) {
  const Value kValues[] = {Value::text("x"),
                           number("1"),
                           number("1.5"),
                           Value::boolean(true),
                           at("2024-01-01T00:00:00"),
                           Value::date({1}),
                           Value::time({1}),
                           decimal("1.5"),
                           wei("1"),
                           Value::binary("x"),
                           Value::json("[]")};
  int type = 0;
  for (const Value& value : kValues) {
    EXPECT_EQ(value.type, static_cast<DataType>(type++));
    EXPECT_EQ(shown(coerce(value.type, value)), shown(value));
    EXPECT_EQ(shown(coerce_inferred(value.type, value, kWeiDigits)), shown(value));
  }
  EXPECT_EQ(type, kDataTypeCount);
}

// Whatever an inferred column takes, the declared one takes too and makes the same of it.
TEST(Coercion, InferredNeverGoesBeyondDeclared) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937_64 random(seed);
  const auto any = [&random](std::uint64_t count) { return random() % count; };
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::uint64_t length = any(12); length > 0; --length)
      text += "0123456789-:TZ.eE+x "[any(20)];
    const auto raw = Value::number(text);
    for (const Value& value : {Value::text(text), raw.value_or(Value::boolean(any(2) == 0))}) {
      for (int to = 0; to < kDataTypeCount; ++to) {
        const auto inferred = coerce_inferred(static_cast<DataType>(to), value, kWeiDigits);
        if (!inferred) continue;
        ASSERT_EQ(shown(inferred), shown(coerce(static_cast<DataType>(to), value)))
            << text << " to " << to;
      }
    }
  }
}

// Difference 2 as a property: what became a number is written as it came.
TEST(Coercion, TextThatBecameANumberComesBack) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937_64 random(seed);
  int coerced = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string text;
    for (std::uint64_t length = 1 + random() % 5; length > 0; --length)
      text += "0123456789-.e+"[random() % 14];
    if (const auto integer = coerce_inferred(kBigint, Value::text(text), kWeiDigits)) {
      ASSERT_EQ(shown(coerce(kText, *integer)), text);
      ++coerced;
    }
    if (const auto floating = coerce_inferred(kDouble, Value::text(text), kWeiDigits)) {
      const std::string back = shown(coerce(kText, *floating));
      ASSERT_TRUE(back == text || back == text + ".0") << text << " came back as " << back;
      ++coerced;
    }
  }
  EXPECT_GT(coerced, 1'000);
}

TEST(NaturalType, IsWeiOrTextForBigIntegers) {
  EXPECT_EQ(natural_type(number("1"), 38), kBigint);
  EXPECT_EQ(natural_type(number("1.0"), 38), kDouble);
  EXPECT_EQ(natural_type(Value::text("1"), 38), kText);
  EXPECT_EQ(natural_type(number("9223372036854775808"), 38), kWei);
  EXPECT_EQ(natural_type(number("-99999999999999999999999999999999999999"), 38), kWei);
  EXPECT_EQ(natural_type(number("100000000000000000000000000000000000000"), 38), kText);
  EXPECT_EQ(natural_type(number("100000000000000000000000000000000000000"), 78), kWei);
}

TEST(Variants, AreNamedAfterTheType) {
  for (int type = 0; type < kDataTypeCount; ++type) {
    EXPECT_EQ(variant_suffix(static_cast<DataType>(type)),
              fmt::format("v_{}", to_string(static_cast<DataType>(type))));
  }
}

TEST(Variants, WeiBeyondTheLargestIsOne) {
  EXPECT_FALSE(exceeds_wei(wei("578960446186580977117854925043439539266")));
  EXPECT_TRUE(exceeds_wei(wei("578960446186580977117854925043439539266.5")));
  EXPECT_TRUE(exceeds_wei(wei("578960446186580977117854925043439539267")));
  EXPECT_FALSE(exceeds_wei(wei("-578960446186580977117854925043439539267")));
  EXPECT_TRUE(exceeds_wei(wei("-578960446186580977117854925043439539268")));
  EXPECT_TRUE(exceeds_wei(wei("inf")));
  EXPECT_FALSE(exceeds_wei(wei("nan")));
}

TEST(ExactDouble, IsThatInteger) {
  EXPECT_EQ(exact_double(42), 42.0);
  EXPECT_EQ(exact_double((std::int64_t{1} << 53) + 1), std::nullopt);
  EXPECT_EQ(exact_double(std::numeric_limits<std::int64_t>::max()), std::nullopt);
  EXPECT_EQ(exact_double(std::numeric_limits<std::int64_t>::min()), -9223372036854775808.0);
}

}  // namespace
}  // namespace dlt
