// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "conformance/comparison.hpp"

namespace dlt::conformance {

/// The cases of a folder in which dlt++ differs from what was recorded on purpose, each with its
/// reason: `differences.json` in the folder. Such a case has an expectation of its own beside the
/// recorded one.
class KnownDifferences {
 public:
  /// Without that file none, and an expectation of its own needs no reason. Throws
  /// std::runtime_error.
  explicit KnownDifferences(const std::filesystem::path& folder);

  /// Empty when the case is not listed.
  std::string reason(const std::string& name) const;
  /// Finds a case that is listed and has no expectation of its own, or the other way round, and
  /// one that is listed although it does what was recorded.
  void check(const std::string& name, const std::filesystem::path& own,
             const Differences& from_recorded, Differences& found) const;
  /// Names that are listed without being among the cases.
  void check_names(const std::filesystem::path& folder, Differences& found) const;

 private:
  bool has_list_ = false;
  std::map<std::string, std::string> reasons_;
};

}  // namespace dlt::conformance
