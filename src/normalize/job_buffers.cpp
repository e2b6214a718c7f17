// SPDX-License-Identifier: Apache-2.0
#include "normalize/job_buffers.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/batch_file.hpp"

namespace dlt::normalize {
namespace {

// Small enough that a reader can hold a batch for each thread, large enough that the work per batch
// does not count.
constexpr std::size_t kBatchBytes = std::size_t{2} << 20;
constexpr std::int64_t kBatchRows = 32'768;

}  // namespace

struct JobBuffers::Pending {
  /// All but the last are full.
  std::vector<RecordBatch> batches = {};
  std::size_t bytes = 0;
};

JobBuffers::JobBuffers(std::filesystem::path folder, std::size_t budget_bytes)
    : folder_(std::move(folder)), budget_(budget_bytes) {}

JobBuffers::~JobBuffers() = default;

void JobBuffers::append(const std::string& table, const RecordBatch& rows) {
  Pending& pending = pending_[table];
  row_counts_[table] += rows.rows;
  const bool full = pending.batches.empty() || pending.batches.back().byte_size() >= kBatchBytes ||
                    pending.batches.back().rows >= kBatchRows;
  if (full) pending.batches.emplace_back();
  RecordBatch& last = pending.batches.back();
  const std::size_t before = last.byte_size();
  last.append(rows);
  const std::size_t grown = last.byte_size() - before;
  pending.bytes += grown;
  held_ += grown;
  while (held_ > budget_) {
    const auto largest = std::max_element(
        pending_.begin(), pending_.end(),
        [](const auto& a, const auto& b) { return a.second.bytes < b.second.bytes; });
    flush(largest->first, largest->second);
  }
}

void JobBuffers::flush(const std::string& table, Pending& pending) {
  JobFile job{.table = table,
              .name = fmt::format("{}.{:010x}.0.batch", file_stem(table), files_.size() + 1)};
  BatchFileWriter writer(folder_ / job.name);
  for (RecordBatch& batch : pending.batches) {
    batch.finish();
    writer.write(batch);
  }
  writer.finish();
  job.rows = writer.rows();
  job.bytes = writer.bytes();
  bytes_written_ += job.bytes;
  files_.push_back(std::move(job));
  held_ -= pending.bytes;
  pending = {};
}

std::vector<JobFile> JobBuffers::finish() {
  for (auto& [table, pending] : pending_) {
    if (!pending.batches.empty()) flush(table, pending);
  }
  return std::move(files_);
}

}  // namespace dlt::normalize
