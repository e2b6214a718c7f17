// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "conformance/comparison.hpp"
#include "dlt/json.hpp"

namespace dlt::conformance {

/// On which destination a case was recorded, and so how its record tells of columns and rows.
enum class Recording {
  kPostgres,  ///< types of PostgreSQL, names of at most 63 characters, ids as they were drawn
  kDuckDb,    ///< types of DuckDB, names as they are, tokens for what was drawn
};

/// By the first step that was recorded.
Recording recording_of(const Json& expected);

/// Compares what each run left (`actual`) with what is expected of it. What is not named in
/// `expected` is not compared; after a failed run there must be what was there before it.
Differences compare_case(Recording recording, const Json& expected, const Json& actual);

}  // namespace dlt::conformance
