// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dlt/cancellation.hpp"
#include "dlt/progress.hpp"
#include "dlt/schema.hpp"
#include "normalize/block_normalizer.hpp"
#include "package/package_store.hpp"

namespace dlt::normalize {

struct Options {
  /// Threads that normalize blocks; 0: as many as there are cores.
  int workers = 0;
  /// Bytes of records that make a block. Rows, ids and schema do not depend on it.
  std::size_t block_bytes = std::size_t{1} << 20;
  /// A larger record is refused.
  std::size_t max_record_bytes = std::size_t{16} << 20;
  /// Rows that are held in memory before they go to a job file.
  std::size_t buffer_bytes = std::size_t{64} << 20;
  /// What reading CSV or Parquet may take.
  std::size_t row_memory_bytes = std::size_t{128} << 20;
  /// What the package may take on disk, items and job files, give or take what is held in memory;
  /// 0: anything.
  std::uint64_t disk_bytes = 0;
  CancellationToken cancellation = {};
  Progress* progress = nullptr;
};

struct Result {
  /// What the schema has become.
  Schema schema;
  std::map<std::string, std::int64_t> row_counts = {};
  /// Records that were set aside, by table.
  std::map<std::string, std::uint64_t> quarantined = {};
  /// What happened to values and records, in words.
  std::vector<std::string> notes = {};
};

/// Normalizes an extracted package on `schema`: its items become job files of rows in `load/new`,
/// together with the schema that they need. The package's manifest is written there; moving the
/// package on is the caller's. Throws kBadRecord, kContract, kNullViolation and kSchema for data
/// that cannot be normalized, kIo for files that changed or vanished, kInterrupted.
Result normalize_package(const PackageStore& packages, const std::string& load_id,
                         const Schema& schema, const std::shared_ptr<const Settings>& settings,
                         const Options& options);

}  // namespace dlt::normalize
