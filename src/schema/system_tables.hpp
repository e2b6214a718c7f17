// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dlt/schema.hpp"

namespace dlt {

inline constexpr std::string_view kVersionTable = "_dlt_version";
inline constexpr std::string_view kLoadsTable = "_dlt_loads";
inline constexpr std::string_view kStateTable = "_dlt_pipeline_state";

// The tables that dlt keeps for itself, before any naming convention (see normalize_identifiers).
// New columns only ever go to the end, nullable: existing datasets are altered to match.
Table version_table();
Table loads_table();
Table pipeline_state_table();
/// `_dlt_id` as the state table has it once the normalizer has seen it.
Column row_id_column();

}  // namespace dlt
