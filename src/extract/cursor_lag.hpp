// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extract/cursor_value.hpp"

namespace dlt {

/// The value that lies `lag` (above or below zero) away: seconds for timestamps, days for dates,
/// else a number; integers stay integers. Text that is a date or a time, in one of the forms that
/// dlt knows, is shifted like one and written in its form. Throws kInvalidArgument for other
/// values, and for what leaves the calendar.
CursorValue shifted(const CursorValue& value, double lag);

}  // namespace dlt
