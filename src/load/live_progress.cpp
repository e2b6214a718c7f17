// SPDX-License-Identifier: Apache-2.0
#include "load/live_progress.hpp"

#include <algorithm>

namespace dlt {

LiveProgress::LiveProgress(Progress* progress, const std::atomic<std::int64_t>* rows_copied,
                           std::uint64_t total_rows, std::uint64_t total_bytes,
                           std::chrono::milliseconds interval)
    : progress_(progress),
      rows_copied_(rows_copied),
      total_rows_(total_rows),
      interval_(interval),
      done_{.step = "load", .total_bytes = total_bytes},
      copied_before_(copied()) {
  if (progress_ == nullptr) return;
  progress_->update(done_);
  if (rows_copied_ != nullptr)
    watcher_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
}

void LiveProgress::table_copied(std::uint64_t rows, std::uint64_t bytes) {
  if (progress_ == nullptr) return;
  const std::lock_guard lock(mutex_);
  ++done_.tables;
  done_.rows += rows;
  done_.bytes += bytes;
  copied_before_ = copied();
  progress_->update(done_);
}

void LiveProgress::finish() {
  if (progress_ == nullptr) return;
  const std::lock_guard lock(mutex_);
  // Nothing comes after it.
  watcher_.request_stop();
  progress_->finish(done_);
}

StepProgress LiveProgress::now() const {
  StepProgress progress = done_;
  const std::uint64_t left = total_rows_ - done_.rows;
  if (left == 0) return progress;
  // A table may be read more than once.
  const std::uint64_t more = std::min(
      left, static_cast<std::uint64_t>(std::max<std::int64_t>(copied() - copied_before_, 0)));
  progress.rows += more;
  progress.bytes += (progress.total_bytes - done_.bytes) * more / left;
  return progress;
}

void LiveProgress::watch(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!wakes_.wait_for(lock, stop, interval_, [&] { return stop.stop_requested(); }))
    progress_->update(now());
}

}  // namespace dlt
