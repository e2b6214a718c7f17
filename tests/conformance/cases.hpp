// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "conformance/units.hpp"

namespace dlt::conformance {

struct CaseOptions {
  /// "duckdb" or "postgres".
  std::string destination = "duckdb";
  /// Where the data files of cases that have no case.json are: `<name with _>.json`. Empty: in
  /// `data` or `examples/data` of the nearest folder above the cases that has such a file.
  std::filesystem::path data = {};
  /// Where `<case>/actual.json` goes; empty: nowhere.
  std::filesystem::path dump = {};
};

/// Runs every case folder of `folder` through a pipeline, and compares schema, rows, links and
/// state with what is recorded. Prints a line a case.
Tally run_cases(const std::filesystem::path& folder, const CaseOptions& options, std::ostream& out);

}  // namespace dlt::conformance
