// SPDX-License-Identifier: Apache-2.0
#include "load/live_progress.hpp"

#include <condition_variable>
#include <mutex>
#include <vector>

#include <gtest/gtest.h>

namespace dlt {
namespace {

/// Keeps what it is told.
class Told : public Progress {
 public:
  void update(const StepProgress& progress) override { keep(progress); }
  void finish(const StepProgress& progress) override { keep(progress); }

  StepProgress last() {
    const std::lock_guard lock(mutex_);
    return last_;
  }
  /// Waits until so many rows were told.
  StepProgress await(std::uint64_t rows) {
    std::unique_lock lock(mutex_);
    changes_.wait(lock, [&] { return last_.rows == rows; });
    return last_;
  }

 private:
  void keep(const StepProgress& progress) {
    const std::lock_guard lock(mutex_);
    last_ = progress;
    changes_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changes_;
  StepProgress last_;
};

constexpr auto kInterval = std::chrono::milliseconds(1);

TEST(LiveProgressTest, TellsWhatIsReadOfATableMeanwhile) {
  Told told;
  std::atomic<std::int64_t> rows_copied = 100;  // by loads before this one
  LiveProgress progress(&told, &rows_copied, 10, 1000, kInterval);
  EXPECT_EQ(told.last().total_bytes, 1000U);
  rows_copied = 105;
  EXPECT_EQ(told.await(5).bytes, 500U);
  progress.table_copied(8, 600);
  EXPECT_EQ(told.await(8).tables, 1U);
  rows_copied = 106;
  EXPECT_EQ(told.await(9).bytes, 800U);
  // Read twice, it is not there twice.
  rows_copied = 200;
  EXPECT_EQ(told.await(10).bytes, 1000U);
  progress.table_copied(2, 400);
  progress.finish();
  EXPECT_EQ(told.last().rows, 10U);
  EXPECT_EQ(told.last().tables, 2U);
}

TEST(LiveProgressTest, TellsTablesWhereRowsAreNotCounted) {
  Told told;
  LiveProgress progress(&told, nullptr, 10, 1000, kInterval);
  progress.table_copied(10, 1000);
  EXPECT_EQ(told.last().rows, 10U);
  progress.finish();
  LiveProgress silent(nullptr, nullptr, 10, 1000, kInterval);
  silent.table_copied(10, 1000);
  silent.finish();
}

}  // namespace
}  // namespace dlt
