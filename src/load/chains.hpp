// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "destinations/destination.hpp"
#include "package/manifest.hpp"

namespace dlt {

/// The chains of tables that a package loads, in the schema's order: those with rows, and those
/// that are replaced without any. Tables that never had a row are left out. Files are those of
/// `jobs_folder`. Throws kDestination for a merge strategy that the destination does not have.
std::vector<TableChain> chains_of(const Schema& schema, const PackageManifest& manifest,
                                  const std::filesystem::path& jobs_folder,
                                  const Capabilities& capabilities);

}  // namespace dlt
