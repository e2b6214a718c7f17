// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/files/file.hpp"
#include "dlt/resource.hpp"
#include "dlt/schema.hpp"
#include "state/state.hpp"

namespace dlt {

/// What resources remember of the files that they loaded. In the state of each: {absolute path:
/// {"size", "mtime_ns", "digest", "cursor"}} under "files", and under "table" where they are,
/// unless that is the resource's name. Same size and time: loaded already; otherwise the digest
/// decides.
class FileMemory {
 public:
  FileMemory(PipelineState& state, const Schema& schema) : state_(state), schema_(schema) {}

  /// A resource of this run.
  void see(const Resource& resource, const std::string& table);

  /// Those that are new or changed. `adds`: what comes again is there twice, unless the file was
  /// loaded by the same `cursor`, if any; throws kState for a file that changed otherwise.
  std::vector<std::filesystem::path> select(const Resource& resource,
                                            const std::vector<std::filesystem::path>& files,
                                            bool adds, const std::string& cursor) const;
  /// Whether the resources of this run replace the table, all of them and all of their files: what
  /// is in it is not just they, unchanged. Then what was loaded into it is forgotten.
  bool is_anew(const std::string& table);
  /// What was loaded into the table is not there any more.
  void forget(const std::string& table);
  /// Remembers a file that goes into this package. Throws kIo when it is not, or not any more, what
  /// `identity` says.
  void remember(const Resource& resource, const std::string& table,
                const std::filesystem::path& file, const FileIdentity& identity,
                const std::string& cursor);

 private:
  Json files_of(const Resource& resource) const;
  /// Resources whose files are in the table, in alphabetical order.
  std::vector<std::string> holders(const std::string& table) const;

  PipelineState& state_;
  const Schema& schema_;
  /// Of this run, by table.
  std::map<std::string, std::vector<Resource>> resources_;
  std::map<std::string, bool> is_anew_;
};

}  // namespace dlt
