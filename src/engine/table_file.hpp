// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include <dlt/resource.hpp>

#include "arrow/batch_source.hpp"
#include "core/files/file.hpp"
#include "dlt/cancellation.hpp"

namespace dlt::engine {

struct TableFileOptions {
  /// What errors call the file.
  std::string name = {};
  /// The file is what it was when it was extracted, at its end as well.
  FileIdentity identity = {};
  /// Of a line of CSV.
  std::size_t max_record_bytes = std::size_t{16} << 20;
  /// 0: as many as there are cores. What is read does not depend on it.
  int threads = 0;
  std::size_t memory_bytes = std::size_t{128} << 20;
  /// What does not fit into the memory goes here.
  std::filesystem::path temp_directory = {};
  CancellationToken cancellation = {};
};

/// Reads a Parquet file. Errors as of `read_csv`.
std::unique_ptr<arrow::BatchSource> read_parquet(const std::filesystem::path& file,
                                                 const TableFileOptions& options);

/// Reads a CSV file, plain or packed by gzip or zstd. A column's type is what all of its values
/// have in common, none losing anything by it: bigint and double where their text is that of a
/// number ("007" is none), bool (true and false), dates and timestamps in ISO form, else text. An
/// empty field is a null, `""` is a null only where the column is no text. Throws kBadRecord with
/// file and line for what is no CSV, or no UTF-8; kIo when the file changed.
std::unique_ptr<arrow::BatchSource> read_csv(const std::filesystem::path& file,
                                             const CsvOptions& csv,
                                             const TableFileOptions& options);

}  // namespace dlt::engine
