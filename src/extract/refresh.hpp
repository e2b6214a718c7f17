// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dlt/resource.hpp"
#include "dlt/schema.hpp"
#include "state/state.hpp"

namespace dlt {

/// What of a source begins anew before it is extracted.
enum class Refresh {
  kNothing,
  kDropSources,    ///< every table of the schema, and the state of the source
  kDropResources,  ///< the tables of the resources that are extracted, and their state
  kDropData,       ///< their rows, and their state
};

/// "drop_sources", "drop_resources", "drop_data", or empty for nothing. Throws kInvalidArgument.
Refresh parse_refresh(std::string_view mode);

/// Tables that were loaded before: to be dropped, children first, or emptied.
struct RefreshedTables {
  std::vector<std::string> dropped = {};
  std::vector<std::string> truncated = {};
};

/// Takes from schema and state what the mode says.
RefreshedTables refresh(Refresh mode, const std::vector<Resource>& resources, Schema& schema,
                        PipelineState& state);

}  // namespace dlt
