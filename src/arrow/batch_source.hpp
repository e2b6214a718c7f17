// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "arrow/batch.hpp"
#include "dlt/cancellation.hpp"
#include "dlt/error.hpp"
#include "dlt/resource.hpp"

namespace dlt::arrow {

/// Batches of one type, one after another.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  /// A struct.
  virtual const std::shared_ptr<const Type>& type() const = 0;
  /// The next rows; false after the last.
  virtual bool next(Rows& rows) = 0;
  /// Bytes of the source that were read so far, about.
  virtual std::uint64_t position() const = 0;
};

/// A record of text that is no row.
struct BadRow {
  /// As it came. Not said: it is too large to be kept.
  std::optional<std::string_view> text;
  /// What stands before such records in a file of their own, and how they are written.
  std::string_view head;
  const CsvOptions& csv;
  /// With its place.
  Error why;
};

/// What reading the rows of a file may take, and how it is done.
struct RowReading {
  /// 0: as many as there are cores. What is read does not depend on it.
  int threads = 0;
  std::size_t memory_bytes = std::size_t{128} << 20;
  /// Of a record of text.
  std::size_t max_record_bytes = std::size_t{16} << 20;
  /// What does not fit into the memory goes here.
  std::filesystem::path temp_directory = {};
  CancellationToken cancellation = {};
  /// Columns of text files that are text whatever their values look like, by name. Empty: none.
  std::function<bool(std::string_view)> is_text = {};
  /// Gets the records that are no rows, where the others can be read without them. Empty: they are
  /// errors.
  std::function<void(const BadRow&)> set_aside = {};
};

}  // namespace dlt::arrow
