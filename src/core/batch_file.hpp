// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "core/record_batch.hpp"

namespace dlt {

/// Writes record batches of one table to a job file (docs/formats/batch-file.md). A batch may have
/// more fields than the one before it: the file's fields are the union, in order of appearance.
/// Throws kIo.
class BatchFileWriter {
 public:
  /// Creates `path`, which must not exist.
  explicit BatchFileWriter(std::filesystem::path path);
  ~BatchFileWriter();

  void write(const RecordBatch& batch);
  std::uint64_t bytes() const;
  std::int64_t rows() const;
  /// Writes the footer and makes the file durable. Without this call the file is removed by the
  /// destructor.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reads a job file batch by batch. Safe to use from several threads at once when each reads into
/// its own batch. Throws kIo when the file is cut short or damaged.
class BatchFileReader {
 public:
  explicit BatchFileReader(std::filesystem::path path);
  ~BatchFileReader();

  const std::filesystem::path& path() const;
  /// The file's fields; batches have all of them.
  const std::vector<Field>& fields() const;
  std::int64_t rows() const;
  std::size_t batch_count() const;
  /// Of batch `index`, with its headers.
  std::int64_t batch_rows(std::size_t index) const;
  std::uint64_t batch_bytes(std::size_t index) const;
  /// Reads batch `index` into `batch`, re-using its memory.
  void read(std::size_t index, RecordBatch& batch) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dlt
