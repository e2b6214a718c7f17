// SPDX-License-Identifier: Apache-2.0
#include "cli/progress_display.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace dlt::cli {
namespace {

constexpr auto kRefresh = std::chrono::milliseconds(100);

}  // namespace

ProgressDisplay::ProgressDisplay() : terminal_(isatty(STDERR_FILENO) != 0) {}

void ProgressDisplay::begin(const StepProgress& progress) {
  if (step_ == progress.step) return;
  step_ = progress.step;
  started_ = std::chrono::steady_clock::now();
}

std::string ProgressDisplay::line(const StepProgress& progress) const {
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  std::string text = fmt::format("{:<10}", progress.step);
  if (progress.total_bytes > 0) {
    const double megabytes = static_cast<double>(progress.bytes) / 1e6;
    text += fmt::format("{:>9.1f} MB", megabytes);
    if (progress.bytes < progress.total_bytes) {
      text += fmt::format(" of {:.1f}", static_cast<double>(progress.total_bytes) / 1e6);
    }
    if (seconds > 0.001) text += fmt::format(", {:.0f} MB/s", megabytes / seconds);
  }
  if (progress.rows > 0) text += fmt::format(", {} rows", progress.rows);
  text += fmt::format(", {} table{}, {:.2f} s", progress.tables, progress.tables == 1 ? "" : "s", seconds);
  return text;
}

void ProgressDisplay::update(const StepProgress& progress) {
  begin(progress);
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now - shown_ < kRefresh) return;
  shown_ = now;
  std::fputs(fmt::format("\r\x1b[K{}", line(progress)).c_str(), stderr);
}

void ProgressDisplay::finish(const StepProgress& progress) {
  begin(progress);
  std::fputs(fmt::format("{}{}\n", terminal_ ? "\r\x1b[K" : "", line(progress)).c_str(), stderr);
  step_.clear();
}

}  // namespace dlt::cli
