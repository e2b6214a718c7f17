// SPDX-License-Identifier: Apache-2.0
#include "core/time/iso.hpp"

#include <random>
#include <string>

#include <dlt/error.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/time/calendar.hpp"
#include "core/time/format.hpp"

namespace dlt {
namespace {

/// What parse_iso makes of a text, in one line: kind, ISO form, and '~' where something finer than
/// a nanosecond was cut.
std::string read(std::string_view text) {
  const auto parsed = parse_iso(text);
  const auto timestamp = parse_iso_timestamp(text);
  const bool is_timestamp = parsed && std::holds_alternative<Timestamp>(parsed->value);
  if (timestamp.has_value() != is_timestamp) return "the two parsers differ";
  if (!parsed) return "none";
  if (is_timestamp &&
      (timestamp->value != std::get<Timestamp>(parsed->value) || timestamp->cut != parsed->cut)) {
    return "the two parsers differ";
  }
  std::string iso;
  std::visit([&iso](const auto& value) { append_iso(iso, value); }, parsed->value);
  return iso + (parsed->cut ? "~" : "");
}

struct Reading {
  const char* text;
  const char* expected;
};

class Iso : public testing::TestWithParam<Reading> {};

TEST_P(Iso, IsReadAs) {
  EXPECT_EQ(read(GetParam().text), GetParam().expected) << '\'' << GetParam().text << '\'';
}

INSTANTIATE_TEST_SUITE_P(
    Timestamps, Iso,
    testing::Values(
        Reading{"2024-01-31T12:30:45", "2024-01-31T12:30:45"},
        Reading{"2024-01-31 12:30:45Z", "2024-01-31T12:30:45+00:00"},
        Reading{"2024-01-31T12:30:45.5Z", "2024-01-31T12:30:45.500000+00:00"},
        Reading{"2024-01-31T12:30:45,25", "2024-01-31T12:30:45.250000"},
        Reading{"2024-01-31T12:30:45.123456789Z", "2024-01-31T12:30:45.123456789+00:00"},
        Reading{"2024-01-31T12:30:45.1234567890Z", "2024-01-31T12:30:45.123456789+00:00"},
        Reading{"2024-01-31T12:30:45.1234567891Z", "2024-01-31T12:30:45.123456789+00:00~"},
        Reading{"2024-01-31T12:30:45.00000000000001", "2024-01-31T12:30:45~"},
        Reading{"2024-01-31T12:30:45+02:00", "2024-01-31T12:30:45+02:00"},
        Reading{"2024-01-31T12:30:45-0530", "2024-01-31T12:30:45-05:30"},
        Reading{"2024-01-31T12:30+02", "2024-01-31T12:30:00+02:00"},
        Reading{"2024-01-31T12+02:", "2024-01-31T12:00:00+02:00"},
        Reading{"2024-01-31T12:30:45+24:00", "2024-01-31T12:30:45+24:00"},
        Reading{"20240131T123045Z", "2024-01-31T12:30:45+00:00"},
        Reading{"20240131T12:30", "2024-01-31T12:30:00"},
        Reading{"20240131 123045.5", "2024-01-31T12:30:45.500000"},
        Reading{"2024-01T05:00", "2024-01-01T05:00:00"},
        Reading{"2024-060T00:00:00", "2024-02-29T00:00:00"},
        Reading{"2023-365T00:00:00", "2023-12-31T00:00:00"},
        Reading{"2024-W01-1T00:00:00Z", "2024-01-01T00:00:00+00:00"},
        Reading{"2020W537T10", "2021-01-03T10:00:00"},
        Reading{"2024/01/31 9:05", "2024-01-31T09:05:00"},
        Reading{"2024:01:31 9:5:7|25", "2024-01-31T09:05:07.250000"},
        Reading{"2024 10:11", "2024-01-01T10:11:00"}, Reading{"20241:5", "2024-01-01T01:05:00"},
        Reading{"２０２４/01/31 １0:00", "2024-01-31T10:00:00"},
        Reading{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00"},
        Reading{"9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999+00:00"},
        Reading{"9999-12-31T23:59:59+00:01", "9999-12-31T23:59:59+00:01"}));

INSTANTIATE_TEST_SUITE_P(
    DatesAndTimes, Iso,
    testing::Values(Reading{"2024-02-29", "2024-02-29"}, Reading{"20240229", "2024-02-29"},
                    Reading{"2024-02", "2024-02-01"}, Reading{"2024", "2024-01-01"},
                    Reading{"2024/02/29", "2024-02-29"}, Reading{"2024-366", "2024-12-31"},
                    Reading{"2024-W09-4", "2024-02-29"}, Reading{"2024W09", "2024-02-26"},
                    Reading{"10:11", "10:11:00"}, Reading{"T10", "10:00:00"},
                    Reading{"T101112", "10:11:12"}, Reading{"10:11:12.5", "10:11:12.500000"},
                    Reading{"1:5", "01:05:00"}, Reading{"01:00+02:00", "23:00:00"},
                    Reading{"23:30-01:00", "00:30:00"},
                    Reading{"10:11:12.1234567891", "10:11:12.123456789~"}));

INSTANTIATE_TEST_SUITE_P(
    Refused, Iso,
    testing::Values(
        Reading{"", "none"}, Reading{"hello", "none"}, Reading{"P1D", "none"},
        Reading{"12345", "none"}, Reading{"1700000000", "none"}, Reading{"2024-1-1", "none"},
        Reading{"2024-01-01T", "none"}, Reading{"2024-01-01T1", "none"},
        Reading{"2024-01-01T10:1", "none"}, Reading{"2024-01-01T10:11:", "none"},
        Reading{"2024-01-01T10:11:12.", "none"}, Reading{"2024-01-01T10:11:12.Z", "none"},
        Reading{"2024-01-01T10:11.5", "none"}, Reading{"2024-01-01T101112", "none"},
        Reading{"20240101T10:11:12", "none"}, Reading{"T10:11:12", "none"},
        Reading{"2024-01-01T24:00:00", "none"}, Reading{"2024-01-01T23:60", "none"},
        Reading{"2024-01-01T23:59:60", "none"}, Reading{"2023-02-29T00:00:00", "none"},
        Reading{"2024-13-01T00:00:00", "none"}, Reading{"2024-00-01T00:00:00", "none"},
        Reading{"2023-366", "none"}, Reading{"2024-000", "none"}, Reading{"2024-W54", "none"},
        Reading{"2024-W53", "none"}, Reading{"2024-W01-8", "none"}, Reading{"2024-W011", "none"},
        Reading{"0000-01-01T00:00:00", "none"}, Reading{"0000-W01", "none"},
        Reading{"0001-01-01T00:00:00+00:01", "none"}, Reading{"9999-12-31T23:59:59-00:01", "none"},
        Reading{"2024-01-01T10:11:12+24:01", "none"}, Reading{"2024-01-01T10:11:12-99:99", "none"},
        Reading{"10:11:12+24:01", "none"}, Reading{"2024-01-01T10:11:12 Z", "none"},
        Reading{"2024-01-01T10:11:12z", "none"}, Reading{"2024-01-01T10:11:12Z/2025-01-01", "none"},
        Reading{"2024/13/01 10:00", "none"}, Reading{"2024/01/01 10:", "none"},
        Reading{"2024/01/01 10:00:", "none"}, Reading{"2024/01/01 10:00:00.", "none"},
        Reading{"2024/01/01 10:00:00.1234567890", "none"}, Reading{"2024/01/01 25:00", "none"},
        Reading{"２０２４-01-31T10:00:00", "none"}, Reading{"é", "none"},
        Reading{"2024/01/31 10:00é", "none"}));

TEST(Iso, OffsetsAreShiftedToUtc) {
  const auto east = parse_iso_timestamp("1970-01-01T02:00:00+02:00");
  ASSERT_TRUE(east);
  EXPECT_EQ(east->value, (Timestamp{.seconds = 0, .utc_offset_minutes = 120}));
  const auto west = parse_iso_timestamp("1969-12-31T18:29:59.5-05:30");
  ASSERT_TRUE(west);
  EXPECT_EQ(west->value,
            (Timestamp{.seconds = -1, .nanoseconds = 500'000'000, .utc_offset_minutes = -330}));
}

// A character at a time, so that no check of the quick path is left out.
TEST(Iso, OneWrongCharacterMakesItNoTimestamp) {
  const std::string usual = "2024-01-31T12:30:45.123Z";
  for (std::size_t i = 0; i < usual.size(); ++i) {
    for (const char wrong : {'x', '\x7f', '\0', '/', ';'}) {
      std::string text = usual;
      text[i] = wrong;
      EXPECT_EQ(read(text), "none") << text;
    }
  }
}

TEST(Iso, WhatIsWrittenIsReadBack) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<std::int64_t> seconds(kMinSeconds + kSecondsPerDay,
                                                      kMaxSeconds - kSecondsPerDay);
  std::uniform_int_distribution<std::int32_t> nanoseconds(0, 999'999'999);
  std::uniform_int_distribution<std::int32_t> offset(-24 * 60, 24 * 60);
  for (int i = 0; i < 20'000; ++i) {
    Timestamp value{.seconds = seconds(random)};
    if (i % 2 == 0) value.utc_offset_minutes = offset(random);
    if (i % 3 != 0) value.nanoseconds = nanoseconds(random);
    if (i % 3 == 1) value.nanoseconds -= value.nanoseconds % 1000;
    std::string text;
    append_iso(text, value);
    const auto parsed = parse_iso_timestamp(text);
    ASSERT_TRUE(parsed) << text;
    ASSERT_EQ(parsed->value, value) << text;
    const Date date{day_of_second(value.seconds)};
    text.clear();
    append_iso(text, date);
    ASSERT_EQ(parse_date(text), date);
    const Time time{(value.seconds - date.days * kSecondsPerDay) * kNanosecondsPerSecond +
                    value.nanoseconds};
    text.clear();
    append_iso(text, time);
    ASSERT_EQ(parse_time(text), time);
  }
}

template <typename Value>
bool refuses(const Value& value) {
  std::string text = "kept";
  try {
    append_iso(text, value);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
    return text == "kept";
  }
  return false;
}

TEST(IsoFormat, RefusesWhatNoCalendarHas) {
  EXPECT_TRUE(refuses(Date{kMinDays - 1}));
  EXPECT_TRUE(refuses(Date{kMaxDays + 1}));
  EXPECT_TRUE(refuses(Time{-1}));
  EXPECT_TRUE(refuses(Time{kNanosecondsPerDay}));
  EXPECT_TRUE(refuses(Timestamp{.seconds = kMinSeconds - 1}));
  EXPECT_TRUE(refuses(Timestamp{.seconds = kMaxSeconds + 1}));
  EXPECT_TRUE(refuses(Timestamp{.nanoseconds = -1}));
  EXPECT_TRUE(refuses(Timestamp{.nanoseconds = 1'000'000'000}));
  EXPECT_TRUE(refuses(Timestamp{.utc_offset_minutes = 1441}));
  EXPECT_TRUE(refuses(Timestamp{.utc_offset_minutes = -1441}));
  // In UTC it would still be a day of year 1, on its own clock it is none.
  EXPECT_TRUE(refuses(Timestamp{.seconds = kMinSeconds, .utc_offset_minutes = -1}));
  EXPECT_TRUE(refuses(Timestamp{.seconds = kMaxSeconds, .utc_offset_minutes = 1}));
}

}  // namespace
}  // namespace dlt
