// SPDX-License-Identifier: Apache-2.0
#include "core/json/parser.hpp"

#include <array>
#include <limits>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/thrown_error.hpp"

namespace dlt {
namespace {

using testing::HasSubstr;
using namespace std::string_literals;

/// The value as a text that shows kinds, order and repeated keys; one template for both kinds of
/// values.
template <typename Value>
std::string shown(const Value& value) {
  switch (value.kind()) {
    case JsonKind::kNull:
      return "null";
    case JsonKind::kTrue:
      return "true";
    case JsonKind::kFalse:
      return "false";
    case JsonKind::kInt64:
      return fmt::format("{}", value.int64());
    case JsonKind::kUint64:
      return fmt::format("{}u", value.uint64());
    case JsonKind::kBigInteger:
      return fmt::format("{}b", value.digits());
    case JsonKind::kDouble:
      return fmt::format("{:a}", value.number());
    case JsonKind::kString:
      return fmt::format("'{}'", value.string());
    case JsonKind::kArray: {
      std::string text = fmt::format("{}{}[", value.size(), value.is_empty() ? "e" : "");
      for (const auto& element : value.elements()) text += shown(element) + " ";
      return text + "]";
    }
    case JsonKind::kTyped:
      return "typed";
    case JsonKind::kObject: {
      std::string text = fmt::format("{}{}{{", value.size(), value.is_empty() ? "e" : "");
      for (const auto& [key, member] : value.fields())
        text += fmt::format("'{}':", key) + shown(member) + " ";
      return text + "}";
    }
  }
  return "?";
}

std::string parsed(JsonParser& parser, std::string_view record) {
  const PaddedBytes bytes(record);
  return parser.parse(bytes.view()) == Parsed::kFast ? shown(parser.view())
                                                     : shown(parser.slow()) + " slowly";
}

std::string parsed(std::string_view record) {
  JsonParser parser;
  return parsed(parser, record);
}

TEST(JsonParserTest, ReadsEveryKindOfValue) {
  struct Row {
    std::string text;
    std::string value;
  };
  JsonParser parser;
  for (const Row& row : {
           Row{"null", "null"},
           Row{"true", "true"},
           Row{" false ", "false"},
           Row{"0", "0"},
           Row{"-0", "0"},
           Row{"-17", "-17"},
           Row{"9223372036854775807", "9223372036854775807"},
           Row{"-9223372036854775808", "-9223372036854775808"},
           Row{"9223372036854775808", "9223372036854775808u"},
           Row{"18446744073709551615", "18446744073709551615u"},
           Row{"1.5", fmt::format("{:a}", 1.5)},
           Row{"1e2", fmt::format("{:a}", 100.0)},
           Row{"-0.0", fmt::format("{:a}", -0.0)},
           Row{"1e-400", fmt::format("{:a}", 0.0)},
           Row{"-1E-400", fmt::format("{:a}", -0.0)},
           Row{"4.9406564584124654e-324",
               fmt::format("{:a}", std::numeric_limits<double>::denorm_min())},
           Row{"1.7976931348623157e308", fmt::format("{:a}", std::numeric_limits<double>::max())},
           Row{"0.1", fmt::format("{:a}", 0.1)},
           Row{"100000000000000000000.0", fmt::format("{:a}", 1e20)},
           Row{"\"\"", "''"},
           Row{"\"a\"", "'a'"},
           Row{R"("\"\\\/\b\f\n\r\t\u00fc\u20ac\ud83d\ude00\u0000")", "'\"\\/\b\f\n\r\tü€😀\0'"s},
           Row{"\"ü€😀\x7f\"", "'ü€😀\x7f'"},
           Row{"[]", "0e[]"},
           Row{"{}", "0e{}"},
           Row{"[1,[],{},\"x\"]", "4[1 0e[] 0e{} 'x' ]"},
           Row{"{\"a\":{\"b\":[1.5,null]},\"c\":true}",
               fmt::format("2{{'a':1{{'b':2[{:a} null ] }} 'c':true }}", 1.5)},
           Row{"{\"b\":1,\"a\":2,\"b\":3,\"\":4}", "4{'b':1 'a':2 'b':3 '':4 }"},
           Row{"{\"\\u0061\\n\":1}", "1{'a\n':1 }"},
           Row{"\t[ 1 ,\r\n2 ] ", "2[1 2 ]"},
       }) {
    EXPECT_EQ(parsed(parser, row.text), row.value) << row.text;
    EXPECT_EQ(shown(parse_slow(row.text)), row.value) << row.text;
  }
}

TEST(JsonParserTest, ReadsWhatTheFastParserCannot) {
  JsonParser parser;
  EXPECT_EQ(parsed(parser, "18446744073709551616"), "18446744073709551616b slowly");
  EXPECT_EQ(parsed(parser, "[-9223372036854775809,1,\"\\u00fc\"]"),
            "3[-9223372036854775809b 1 'ü' ] slowly");
  EXPECT_EQ(parsed(parser, "{\"wei\":" + std::string(78, '9') + "}"),
            "1{'wei':" + std::string(78, '9') + "b } slowly");
  EXPECT_EQ(parsed(parser, "[1]"), "1[1 ]");
  const std::string deep = std::string(1500, '[') + std::string(1500, ']');
  EXPECT_THAT(parsed(parser, deep), HasSubstr("slowly"));
  EXPECT_EQ(parsed(parser, "[2]"), "1[2 ]");
}

TEST(JsonParserTest, DepthIsBounded) {
  for (const std::size_t limit : {1, 5, 1023, 1024, 1025, 2048}) {
    JsonParser parser(limit);
    const auto nested = [](std::size_t depth) {
      return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_NO_THROW(parsed(parser, nested(limit))) << limit;
    const Error error = thrown_by([&] { parsed(parser, nested(limit + 1)); });
    EXPECT_EQ(error.code(), ErrorCode::kBadRecord);
    EXPECT_EQ(error.message(),
              fmt::format("nested too deeply: more than {} brackets within brackets", limit));
    EXPECT_EQ(error.context().byte, limit + 1);
    const std::string objects = [&] {
      std::string text;
      for (std::size_t depth = 0; depth <= limit; ++depth) text += "{\"a\":";
      return text;
    }();
    EXPECT_THAT(thrown_by([&] { parsed(parser, objects); }).message(),
                HasSubstr("nested too deeply"));
  }
}

TEST(JsonParserTest, RecordsOfAnySizeFollowEachOther) {
  JsonParser parser;
  std::mt19937_64 random(1);
  for (const std::size_t size : {10, 100'000, 9'000'000, 100, 5'000'000, 3'000'000, 20, 70'000}) {
    const std::string text(size, 'x');
    EXPECT_TRUE(parsed(parser, "\"" + text + "\"") == "'" + text + "'") << size;
  }
  JsonParser moved(std::move(parser));
  EXPECT_EQ(parsed(moved, "[1]"), "1[1 ]");
}

TEST(JsonParserTest, WhatFollowsARecordDoesNotMatter) {
  JsonParser parser;
  const PaddedBytes bytes("{\"a\":1}\"]{[,12345678901234567890123");
  ASSERT_EQ(parser.parse(bytes.view().substr(0, 7)), Parsed::kFast);
  EXPECT_EQ(shown(parser.view()), "1{'a':1 }");
  EXPECT_THROW(parser.parse(bytes.view().substr(0, 6)), Error);
  ASSERT_EQ(parser.parse(bytes.view().substr(12, 5)), Parsed::kFast);
  EXPECT_EQ(parser.view().int64(), 12345);
}

struct Broken {
  const char* name;
  std::string record;
  std::uint64_t byte;
  std::string message;
};

class BrokenRecordTest : public testing::TestWithParam<Broken> {};

TEST_P(BrokenRecordTest, SaysWhatIsWrongAndWhere) {
  const Error error = thrown_by([] { parsed(GetParam().record); });
  EXPECT_EQ(error.code(), ErrorCode::kBadRecord);
  EXPECT_EQ(error.message(), GetParam().message);
  EXPECT_EQ(error.context().byte, GetParam().byte);
}

INSTANTIATE_TEST_SUITE_P(
    Json, BrokenRecordTest,
    testing::Values(
        Broken{"Empty", "", 1, "expected a value, found nothing"},
        Broken{"Blank", "  ", 3, "expected a value, found nothing"},
        Broken{"Garbage", "{\"a\":?}", 6, "expected a value, found '?'"},
        Broken{"Control", "\x01", 1, "expected a value, found byte 0x01"},
        Broken{"Mark", "\xef\xbb\xbf{}", 1, "expected a value, found byte 0xef"},
        Broken{"SingleQuotes", "{'a':1}", 2, "expected a key in quotes, found '''"},
        Broken{"Two", "1 2", 3, "expected the end of the record, found '2'"},
        Broken{"ClosedTwice", "{\"a\":1}}", 8, "expected the end of the record, found '}'"},
        Broken{"UnclosedObject", "{\"a\":1", 7, "expected ',' or '}', found the end of the record"},
        Broken{"UnclosedArray", "[1,[2]", 7, "expected ',' or ']', found the end of the record"},
        Broken{"EndAfterBrace", "{", 2, "expected a key in quotes, found the end of the record"},
        Broken{"EndAfterBracket", "[", 2, "expected a value, found the end of the record"},
        Broken{"EndAfterColon", "{\"a\":", 6, "expected a value, found the end of the record"},
        Broken{"EndAfterComma", "[1,", 4, "expected a value, found the end of the record"},
        Broken{"WrongBracket", "{\"a\":[1}]", 8, "expected ',' or ']', found '}'"},
        Broken{"MissingColon", "{\"a\" 1}", 6, "expected ':' after the key 'a', found '1'"},
        Broken{"MissingComma", "[1 2]", 4, "expected ',' or ']', found '2'"},
        Broken{"MissingCommaInObject", "{\"a\":1 \"b\":2}", 8, "expected ',' or '}', found '\"'"},
        Broken{"NumberAsKey", "{1:2}", 2, "expected a key in quotes, found '1'"},
        Broken{"TrailingComma", "[1, ]", 5, "a comma stands before ']'"},
        Broken{"TrailingCommaInObject", "{\"a\":1,}", 8, "a comma stands before '}'"},
        Broken{"TwoCommas", "[1,,2]", 4, "expected a value, found ','"},
        Broken{"UnclosedString", "{\"a\":\"abc}", 6, "the string that begins here is not closed"},
        Broken{"UnclosedKey", "{\"a", 2, "the string that begins here is not closed"},
        Broken{"EndInEscape", "[\"a\\", 2, "the string that begins here is not closed"},
        Broken{"Newline", "[\"a\nb\"]", 4,
               "a control character stands in a string: byte 0x0a must be written as \\u000a"},
        Broken{"Nul", "[\"a\0b\"]"s, 4,
               "a control character stands in a string: byte 0x00 must be written as \\u0000"},
        Broken{"BadEscape", "[\"a\\qb\"]", 4, "not an escape: '\\' before 'q'"},
        Broken{"ShortEscape", "[\"\\u12g4\"]", 3, "expected four hexadecimal digits after '\\u'"},
        Broken{"SignInEscape", "[\"\\u-123\"]", 3, "expected four hexadecimal digits after '\\u'"},
        Broken{"EndInUnicodeEscape", "\"\\u12", 2, "expected four hexadecimal digits after '\\u'"},
        Broken{"LoneHigh", "[\"\\ud83d\"]", 3,
               "'\\ud83d' is half of a surrogate pair, the other half is missing"},
        Broken{"LoneLow", "[\"\\uDE00\"]", 3,
               "'\\ude00' is half of a surrogate pair, the other half is missing"},
        Broken{"TwoHighs", "\"\\ud83d\\ud83d\"", 2,
               "'\\ud83d' is half of a surrogate pair, the other half is missing"},
        Broken{"HighAndLetter", "\"\\ud83d\\u0041\"", 2,
               "'\\ud83d' is half of a surrogate pair, the other half is missing"},
        Broken{"HighAndBadEscape", "\"\\ud83d\\uxxxx\"", 8,
               "expected four hexadecimal digits after '\\u'"},
        Broken{"BadByte", "{\"a\":\"b\xff\"}", 8, "not UTF-8: byte 0xff in a string"},
        Broken{"Continuation", "\"\x80\"", 2, "not UTF-8: byte 0x80 in a string"},
        Broken{"Overlong", "\"\xc0\xaf\"", 2, "not UTF-8: byte 0xc0 in a string"},
        Broken{"OverlongThree", "\"\xe0\x80\xaf\"", 2, "not UTF-8: byte 0xe0 in a string"},
        Broken{"OverlongFour", "\"\xf0\x80\x80\xaf\"", 2, "not UTF-8: byte 0xf0 in a string"},
        Broken{"Surrogate", "\"\xed\xa0\x80\"", 2, "not UTF-8: byte 0xed in a string"},
        Broken{"BeyondUnicode", "\"\xf4\x90\x80\x80\"", 2, "not UTF-8: byte 0xf4 in a string"},
        Broken{"CutSequence", "\"\xe2\x82\"", 2, "not UTF-8: byte 0xe2 in a string"},
        Broken{"Latin1Key",
               "{\"gr\xf6\xdf"
               "e\":1}",
               5, "not UTF-8: byte 0xf6 in a string"},
        Broken{"NotAscii", "[\xc3\xbc]", 2, "expected a value, found byte 0xc3"},
        Broken{"Huge", "[1e400]", 2, "the number 1e400 is beyond the range of a double"},
        Broken{"HugeNegative", "-1.5E+999", 1,
               "the number -1.5E+999 is beyond the range of a double"},
        Broken{"HugeExponent", "1e99999999999999999999", 1,
               "the number 1e99999999999999999999 is beyond the range of a double"},
        Broken{"HugeDigits", std::string(400, '9') + ".5", 1,
               "the number " + std::string(40, '9') + " is beyond the range of a double"},
        Broken{"NaN", "{\"a\":NaN}", 6, "NaN is not a JSON number"},
        Broken{"Infinity", "[Infinity]", 2, "Infinity is not a JSON number"},
        Broken{"NegativeInfinity", "[-Infinity]", 2, "-Infinity is not a JSON number"},
        Broken{"LeadingZero", "[01]", 2, "a number begins with a superfluous 0"},
        Broken{"NoFraction", "[1.]", 2, "not a number: expected a digit after '.', found ']'"},
        Broken{"NoExponent", "[1e+]", 2,
               "not a number: expected a digit in the exponent, found ']'"},
        Broken{"OnlySign", "[-]", 2, "not a number: expected a digit, found ']'"},
        Broken{"PlusSign", "[+1]", 2, "expected a value, found '+'"},
        Broken{"NoInteger", "[.5]", 2, "expected a value, found '.'"},
        Broken{"Hexadecimal", "[0x1F]", 2, "not a number: '0x'"},
        Broken{"TwoPoints", "1.2.3", 1, "not a number: '1.2.'"},
        Broken{"DigitsAndLetters", "12abc", 1, "not a number: '12a'"},
        Broken{"CutWord", "[nul]", 2, "expected a value, found 'nul'"},
        Broken{"LongWord", "truee", 1, "expected a value, found 'truee'"},
        Broken{"WrongCase", "True", 1, "expected a value, found 'True'"},
        Broken{"Undefined", "undefined", 1, "expected a value, found 'undefined'"}),
    [](const auto& test) { return test.param.name; });

/// A random text that is nearly JSON.
std::string random_text(std::mt19937_64& random, std::size_t depth) {
  static constexpr std::array<const char*, 26> kPieces = {"0",
                                                          "-1",
                                                          "1.5",
                                                          "1e5",
                                                          "null",
                                                          "true",
                                                          "false",
                                                          "\"\"",
                                                          "\"a\\nb\"",
                                                          "\"ü\"",
                                                          "\"\\ud83d\\ude00\"",
                                                          "12345678901234567890",
                                                          "1e-30",
                                                          "-0.0",
                                                          "tru",
                                                          "1.",
                                                          "\"\\x\"",
                                                          "01",
                                                          "\"\xff\"",
                                                          "\"\\ud800\"",
                                                          "1e999",
                                                          "",
                                                          "\"\x01\"",
                                                          "99999999999999999999",
                                                          "}",
                                                          ","};
  const std::size_t choice = random() % 20;
  if (depth == 0 || choice < 12)
    return kPieces[random() % (random() % 4 == 0 ? kPieces.size() : 14)];
  const bool object = choice < 16;
  std::string text = object ? "{" : "[";
  for (std::size_t count = random() % 4, index = 0; index < count; ++index) {
    if (index > 0 && random() % 50 != 0) text += ",";
    if (object) text += random() % 50 == 0 ? "1:" : "\"k" + std::to_string(random() % 3) + "\" :";
    text += random_text(random, depth - 1);
  }
  if (random() % 50 == 0) return text;
  return text + (object ? "}" : "]");
}

TEST(JsonParserPropertyTest, TheSlowParserAgreesWithTheFastOne) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random(seed);
  JsonParser parser;
  int fast = 0;
  int slow = 0;
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    const std::string text = random_text(random, 4);
    const PaddedBytes bytes(text);
    SCOPED_TRACE(fmt::format("seed {}: {}", seed, text));
    bool good = false;
    std::string value;
    try {
      good = parser.parse(bytes.view()) == Parsed::kFast;
      good ? ++fast : ++slow;
      value = good ? shown(parser.view()) : shown(parser.slow());
      ASSERT_EQ(value, shown(parse_slow(text)));
      ASSERT_TRUE(nlohmann::json::accept(text));
    } catch (const Error& error) {
      ++refused;
      ASSERT_EQ(error.code(), ErrorCode::kBadRecord);
      // Located, and so found by the slow parser.
      ASSERT_GE(error.context().byte, 1u);
      ASSERT_LE(error.context().byte, text.size() + 1);
      // nlohmann accepts 1e999 as infinity.
      ASSERT_FALSE(nlohmann::json::accept(text) && text.find("1e999") == std::string::npos);
    }
  }
  EXPECT_GT(fast, 1000);
  EXPECT_GT(slow, 100);
  EXPECT_GT(refused, 1000);
}

TEST(JsonParserPropertyTest, NumbersAreReadAlike) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random(seed);
  JsonParser parser;
  for (int round = 0; round < 20000; ++round) {
    const double number = std::bit_cast<double>(random());
    if (!std::isfinite(number)) continue;
    for (const std::string& text : {fmt::format("{:e}", number), fmt::format("{:.25e}", number),
                                    fmt::format("{}e{}", random(), int(random() % 700) - 350)}) {
      try {
        const std::string value = parsed(parser, text);
        ASSERT_EQ(value, shown(parse_slow(text))) << "seed " << seed << ": " << text;
      } catch (const Error& error) {
        ASSERT_THAT(error.message(), HasSubstr("beyond the range"))
            << "seed " << seed << ": " << text;
        ASSERT_TRUE(std::isinf(std::strtod(text.c_str(), nullptr)))
            << "seed " << seed << ": " << text;
      }
    }
  }
}

TEST(JsonKindTest, IsNamedForMessages) {
  EXPECT_STREQ(to_string(JsonKind::kNull), "null");
  EXPECT_STREQ(to_string(JsonKind::kTrue), "bool");
  EXPECT_STREQ(to_string(JsonKind::kFalse), "bool");
  EXPECT_STREQ(to_string(JsonKind::kInt64), "integer");
  EXPECT_STREQ(to_string(JsonKind::kUint64), "integer");
  EXPECT_STREQ(to_string(JsonKind::kBigInteger), "integer");
  EXPECT_STREQ(to_string(JsonKind::kDouble), "number");
  EXPECT_STREQ(to_string(JsonKind::kString), "string");
  EXPECT_STREQ(to_string(JsonKind::kArray), "array");
  EXPECT_STREQ(to_string(JsonKind::kObject), "object");
}

}  // namespace
}  // namespace dlt
