// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <thread>

#include "dlt/progress.hpp"

namespace dlt {

/// Tells how far a load is: after each table, and now and then while one is copied, which is one
/// call of the destination, however long it takes.
class LiveProgress {
 public:
  /// `progress` and `rows_copied`, which the destination counts up as it reads rows, may be null.
  /// The totals are those of all tables.
  LiveProgress(Progress* progress, const std::atomic<std::int64_t>* rows_copied,
               std::uint64_t total_rows, std::uint64_t total_bytes,
               std::chrono::milliseconds interval);
  LiveProgress(const LiveProgress&) = delete;
  LiveProgress& operator=(const LiveProgress&) = delete;

  void table_copied(std::uint64_t rows, std::uint64_t bytes);
  void finish();

 private:
  std::int64_t copied() const { return rows_copied_ == nullptr ? 0 : rows_copied_->load(); }
  /// With what was read of the table that is being copied.
  StepProgress now() const;
  void watch(const std::stop_token& stop);

  Progress* progress_;
  const std::atomic<std::int64_t>* rows_copied_;
  std::uint64_t total_rows_;
  std::chrono::milliseconds interval_;
  std::mutex mutex_;
  std::condition_variable_any wakes_;
  StepProgress done_;
  /// Of `rows_copied`, when the table began that is being copied.
  std::int64_t copied_before_;
  std::jthread watcher_;
};

}  // namespace dlt
