// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "normalize/block_normalizer.hpp"

namespace dlt::normalize {

/// A block of records on its way, with the normalizer that works on it.
struct BlockJob {
  /// Where its records are: JSON, or rows.
  RecordBlock block = {};
  std::optional<RowBlock> rows = {};
  std::shared_ptr<const RecordOrigin> origin = {};
  std::shared_ptr<const SchemaSnapshot> snapshot = {};
  BlockNormalizer normalizer = {};
  bool done = false;

  void run(const std::shared_ptr<const SchemaSnapshot>& on) {
    if (rows) {
      normalizer.run(on, *rows, *origin);
    } else {
      normalizer.run(on, block, *origin);
    }
  }
  /// A record as it came, what was typed as plain JSON; nothing where that cannot be said.
  std::optional<std::string> raw(std::size_t record) const;
  ErrorContext place(std::size_t record) const {
    return rows ? rows->place(record) : block.place(record);
  }
};

/// Normalizes blocks on several threads and gives them back in the order in which they were put in.
/// One thread puts and takes.
class BlockRunner {
 public:
  explicit BlockRunner(int workers);
  ~BlockRunner();

  /// A job to fill and `put`; null when enough are in flight: take one first.
  std::unique_ptr<BlockJob> free_job();
  void put(std::unique_ptr<BlockJob> job);
  /// The oldest job, when it is done; null when there is none.
  std::unique_ptr<BlockJob> take();
  /// Hands a job back, so that its memory is used again.
  void recycle(std::unique_ptr<BlockJob> job);
  /// The schema that jobs which are started from now on are normalized against.
  void set_snapshot(std::shared_ptr<const SchemaSnapshot> snapshot);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable todo_;
  std::condition_variable done_;
  std::deque<std::unique_ptr<BlockJob>> in_order_;
  std::deque<BlockJob*> waiting_;
  std::vector<std::unique_ptr<BlockJob>> free_;
  std::shared_ptr<const SchemaSnapshot> snapshot_;
  std::size_t in_flight_ = 0;
  std::size_t limit_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace dlt::normalize
