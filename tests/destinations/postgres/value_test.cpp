// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/value.hpp"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/thrown_error.hpp"

namespace dlt::postgres {
namespace {

struct Case {
  const char* name;
  std::uint32_t type;
  const char* value;
  const char* text;
  const char* json;
};

class PostgresValue : public testing::TestWithParam<Case> {};

TEST_P(PostgresValue, IsShownAsEveryDestinationShowsIt) {
  EXPECT_EQ(value_text(GetParam().type, GetParam().value), GetParam().text);
  EXPECT_EQ(value_json(GetParam().type, GetParam().value).dump(), GetParam().json);
}

INSTANTIATE_TEST_SUITE_P(
    Values, PostgresValue,
    testing::Values(
        Case{"boolean", oid::kBool, "t", "true", "true"},
        Case{"integer", oid::kInt8, "-9223372036854775808", "-9223372036854775808",
             "-9223372036854775808"},
        Case{"double", oid::kFloat8, "1e+16", "1e+16", "1e+16"},
        Case{"double_integer", oid::kFloat8, "100000", "100000", "100000.0"},
        Case{"double_shortest", oid::kFloat8, "0.1", "0.1", "0.1"},
        Case{"float_shortest", oid::kFloat4, "0.1", "0.1", "0.1"},
        Case{"double_nan", oid::kFloat8, "NaN", "NaN", "\"NaN\""},
        Case{"double_infinity", oid::kFloat8, "-Infinity", "-Infinity", "\"-Infinity\""},
        Case{"decimal", oid::kNumeric, "12.500000000", "12.500000000",
             R"({"decimal":"12.500000000"})"},
        Case{"decimal_nan", oid::kNumeric, "NaN", "NaN", "\"NaN\""},
        Case{"bytes", oid::kBytea, "\\x00ff", "00ff", R"({"hex":"00ff"})"},
        Case{"no_bytes", oid::kBytea, "\\x", "", R"({"hex":""})"},
        Case{"json_object", oid::kJsonb, R"({"a": [1, null]})", R"({"a": [1, null]})",
             R"({"a":[1,null]})"},
        Case{"date", oid::kDate, "2024-01-31", "2024-01-31", "\"2024-01-31\""},
        Case{"time", oid::kTime, "10:20:30", "10:20:30", "\"10:20:30\""},
        Case{"time_fraction", oid::kTime, "10:20:30.5", "10:20:30.500000", "\"10:20:30.500000\""},
        Case{"time_zone", oid::kTimetz, "10:20:30.5-03", "10:20:30.500000-03:00",
             "\"10:20:30.500000-03:00\""},
        Case{"time_zone_minutes", oid::kTimetz, "10:20:30+05:30", "10:20:30.000000+05:30",
             "\"10:20:30.000000+05:30\""},
        Case{"timestamp_zone", oid::kTimestamptz, "2024-01-31 10:20:30+00",
             "2024-01-31T10:20:30.000000Z", "\"2024-01-31T10:20:30.000000Z\""},
        Case{"timestamp_local", oid::kTimestamp, "2024-01-31 10:20:30.25",
             "2024-01-31T10:20:30.250000", "\"2024-01-31T10:20:30.250000\""},
        Case{"timestamp_before_christ", oid::kTimestamptz, "0044-03-15 12:00:00+00 BC",
             "0044-03-15T12:00:00.000000Z BC", "\"0044-03-15T12:00:00.000000Z BC\""},
        Case{"timestamp_infinity", oid::kTimestamp, "infinity", "infinity", "\"infinity\""},
        Case{"text", oid::kText, "\xc3\xa4 \"x\"", "\xc3\xa4 \"x\"", "\"\xc3\xa4 \\\"x\\\"\""}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(PostgresIntegerTest, AreIntegersAndBooleansOnly) {
  EXPECT_EQ(value_integer(oid::kInt2, "-5"), -5);
  EXPECT_EQ(value_integer(oid::kBool, "t"), 1);
  EXPECT_EQ(thrown_by([] { value_integer(oid::kText, "5"); }).code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace dlt::postgres
