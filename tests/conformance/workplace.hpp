// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace dlt::conformance {

/// A temporary folder that goes with its case.
class Workplace {
 public:
  /// Throws std::runtime_error.
  Workplace();
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  ~Workplace();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace dlt::conformance
