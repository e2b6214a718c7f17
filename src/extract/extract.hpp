// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "dlt/cancellation.hpp"
#include "dlt/load_info.hpp"
#include "dlt/progress.hpp"
#include "dlt/resource.hpp"
#include "dlt/schema.hpp"
#include "extract/incremental_rule.hpp"
#include "extract/refresh.hpp"
#include "package/package_store.hpp"
#include "schema/capabilities.hpp"
#include "state/state.hpp"

namespace dlt {

/// A package to extract into.
struct NewPackage {
  std::string load_id = {};
  /// The state when its extract began: it holds again when the package fails.
  Json state_before = nullptr;
};

/// What an extract leaves.
struct Extracted {
  /// Whether there is a package, in `normalize/new`.
  bool has_package = false;
  std::string load_id = {};
  std::vector<IncrementalMetrics> incremental = {};
  std::vector<std::string> notes = {};
};

/// What an extract works on besides the data.
struct ExtractContext {
  const PackageStore& packages;
  std::string pipeline_name;
  NewPackage first_package;
  const Capabilities& capabilities;
  /// Grow with what the resources say and remember; the caller saves them once the package is
  /// committed.
  Schema& schema;
  PipelineState& state;
  Refresh refresh = Refresh::kNothing;
  /// Packages whose quarantine is loaded here.
  std::vector<std::string> mends = {};
  /// Whether records that cannot be loaded are set aside.
  bool quarantines = false;
  std::size_t max_record_bytes = std::size_t{16} << 20;
  /// What reading CSV or Parquet may take.
  std::size_t row_memory_bytes = std::size_t{128} << 20;
  /// Bytes of records from which on a package is full.
  std::uint64_t package_bytes = std::numeric_limits<std::uint64_t>::max();
  /// Loads a full package, and says into what to go on, with schema and state as they are then.
  /// Empty: there is one package, which must not get full.
  std::function<NewPackage(const Extracted&)> next_package = {};
  /// Where an incremental finds what a scheduler says.
  Environment environment = {};
  CancellationToken cancellation = {};
  Progress* progress = nullptr;
};

/// Runs the resources and records what they yield in a new package, together with the state when it
/// changed. The package is left in `normalize/new`, to be moved on by the caller; without anything
/// to load there is none. Throws what resources throw, kNotFound and kIo for files, kContract for a
/// table that a contract forbids, kInvalidArgument for hints, kBadRecord and kState for what an
/// incremental cannot go on from, kConfiguration when records that belong together do not
/// fit into a package.
Extracted extract_package(const ExtractContext& context, const std::vector<Resource>& resources);

}  // namespace dlt
