// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "conformance/comparison.hpp"
#include "dlt/json.hpp"

namespace dlt::conformance {

/// The data file of a case: `<name with _>.json` in `data`, or if that is empty in `data` or
/// `examples/data` of the nearest folder above the case that has such a file.
std::filesystem::path find_data(const std::filesystem::path& test,
                                const std::filesystem::path& data);

/// Loads a file and measures each recorded column. Returns what was found.
Json run_real_file(const Json& expected, const std::filesystem::path& data,
                   const std::string& destination, Differences& differences);

}  // namespace dlt::conformance
