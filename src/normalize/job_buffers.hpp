// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/record_batch.hpp"
#include "package/manifest.hpp"

namespace dlt::normalize {

/// Gathers the rows of all tables within one budget of memory, and writes job files: when the
/// budget is full, the table that holds most goes to a file of its own. What the files hold depends
/// on the rows and on the budget alone.
class JobBuffers {
 public:
  /// Job files are created in `folder`.
  JobBuffers(std::filesystem::path folder, std::size_t budget_bytes);
  ~JobBuffers();

  void append(const std::string& table, const RecordBatch& rows);
  /// Writes what is left, and returns all files in the order in which they were begun.
  std::vector<JobFile> finish();

  const std::map<std::string, std::int64_t>& row_counts() const { return row_counts_; }
  std::uint64_t bytes_written() const { return bytes_written_; }

 private:
  struct Pending;

  void flush(const std::string& table, Pending& pending);

  std::filesystem::path folder_;
  std::size_t budget_;
  std::size_t held_ = 0;
  std::uint64_t bytes_written_ = 0;
  std::map<std::string, Pending> pending_;
  std::map<std::string, std::int64_t> row_counts_;
  std::vector<JobFile> files_;
};

}  // namespace dlt::normalize
