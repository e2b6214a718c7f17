// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>

#include "core/thrown_error.hpp"
#include "destinations/duckdb/types.hpp"
#include "schema/capabilities.hpp"

namespace dlt::duckdb {
namespace {

using enum DataType;

struct Case {
  const char* name;
  Column column;
  const char* type;  // null: refused
};

class DuckDbType : public testing::TestWithParam<Case> {};

TEST_P(DuckDbType, IsWhatDltMakes) {
  if (GetParam().type != nullptr) {
    EXPECT_EQ(column_type(GetParam().column), GetParam().type);
    return;
  }
  Column column = GetParam().column;
  column.name = "c";
  const Error error = thrown_by([&] { column_type(column); });
  EXPECT_EQ(error.code(), ErrorCode::kSchema);
  EXPECT_EQ(error.context().column, "c");
}

INSTANTIATE_TEST_SUITE_P(
    Columns, DuckDbType,
    testing::Values(
        Case{"text", {.data_type = kText}, "VARCHAR"},
        Case{"text_length", {.data_type = kText, .precision = 5}, "VARCHAR"},
        Case{"real", {.data_type = kDouble}, "DOUBLE"},
        Case{"boolean", {.data_type = kBool}, "BOOLEAN"},
        Case{"date", {.data_type = kDate}, "DATE"},
        Case{"time", {.data_type = kTime, .precision = 0}, "TIME"},
        Case{"binary", {.data_type = kBinary, .precision = 3}, "BLOB"},
        Case{"json", {.data_type = kJson}, "JSON"},
        Case{"bigint", {.data_type = kBigint}, "BIGINT"},
        Case{"bigint_4", {.data_type = kBigint, .precision = 4}, "TINYINT"},
        Case{"bigint_8", {.data_type = kBigint, .precision = 8}, "TINYINT"},
        Case{"bigint_9", {.data_type = kBigint, .precision = 9}, "SMALLINT"},
        Case{"bigint_16", {.data_type = kBigint, .precision = 16}, "SMALLINT"},
        Case{"bigint_32", {.data_type = kBigint, .precision = 32}, "INTEGER"},
        Case{"bigint_64", {.data_type = kBigint, .precision = 64}, "BIGINT"},
        Case{"bigint_128", {.data_type = kBigint, .precision = 128}, "HUGEINT"},
        Case{"bigint_129", {.data_type = kBigint, .precision = 129}, nullptr},
        Case{"timestamp", {.data_type = kTimestamp}, "TIMESTAMP WITH TIME ZONE"},
        Case{"timestamp_zone_3",
             {.data_type = kTimestamp, .precision = 3},
             "TIMESTAMP WITH TIME ZONE"},
        Case{"timestamp_local", {.data_type = kTimestamp, .timezone = false}, "TIMESTAMP"},
        Case{"timestamp_0",
             {.data_type = kTimestamp, .precision = 0, .timezone = false},
             "TIMESTAMP_S"},
        Case{"timestamp_1",
             {.data_type = kTimestamp, .precision = 1, .timezone = false},
             "TIMESTAMP_MS"},
        Case{"timestamp_6",
             {.data_type = kTimestamp, .precision = 6, .timezone = false},
             "TIMESTAMP"},
        Case{"timestamp_9",
             {.data_type = kTimestamp, .precision = 9, .timezone = false},
             "TIMESTAMP_NS"},
        Case{
            "timestamp_10", {.data_type = kTimestamp, .precision = 10, .timezone = false}, nullptr},
        Case{"decimal", {.data_type = kDecimal}, "DECIMAL(38,9)"},
        Case{"decimal_precision", {.data_type = kDecimal, .precision = 12}, "DECIMAL(12,9)"},
        Case{"decimal_scale", {.data_type = kDecimal, .scale = 3}, "DECIMAL(38,3)"},
        Case{"decimal_both", {.data_type = kDecimal, .precision = 10, .scale = 2}, "DECIMAL(10,2)"},
        Case{"decimal_39", {.data_type = kDecimal, .precision = 39, .scale = 6}, nullptr},
        Case{"decimal_scale_over", {.data_type = kDecimal, .precision = 4, .scale = 6}, nullptr},
        Case{"decimal_negative", {.data_type = kDecimal, .precision = 4, .scale = -1}, nullptr},
        Case{"wei", {.data_type = kWei}, "DECIMAL(38,0)"},
        Case{"wei_precision", {.data_type = kWei, .precision = 20}, "DECIMAL(20,0)"},
        Case{"wei_both", {.data_type = kWei, .precision = 30, .scale = 4}, "DECIMAL(30,4)"}),
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
