// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/types.hpp"

#include <string_view>

#include <fmt/format.h>

#include "destinations/postgres/capabilities.hpp"
#include "dlt/error.hpp"

namespace dlt::postgres {
namespace {

constexpr int kMaxTextLength = 10'485'760;

[[noreturn]] void refuse(const Column& column, std::string_view wanted, const std::string& rule) {
  throw Error(ErrorCode::kSchema,
              fmt::format("PostgreSQL has no such type: {}, column '{}' asks for {}", rule,
                          column.name, wanted),
              "change the precision of the column")
      .add({.column = column.name});
}

/// The column's precision, or empty; throws outside of `least` to `most`.
std::optional<int> precision_within(const Column& column, int least, int most) {
  if (!column.precision) return {};
  const int precision = *column.precision;
  if (precision < least || precision > most) {
    refuse(column, fmt::format("{} of precision {}", to_string(*column.data_type), precision),
           fmt::format("the precision is {} to {}", least, most));
  }
  return precision;
}

std::string text_type(const Column& column) {
  const auto length = precision_within(column, 1, kMaxTextLength);
  return length ? fmt::format("varchar({})", *length) : "varchar";
}

std::string integer_type(const Column& column) {
  constexpr int kMaxBits = 64;
  const int bits = precision_within(column, 0, kMaxBits).value_or(kMaxBits);
  if (bits <= 16) return "smallint";
  return bits <= 32 ? "integer" : "bigint";
}

std::string clock_type(const Column& column, std::string_view name, bool has_zone) {
  const auto digits = precision_within(column, 0, postgres_capabilities().max_timestamp_precision);
  return fmt::format("{}{} {} time zone", name, digits ? fmt::format(" ({})", *digits) : "",
                     has_zone ? "with" : "without");
}

std::string numeric_type(const Column& column, const DecimalPrecision& usual) {
  const int most = postgres_capabilities().max_decimal_precision;
  const int digits = column.precision.value_or(usual.precision);
  const int scale = column.scale.value_or(usual.scale);
  if (digits < 1 || digits > most || scale < 0 || scale > digits) {
    refuse(column, fmt::format("{} digits, {} of them behind the point", digits, scale),
           fmt::format("a decimal has 1 to {} digits, and no more behind the point", most));
  }
  return fmt::format("numeric({},{})", digits, scale);
}

}  // namespace

std::string column_type(const Column& column) {
  switch (column.data_type.value()) {
    case DataType::kText:
      return text_type(column);
    case DataType::kBigint:
      return integer_type(column);
    case DataType::kDouble:
      return "double precision";
    case DataType::kBool:
      return "boolean";
    case DataType::kTimestamp:
      return clock_type(column, "timestamp", column.timezone.value_or(true));
    case DataType::kDate:
      return "date";
    case DataType::kTime:
      return clock_type(column, "time", false);
    case DataType::kDecimal:
      return numeric_type(column, postgres_capabilities().decimal_precision);
    case DataType::kWei:
      return numeric_type(column, postgres_capabilities().wei_precision);
    case DataType::kBinary:
      return "bytea";
    case DataType::kJson:
      return "jsonb";
  }
  return "varchar";
}

}  // namespace dlt::postgres
