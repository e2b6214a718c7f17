// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "destinations/destination.hpp"
#include "dlt/load_info.hpp"
#include "dlt/progress.hpp"
#include "package/package_store.hpp"

namespace dlt {

struct LoadOptions {
  const Capabilities& capabilities;
  /// Whether the destination must have the state that the package was extracted on.
  bool compares_state = true;
  CancellationToken cancellation = {};
  Progress* progress = nullptr;
  /// What the client was opened with. Null: progress is told after each table only.
  const std::atomic<std::int64_t>* rows_copied = nullptr;
};

/// Loads a normalized package in one transaction of the destination, unless its load id is
/// committed there already. Moving the package on is the caller's. Throws what the destination
/// throws; then nothing of the package is there, or, when the outcome of the commit is not known,
/// the same call finds out. Throws kState when the pipeline's state at the destination is not the
/// one that the package goes on from.
LoadPackageInfo load_package(const PackageStore& packages, const std::string& load_id,
                             DestinationClient& client, const LoadOptions& options);

}  // namespace dlt
