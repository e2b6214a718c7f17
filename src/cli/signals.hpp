// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dlt/cancellation.hpp"

namespace dlt::cli {

/// From now on the first SIGINT or SIGTERM requests the token, and the second ends the program. Call before any thread is started.
void stop_on_signals(const CancellationToken& cancellation);

}  // namespace dlt::cli
