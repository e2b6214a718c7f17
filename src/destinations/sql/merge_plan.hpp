// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "destinations/sql/step_list.hpp"

namespace dlt::sql {

/// Adds the steps that merge a chain by its strategy. Throws kSchema for hints that the strategy
/// cannot work with.
void plan_merge(StepList& steps, const TableChain& chain);

}  // namespace dlt::sql
