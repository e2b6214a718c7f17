// SPDX-License-Identifier: Apache-2.0
#include "schema/store.hpp"

#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "core/time/calendar.hpp"

namespace dlt {
namespace {

Field field_of(DataType type, int precision = 0, int scale = 0) {
  return {.name = "c", .type = type, .precision = precision, .scale = scale};
}

Timestamp timestamp(std::string_view text) { return parse_timestamp(text).value(); }

struct StoredUnits {
  const char* text;
  int precision;
  StoreResult result;
  std::int64_t units;
};

// Difference 4: what is finer than the column is cut, toward the past, and said.
TEST(Store, CutsTimestampsToTheColumn) {
  using enum StoreResult;
  const StoredUnits kRows[] = {
      {"1970-01-01T00:00:01.999999999Z", 0, kCut, 1},
      {"1970-01-01T00:00:01Z", 0, kStored, 1},
      {"1970-01-01T00:00:01.999Z", 3, kStored, 1'999},
      {"1970-01-01T00:00:01.9999Z", 3, kCut, 1'999},
      {"1970-01-01T00:00:01.99Z", 1, kCut, 1'900},
      {"1970-01-01T00:00:01.9Z", 1, kStored, 1'900},
      {"1970-01-01T00:00:01.123456Z", 6, kStored, 1'123'456},
      {"1970-01-01T00:00:01.123456789Z", 6, kCut, 1'123'456},
      {"1970-01-01T00:00:01.123456789Z", 4, kCut, 1'123'400},
      {"1970-01-01T00:00:01.123456789Z", 9, kStored, 1'123'456'789},
      {"1970-01-01T00:00:01.123456789Z", 7, kCut, 1'123'456'700},
      {"1969-12-31T23:59:59.25Z", 0, kCut, -1},
      {"1969-12-31T23:59:59.25Z", 3, kStored, -750},
      {"1969-12-31T23:59:59.000000001Z", 6, kCut, -1'000'000},
      {"1970-01-01T02:00:00+02:00", 6, kStored, 0},
      {"1970-01-01T00:00:00-05:30", 3, kStored, 19'800'000},
      {"1970-01-01T00:00:01", 6, kStored, 1'000'000},
      {"0001-01-01T00:00:00Z", 6, kStored, kMinSeconds * 1'000'000},
      {"9999-12-31T23:59:59.999999Z", 6, kStored, kMaxSeconds * 1'000'000 + 999'999},
      {"1677-09-21T00:12:43.145224192Z", 9, kStored, std::numeric_limits<std::int64_t>::min()},
      {"2262-04-11T23:47:16.854775807Z", 9, kStored, std::numeric_limits<std::int64_t>::max()},
  };
  for (const StoredUnits& row : kRows) {
    for (const bool zoned : {true, false}) {
      Field field = field_of(DataType::kTimestamp, row.precision);
      field.timezone = zoned;
      ColumnArray column(field);
      EXPECT_EQ(store(field, Value::timestamp(timestamp(row.text)), column, 0), row.result)
          << row.text << ' ' << row.precision;
      EXPECT_EQ(column.int64_at(0), row.units) << row.text << ' ' << row.precision;
    }
  }
}

TEST(Store, SaysWhatTheTextHadLostAlready) {
  ColumnArray times(field_of(DataType::kTimestamp, 9));
  const Field nanoseconds = field_of(DataType::kTimestamp, 9);
  EXPECT_EQ(store(nanoseconds, Value::timestamp({}, Value::Note::kCut), times, 0),
            StoreResult::kCut);
  const Timestamp far{.seconds = kMaxSeconds};
  EXPECT_EQ(store(nanoseconds, Value::timestamp(far, Value::Note::kCut), times, 1),
            StoreResult::kOutOfRange);
  ColumnArray clock(field_of(DataType::kTime, 9));
  EXPECT_EQ(store(field_of(DataType::kTime, 9), Value::time({5}, Value::Note::kCut), clock, 0),
            StoreResult::kCut);
}

TEST(Store, RefusesTimestampsThatDoNotFit) {
  const Field nanoseconds = field_of(DataType::kTimestamp, 9);
  ColumnArray column(nanoseconds);
  for (const char* text : {"1677-09-21T00:12:43.145224191Z", "2262-04-11T23:47:16.854775808Z",
                           "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"}) {
    EXPECT_EQ(store_timestamp(nanoseconds, timestamp(text), column, 0), StoreResult::kOutOfRange)
        << text;
  }
  const Field seconds = field_of(DataType::kTimestamp);
  for (const Timestamp& wrong : {Timestamp{.seconds = kMinSeconds - 1},
                                 {.seconds = kMaxSeconds + 1},
                                 {.nanoseconds = -1},
                                 {.nanoseconds = 1'000'000'000}}) {
    EXPECT_EQ(store_timestamp(seconds, wrong, column, 0), StoreResult::kOutOfRange);
  }
  EXPECT_EQ(column.length(), 0);
}

TEST(Store, CutsTimes) {
  using enum StoreResult;
  const StoredUnits kRows[] = {{"23:59:59.999999999", 0, kCut, 86'399},
                               {"23:59:59.999999999", 3, kCut, 86'399'999},
                               {"23:59:59.999999", 6, kStored, 86'399'999'999},
                               {"00:00:00.25", 1, kCut, 200},
                               {"23:59:59.999999999", 9, kStored, kNanosecondsPerDay - 1}};
  for (const StoredUnits& row : kRows) {
    const Field field = field_of(DataType::kTime, row.precision);
    ColumnArray column(field);
    EXPECT_EQ(store(field, Value::time(parse_time(row.text).value()), column, 0), row.result)
        << row.text;
    EXPECT_EQ(column.int64_at(0), row.units) << row.text;
  }
  ColumnArray column(field_of(DataType::kTime));
  EXPECT_EQ(store(field_of(DataType::kTime), Value::time({-1}), column, 0), kOutOfRange);
  EXPECT_EQ(store(field_of(DataType::kTime), Value::time({kNanosecondsPerDay}), column, 0),
            kOutOfRange);
  EXPECT_EQ(column.length(), 0);
}

TEST(Store, KeepsDatesWithinTheCalendar) {
  const Field field = field_of(DataType::kDate);
  ColumnArray column(field);
  EXPECT_EQ(store(field, Value::date({kMinDays}), column, 0), StoreResult::kStored);
  EXPECT_EQ(store(field, Value::date({kMaxDays}), column, 1), StoreResult::kStored);
  EXPECT_EQ(store(field, Value::date({kMinDays - 1}), column, 2), StoreResult::kOutOfRange);
  EXPECT_EQ(store(field, Value::date({kMaxDays + 1}), column, 2), StoreResult::kOutOfRange);
  EXPECT_EQ(column.length(), 2);
  EXPECT_EQ(column.int32_at(0), kMinDays);
  EXPECT_EQ(column.int32_at(1), kMaxDays);
}

TEST(Store, KeepsIntegersWithinTheirBits) {
  using enum StoreResult;
  struct Case {
    std::int64_t value;
    int bits;
    StoreResult result;
  };
  constexpr auto kLargest = std::numeric_limits<std::int64_t>::max();
  constexpr auto kSmallest = std::numeric_limits<std::int64_t>::min();
  const Case kCases[] = {{127, 8, kStored},           {128, 8, kOutOfRange},
                         {-128, 8, kStored},          {-129, 8, kOutOfRange},
                         {32'768, 16, kOutOfRange},   {32'768, 32, kStored},
                         {kLargest, 64, kStored},     {kSmallest, 0, kStored},
                         {kLargest, 63, kOutOfRange}, {kLargest, 128, kStored}};
  for (const Case& c : kCases) {
    const Field field = field_of(DataType::kBigint, c.bits);
    ColumnArray column(field);
    EXPECT_EQ(store(field, Value::integer(c.value), column, 0), c.result)
        << c.value << ' ' << c.bits;
    ASSERT_EQ(column.length(), c.result == kStored ? 1 : 0);
    if (c.result == kStored) {
      EXPECT_EQ(column.int64_at(0), c.value);
    }
  }
  ColumnArray column(field_of(DataType::kBigint));
  EXPECT_EQ(
      store(field_of(DataType::kBigint), Value::integer(std::uint64_t{kLargest} + 1), column, 0),
      kOutOfRange);
  EXPECT_EQ(
      store(field_of(DataType::kBigint), Value::number("-9223372036854775809").value(), column, 0),
      kOutOfRange);
}

TEST(Store, KeepsDoublesThatAreNumbers) {
  const Field field = field_of(DataType::kDouble);
  ColumnArray column(field);
  EXPECT_EQ(store(field, Value::floating(-0.5), column, 0), StoreResult::kStored);
  EXPECT_EQ(column.double_at(0), -0.5);
  EXPECT_EQ(store(field, Value::floating(std::numeric_limits<double>::quiet_NaN()), column, 1),
            StoreResult::kOutOfRange);
  EXPECT_EQ(store(field, Value::floating(std::numeric_limits<double>::infinity()), column, 1),
            StoreResult::kOutOfRange);
}

TEST(Store, RoundsDecimalsHalfAwayFromZero) {
  using enum StoreResult;
  struct Case {
    const char* number;
    StoreResult result;
    std::int64_t unscaled;
  };
  const Case kCases[] = {{"1.005", kCut, 101},          {"-2.675", kCut, -268},
                         {"2.5", kStored, 250},         {"99999999.99", kStored, 9'999'999'999},
                         {"100000000", kOutOfRange, 0}, {"NaN", kOutOfRange, 0}};
  for (const Case& c : kCases) {
    const Field field = field_of(DataType::kDecimal, 10, 2);
    ColumnArray column(field);
    EXPECT_EQ(store(field, Value::decimal(parse_decimal(c.number).value()), column, 0), c.result)
        << c.number;
    ASSERT_EQ(column.length(), c.result == kOutOfRange ? 0 : 1);
    if (c.result != kOutOfRange) {
      EXPECT_TRUE(column.int128_at(0) == c.unscaled) << c.number;
    }
  }
}

TEST(Store, WritesWeiAndLongDecimalsAsText) {
  const Field wei = field_of(DataType::kWei, 38, 0);
  ColumnArray column(wei);
  EXPECT_EQ(store(wei, Value::wei(parse_decimal("1e37").value()), column, 0), StoreResult::kStored);
  EXPECT_EQ(store(wei, Value::wei(parse_decimal("2.5").value()), column, 1), StoreResult::kCut);
  EXPECT_EQ(store(wei, Value::wei(parse_decimal("1e38").value()), column, 2),
            StoreResult::kOutOfRange);
  EXPECT_EQ(column.bytes_at(0), "10000000000000000000000000000000000000");
  EXPECT_EQ(column.bytes_at(1), "3");
  const Field unlimited = field_of(DataType::kWei);
  EXPECT_EQ(store(unlimited, Value::wei(parse_decimal("1e50").value()), column, 2),
            StoreResult::kStored);
  const Field decimal = field_of(DataType::kDecimal, 39, 6);
  ColumnArray longer(decimal);
  EXPECT_EQ(store(decimal, Value::decimal(parse_decimal("0.5").value()), longer, 0),
            StoreResult::kStored);
  EXPECT_EQ(longer.bytes_at(0), "0.5");
  const Field usual = field_of(DataType::kDecimal);
  ColumnArray digits(usual);
  EXPECT_EQ(store(usual, Value::decimal({.digits = "5"}), digits, 0), StoreResult::kStored);
  EXPECT_TRUE(digits.int128_at(0) == 5);
}

TEST(Store, CountsCharactersOfTextAndBytesOfBinary) {
  const Field text = field_of(DataType::kText, 4);
  ColumnArray column(text);
  EXPECT_EQ(store(text, Value::text("żółć"), column, 0), StoreResult::kStored);
  EXPECT_EQ(store(text, Value::text("abcde"), column, 1), StoreResult::kOutOfRange);
  EXPECT_EQ(store_text(text, "abcd", column, 1), StoreResult::kStored);
  EXPECT_EQ(column.bytes_at(0), "żółć");
  EXPECT_EQ(column.bytes_at(1), "abcd");
  EXPECT_EQ(store_text(field_of(DataType::kText), "abcde", column, 2), StoreResult::kStored);
  const Field binary = field_of(DataType::kBinary, 2);
  ColumnArray bytes(binary);
  EXPECT_EQ(store(binary, Value::binary("ab"), bytes, 0), StoreResult::kStored);
  EXPECT_EQ(store(binary, Value::binary("abc"), bytes, 1), StoreResult::kOutOfRange);
  EXPECT_EQ(store(field_of(DataType::kBinary), Value::binary("abc"), bytes, 1),
            StoreResult::kStored);
}

TEST(Store, PutsBoolAndJson) {
  const Field flag = field_of(DataType::kBool);
  ColumnArray flags(flag);
  EXPECT_EQ(store(flag, Value::boolean(true), flags, 0), StoreResult::kStored);
  EXPECT_EQ(store(flag, Value::boolean(false), flags, 1), StoreResult::kStored);
  EXPECT_TRUE(flags.bool_at(0));
  EXPECT_FALSE(flags.bool_at(1));
  const Field json = field_of(DataType::kJson);
  ColumnArray documents(json);
  EXPECT_EQ(store(json, Value::json("[1]"), documents, 0), StoreResult::kStored);
  EXPECT_EQ(store(json, Value::json("null"), documents, 1), StoreResult::kStored);
  EXPECT_EQ(documents.bytes_at(0), "[1]");
  EXPECT_EQ(documents.length(), 2);
  EXPECT_TRUE(documents.is_null(1));
}

}  // namespace
}  // namespace dlt
