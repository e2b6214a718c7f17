// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <iosfwd>

namespace dlt::conformance {

struct Tally {
  std::size_t passed = 0;
  std::size_t failed = 0;
};

/// Checks every line of every *.jsonl of the folder; the name of a file says what its lines are.
/// Prints a line for each failure ("naming.jsonl:17: expected ..., actual ...") and one for each
/// file. What cannot be checked counts as failed: a file of unknown name or without lines, a line
/// that is no JSON object, a folder without files.
Tally run_units(const std::filesystem::path& folder, std::ostream& out);

}  // namespace dlt::conformance
