// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>

#include "destinations/duckdb/types.hpp"
#include "destinations/type_table.hpp"
#include "schema/capabilities.hpp"

namespace dlt::duckdb {
namespace {

using enum DataType;

class DuckDbType : public testing::TestWithParam<TypeCase> {};

TEST_P(DuckDbType, IsWhatDltMakes) {
  expect_type(GetParam(), [](const Column& column) { return column_type(column); });
}

INSTANTIATE_TEST_SUITE_P(
    Columns, DuckDbType,
    testing::Values(
        TypeCase{"text", {.data_type = kText}, "VARCHAR"},
        TypeCase{"text_length", {.data_type = kText, .precision = 5}, "VARCHAR"},
        TypeCase{"real", {.data_type = kDouble}, "DOUBLE"},
        TypeCase{"boolean", {.data_type = kBool}, "BOOLEAN"},
        TypeCase{"date", {.data_type = kDate}, "DATE"},
        TypeCase{"time", {.data_type = kTime, .precision = 0}, "TIME"},
        TypeCase{"binary", {.data_type = kBinary, .precision = 3}, "BLOB"},
        TypeCase{"json", {.data_type = kJson}, "JSON"},
        TypeCase{"bigint", {.data_type = kBigint}, "BIGINT"},
        TypeCase{"bigint_4", {.data_type = kBigint, .precision = 4}, "TINYINT"},
        TypeCase{"bigint_8", {.data_type = kBigint, .precision = 8}, "TINYINT"},
        TypeCase{"bigint_9", {.data_type = kBigint, .precision = 9}, "SMALLINT"},
        TypeCase{"bigint_16", {.data_type = kBigint, .precision = 16}, "SMALLINT"},
        TypeCase{"bigint_32", {.data_type = kBigint, .precision = 32}, "INTEGER"},
        TypeCase{"bigint_64", {.data_type = kBigint, .precision = 64}, "BIGINT"},
        TypeCase{"bigint_128", {.data_type = kBigint, .precision = 128}, "HUGEINT"},
        TypeCase{"bigint_129", {.data_type = kBigint, .precision = 129}, nullptr},
        TypeCase{"timestamp", {.data_type = kTimestamp}, "TIMESTAMP WITH TIME ZONE"},
        TypeCase{"timestamp_zone_3",
                 {.data_type = kTimestamp, .precision = 3},
                 "TIMESTAMP WITH TIME ZONE"},
        TypeCase{"timestamp_local", {.data_type = kTimestamp, .timezone = false}, "TIMESTAMP"},
        TypeCase{"timestamp_0",
                 {.data_type = kTimestamp, .precision = 0, .timezone = false},
                 "TIMESTAMP_S"},
        TypeCase{"timestamp_1",
                 {.data_type = kTimestamp, .precision = 1, .timezone = false},
                 "TIMESTAMP_MS"},
        TypeCase{"timestamp_6",
                 {.data_type = kTimestamp, .precision = 6, .timezone = false},
                 "TIMESTAMP"},
        TypeCase{"timestamp_9",
                 {.data_type = kTimestamp, .precision = 9, .timezone = false},
                 "TIMESTAMP_NS"},
        TypeCase{
            "timestamp_10", {.data_type = kTimestamp, .precision = 10, .timezone = false}, nullptr},
        TypeCase{"decimal", {.data_type = kDecimal}, "DECIMAL(38,9)"},
        TypeCase{"decimal_precision", {.data_type = kDecimal, .precision = 12}, "DECIMAL(12,9)"},
        TypeCase{"decimal_scale", {.data_type = kDecimal, .scale = 3}, "DECIMAL(38,3)"},
        TypeCase{
            "decimal_both", {.data_type = kDecimal, .precision = 10, .scale = 2}, "DECIMAL(10,2)"},
        TypeCase{"decimal_39", {.data_type = kDecimal, .precision = 39, .scale = 6}, nullptr},
        TypeCase{
            "decimal_scale_over", {.data_type = kDecimal, .precision = 4, .scale = 6}, nullptr},
        TypeCase{"decimal_negative", {.data_type = kDecimal, .precision = 4, .scale = -1}, nullptr},
        TypeCase{"wei", {.data_type = kWei}, "DECIMAL(38,0)"},
        TypeCase{"wei_precision", {.data_type = kWei, .precision = 20}, "DECIMAL(20,0)"},
        TypeCase{"wei_both", {.data_type = kWei, .precision = 30, .scale = 4}, "DECIMAL(30,4)"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(CapabilitiesTest, FoldsNamesAsTheyAreCompared) {
  Capabilities capabilities;
  capabilities.has_case_sensitive_identifiers = false;
  EXPECT_EQ(capabilities.fold("Ab_9\u00c4"), "ab_9\u00c4");
  capabilities.has_case_sensitive_identifiers = true;
  EXPECT_EQ(capabilities.fold("Ab"), "Ab");
}

TEST(CapabilitiesTest, ReplaceStrategiesHaveNames) {
  for (const auto strategy :
       {ReplaceStrategy::kTruncateAndInsert, ReplaceStrategy::kInsertFromStaging,
        ReplaceStrategy::kStagingOptimized}) {
    EXPECT_EQ(parse_replace_strategy(to_string(strategy)), strategy);
  }
  EXPECT_EQ(to_string(ReplaceStrategy::kInsertFromStaging), "insert-from-staging");
  EXPECT_EQ(parse_replace_strategy("swap"), std::nullopt);
}

}  // namespace
}  // namespace dlt::duckdb
