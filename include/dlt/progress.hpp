// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace dlt {

/// How far a step is.
struct StepProgress {
  std::string_view step = {};  ///< "extract", "normalize", "load"
  std::uint64_t rows = 0;
  /// Bytes read or loaded, and of how many; 0: not known.
  std::uint64_t bytes = 0;
  std::uint64_t total_bytes = 0;
  std::uint64_t tables = 0;
};

/// Is told now and then how far a step is, and when it ends: one call at a time, on the thread that
/// runs the pipeline, and while it loads also on one of the pipeline's own.
class Progress {
 public:
  virtual ~Progress() = default;
  /// Must not throw.
  virtual void update(const StepProgress& progress) = 0;
  virtual void finish(const StepProgress& progress) = 0;
  /// Is told once when a step has to wait for somebody else, and for what.
  virtual void wait(std::string_view /*what_for*/) {}
};

}  // namespace dlt
