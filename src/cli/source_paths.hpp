// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dlt::cli {

/// The files that a source names: itself, what a pattern matches, or the files of records of a
/// folder; in byte order. Throws kNotFound when there are none.
std::vector<std::filesystem::path> expand_source(const std::string& source);

/// The table that a file goes to when none is named: its name without the endings that say how it
/// is written.
std::string table_for(const std::filesystem::path& file);

}  // namespace dlt::cli
