// SPDX-License-Identifier: Apache-2.0
#include "cli/progress_display.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

namespace dlt::cli {
namespace {

constexpr auto kRefresh = std::chrono::milliseconds(100);

std::string size_text(std::uint64_t bytes) {
  const double number = static_cast<double>(bytes);
  if (number >= 1e9) return fmt::format("{:.1f} GB", number / 1e9);
  if (number >= 1e6) return fmt::format("{:.1f} MB", number / 1e6);
  if (number >= 1e3) return fmt::format("{:.1f} kB", number / 1e3);
  return fmt::format("{} B", bytes);
}

}  // namespace

ProgressDisplay::ProgressDisplay() : terminal_(isatty(STDERR_FILENO) != 0) {}

void ProgressDisplay::begin(const StepProgress& progress) {
  if (step_ == progress.step) return;
  step_ = progress.step;
  started_ = std::chrono::steady_clock::now();
}

std::string ProgressDisplay::line(const StepProgress& progress) const {
  constexpr double kTooShortForRate = 0.05;
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  std::vector<std::string> facts;
  if (progress.total_bytes > 0) {
    const bool is_done = progress.bytes >= progress.total_bytes;
    facts.push_back(is_done ? size_text(progress.bytes)
                            : fmt::format("{} of {}", size_text(progress.bytes),
                                          size_text(progress.total_bytes)));
    if (seconds > kTooShortForRate) {
      const double rate = static_cast<double>(progress.bytes) / seconds;
      facts.push_back(size_text(static_cast<std::uint64_t>(rate)) + "/s");
    }
  }
  if (progress.rows > 0)
    facts.push_back(fmt::format("{} row{}", progress.rows, progress.rows == 1 ? "" : "s"));
  facts.push_back(fmt::format("{} table{}", progress.tables, progress.tables == 1 ? "" : "s"));
  facts.push_back(fmt::format("{:.2f} s", seconds));
  return fmt::format("{:<10} {}", progress.step, fmt::join(facts, ", "));
}

void ProgressDisplay::update(const StepProgress& progress) {
  begin(progress);
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now - shown_ < kRefresh) return;
  shown_ = now;
  is_line_open_ = true;
  std::fputs(fmt::format("\r\x1b[K{}", line(progress)).c_str(), stderr);
}

void ProgressDisplay::finish(const StepProgress& progress) {
  begin(progress);
  std::fputs(fmt::format("{}{}\n", terminal_ ? "\r\x1b[K" : "", line(progress)).c_str(), stderr);
  is_line_open_ = false;
  step_.clear();
}

void ProgressDisplay::wait(std::string_view what_for) {
  std::fputs(fmt::format("{}waiting: {}\n", is_line_open_ ? "\n" : "", what_for).c_str(), stderr);
  is_line_open_ = false;
}

ProgressDisplay::~ProgressDisplay() {
  if (is_line_open_) std::fputs("\n", stderr);
}

}  // namespace dlt::cli
