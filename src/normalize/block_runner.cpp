// SPDX-License-Identifier: Apache-2.0
#include "normalize/block_runner.hpp"

#include "arrow/view.hpp"
#include "schema/plain_json.hpp"

namespace dlt::normalize {

std::optional<std::string> BlockJob::raw(std::size_t record) const {
  if (!rows) {
    const std::string_view text = block.record(record);
    return origin->typed ? without_marks(text) : std::string(text);
  }
  const auto row = static_cast<std::int64_t>(rows->rows->row(rows->begin + record));
  return arrow::plain_json_of(rows->rows->batch->data(), row);
}

BlockRunner::BlockRunner(int workers)
    : limit_(workers <= 1 ? 1 : static_cast<std::size_t>(workers) * 2 + 1) {
  // A single worker is the caller's own thread, in `take`.
  if (workers <= 1) return;
  for (int i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
}

BlockRunner::~BlockRunner() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  todo_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

std::unique_ptr<BlockJob> BlockRunner::free_job() {
  if (in_flight_ == limit_) return nullptr;
  ++in_flight_;
  if (free_.empty()) return std::make_unique<BlockJob>();
  std::unique_ptr<BlockJob> job = std::move(free_.back());
  free_.pop_back();
  return job;
}

void BlockRunner::put(std::unique_ptr<BlockJob> job) {
  {
    const std::lock_guard lock(mutex_);
    job->done = false;
    waiting_.push_back(job.get());
    in_order_.push_back(std::move(job));
  }
  todo_.notify_one();
}

std::unique_ptr<BlockJob> BlockRunner::take() {
  std::unique_lock lock(mutex_);
  if (in_order_.empty()) return nullptr;
  if (threads_.empty()) {
    BlockJob& job = *in_order_.front();
    waiting_.pop_front();
    job.snapshot = snapshot_;
    job.run(job.snapshot);
  } else {
    done_.wait(lock, [this] { return in_order_.front()->done; });
  }
  std::unique_ptr<BlockJob> job = std::move(in_order_.front());
  in_order_.pop_front();
  return job;
}

void BlockRunner::recycle(std::unique_ptr<BlockJob> job) {
  --in_flight_;
  free_.push_back(std::move(job));
}

void BlockRunner::set_snapshot(std::shared_ptr<const SchemaSnapshot> snapshot) {
  const std::lock_guard lock(mutex_);
  snapshot_ = std::move(snapshot);
}

void BlockRunner::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    todo_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    BlockJob& job = *waiting_.front();
    waiting_.pop_front();
    job.snapshot = snapshot_;
    lock.unlock();
    job.run(job.snapshot);
    lock.lock();
    job.done = true;
    done_.notify_one();
  }
}

}  // namespace dlt::normalize
