// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "dlt/json.hpp"

namespace dlt {

/// In a package's folder: records that were set aside.
inline constexpr const char* kQuarantineFolder = "quarantine";
/// In there, one entry a line: why, and in which file the record is.
inline constexpr const char* kQuarantineIndex = "index.jsonl";

/// The entries of a package's quarantine, none where it has none: {"resource", "table", "code",
/// "message", "hint", "file", "line", "byte", "row", "column", "raw", "csv"}; "raw" is the path of
/// the file that has the record, null where the record was not kept; "csv" is how it is written,
/// {"delimiter", "quote"}, null where it is JSON. Throws kState for an index that cannot be read.
std::vector<Json> read_quarantine(const std::filesystem::path& package);

}  // namespace dlt
