// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/record_batch.hpp"
#include "destinations/postgres/numeric.hpp"
#include "destinations/postgres/table_columns.hpp"

namespace dlt::postgres {

/// The binary forms that values of record batches are written in.
enum class Encoding : std::uint8_t {
  kBool,
  kInt16,
  kInt32,
  kInt64,
  kIntegerAsNumeric,
  kDouble,
  kTimestamp,
  kDate,
  kTime,
  kScaledNumeric,
  kTextNumeric,
  kBytes,
  kText,
  kJsonb,
};

/// Empty when there is none for the pair.
std::optional<Encoding> encoding_of(const Field& field, const TableColumn& column);

/// How a field's values are written into a column, and which of them it takes.
struct CopyPlan {
  CopyPlan(const Field& from, const TableColumn& to);

  Field field;
  TableColumn column;
  Encoding encoding = Encoding::kBytes;
  /// Integers, dates, and times: of the values as the field has them.
  std::int64_t least = 0;
  std::int64_t most = 0;
  /// Times: what a value must be a multiple of. Written is (value / divisor + shift) * multiplier,
  /// microseconds of another epoch; for dates value + shift.
  std::int64_t step = 1;
  std::int64_t divisor = 1;
  std::int64_t shift = 0;
  std::int64_t multiplier = 1;
  NumericType numeric = {};
  ScaledFit scaled_fit;
  /// Characters of a text; bytes of any value.
  std::size_t max_length = 0;

 private:
  void plan_clock();
};

/// A value of a batch for people: "2024-01-31T00:00:00+00:00", "12.50"; cut when it is long.
std::string shown_value(const Field& field, const ColumnArray& column, std::int64_t row);

}  // namespace dlt::postgres
