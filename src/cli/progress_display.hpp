// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "dlt/progress.hpp"

namespace dlt::cli {

/// Shows on stderr how far each step is: one line that is rewritten where stderr is a terminal, else one line when a step ends.
class ProgressDisplay final : public Progress {
 public:
  ProgressDisplay();

  void update(const StepProgress& progress) override;
  void finish(const StepProgress& progress) override;

 private:
  std::string line(const StepProgress& progress) const;
  void begin(const StepProgress& progress);

  bool terminal_;
  std::string step_;
  std::chrono::steady_clock::time_point started_ = {};
  std::chrono::steady_clock::time_point shown_ = {};
};

}  // namespace dlt::cli
