// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "dlt/resource.hpp"
#include "dlt/schema.hpp"
#include "extract/incremental_filter.hpp"
#include "schema/row_identity.hpp"

namespace dlt {

/// Whether what a resource yields may go to the destination in several packages: only where a run
/// that ends between two of them, and is made again, ends as if nothing had happened
/// (docs/decisions/0009).
struct Division {
  /// Why not; empty: between any two of its items.
  std::string obstacle = {};
  /// The cursor moves with each package; else with the last one, and merge takes care of what comes
  /// again.
  bool moves_cursor = false;
  /// Nothing tells a run that is made again what was loaded: what follows goes into the same
  /// package.
  bool forgets = false;
};

/// Whether items that are loaded are known in the next run: files that a pipeline remembers.
enum class Remembered { kNo, kYes };

/// `tables`: the resource's root table and others that its hints declare, in the schema. `filter`:
/// its incremental, or null.
Division division_of(const Schema& schema, const std::vector<Table>& tables,
                     const IncrementalFilter* filter, Remembered remembered,
                     const MergeStrategies& supported);

/// Whether several of the resources load one table that must not be divided.
bool share_undivided_table(const std::vector<Resource>& resources, const Schema& schema,
                           const MergeStrategies& supported);

}  // namespace dlt
