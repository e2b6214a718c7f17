// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "dlt/json.hpp"
#include "dlt/schema.hpp"
#include "package/manifest.hpp"
#include "state/state.hpp"

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

/// What is known of files in a resource's state: {absolute path: {"size", "mtime_ns", "digest",
/// "cursor"}} under "files"; "table" is where they are, unless that is the resource's name.
///
/// Same size and time: loaded already; otherwise the digest decides. `adds`: what comes again is
/// there twice, unless the file was loaded by the same `cursor`, if any; throws kState for a file
/// that changed otherwise.
FileSelection select_files(const std::vector<std::filesystem::path>& files,
                           const Json& resource_state, bool adds, const std::string& cursor);

/// Whether the files are just those that are remembered, unchanged.
bool are_loaded(const std::vector<std::filesystem::path>& files, const Json& resource_state);

/// Remembers a file that goes into this package. Throws kIo when it is not, or not any more, what
/// `identity` says.
void remember_file(Json& resource_state, const std::filesystem::path& file,
                   const FileIdentity& identity, const std::string& cursor);

/// Resources whose remembered files are in the table, in alphabetical order.
std::vector<std::string> holders(const PipelineState& state, const Schema& schema,
                                 const std::string& table);
/// Forgets what they have loaded: the table is replaced.
void forget_holders(PipelineState& state, const Schema& schema, const std::string& table);

/// XXH3-128 of the content, in hex.
std::string file_digest(const std::filesystem::path& file);

}  // namespace dlt
