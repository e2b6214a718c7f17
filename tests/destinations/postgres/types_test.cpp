// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/types.hpp"

#include <string>

#include <gtest/gtest.h>

#include "destinations/postgres/capabilities.hpp"
#include "destinations/type_table.hpp"

namespace dlt::postgres {
namespace {

using enum DataType;

class PostgresType : public testing::TestWithParam<TypeCase> {};

TEST_P(PostgresType, IsWhatDltMakes) {
  expect_type(GetParam(), [](const Column& column) { return column_type(column); });
}

INSTANTIATE_TEST_SUITE_P(
    Columns, PostgresType,
    testing::Values(
        TypeCase{"text", {.data_type = kText}, "varchar"},
        TypeCase{"text_length", {.data_type = kText, .precision = 5}, "varchar(5)"},
        TypeCase{
            "text_longest", {.data_type = kText, .precision = 10'485'760}, "varchar(10485760)"},
        TypeCase{"text_too_long", {.data_type = kText, .precision = 10'485'761}, nullptr},
        TypeCase{"text_of_nothing", {.data_type = kText, .precision = 0}, nullptr},
        TypeCase{"real", {.data_type = kDouble}, "double precision"},
        TypeCase{"boolean", {.data_type = kBool}, "boolean"},
        TypeCase{"date", {.data_type = kDate}, "date"},
        TypeCase{"time", {.data_type = kTime}, "time without time zone"},
        TypeCase{"time_0", {.data_type = kTime, .precision = 0}, "time (0) without time zone"},
        TypeCase{"time_7", {.data_type = kTime, .precision = 7}, nullptr},
        TypeCase{"binary", {.data_type = kBinary, .precision = 3}, "bytea"},
        TypeCase{"json", {.data_type = kJson}, "jsonb"},
        TypeCase{"bigint", {.data_type = kBigint}, "bigint"},
        TypeCase{"bigint_8", {.data_type = kBigint, .precision = 8}, "smallint"},
        TypeCase{"bigint_16", {.data_type = kBigint, .precision = 16}, "smallint"},
        TypeCase{"bigint_17", {.data_type = kBigint, .precision = 17}, "integer"},
        TypeCase{"bigint_32", {.data_type = kBigint, .precision = 32}, "integer"},
        TypeCase{"bigint_33", {.data_type = kBigint, .precision = 33}, "bigint"},
        TypeCase{"bigint_64", {.data_type = kBigint, .precision = 64}, "bigint"},
        TypeCase{"bigint_65", {.data_type = kBigint, .precision = 65}, nullptr},
        TypeCase{"timestamp", {.data_type = kTimestamp}, "timestamp with time zone"},
        TypeCase{"timestamp_3",
                 {.data_type = kTimestamp, .precision = 3},
                 "timestamp (3) with time zone"},
        TypeCase{"timestamp_local",
                 {.data_type = kTimestamp, .timezone = false},
                 "timestamp without time zone"},
        TypeCase{"timestamp_local_0",
                 {.data_type = kTimestamp, .precision = 0, .timezone = false},
                 "timestamp (0) without time zone"},
        TypeCase{"timestamp_6",
                 {.data_type = kTimestamp, .precision = 6, .timezone = true},
                 "timestamp (6) with time zone"},
        TypeCase{"timestamp_7", {.data_type = kTimestamp, .precision = 7}, nullptr},
        TypeCase{"timestamp_negative", {.data_type = kTimestamp, .precision = -1}, nullptr},
        TypeCase{"decimal", {.data_type = kDecimal}, "numeric(38,9)"},
        TypeCase{"decimal_precision", {.data_type = kDecimal, .precision = 12}, "numeric(12,9)"},
        TypeCase{"decimal_scale", {.data_type = kDecimal, .scale = 3}, "numeric(38,3)"},
        TypeCase{
            "decimal_both", {.data_type = kDecimal, .precision = 76, .scale = 2}, "numeric(76,2)"},
        TypeCase{"decimal_1000", {.data_type = kDecimal, .precision = 1000}, "numeric(1000,9)"},
        TypeCase{"decimal_1001", {.data_type = kDecimal, .precision = 1001}, nullptr},
        TypeCase{
            "decimal_scale_over", {.data_type = kDecimal, .precision = 4, .scale = 6}, nullptr},
        TypeCase{"decimal_negative", {.data_type = kDecimal, .precision = 4, .scale = -1}, nullptr},
        TypeCase{"wei", {.data_type = kWei}, "numeric(156,78)"},
        TypeCase{"wei_both", {.data_type = kWei, .precision = 78, .scale = 0}, "numeric(78,0)"},
        TypeCase{"wei_precision_below_scale", {.data_type = kWei, .precision = 20}, nullptr}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(PostgresCapabilitiesTest, AreThoseOfDlt) {
  const Capabilities& capabilities = postgres_capabilities();
  EXPECT_EQ(capabilities.max_identifier_length, 63);
  EXPECT_TRUE(capabilities.has_case_sensitive_identifiers);
  EXPECT_EQ(capabilities.decimal_precision.precision, 38);
  EXPECT_EQ(capabilities.decimal_precision.scale, 9);
  EXPECT_EQ(capabilities.wei_precision.precision, 156);
  EXPECT_EQ(capabilities.wei_precision.scale, 78);
  EXPECT_EQ(capabilities.max_timestamp_precision, 6);
  EXPECT_FALSE(capabilities.text_takes_nul);
  EXPECT_FALSE(capabilities.json_takes_nul);
  EXPECT_EQ(capabilities.merge_strategies.front(), MergeStrategy::kDeleteInsert);
  EXPECT_EQ(capabilities.merge_strategies.size(), 4U);
  EXPECT_EQ(capabilities.replace_strategies.front(), ReplaceStrategy::kTruncateAndInsert);
  EXPECT_EQ(capabilities.replace_strategies.size(), 3U);
}

}  // namespace
}  // namespace dlt::postgres
