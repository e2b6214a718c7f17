// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dlt/incremental.hpp"

namespace dlt {

/// Reads an incremental as it stands in a pipeline file: {"cursor_path": "updated_at", "lag": 60},
/// the members of Incremental by name. Values may be typed JSON. Throws kInvalidArgument on an
/// unknown or mistyped member; whether the settings make sense is checked when the resource runs.
Incremental parse_incremental(const Json& document);

}  // namespace dlt
