// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/record_batch.hpp"
#include "schema/value.hpp"

namespace dlt {

enum class StoreResult {
  kStored,
  kCut,  ///< stored, but a fraction finer than the column was lost: of a second (cut), of a decimal
         ///< (rounded)
  kOutOfRange,  ///< not stored: the column cannot hold the value
};

/// Puts a value of the field's own type (see `coerce`) into a row of its column. JSON's null is
/// stored as a null, which the caller has to allow.
/// Out of range are: integers beyond the column's bits, NaN and infinities, decimals with more
/// digits before the point than the column has, text and binary longer than the column, timestamps
/// outside of the years 1 to 9999 or of 64 bits in the column's unit, times and dates outside of
/// the day and the calendar.
StoreResult store(const Field& field, const Value& value, ColumnArray& column, std::int64_t row);

// The same for what needs no `Value` to be made first.

/// Offsets are left behind: the column holds the moment in UTC, or without a zone, what a clock in
/// UTC shows.
StoreResult store_timestamp(const Field& field, const Timestamp& value, ColumnArray& column,
                            std::int64_t row);
StoreResult store_text(const Field& field, std::string_view value, ColumnArray& column,
                       std::int64_t row);

}  // namespace dlt
