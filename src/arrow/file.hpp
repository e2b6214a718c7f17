// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "arrow/batch_source.hpp"
#include "core/files/file.hpp"

namespace dlt::arrow {

/// Writes rows of one type to an item file of a package (docs/formats/arrow-file.md). Throws
/// kIo, and kBadRecord for text that is no UTF-8.
class FileWriter {
 public:
  /// Creates `path`, which must not exist.
  FileWriter(std::filesystem::path path, const Type& type);

  /// Nothing when no row counts.
  void write(const Rows& rows);
  std::uint64_t bytes() const { return bytes_; }
  /// Makes the file durable.
  void finish() { file_.sync(); }

 private:
  void put(const void* from, std::size_t count);

  File file_;
  std::uint64_t bytes_ = 0;
};

/// Reads such a file, one batch in memory at a time. Throws kIo when it is cut short or damaged.
class FileReader final : public BatchSource {
 public:
  explicit FileReader(std::filesystem::path path);

  const std::shared_ptr<const Type>& type() const override { return type_; }
  bool next(Rows& rows) override;
  std::uint64_t position() const override { return position_; }

 private:
  void get(void* into, std::size_t count);
  [[noreturn]] void fail() const;

  File file_;
  std::shared_ptr<const Type> type_;
  std::uint64_t position_ = 0;
};

}  // namespace dlt::arrow
