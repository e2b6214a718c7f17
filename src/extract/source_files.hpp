// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dlt {

/// The absolute paths of the files, each once. Throws kNotFound for one that is not there,
/// kInvalidArgument for what is no regular file: what can be read once only would be used up before
/// it is normalized.
std::vector<std::filesystem::path> distinct_files(const std::vector<std::filesystem::path>& given);

/// XXH3-128 of the content, in hex.
std::string file_digest(const std::filesystem::path& file);

}  // namespace dlt
