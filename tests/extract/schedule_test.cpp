// SPDX-License-Identifier: Apache-2.0
#include "extract/schedule.hpp"

#include <map>

#include <gtest/gtest.h>

#include "core/thrown_error.hpp"
#include "core/time/time_zone.hpp"
#include "dlt/values.hpp"

namespace dlt {
namespace {

using Variables = std::map<std::string, std::string>;

Environment environment(const Variables& variables) {
  return [&variables](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
}

const Variables kDay = {{"DLT_INTERVAL_START", "2024-07-01T00:00:00Z"},
                        {"DLT_INTERVAL_END", "2024-07-02T00:00:00Z"}};

IncrementalRule scheduled(const Json& initial, const Json& end = {},
                          const Variables& variables = kDay, const char* func = "max") {
  return check_incremental({.cursor_path = "u",
                            .initial_value = initial,
                            .last_value_func = func,
                            .end_value = end,
                            .allow_external_schedulers = true},
                           {}, environment(variables));
}

Json at(const char* iso) { return *parse_timestamp(iso); }
Json day(const char* iso) { return *parse_date(iso); }

TEST(ScheduleTest, GivesTheRangeInTheTypeOfTheCursor) {
  struct Row {
    Json initial;
    Json from;
    Json to;
  };
  for (const Row& row : {
           Row{at("2020-01-01T00:00:00Z"), at("2024-07-01T00:00:00Z"), at("2024-07-02T00:00:00Z")},
           Row{at("2020-01-01T00:00:00"), at("2024-07-01T00:00:00"), at("2024-07-02T00:00:00")},
           Row{day("2020-01-01"), day("2024-07-01"), day("2024-07-02")},
           Row{0, 1719792000, 1719878400},
           Row{0.5, 1719792000.0, 1719878400.0},
       }) {
    const IncrementalRule rule = scheduled(row.initial);
    EXPECT_EQ(rule.initial.to_json(), row.from);
    EXPECT_EQ(rule.end.to_json(), row.to);
  }
}

TEST(ScheduleTest, ValuesOfOnesOwnCutTheRange) {
  const IncrementalRule rule = scheduled(1719800000, 1719870000);
  EXPECT_EQ(rule.initial.to_json(), 1719800000);
  EXPECT_EQ(rule.end.to_json(), 1719870000);
  const IncrementalRule wide = scheduled(0, 2000000000);
  EXPECT_EQ(wide.initial.to_json(), 1719792000);
  EXPECT_EQ(wide.end.to_json(), 1719878400);
}

TEST(ScheduleTest, WritesTimesOnTheClockOfTheTimeZone) {
  Variables variables = kDay;
  variables["DLT_INTERVAL_TIMEZONE"] = "Europe/Berlin";
  const IncrementalRule rule = scheduled(at("2020-01-01T00:00:00Z"), {}, variables);
  EXPECT_EQ(rule.initial.to_json(), at("2024-07-01T02:00:00+02:00"));
  EXPECT_EQ(scheduled(day("2020-01-01"), {}, variables).end.to_json(), day("2024-07-02"));
}

TEST(ScheduleTest, SaysWhatIsMissing) {
  const auto mistake = [](const Json& initial, const Variables& variables) {
    return thrown_by([&] { scheduled(initial, {}, variables); });
  };
  EXPECT_EQ(mistake(0, {}).code(), ErrorCode::kConfiguration);
  EXPECT_EQ(mistake(0, {{"DLT_INTERVAL_START", "2024-07-01"}}).message(),
            "the incremental takes its range from a scheduler, but DLT_INTERVAL_END is not set");
  EXPECT_EQ(mistake(0, {{"DLT_INTERVAL_START", "x"}, {"DLT_INTERVAL_END", "y"}}).message(),
            "DLT_INTERVAL_START must be a date or a time in ISO form, got 'x'");
  EXPECT_EQ(mistake("2020-01-01", kDay).message(),
            "a cursor of text cannot take its range from a scheduler");
  EXPECT_EQ(mistake(nullptr, kDay).code(), ErrorCode::kInvalidArgument);
  Variables variables = kDay;
  variables["DLT_INTERVAL_TIMEZONE"] = "Atlantis/Center";
  EXPECT_EQ(mistake(0, variables).message(),
            "DLT_INTERVAL_TIMEZONE must be the name of a time zone, as 'Europe/Berlin', got "
            "'Atlantis/Center'");
}

TEST(TimeZoneTest, KnowsTheClock) {
  const std::optional<TimeZone> berlin = TimeZone::load("Europe/Berlin");
  ASSERT_TRUE(berlin);
  const auto offset = [&](const char* iso) {
    return berlin->utc_offset_minutes(parse_timestamp(iso)->seconds);
  };
  EXPECT_EQ(offset("2024-01-15T00:00:00Z"), 60);
  EXPECT_EQ(offset("2024-03-31T00:59:59Z"), 60);
  EXPECT_EQ(offset("2024-03-31T01:00:00Z"), 120);
  EXPECT_EQ(offset("2024-10-27T01:00:00Z"), 60);
  EXPECT_EQ(offset("1800-01-01T00:00:00Z"), 53);
  EXPECT_EQ(TimeZone::load("UTC")->utc_offset_minutes(0), 0);
  for (const char* name : {"", "Europe", "../etc/passwd", "/etc/passwd", "Nowhere", "tzdata.zi"})
    EXPECT_FALSE(TimeZone::load(name)) << name;
}

}  // namespace
}  // namespace dlt
