// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "dlt/progress.hpp"

namespace dlt::cli {

/// Shows on stderr how far each step is: one line that is rewritten where stderr is a terminal,
/// else one line when a step ends.
class ProgressDisplay final : public Progress {
 public:
  ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;
  /// Leaves the line of a step that did not finish as it is, and begins a new one.
  ~ProgressDisplay() override;

  void update(const StepProgress& progress) override;
  void finish(const StepProgress& progress) override;
  void wait(std::string_view what_for) override;

 private:
  std::string line(const StepProgress& progress) const;
  void begin(const StepProgress& progress);

  bool terminal_;
  bool is_line_open_ = false;
  std::string step_;
  std::chrono::steady_clock::time_point started_ = {};
  std::chrono::steady_clock::time_point shown_ = {};
};

}  // namespace dlt::cli
