// SPDX-License-Identifier: Apache-2.0
#include "extract/cursor_value.hpp"

#include <gtest/gtest.h>

#include "core/json/padded_bytes.hpp"
#include "core/json/parser.hpp"
#include "core/json/slow_view.hpp"
#include "dlt/values.hpp"

namespace dlt {
namespace {

CursorValue parsed(const std::string& text) {
  const PaddedBytes bytes(text);
  JsonParser parser;
  CursorValue value;
  if (parser.parse(bytes.view()) == Parsed::kFast) {
    value.assign(parser.view());
  } else {
    value.assign(SlowView(parser.slow()));
  }
  return value;
}

Json marked(const std::string& kind, const std::string& text) {
  if (kind == "decimal") return *parse_decimal(text);
  if (kind == "date") return *parse_date(text);
  if (kind == "time") return *parse_time(text);
  if (kind == "binary") return Binary{text};
  return *parse_timestamp(text);
}

TEST(CursorValueTest, IsTheSameFromTextAndFromValues) {
  for (const char* text : {"null", "true", "1", "-1", "9223372036854775807", "1.5", "1e300",
                           R"("x")", R"([1,{"a":2}])", R"({"b":1,"a":[true,null]})"}) {
    const Json json = Json::parse(text);
    EXPECT_EQ(parsed(text).kind(), CursorValue(json).kind()) << text;
    EXPECT_EQ(parsed(text).to_json(), json) << text;
    EXPECT_EQ(CursorValue(json).to_json(), json) << text;
  }
}

TEST(CursorValueTest, IntegersBeyond64BitsAreDecimalsInTheState) {
  for (const char* digits : {"18446744073709551615", "123456789012345678901234567890"}) {
    EXPECT_EQ(parsed(digits).to_json(), Json(*parse_decimal(digits)));
    EXPECT_TRUE(equal(parsed(digits), CursorValue(parsed(digits).to_json())));
  }
}

TEST(CursorValueTest, MarkedTextIsTypedOnlyInValues) {
  const Json time = marked("timestamp", "2024-01-01T10:00:00+02:00");
  EXPECT_EQ(CursorValue(time).kind(), CursorValue::Kind::kTimestamp);
  EXPECT_EQ(CursorValue(time).to_json(), time);
  EXPECT_EQ(parsed(time.dump()).kind(), CursorValue::Kind::kText);
  EXPECT_EQ(CursorValue(Json("\xEF\x80\xA7soon")).kind(), CursorValue::Kind::kText);
}

TEST(CursorValueTest, Compares) {
  // Each below the next.
  const std::vector<std::vector<Json>> ladders = {
      {-1e300, std::int64_t{INT64_MIN}, -1, marked("decimal", "-0.5"), false, 0.25, true, 1.5,
       marked("decimal", "2"), std::int64_t{9007199254740993}, std::int64_t{INT64_MAX},
       std::uint64_t{UINT64_MAX}, marked("decimal", "1e30"), 1e300},
      {"", "A", "a", "aa", "b", "\xC3\xA9", "\xF0\x9F\x98\x80"},
      {marked("date", "0001-01-01"), marked("date", "2024-02-29"), marked("date", "9999-12-31")},
      {marked("time", "00:00:00"), marked("time", "10:00:00.5")},
      {marked("timestamp", "2024-01-01T10:00:00+02:00"),
       marked("timestamp", "2024-01-01T09:00:00Z"),
       marked("timestamp", "2024-01-01T09:00:00.000001Z")},
      {marked("binary", "a"), marked("binary", "b")},
  };
  for (const std::vector<Json>& ladder : ladders) {
    for (std::size_t i = 0; i < ladder.size(); ++i) {
      for (std::size_t j = 0; j < ladder.size(); ++j) {
        const auto order = compare(CursorValue(ladder[i]), CursorValue(ladder[j]));
        ASSERT_TRUE(order) << ladder[i] << ladder[j];
        EXPECT_TRUE(*order == (i <=> j)) << ladder[i] << " " << ladder[j];
        EXPECT_EQ(equal(CursorValue(ladder[i]), CursorValue(ladder[j])), i == j);
      }
    }
  }
  for (std::size_t i = 0; i < ladders.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_FALSE(compare(CursorValue(ladders[i][0]), CursorValue(ladders[j][0])));
      EXPECT_FALSE(equal(CursorValue(ladders[i][0]), CursorValue(ladders[j][0])));
    }
  }
}

TEST(CursorValueTest, TextsOfMomentsAreComparedAsMoments) {
  const auto order = [](const char* a, const char* b) {
    return *compare(CursorValue(Json(a)), CursorValue(Json(b)));
  };
  EXPECT_TRUE(order("2024-01-01T00:00:00Z", "2024-01-01T00:00:00.5Z") < 0);
  EXPECT_TRUE(order("2024-01-01T00:00:00Z", "2024-01-01T02:00:00.000+02:00") == 0);
  EXPECT_TRUE(order("2024-01-01T00:00:00+02:00", "2023-12-31T23:30:00Z") < 0);
  EXPECT_TRUE(order("2024-01-01 00:00:00", "2024-01-01T00:00:00.5") < 0);
  // What is no moment, is not known to be one, or is finer than a moment can be, is text.
  EXPECT_TRUE(order("2024-01-01T00:00:00Z", "2024-01-01T00:00:00.5") > 0);
  EXPECT_TRUE(order("2024-01-01", "2024-01-01T00:00:00Z") < 0);
  EXPECT_TRUE(order("2024-01-01T00:00:00.0000000001Z", "2024-01-01T00:00:00.0000000002Z") < 0);
}

TEST(CursorValueTest, ComparesNothingWithNothing) {
  EXPECT_TRUE(equal(CursorValue(), CursorValue()));
  EXPECT_FALSE(equal(CursorValue(), CursorValue(Json(0))));
  EXPECT_FALSE(compare(CursorValue(), CursorValue(Json(0))));
  EXPECT_FALSE(compare(CursorValue(marked("decimal", "NaN")), CursorValue(Json(0))));
  EXPECT_TRUE(equal(CursorValue(Json::array({1})), CursorValue(Json::array({1}))));
}

TEST(CursorValueTest, IsAssignedAgainAndAgain) {
  CursorValue value;
  for (const Json& json : {Json("a long text that takes memory of its own"), Json(5), Json(nullptr),
                           marked("decimal", "1.5"), Json::array({1, 2}), Json("b")}) {
    value.assign(json);
    EXPECT_EQ(value.to_json(), json);
  }
}

}  // namespace
}  // namespace dlt
