// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <dlt/values.hpp>

namespace dlt {

// Python's isoformat, appended: no fraction when it is zero, else six digits, or nine when the
// value has nanoseconds. Each throws kInvalidArgument for a value that the calendar of years 1 to
// 9999 or the day does not have.

/// "2024-01-31"
void append_iso(std::string& out, const Date& value);
/// "12:30:00.250000"
void append_iso(std::string& out, const Time& value);
/// "2024-01-31T12:30:00.250000+00:00", on the clock of its offset; without offset where there is
/// none.
void append_iso(std::string& out, const Timestamp& value);

}  // namespace dlt
