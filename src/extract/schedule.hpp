// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extract/incremental_rule.hpp"

namespace dlt {

/// Takes the range of the interval that a scheduler gave the program: DLT_INTERVAL_START and
/// DLT_INTERVAL_END, ISO, in UTC where they have no offset; DLT_INTERVAL_TIMEZONE names the time
/// zone on whose clock timestamps are written. The initial and end value that the rule has already
/// cut it. Throws kConfiguration when there is no interval, kInvalidArgument when the cursor's type
/// cannot be made of a time.
void join_schedule(IncrementalRule& rule, const Environment& environment);

}  // namespace dlt
