// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <limits>
#include <string>

#include <dlt/error.hpp>
#include <dlt/values.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace dlt {
namespace {

TEST(Values, TravelAsTypedJson) {
  const Json row = {
      {"decimal", Decimal{.digits = "2137", .exponent = -2}},
      {"at",
       Timestamp{.seconds = 1'112'474'257, .nanoseconds = 358'236'000, .utc_offset_minutes = 0}},
      {"local", Timestamp{.seconds = 0}},
      {"date", Date{19'025}},
      {"time", Time{45'045'000'000'000}},
      {"bytes", Binary{"2137"}},
      {"id", Uuid{"c8209ee7-ee95-4b90-8c9f-f7a0f8b51014"}}};
  EXPECT_EQ(row.dump(),
            "{\"decimal\":\"\uF02621.37\",\"at\":\"\uF0272005-04-02T20:37:37.358236+00:00\","
            "\"local\":\"\uF0271970-01-01T00:00:00\",\"date\":\"\uF0282022-02-02\",\"time\":"
            "\"\uF02D12:30:45\","
            "\"bytes\":\"\uF02BMjEzNw==\",\"id\":\"\uF029c8209ee7-ee95-4b90-8c9f-f7a0f8b51014\"}");
}

TEST(Values, AreRefusedWhenTheyAreNone) {
  const std::function<Json()> kWrong[] = {
      [] { return Json(Timestamp{.seconds = std::numeric_limits<std::int64_t>::max()}); },
      [] { return Json(Date{std::numeric_limits<std::int32_t>::min()}); },
      [] { return Json(Time{-1}); },
      [] { return Json(Decimal{.digits = ""}); },
      [] { return Json(Decimal{.digits = "01"}); },
      [] { return Json(Decimal{.digits = "1.5"}); },
      [] { return Json(Uuid{"none"}); },
  };
  for (const auto& make : kWrong) {
    try {
      ADD_FAILURE() << make().dump();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
    }
  }
}

TEST(Values, AreReadFromText) {
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:01Z"),
            (Timestamp{.seconds = 1, .utc_offset_minutes = 0}));
  EXPECT_EQ(parse_timestamp("1970-01-02"), std::nullopt);
  EXPECT_EQ(parse_date("1970-01-02"), Date{1});
  EXPECT_EQ(parse_date("1970-01-02T00:00:00"), std::nullopt);
  EXPECT_EQ(parse_date("x"), std::nullopt);
  EXPECT_EQ(parse_time("00:00:01"), Time{1'000'000'000});
  EXPECT_EQ(parse_time("1970-01-02"), std::nullopt);
  EXPECT_EQ(parse_time("x"), std::nullopt);
}

TEST(Values, AreWrittenAsText) {
  EXPECT_EQ(to_string(Timestamp{.seconds = 1, .nanoseconds = 1, .utc_offset_minutes = -90}),
            "1969-12-31T22:30:01.000000001-01:30");
  EXPECT_EQ(to_string(Date{-1}), "1969-12-31");
  EXPECT_EQ(to_string(Time{250'000'000}), "00:00:00.250000");
}

}  // namespace
}  // namespace dlt
