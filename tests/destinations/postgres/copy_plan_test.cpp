// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/copy_plan.hpp"

#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "core/thrown_error.hpp"
#include "destinations/postgres/copy_encoder.hpp"
#include "destinations/postgres/value.hpp"

namespace dlt::postgres {
namespace {

using enum DataType;
using Set = std::function<void(ColumnArray&)>;

constexpr std::int32_t numeric(int precision, int scale) { return (precision << 16 | scale) + 4; }
constexpr std::int32_t length(int characters) { return characters + 4; }

/// A value of a field, and a column as it is at the destination.
struct Case {
  const char* name;
  Field field;
  TableColumn column;
  Set set;
  const char* shown;  // of the value that the column does not take; null: it takes it
};

class PostgresColumnTakes : public testing::TestWithParam<Case> {};

std::size_t encode(const Case& test) {
  RecordBatch batch;
  batch.add_column(test.field);
  batch.rows = 2;  // the first one is null
  test.set(batch.columns[0]);
  batch.finish();
  std::size_t bytes = 0;
  CopyEncoder encoder({test.field}, {test.column},
                      [&](std::string_view some) { bytes += some.size(); });
  encoder.add(batch);
  encoder.finish();
  return bytes;
}

TEST_P(PostgresColumnTakes, WhatItDoesNotChange) {
  Case test = GetParam();
  test.field.name = test.column.name = "c";
  test.column.type_name = "its type";
  if (test.shown == nullptr) {
    EXPECT_GT(encode(test), 0U);
    return;
  }
  const Error error = thrown_by([&] { encode(test); });
  EXPECT_EQ(error.code(), ErrorCode::kDestination);
  EXPECT_FALSE(error.retryable());
  EXPECT_EQ(error.context().column, "c");
  EXPECT_EQ(error.message(),
            "a value does not fit the column as it is at the destination: column 'c', its type, "
            "value '" +
                std::string(test.shown) + "'");
}

Set integer(std::int64_t value) {
  return [value](ColumnArray& column) { column.set_int64(1, value); };
}
Set text(std::string value) {
  return [value = std::move(value)](ColumnArray& column) { column.set_bytes(1, value); };
}
Set wide(std::int64_t value) {
  return [value](ColumnArray& column) { column.set_int128(1, value); };
}
Set day(std::int32_t value) {
  return [value](ColumnArray& column) { column.set_int32(1, value); };
}

const std::string kUmlauts = "\u00e4\u00f6\u00fc";

INSTANTIATE_TEST_SUITE_P(
    Values, PostgresColumnTakes,
    testing::Values(
        Case{"int2", {.type = kBigint}, {.type = oid::kInt2}, integer(-32'768), nullptr},
        Case{"int2_over", {.type = kBigint}, {.type = oid::kInt2}, integer(32'768), "32768"},
        Case{"int4", {.type = kBigint}, {.type = oid::kInt4}, integer(2'147'483'647), nullptr},
        Case{"int4_under",
             {.type = kBigint},
             {.type = oid::kInt4},
             integer(-2'147'483'649),
             "-2147483649"},
        Case{"int_as_numeric",
             {.type = kBigint},
             {.type = oid::kNumeric, .modifier = numeric(4, 2)},
             integer(-99),
             nullptr},
        Case{"int_as_numeric_over",
             {.type = kBigint},
             {.type = oid::kNumeric, .modifier = numeric(4, 2)},
             integer(100),
             "100"},
        Case{"decimal",
             {.type = kDecimal, .precision = 38, .scale = 9},
             {.type = oid::kNumeric, .modifier = numeric(5, 2)},
             wide(-999'990'000'000),
             nullptr},
        Case{"decimal_scale",
             {.type = kDecimal, .precision = 38, .scale = 9},
             {.type = oid::kNumeric, .modifier = numeric(5, 2)},
             wide(-12'345'000'000),
             "-12.345000000"},
        Case{"decimal_digits",
             {.type = kDecimal, .precision = 38, .scale = 9},
             {.type = oid::kNumeric, .modifier = numeric(5, 2)},
             wide(1'000'000'000'000),
             "1000.000000000"},
        Case{"decimal_small",
             {.type = kDecimal, .precision = 38, .scale = 9},
             {.type = oid::kNumeric, .modifier = numeric(5, 2)},
             wide(-5),
             "-0.000000005"},
        Case{"wei",
             {.type = kWei},
             {.type = oid::kNumeric, .modifier = numeric(4, 2)},
             text("12.50"),
             nullptr},
        Case{"wei_over",
             {.type = kWei},
             {.type = oid::kNumeric, .modifier = numeric(4, 2)},
             text("123.5"),
             "123.5"},
        Case{"wei_no_number", {.type = kWei}, {.type = oid::kNumeric}, text("1e5"), "1e5"},
        Case{"varchar_characters",
             {.type = kText},
             {.type = oid::kVarchar, .modifier = length(3)},
             text(kUmlauts),
             nullptr},
        Case{"varchar_over",
             {.type = kText},
             {.type = oid::kVarchar, .modifier = length(2)},
             text(kUmlauts),
             "\u00e4\u00f6\u00fc"},
        Case{"varchar_blanks",
             {.type = kText},
             {.type = oid::kVarchar, .modifier = length(2)},
             text("a  "),
             "a  "},
        Case{"text_nul",
             {.type = kText},
             {.type = oid::kText},
             text(std::string("a\0b", 3)),
             "a\\u0000b"},
        Case{"json_nul",
             {.type = kJson},
             {.type = oid::kJsonb},
             text(std::string(1, '\0')),
             "\\u0000"},
        Case{"bytes_nul",
             {.type = kBinary},
             {.type = oid::kBytea},
             text(std::string(3, '\0')),
             nullptr},
        Case{"timestamp_micros",
             {.type = kTimestamp, .precision = 6},
             {.type = oid::kTimestamptz},
             integer(-1),
             nullptr},
        Case{"timestamp_finer",
             {.type = kTimestamp, .precision = 6},
             {.type = oid::kTimestamptz, .modifier = 3},
             integer(1'001),
             "1970-01-01T00:00:00.001001+00:00"},
        Case{"timestamp_millis",
             {.type = kTimestamp, .precision = 6},
             {.type = oid::kTimestamptz, .modifier = 3},
             integer(-2'000),
             nullptr},
        Case{"timestamp_nanos",
             {.type = kTimestamp, .precision = 9, .timezone = false},
             {.type = oid::kTimestamp},
             integer(1'000),
             nullptr},
        Case{"timestamp_nanos_finer",
             {.type = kTimestamp, .precision = 9, .timezone = false},
             {.type = oid::kTimestamp},
             integer(-1),
             "1969-12-31T23:59:59.999999999"},
        Case{"timestamp_last",
             {.type = kTimestamp, .precision = 0},
             {.type = oid::kTimestamptz},
             integer(9'224'318'015'999),
             nullptr},
        Case{"timestamp_beyond",
             {.type = kTimestamp, .precision = 0},
             {.type = oid::kTimestamptz},
             integer(9'224'318'016'000),
             "9224318016000 s"},
        Case{"timestamp_first",
             {.type = kTimestamp, .precision = 0},
             {.type = oid::kTimestamptz},
             integer(-210'866'803'200),
             nullptr},
        Case{"timestamp_before",
             {.type = kTimestamp, .precision = 0},
             {.type = oid::kTimestamptz},
             integer(-210'866'803'201),
             "-210866803201 s"},
        Case{"time",
             {.type = kTime, .precision = 6},
             {.type = oid::kTime, .modifier = 0},
             integer(86'399'000'000),
             nullptr},
        Case{"time_finer",
             {.type = kTime, .precision = 6},
             {.type = oid::kTime, .modifier = 0},
             integer(86'399'000'001),
             "23:59:59.000001"},
        Case{"time_beyond",
             {.type = kTime, .precision = 6},
             {.type = oid::kTime},
             integer(86'400'000'001),
             "86400000001"},
        Case{"time_negative",
             {.type = kTime, .precision = 9},
             {.type = oid::kTime},
             integer(-1'000),
             "-1000"},
        Case{"date_first", {.type = kDate}, {.type = oid::kDate}, day(-2'440'588), nullptr},
        Case{"date_before", {.type = kDate}, {.type = oid::kDate}, day(-2'440'589), "day -2440589"},
        Case{"date_last", {.type = kDate}, {.type = oid::kDate}, day(2'145'042'905), nullptr},
        Case{"date_beyond",
             {.type = kDate},
             {.type = oid::kDate},
             day(2'145'042'906),
             "day 2145042906"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(PostgresEncodableTest, WhatHasNoFormOfItsOwnTheServerConverts) {
  EXPECT_TRUE(is_encodable({.type = kBigint}, {.type = oid::kInt2}));
  EXPECT_TRUE(is_encodable({.type = kDecimal, .precision = 60}, {.type = oid::kNumeric}));
  EXPECT_FALSE(is_encodable({.type = kDouble}, {.type = oid::kFloat4}));
  EXPECT_FALSE(is_encodable({.type = kText}, {.type = oid::kJsonb}));
  EXPECT_FALSE(is_encodable({.type = kTimestamp}, {.type = oid::kDate}));
  EXPECT_FALSE(is_encodable({.type = kText}, {.type = 2950}));
}

TEST(PostgresEncoderTest, ANullForANotNullColumn) {
  const Case test{.name = "",
                  .field = {.name = "c", .type = kBigint},
                  .column = {.name = "c", .type = oid::kInt8, .not_null = true},
                  .set = integer(1),
                  .shown = nullptr};
  const Error error = thrown_by([&] { encode(test); });
  EXPECT_EQ(error.code(), ErrorCode::kNullViolation);
  EXPECT_EQ(error.context().column, "c");
}

TEST(PostgresEncoderTest, NoRowsAreAHeaderAndAnEnd) {
  std::string bytes;
  CopyEncoder encoder({}, {}, [&](std::string_view some) { bytes += some; });
  encoder.finish();
  EXPECT_EQ(bytes, std::string("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\377\377", 21));
}

}  // namespace
}  // namespace dlt::postgres
