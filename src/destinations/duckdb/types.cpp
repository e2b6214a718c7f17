// SPDX-License-Identifier: Apache-2.0
#include "destinations/duckdb/types.hpp"

#include <array>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "dlt/error.hpp"

namespace dlt::duckdb {
namespace {

constexpr int kMaxDigits = 38;

/// A type for a precision of up to `precision`.
struct Step {
  int precision;
  std::string_view type;
};

constexpr std::array kIntegers = {Step{8, "TINYINT"}, Step{16, "SMALLINT"}, Step{32, "INTEGER"},
                                  Step{64, "BIGINT"}, Step{128, "HUGEINT"}};
constexpr std::array kLocalTimestamps = {Step{0, "TIMESTAMP_S"}, Step{3, "TIMESTAMP_MS"},
                                         Step{6, "TIMESTAMP"}, Step{9, "TIMESTAMP_NS"}};

[[noreturn]] void refuse(const Column& column, const std::string& wanted, const std::string& rule) {
  throw Error(ErrorCode::kSchema,
              fmt::format("DuckDB has no such type: {}, column '{}' asks for {}", rule, column.name,
                          wanted),
              "change the precision of the column")
      .add({.column = column.name});
}

std::string_view step_for(const Column& column, std::span<const Step> steps,
                          int default_precision) {
  const int precision = column.precision.value_or(default_precision);
  for (const Step& step : steps) {
    if (precision <= step.precision) return step.type;
  }
  refuse(column, fmt::format("{} of precision {}", to_string(*column.data_type), precision),
         fmt::format("the precision is at most {}", steps.back().precision));
}

std::string decimal_type(const Column& column, int default_scale) {
  const int digits = column.precision.value_or(kMaxDigits);
  const int scale = column.scale.value_or(default_scale);
  if (digits < 1 || digits > kMaxDigits || scale < 0 || scale > digits) {
    refuse(column, fmt::format("{} digits, {} of them behind the point", digits, scale),
           fmt::format("a decimal has 1 to {} digits, and no more behind the point", kMaxDigits));
  }
  return fmt::format("DECIMAL({},{})", digits, scale);
}

}  // namespace

std::string column_type(const Column& column) {
  switch (column.data_type.value()) {
    case DataType::kText:
      return "VARCHAR";
    case DataType::kBigint:
      return std::string(step_for(column, kIntegers, 64));
    case DataType::kDouble:
      return "DOUBLE";
    case DataType::kBool:
      return "BOOLEAN";
    case DataType::kTimestamp:
      // There is one type with a time zone, of microseconds.
      if (column.timezone.value_or(true)) return "TIMESTAMP WITH TIME ZONE";
      return std::string(step_for(column, kLocalTimestamps, 6));
    case DataType::kDate:
      return "DATE";
    case DataType::kTime:
      return "TIME";
    case DataType::kDecimal:
      return decimal_type(column, 9);
    case DataType::kWei:
      return decimal_type(column, 0);
    case DataType::kBinary:
      return "BLOB";
    case DataType::kJson:
      return "JSON";
  }
  return "VARCHAR";
}

}  // namespace dlt::duckdb
