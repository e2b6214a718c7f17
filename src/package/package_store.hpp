// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "dlt/schema.hpp"
#include "package/manifest.hpp"

namespace dlt {

/// How far a package has come: the folder it lies in says so.
enum class PackageStage {
  kExtracting,   ///< normalize/new: an extract writes it; left over from a crash it is garbage
  kExtracted,    ///< normalize/extracted
  kNormalizing,  ///< load/new: a normalize writes it; left over from a crash it is garbage
  kNormalized,   ///< load/normalized
  kLoaded,       ///< load/loaded: committed at the destination, its data files removed
  kFailed,       ///< failed: it can never succeed as it is
};
std::string_view to_string(PackageStage stage);

/// The load packages in a pipeline's working folder. A package is moved from stage to stage by one
/// rename, so that a crash leaves it in one of them, whole.
class PackageStore {
 public:
  explicit PackageStore(std::filesystem::path working_folder);

  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path path(PackageStage stage, std::string_view load_id) const;
  /// Load ids in ascending order.
  std::vector<std::string> list(PackageStage stage) const;

  /// An empty folder for a package that is being made; what a crash left there under this load id
  /// is removed.
  std::filesystem::path create(PackageStage stage, std::string_view load_id) const;
  /// Moves a package on, durably.
  void move(std::string_view load_id, PackageStage from, PackageStage to) const;
  /// Removes a package at once: it is never there in part.
  void remove(PackageStage stage, std::string_view load_id) const;
  /// Removes its data files, once they are loaded.
  void remove_jobs(PackageStage stage, std::string_view load_id) const;
  /// Removes what interrupted extracts and normalizes left.
  void remove_garbage() const;

  /// Throw kState, naming the path, for a package that another program made.
  PackageManifest read_manifest(PackageStage stage, std::string_view load_id) const;
  void write_manifest(PackageStage stage, const PackageManifest& manifest) const;
  Schema read_schema(PackageStage stage, std::string_view load_id) const;
  void write_schema(PackageStage stage, std::string_view load_id, const Schema& schema) const;
  /// What the last load of the package sent to the destination, for people to read; empty: nothing.
  std::string read_statements(PackageStage stage, std::string_view load_id) const;
  void write_statements(PackageStage stage, std::string_view load_id, std::string_view text) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace dlt
