// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "dlt/json.hpp"
#include "package/manifest.hpp"

namespace dlt {

/// The absolute paths of the files, each once. Throws kNotFound for one that is not there,
/// kInvalidArgument for what is no regular file: what can be read once only would be used up before
/// it is normalized.
std::vector<std::filesystem::path> distinct_files(const std::vector<std::filesystem::path>& given);

/// Which of a resource's files are to be loaded, by what is remembered of them.
struct FileSelection {
  std::vector<std::filesystem::path> load = {};
  /// Files that are loaded already and did not change.
  std::vector<std::filesystem::path> known = {};
};

/// What is known of files in a resource's state: {absolute path: {"size", "mtime_ns", "digest"}}
/// under "files".
///
/// Same size and time: loaded already; otherwise the digest decides. With `replaces`, all of them
/// load unless they are just those that are remembered, unchanged. Throws kState for a file that
/// changed since it was appended. `reload`: nothing counts as loaded.
FileSelection select_files(const std::vector<std::filesystem::path>& files,
                           const Json& resource_state, bool adds, bool replaces, bool reload);

/// Remembers a file that goes into this package. Throws kIo when it is not, or not any more, what
/// `identity` says.
void remember_file(Json& resource_state, const std::filesystem::path& file,
                   const FileIdentity& identity);

/// XXH3-128 of the content, in hex.
std::string file_digest(const std::filesystem::path& file);

}  // namespace dlt
